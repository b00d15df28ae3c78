//! Leaving out the frames that a profile's author calls uninteresting (`drop_frames`, `keep_frames`).

use std::borrow::Cow;

use crate::{model::Profile, pattern::compile};

impl Profile {
    /// The profile without its uninteresting frames: itself, mostly, as Go's profiles name none. Like `go tool pprof`,
    /// expressions that do not compile leave it as it is.
    pub(crate) fn interesting(&self) -> Cow<'_, Self> {
        if self.drop_frames.is_empty() || self.is_pruned {
            return Cow::Borrowed(self);
        }
        let anchored = |pattern: &str| compile(&format!("^({pattern})$"));
        let Ok(drop) = anchored(&self.drop_frames) else { return Cow::Borrowed(self) };
        let keep = match self.keep_frames.as_str() {
            "" => None,
            pattern => match anchored(pattern) {
                Ok(keep) => Some(keep),
                Err(_) => return Cow::Borrowed(self),
            },
        };
        let mut pruned = self.clone();
        pruned.is_pruned = true;
        let drops: Vec<bool> = self
            .functions
            .iter()
            .map(|function| {
                let name = simplified(self.string(function.name));
                !name.is_empty() && drop.is_match(name) && !keep.as_ref().is_some_and(|keep| keep.is_match(name))
            })
            .collect();
        // The outermost line of each location that is dropped, with all inside of it.
        let dropped: Vec<Option<usize>> = self
            .locations()
            .map(|(_, location)| {
                location.lines().rposition(|line| line.function().is_some_and(|id| drops[id.id().0 as usize]))
            })
            .collect();
        let is_whole: Vec<bool> = self
            .locations()
            .zip(&dropped)
            .map(|((_, location), &place)| place.is_some_and(|place| place + 1 == location.lines().len()))
            .collect();
        pruned.restack(|sample, stack| {
            let mut begin = 0;
            let mut found_user = false;
            for (place, id) in sample.locations().enumerate().rev() {
                let id = id.0 as usize;
                if dropped[id].is_none() {
                    found_user = true;
                } else if found_user {
                    begin = place + usize::from(is_whole[id]);
                    break;
                }
            }
            stack.extend(sample.locations().skip(begin));
            true
        });
        pruned.retain_lines(|location, place| {
            let id = location.id().0 as usize;
            is_whole[id] || dropped[id].is_none_or(|dropped| place > dropped)
        });
        Cow::Owned(pruned)
    }
}

/// A function's name as expressions see it: without the dot that PowerPC puts in front, and without arguments, which begin
/// at the first parenthesis that is not C++'s `(anonymous namespace)` or `operator()`.
pub(crate) fn simplified(name: &str) -> &str {
    let name = name.strip_prefix('.').unwrap_or(name);
    let mut from = 0;
    while let Some(at) = name[from..].find('(').map(|at| from + at) {
        if name[at..].starts_with("(anonymous namespace)") {
            from = at + "(anonymous namespace)".len();
        } else if name[from..at].ends_with("operator") && name[at..].starts_with("()") {
            from = at + "()".len();
        } else {
            return &name[..at];
        }
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lose_their_arguments() {
        for (name, simple) in [
            ("main.f", "main.f"),
            (".main.f", "main.f"),
            ("main.(*T).f", "main."),
            ("f(int, char)", "f"),
            ("(anonymous namespace)::f(int)", "(anonymous namespace)::f"),
            ("A::operator()(int)", "A::operator()"),
        ] {
            assert_eq!(simplified(name), simple);
        }
    }
}
