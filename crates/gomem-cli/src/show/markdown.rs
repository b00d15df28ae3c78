//! Markdown as forges render it (GitHub Flavored Markdown).

use std::io::{self, Write};

use gomem_symbol::{Outlet, name_for};
use gomem_table::{Column, Kind, Table};

use crate::show::text_table::shown;

/// A table, in lines.
pub(crate) struct MarkdownTable {
    pub(crate) head: String,
    pub(crate) rows: Vec<String>,
}

/// A table as Markdown has it: numbers to the right.
pub(crate) fn table(table: &Table) -> MarkdownTable {
    let columns = table.columns();
    let names = columns.iter().map(|column| text(column.name()));
    let rules = columns.iter().map(|column| if column.kind().is_number() { "---:" } else { "---" });
    let head = format!("{}\n{}", line(names), line(rules.map(str::to_owned)));
    let cell = |column: &Column, row| {
        let value = shown(column, row);
        if column.kind().is_number() || matches!(column.kind(), Kind::Category) || value.is_empty() {
            text(&value)
        } else {
            code(&value)
        }
    };
    let rows = (0..table.rows()).map(|row| line(columns.iter().map(|column| cell(column, row))));
    MarkdownTable { head, rows: rows.collect() }
}

impl MarkdownTable {
    pub(crate) fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "{}", self.head)?;
        self.rows.iter().try_for_each(|row| writeln!(out, "{row}"))
    }
}

/// A line of a table.
pub(crate) fn line(cells: impl Iterator<Item = String>) -> String {
    format!("| {} |", cells.collect::<Vec<_>>().join(" | "))
}

/// Prose: what stands between two backticks is code; all else that would be markup, a mention or a link is letters.
pub(crate) fn text(prose: &str) -> String {
    let parts: Vec<&str> = prose.split('`').collect();
    let is_paired = parts.len() % 2 == 1 && parts.iter().skip(1).step_by(2).all(|part| !part.trim().is_empty());
    if !is_paired {
        return letters(prose);
    }
    parts.iter().enumerate().map(|(at, part)| if at % 2 == 1 { code(part) } else { letters(part) }).collect()
}

fn letters(prose: &str) -> String {
    let prose = name_for(Outlet::Line, prose);
    prose.chars().fold(String::with_capacity(prose.len()), |mut text, letter| {
        match letter {
            '&' => text.push_str("&amp;"),
            '<' => text.push_str("&lt;"),
            '>' => text.push_str("&gt;"),
            // A mention or the number of an issue is one only where nothing is in between.
            '@' | '#' => text.extend([letter, ZERO_WIDTH_SPACE]),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '!' => text.extend(['\\', letter]),
            _ => text.push(letter),
        }
        text
    })
}

/// Code, as it is; also within a table.
pub(crate) fn code(code: &str) -> String {
    let code = name_for(Outlet::Line, code).replace('|', "\\|");
    let longest = code.split(|letter| letter != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    let gap = if longest > 0 { " " } else { "" };
    format!("{fence}{gap}{code}{gap}{fence}")
}

const ZERO_WIDTH_SPACE: char = '\u{200b}';

#[cfg(test)]
mod tests {
    use gomem_table::Unit;

    use super::*;

    #[test]
    fn nothing_of_a_name_is_markup() {
        assert_eq!(text("<b>*x*|[a](b)\n"), "&lt;b&gt;\\*x\\*\\|\\[a\\](b)\\\\n");
        assert!(!text("@octocat fixes #12").contains("@o"));
        assert_eq!(text("`*p*` is *boxed*"), "`*p*` is \\*boxed\\*", "code is code");
        assert_eq!((&*text("a ` b"), &*text("a `` b")), ("a \\` b", "a \\`\\` b"), "nothing between them");
        assert_eq!((code("a|b"), code("a`b")), ("`a\\|b`".to_owned(), "`` a`b ``".to_owned()));
        let columns = vec![Column::strings("name", ["a|b"]), Column::int64("n", Unit::Count, vec![3])];
        let table = table(&Table::new("t", columns).unwrap());
        assert_eq!(table.head, "| name | n |\n| --- | ---: |");
        assert_eq!(table.rows, ["| `a\\|b` | 3 |"]);
    }
}
