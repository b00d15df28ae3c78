//! What Markdown and HTML set apart in a text that a person wrote.

use std::borrow::Cow;

/// Whether a text has blocks set apart by Markdown or HTML.
pub(crate) fn is_marked_up(text: &[u8]) -> bool {
    let is_mark = |line: &[u8]| {
        let line = line.trim_ascii_start();
        line.starts_with(b"```") || line.starts_with(b"~~~") || memchr::memmem::find(line, b"<pre>").is_some()
    };
    text.split(|&byte| byte == b'\n').any(is_mark)
}

/// Lines that belong together, each with its number.
#[derive(Default)]
pub(crate) struct Block<'a> {
    pub(crate) lines: Vec<Line<'a>>,
    /// By marks of Markdown or HTML.
    pub(crate) is_set_apart: bool,
}

/// A line, by its number.
pub(crate) type Line<'a> = (usize, Cow<'a, str>);

/// What fences and `<pre>` set apart, and what stands between.
pub(crate) fn blocks(text: &str) -> Vec<Block<'_>> {
    let mut blocks: Vec<Block<'_>> = vec![Block::default()];
    let mut fence: Option<Fence> = None;
    for (number, line) in (1..).zip(text.lines()) {
        let mut line = Cow::Borrowed(line);
        if fence.is_none() {
            let Some(opened) = Fence::open(&line) else {
                push(&mut blocks, number, without_tick(line));
                continue;
            };
            blocks.push(Block { is_set_apart: true, ..Block::default() });
            line = Cow::Owned(opened.after(&line));
            fence = Some(opened);
            if line.is_empty() {
                continue;
            }
        }
        let closed = fence.as_ref().and_then(|fence| fence.close(&line));
        let is_closed = closed.is_some();
        let shown = closed.map_or(line, Cow::Owned);
        let shown = if matches!(fence, Some(Fence::Pre)) { Cow::Owned(without_markup(&shown)) } else { shown };
        if !shown.trim().is_empty() || !is_closed {
            push(&mut blocks, number, shown);
        }
        if is_closed {
            fence = None;
            blocks.push(Block::default());
        }
    }
    blocks.retain(|block| block.lines.iter().any(|(_, line)| !line.trim().is_empty()));
    blocks
}

fn push<'a>(blocks: &mut [Block<'a>], number: usize, line: Cow<'a, str>) {
    if let Some(block) = blocks.last_mut() {
        block.lines.push((number, line));
    }
}

/// What sets a block apart.
enum Fence {
    /// So many of a character.
    Marks(char, usize),
    Pre,
}

impl Fence {
    fn open(line: &str) -> Option<Self> {
        let begin = line.trim_start();
        let mark = begin.chars().next().filter(|mark| matches!(mark, '`' | '~'));
        let count = mark.map_or(0, |mark| begin.chars().take_while(|&letter| letter == mark).count());
        if let Some(mark) = mark.filter(|_| count >= 3) {
            return Some(Self::Marks(mark, count));
        }
        line.contains("<pre>").then_some(Self::Pre)
    }

    /// What the line that opens the block has of it: the name of a language is none of it.
    fn after(&self, line: &str) -> String {
        match self {
            Self::Pre => line.split_once("<pre>").map_or("", |(_, rest)| rest).to_owned(),
            Self::Marks(mark, _) => {
                let rest = line.trim_start().trim_start_matches(*mark).trim();
                let is_language = rest.chars().all(|letter| letter.is_ascii_alphanumeric() || "+-_.#".contains(letter));
                if is_language { String::new() } else { rest.to_owned() }
            }
        }
    }

    /// What the line that closes the block has of it.
    fn close(&self, line: &str) -> Option<String> {
        match self {
            Self::Pre => line.split_once("</pre>").map(|(before, _)| before.to_owned()),
            Self::Marks(mark, count) => {
                let line = line.trim_end();
                let before = line.trim_end_matches(*mark);
                (line.len() - before.len() >= *count).then(|| before.to_owned())
            }
        }
    }
}

/// A mark of code that begins or ends at another line.
fn without_tick(line: Cow<'_, str>) -> Cow<'_, str> {
    match line.strip_prefix('`') {
        Some(rest) if !rest.contains('`') => Cow::Owned(rest.to_owned()),
        _ => line,
    }
}

/// HTML without its tags, and with the letters that its names stand for.
fn without_markup(line: &str) -> String {
    let mut text = String::with_capacity(line.len());
    let mut rest = line;
    while let Some(begin) = rest.find('<') {
        let tag = rest[begin..].split_inclusive('>').next().unwrap_or_default();
        let name =
            tag.trim_start_matches(['<', '/']).trim_end_matches(['>', '/']).split(' ').next().unwrap_or_default();
        text.push_str(&rest[..begin]);
        if tag.ends_with('>') && TAGS.contains(&name) {
            rest = &rest[begin + tag.len()..];
        } else {
            text.push('<');
            rest = &rest[begin + 1..];
        }
    }
    text.push_str(rest);
    ENTITIES.iter().fold(text, |text, (name, letter)| text.replace(name, letter))
}

const TAGS: [&str; 9] = ["pre", "code", "b", "i", "br", "summary", "details", "a", "span"];
const ENTITIES: [(&str, &str); 5] = [("&gt;", ">"), ("&lt;", "<"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")];
