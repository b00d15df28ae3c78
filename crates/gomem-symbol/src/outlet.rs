//! What of a name reaches each kind of output: names come from strangers.

use std::borrow::Cow;

use crate::direction::turns_text;

/// Where a name is written.
///
/// ```
/// use gomem_symbol::{Outlet, name_for};
///
/// assert_eq!(name_for(Outlet::FoldedFrame, "a;b").matches(';').count(), 0);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outlet {
    /// A line of text. What breaks lines, steers a terminal or turns text is escaped, as `\n` or `\u{202e}`.
    Line,
    /// A frame of a folded stack: a line, in which a semicolon would end the frame and becomes a colon.
    FoldedFrame,
    /// A cell of a table that a spreadsheet may open. What begins like a formula (`=`, `+`, `-`, `@`, also in their wide
    /// forms, a tab, what ends a line) has an apostrophe before it.
    Cell,
    /// An element or an attribute of HTML or SVG. Markup is escaped; what turns text is shown as unknown (U+FFFD).
    Html,
}

/// A name as it is written there.
///
/// ```
/// use gomem_symbol::{Outlet, name_for};
///
/// assert_eq!(name_for(Outlet::Line, "main.parse"), "main.parse");
/// assert!(!name_for(Outlet::Line, "two\nlines").contains('\n'));
/// ```
#[must_use]
pub fn name_for(outlet: Outlet, name: &str) -> Cow<'_, str> {
    let breaks = |char: char| char.is_control() || turns_text(char) || matches!(char, '\u{2028}' | '\u{2029}');
    match outlet {
        Outlet::Cell if name.len() > 1 && name.starts_with(FORMULA) => Cow::Owned(format!("'{name}")),
        Outlet::Line if name.contains(breaks) => Cow::Owned(escaped(name, breaks)),
        Outlet::FoldedFrame if name.contains(|char| char == ';' || breaks(char)) => {
            Cow::Owned(escaped(name, breaks).replace(';', ":"))
        }
        Outlet::Html if name.contains(|char| turns_text(char) || MARKUP.contains(&char)) => Cow::Owned(html(name)),
        _ => Cow::Borrowed(name),
    }
}

fn html(name: &str) -> String {
    name.chars().fold(String::with_capacity(name.len() + 16), |mut text, char| {
        match char {
            '&' => text.push_str("&amp;"),
            '<' => text.push_str("&lt;"),
            '>' => text.push_str("&gt;"),
            '"' => text.push_str("&quot;"),
            '\'' => text.push_str("&#39;"),
            _ if turns_text(char) => text.push('\u{fffd}'),
            _ => text.push(char),
        }
        text
    })
}

fn escaped(name: &str, breaks: impl Fn(char) -> bool) -> String {
    name.chars().fold(String::with_capacity(name.len()), |mut text, char| {
        if breaks(char) {
            text.extend(char.escape_default());
        } else {
            text.push(char);
        }
        text
    })
}

const MARKUP: [char; 5] = ['&', '<', '>', '"', '\''];
/// What a formula begins with, in one spreadsheet or another.
const FORMULA: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_stays_in_its_line_and_is_no_formula() {
        let name = "=a;\nb\u{202e}\u{2028}é";
        assert_eq!(name_for(Outlet::Line, name), "=a;\\nb\\u{202e}\\u{2028}é");
        assert_eq!(name_for(Outlet::FoldedFrame, name), "=a:\\nb\\u{202e}\\u{2028}é");
        assert_eq!(name_for(Outlet::Cell, name), format!("'{name}"));
        assert_eq!(name_for(Outlet::Cell, "＝1"), "'＝1");
        assert_eq!(name_for(Outlet::Html, "<a b='\u{2066}\">&"), "&lt;a b=&#39;\u{fffd}&quot;&gt;&amp;");
        for plain in ["main.(*T).f[go.shape.int]", "-", "main.\u{5d0}"] {
            for outlet in [Outlet::Line, Outlet::FoldedFrame, Outlet::Cell, Outlet::Html] {
                assert!(matches!(name_for(outlet, plain), Cow::Borrowed(_)), "{plain}");
            }
        }
    }
}
