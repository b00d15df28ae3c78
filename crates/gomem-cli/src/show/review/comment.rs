//! A comment on a pull request, in Markdown. A bot finds its own by the marker in the first line, and edits it in place.

use std::io::Write;

use crate::{
    failure::Failure,
    show::{
        markdown::{self, MarkdownTable, code, line, text},
        output::Output,
        review::{Annotation, Level, Review},
    },
};

pub(super) fn write(review: &Review, out: &mut Output<'_>) -> Result<(), Failure> {
    Ok(out.write_all(comment(review).as_bytes())?)
}

/// What got worse first, then the rest folded in. What does not fit is counted.
fn comment(review: &Review) -> String {
    let mut comment = Comment { text: format!("<!-- gomem {} -->\n", review.command), room: MOST_BYTES - RESERVE };
    comment.add(&format!("### gomem {}: {}\n", review.command, text(&review.headline)));
    if !review.annotations.is_empty() {
        comment.add("\n");
        comment.table(&worse(&review.annotations), "more");
    }
    for note in &review.notes {
        comment.add(&format!("\n{}\n", text(note)));
    }
    for section in &review.sections {
        let table = markdown::table(&section.table);
        let title = format!("{} ({})", text(&section.title), section.table.rows());
        let opened = format!("\n<details><summary>{title}</summary>\n\n");
        if comment.has_room(opened.len() + table.head.len() + CLOSED.len()) {
            comment.add(&opened);
            comment.table(&table, "rows more");
            comment.text.push_str(CLOSED);
        }
    }
    comment.text
}

fn worse(annotations: &[Annotation]) -> MarkdownTable {
    let names = ["", "where", "what", "why"].map(str::to_owned);
    let rules = ["---"; 4].map(str::to_owned);
    let head = format!("{}\n{}", line(names.into_iter()), line(rules.into_iter()));
    let row = |annotation: &Annotation| {
        let mark = match annotation.level {
            Level::Note => "ℹ️",
            Level::Warning => "⚠️",
            Level::Error => "❌",
        };
        let place = if annotation.file.is_empty() { String::new() } else { code(&annotation.place()) };
        line([mark.to_owned(), place, text(&annotation.message), text(&annotation.reason)].into_iter())
    };
    MarkdownTable { head, rows: annotations.iter().map(row).collect() }
}

/// A text that a forge takes.
struct Comment {
    text: String,
    /// Bytes that are left.
    room: usize,
}

impl Comment {
    fn has_room(&self, bytes: usize) -> bool {
        self.text.len() + bytes <= self.room
    }

    /// All of it or nothing.
    fn add(&mut self, text: &str) -> bool {
        let fits = self.has_room(text.len());
        if fits {
            self.text.push_str(text);
        }
        fits
    }

    /// The rows that there is room for, and how many there are besides.
    fn table(&mut self, table: &MarkdownTable, rest: &str) {
        if !self.add(&format!("{}\n", table.head)) {
            return;
        }
        let shown = table.rows.iter().take(MOST_ROWS).take_while(|row| self.add(&format!("{row}\n"))).count();
        if shown < table.rows.len() {
            self.text.push_str(&format!("\n… and {} {rest}\n", table.rows.len() - shown));
        }
    }
}

const CLOSED: &str = "\n</details>\n";
/// GitHub takes 65,536 characters, and GitLab 1,000,000.
const MOST_BYTES: usize = 60_000;
/// For what is said of that which did not fit: the end of each table and the end of each part.
const RESERVE: usize = 1_000;
/// Of one table: a person looks at no more.
const MOST_ROWS: usize = 200;

#[cfg(test)]
mod tests {
    use gomem_table::{Column, Table};

    use super::*;
    use crate::show::review::Section;

    fn review(rows: usize) -> Review {
        let annotation = |row: usize| Annotation {
            level: Level::Warning,
            file: format!("store/{row}.go"),
            line: Some(7),
            message: format!("`x{row}` | escapes {}", "é".repeat(500)),
            reason: "it is <returned>".into(),
            ..Annotation::default()
        };
        let table = Table::new("t", vec![Column::strings("name", (0..rows).map(|row| "n".repeat(300 + row)))]);
        Review {
            command: "escape",
            headline: format!("{rows} new"),
            annotations: (0..rows).map(annotation).collect(),
            sections: Section::new("all of it", table.unwrap()).into_iter().collect(),
            notes: vec!["Ask @nobody.".to_owned()],
        }
    }

    #[test]
    fn a_comment_fits_and_says_what_it_leaves_out() {
        for rows in [0, 1, 30, 100, 5000] {
            let comment = comment(&review(rows));
            assert!(comment.len() <= MOST_BYTES, "{rows}: {}", comment.len());
            assert!(comment.starts_with("<!-- gomem escape -->\n### gomem escape: "));
            assert_eq!(comment.matches("<details>").count(), comment.matches("</details>").count());
            assert_eq!(comment.contains("… and "), rows >= 100, "{rows}");
        }
        let one = comment(&review(1));
        assert!(one.contains("| ⚠️ | `store/0.go:7` | `x0` \\| escapes"), "{one}");
        assert!(one.contains("it is &lt;returned&gt;") && !one.contains("@nobody"), "{one}");
        assert_eq!(one, comment(&review(1)), "the same each time");
    }
}
