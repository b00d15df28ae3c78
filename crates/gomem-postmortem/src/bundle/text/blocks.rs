//! What Markdown and HTML set apart in a text that a person wrote.

use std::borrow::Cow;

use crate::bundle::packing::escapes::unescaped;

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
    let lines: Vec<&str> = text.lines().collect();
    // Up to here lines are read, and up to there it is known that they are no code by their indent.
    let (mut read, mut judged) = (0, 0);
    for (at, line) in lines.iter().enumerate() {
        if at < read {
            continue;
        }
        let number = at + 1;
        let is_begin = || at.checked_sub(1).is_none_or(|before| lines[before].trim().is_empty());
        let is_apart = || without_quote(line).is_some() || without_indent(line).is_some() && is_begin();
        if fence.is_none() && at >= judged && is_apart() {
            let (length, code) = match without_quote(line) {
                Some(_) => quoted(&lines[at..]),
                None => indented(&lines[at..]),
            };
            judged = at + length;
            if let Some(code) = code {
                read = judged;
                let numbered = (number..).zip(code.into_iter().map(Cow::Borrowed)).collect();
                blocks.push(Block { lines: numbered, is_set_apart: true });
                blocks.push(Block::default());
                continue;
            }
        }
        let mut line = Cow::Borrowed(*line);
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

/// How many of the lines Markdown takes for code since they are indented, and the code, where it is of a form that is told by how its
/// lines begin: whatever else is indented reads as well as it is.
fn indented<'a>(lines: &[&'a str]) -> (usize, Option<Vec<&'a str>>) {
    let is_of_it = |line: &&&str| line.trim().is_empty() || without_indent(line).is_some();
    let length = lines.iter().take_while(is_of_it).count();
    let code: Vec<&str> = lines[..length].iter().map(|line| without_indent(line).unwrap_or("")).collect();
    let is_told = code.iter().any(|line| BEGINS.iter().any(|begin| line.starts_with(begin)));
    let has_fence = code.iter().any(|line| Fence::open(line).is_some());
    (length, Some(code).filter(|_| is_told && !has_fence))
}

/// The same of lines that a mail or an answer quotes: `> goroutine 7 [select]:`. Fences within are not needed then.
fn quoted<'a>(lines: &[&'a str]) -> (usize, Option<Vec<&'a str>>) {
    let quoted: Vec<&str> = lines.iter().map_while(|line| without_quote(line)).collect();
    let is_told = quoted.iter().any(|line| BEGINS.iter().any(|begin| line.starts_with(begin)));
    let code = || quoted.iter().map(|line| if Fence::open(line).is_some() { "" } else { line }).collect();
    (quoted.len(), is_told.then(code))
}

/// A line without the mark that quotes it, or several of them.
fn without_quote(line: &str) -> Option<&str> {
    let mut rest = line.strip_prefix('>')?;
    while let Some(deeper) = rest.strip_prefix(" >").or_else(|| rest.strip_prefix('>')) {
        rest = deeper;
    }
    // A shell's prompt, or an arrow, has something else there.
    match rest.strip_prefix(' ') {
        Some(rest) => Some(rest),
        None => Some(rest).filter(|rest| rest.is_empty() || rest.starts_with('\t')),
    }
}

/// A line without the four blanks, or the tab, that make it code.
fn without_indent(line: &str) -> Option<&str> {
    line.strip_prefix("    ").or_else(|| line.strip_prefix('\t')).filter(|rest| !rest.trim().is_empty())
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
    // Behind the last `>` no tag ends, so that each letter is looked at once.
    let (mut rest, behind) = line.split_at(line.rfind('>').map_or(0, |last| last + 1));
    while let Some((before, tag)) = rest.split_once('<') {
        text.push_str(before);
        let end = if is_tag(tag) { tag.find('>') } else { None };
        rest = end.map_or(tag, |end| &tag[end + 1..]);
        if end.is_none() {
            text.push('<');
        }
    }
    text.push_str(rest);
    text.push_str(behind);
    unescaped(text)
}

