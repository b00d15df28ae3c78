//! `main.main;main.load;encoding/json.Unmarshal 400000`: stacks as programs that draw flame graphs take them, root first.
//!
//! They say neither what they count nor where a function is.

use super::{
    lines::Lines,
    maps,
    stack::{Frame, Stack},
    text_profile::TextProfile,
};
use crate::{
    error::{DecodeOptions, Error},
    model::Profile,
};

/// Whether `first`, or a line soon after it, is a stack of several frames, and all of these lines are stacks.
pub(super) fn is_folded(first: &str, lines: Lines<'_>) -> bool {
    let mut lines = lines;
    let near = std::iter::from_fn(|| lines.next()).take(TRIED).filter(|line| !line.is_space_or_comment());
    let is_stack = |text: &str| sample(text).map(|(frames, _)| frames.contains(';'));
    let Some(mut has_frames) = is_stack(first) else { return false };
    for line in near {
        let Some(found) = is_stack(&line.text) else { return false };
        has_frames |= found;
    }
    has_frames
}

pub(super) fn decode(bytes: &[u8], options: &DecodeOptions) -> Result<Profile, Error> {
    let mut lines = Lines::new(bytes);
    let mut text = TextProfile::new(options, &[("samples", "count")]);
    while let Some(line) = lines.next() {
        if line.is_space_or_comment() {
            continue;
        }
        let Some((frames, count)) = sample(&line.text) else {
            text.flaw(&line, "not a folded stack")?;
            continue;
        };
        let frame = |function: &str| Frame { function: function.to_owned(), ..Frame::default() };
        let deepest = usize::try_from(options.limits.stack_depth).unwrap_or(usize::MAX);
        let frames = frames.rsplit(';').filter(|name| !name.is_empty()).take(deepest.saturating_add(1)).map(frame);
        text.sample(&Stack { addresses: Vec::new(), frames: frames.collect() }, &[count], &[])?;
    }
    maps::finish(text, lines)
}

/// The frames, and how often they were seen.
fn sample(line: &str) -> Option<(&str, i64)> {
    let (frames, count) = line.trim_end().rsplit_once(' ')?;
    let is_stack = !frames.trim().is_empty() && !frames.starts_with([' ', '\t']) && !frames.contains("; ");
    Some((frames, count.parse().ok().filter(|count| *count >= 0 && is_stack)?))
}

/// Lines that are looked at.
const TRIED: usize = 20;

#[cfg(test)]
mod tests {
    use crate::{DecodeOptions, Limits, Profile, TopOptions};

    #[test]
    fn stacks_are_read_from_the_root() {
        let profile =
            Profile::decode(b"main.main;main.load;json.Unmarshal 300\nmain.main;main.load 100\nidle 5\n").unwrap();
        let top = profile.top(&TopOptions::new(0));
        let rows: Vec<_> = top.rows().iter().map(|row| (row.name(), row.flat, row.cum)).collect();
        assert_eq!(rows[0], ("json.Unmarshal".to_owned(), 300, 300));
        assert_eq!(rows[1], ("main.load".to_owned(), 100, 400));
        assert_eq!(top.total(), 405);
    }

    #[test]
    fn limits_hold_and_flaws_have_lines() {
        let profile = Profile::decode(&[b"a;b 1\n".repeat(30), b"no number\n".to_vec()].concat()).unwrap();
        assert_eq!(profile.diagnostics()[0].line, Some(31));
        let limits = Limits { stack_depth: 2, ..Limits::default() };
        let options = DecodeOptions::default().with_limits(limits);
        assert!(Profile::decode_with(b"a;b;c 1\n", &options).unwrap_err().is_limit());
        for text in ["main 12\n", "a;b\n", "a;b 12\nand more\n", "for i := 0; i < 10; i++ 12\n"] {
            assert!(Profile::decode(text.as_bytes()).is_err(), "{text}");
        }
    }
}