/// Whether what stands behind a `<` is a tag of those that set a text.
fn is_tag(text: &str) -> bool {
    let inner = text.strip_prefix('/').unwrap_or(text);
    let name = &inner[..inner.find(|letter: char| !letter.is_ascii_alphanumeric()).unwrap_or(inner.len())];
    TAGS.contains(&name) && inner[name.len()..].starts_with([' ', '>', '/'])
}

/// What is told only at the begin of a line.
const BEGINS: [&str; 7] =
    ["goroutine ", "fatal error: ", "panic: ", "SIGQUIT: ", "runtime: ", "heap profile: ", "goroutine profile: "];
const TAGS: [&str; 9] = ["pre", "code", "b", "i", "br", "summary", "details", "a", "span"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn indented_code_is_set_apart_where_its_lines_tell_it() {
        let shown = |text: &str| -> Vec<(bool, usize, String)> {
            let lines =
                |block: &Block<'_>| block.lines.iter().map(|(_, line)| line.as_ref()).collect::<Vec<_>>().join("|");
            blocks(text).iter().map(|block| (block.is_set_apart, block.lines[0].0, lines(block))).collect()
        };
        let dump =
            "It hangs:\n\n    goroutine 1 [select]:\n    main.f()\n    \t/a.go:3\n\n    goroutine 7 [select]:\nmore\n";
        let code = "goroutine 1 [select]:|main.f()|\t/a.go:3||goroutine 7 [select]:".to_owned();
        assert_eq!(shown(dump), [(false, 1, "It hangs:|".to_owned()), (true, 3, code), (false, 8, "more".to_owned())]);
        for text in
            ["x\n\n    a: 1\n    b: 2\nmore\n", "main.main()\n    goroutine 1 [x]:\n", "x\n\n    ```\n    panic: x\n"]
        {
            assert!(shown(text).iter().all(|(is_set_apart, _, text)| !is_set_apart || !text.contains('b')), "{text}");
        }
        assert_eq!(shown("\tpanic: x\n"), [(true, 1, "panic: x".to_owned())]);
    }

    #[test]
    fn a_dump_that_an_answer_quotes_is_set_apart() {
        let shown = |text: &str| -> Vec<(bool, String)> {
            let lines =
                |block: &Block<'_>| block.lines.iter().map(|(_, line)| line.as_ref()).collect::<Vec<_>>().join("|");
            blocks(text).iter().map(|block| (block.is_set_apart, lines(block))).collect()
        };
        let dump = "goroutine 1 [select]:|main.f()|\t/a.go:3||goroutine 7 [select]:".to_owned();
        for text in [
            "You wrote\n> goroutine 1 [select]:\n> main.f()\n> \t/a.go:3\n>\n> goroutine 7 [select]:\nmore\n",
            "You wrote\n>> goroutine 1 [select]:\n> > main.f()\n>>\t/a.go:3\n>>\n>> goroutine 7 [select]:\nmore\n",
        ] {
            assert_eq!(
                shown(text),
                [(false, "You wrote".to_owned()), (true, dump.clone()), (false, "more".to_owned())]
            );
        }
        let fenced = "> ```\n> panic: x\n> ```\n";
        assert_eq!(shown(fenced), [(true, "|panic: x|".to_owned())]);
        for text in ["> it panics\n> often\n", ">goroutine 1 [select]:\n", "> ```\n> a: 1\n> ```\n"] {
            assert!(shown(text).iter().all(|(is_set_apart, _)| !is_set_apart), "{text}");
        }
    }

    #[test]
    fn tags_that_set_a_text_are_left_out() {
        for (line, text) in [
            ("<b>flat</b>  <a href=\"/x\">cum</a><br/>", "flat  cum"),
            ("if i &lt; n &amp;&amp; ok", "if i < n && ok"),
            ("ch <- <b>v</b>", "ch <- v"),
            ("i<b; <<i>n</i> <code", "i<b; <n <code"),
            ("<chan int> <pre", "<chan int> <pre"),
        ] {
            assert_eq!(without_markup(line), text);
        }
    }
}
