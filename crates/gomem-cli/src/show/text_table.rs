//! Tables as aligned text, for people. In a narrow terminal long texts are cut, and what stands in the last column wraps;
//! numbers, times and words of a fixed set never are.

use std::io::Write;

use comfy_table::{Attribute, Cell as Shown, CellAlignment, Color, ColumnConstraint, TableStyle, Width};
use gomem_table::{Cell, Column, Kind, Table};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::{
    failure::Failure,
    show::{output::Output, terminal::one_line},
};

pub(crate) fn write(table: &Table, out: &mut Output<'_>) -> Result<(), Failure> {
    let mut columns: Vec<Aligned> = table.columns().iter().map(|column| Aligned::new(column, table.rows())).collect();
    let most = out.columns().or_else(|| is_vast(&columns, table.rows()).then_some(MOST_COLUMNS));
    let wrapped = most.and_then(|width| fit(&mut columns, width));
    let mut shown = comfy_table::Table::new();
    shown.load_style(TableStyle::new()).force_no_tty();
    if out.has_colours() {
        shown.enforce_styling().style_text_only();
    }
    shown.set_header(columns.iter().map(|column| Shown::new(&column.header).add_attribute(Attribute::Bold)));
    for row in 0..table.rows() {
        shown.add_row(columns.iter().map(|column| column.shown(row)));
    }
    for (column, aligned) in shown.column_iter_mut().zip(&columns) {
        column.set_padding((0, GAP as u16));
        if aligned.is_number {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    if let Some(width) = wrapped
        && let Some(last) = columns.len().checked_sub(1).and_then(|last| shown.column_mut(last))
    {
        last.set_constraint(ColumnConstraint::Absolute(Width::Fixed(u16::try_from(width + GAP).unwrap_or(u16::MAX))));
    }
    out.write_styled(&shown.trim_fmt())?;
    writeln!(out)?;
    Ok(())
}

/// A column as it will be shown.
struct Aligned {
    name: String,
    /// The name, perhaps in several lines.
    header: String,
    cells: Vec<String>,
    is_number: bool,
    is_text: bool,
}

impl Aligned {
    fn new(column: &Column, rows: usize) -> Self {
        Self {
            name: one_line(column.name()),
            header: one_line(column.name()),
            cells: (0..rows).map(|row| one_line(&shown(column, row))).collect(),
            is_number: column.kind().is_number(),
            is_text: matches!(column.kind(), Kind::Text | Kind::List | Kind::Struct),
        }
    }

    fn shown(&self, row: usize) -> Shown {
        let text = &self.cells[row];
        let shown = Shown::new(text);
        match (self.name.as_str(), text.as_str()) {
            ("severity", "critical") => shown.fg(Color::DarkRed).add_attribute(Attribute::Bold),
            ("severity", "warning") => shown.fg(Color::DarkYellow),
            // More memory is bad news.
            ("status", "new") => shown.fg(Color::DarkRed),
            ("status", "gone") => shown.fg(Color::DarkGreen),
            ("delta" | "change", text) if text.starts_with('-') => shown.fg(Color::DarkGreen),
            ("delta" | "change", text) if text.contains(|char: char| ('1'..='9').contains(&char)) => {
                shown.fg(Color::DarkRed)
            }
            _ => shown,
        }
    }

    fn content_width(&self) -> usize {
        self.cells.iter().map(|cell| cell.width()).max().unwrap_or(0)
    }

    fn width(&self) -> usize {
        let header = self.header.lines().map(UnicodeWidthStr::width).max().unwrap_or(0);
        header.max(self.content_width())
    }

    /// Breaks the name after underscores, as far as that makes the column narrower.
    fn break_header(&mut self) {
        // A text can be cut to any width, so its name takes as little as it can.
        let content = if self.is_text { 0 } else { self.content_width() };
        let widest = self.name.split('_').map(|word| word.width() + 1).max().unwrap_or(0).max(content);
        let mut header = String::new();
        let mut width = 0;
        for word in self.name.split_inclusive('_') {
            if width > 0 && width + word.width() > widest {
                header.push('\n');
                width = 0;
            }
            header.push_str(word);
            width += word.width();
        }
        self.header = header;
    }

    fn cut(&mut self, width: usize) {
        for cell in &mut self.cells {
            if cell.width() > width {
                *cell = cut(cell, width);
            }
        }
    }
}

/// Whether most of the text would be what fills up lines to the length of a few.
fn is_vast(columns: &[Aligned], rows: usize) -> bool {
    let width: usize = columns.iter().map(Aligned::width).sum();
    rows.saturating_mul(width) > MOST_TEXT && width > MOST_COLUMNS
}

/// Makes the columns fit into `width`; gives the width in which the last one has to wrap.
fn fit(columns: &mut [Aligned], width: usize) -> Option<usize> {
    let total =
        |columns: &[Aligned]| columns.iter().map(|column| column.width() + GAP).sum::<usize>().saturating_sub(GAP);
    if total(columns) <= width {
        return None;
    }
    columns.iter_mut().for_each(Aligned::break_header);
    let others: usize = columns.iter().filter(|column| !column.is_text).map(|column| column.width() + GAP).sum();
    let texts: Vec<usize> = columns.iter().filter(|column| column.is_text).map(Aligned::width).collect();
    let room = (width + GAP).saturating_sub(others + texts.len() * GAP);
    let most = share(&texts, room);
    if texts.iter().all(|&text| text <= most) {
        return None;
    }
    let last = columns.len() - 1;
    for column in columns[..last].iter_mut().filter(|column| column.is_text) {
        column.cut(most);
    }
    let last = &columns[last];
    (last.is_text && last.width() > most).then_some(most)
}

/// The width that, as the most that any text gets, makes all of them fit into `room`.
fn share(texts: &[usize], room: usize) -> usize {
    let fits = |most: usize| texts.iter().map(|&text| text.min(most)).sum::<usize>() <= room;
    let widest = texts.iter().copied().max().unwrap_or(0);
    (LEAST..=widest.max(LEAST)).rev().find(|&most| fits(most)).unwrap_or(LEAST)
}

/// Of a path, or a function with its package, the end tells most; of anything else both ends do.
fn cut(text: &str, width: usize) -> String {
    let kept = width.saturating_sub(1);
    let head = if text.contains('/') { 0 } else { kept.div_ceil(2) };
    let start: String = taken(text.chars(), head).collect();
    let mut end: Vec<char> = taken(text.chars().rev(), kept - head).collect();
    end.reverse();
    format!("{start}…{}", end.into_iter().collect::<String>())
}

fn taken(chars: impl Iterator<Item = char>, width: usize) -> impl Iterator<Item = char> {
    chars
        .scan(0, |sum, char| {
            *sum += char.width().unwrap_or(0);
            Some((*sum, char))
        })
        .take_while(move |&(sum, _)| sum <= width)
        .map(|(_, char)| char)
}

/// A cell as a person reads it. What null means is a word where there is one: without a GOGC, it is off.
pub(crate) fn shown(column: &Column, row: usize) -> String {
    match column.cell(row) {
        Cell::Null if column.name() == "gogc" => "off".to_owned(),
        cell => cell.humanize(column.unit()),
    }
}

/// What a line has at most where a table would be larger than `MOST_TEXT` without a terminal.
const MOST_COLUMNS: usize = 1000;
const MOST_TEXT: usize = 1 << 26;
/// Between columns.
const GAP: usize = 2;
/// Less than this of a name tells nothing.
const LEAST: usize = 12;

#[cfg(test)]
mod tests {
    use gomem_table::Unit;

    use super::*;
    use crate::show::terminal::Look;

    fn shown(columns: Option<usize>, colours_on_out: bool) -> String {
        let table = Table::new(
            "t",
            vec![
                Column::strings("function", ["example.com/service/store.(*Sessions).touch", "a\tb\u{1b}[2J"]),
                Column::int64("inuse_bytes_of_all", Unit::Bytes, vec![512, -2048]),
                Column::int64("delta", Unit::Bytes, vec![1, -1]),
                Column::strings("advice", ["close it when it is done, or let it end", ""]),
            ],
        );
        let mut text = Vec::new();
        let look = Look { columns, colours_on_out, ..Look::default() };
        write(&table.unwrap(), &mut Output::new(&mut text, look)).unwrap();
        String::from_utf8(text).unwrap()
    }

    #[test]
    fn a_file_gets_everything_in_one_line_a_row() {
        let text = shown(None, false);
        assert_eq!(text.lines().count(), 3);
        assert!(text.contains("  512 B") && text.contains("-2.0 KiB") && text.contains("a\\tb\\u{1b}[2J"), "{text}");
        assert!(text.lines().all(|line| line == line.trim()), "{text}");
    }

    #[test]
    fn a_narrow_terminal_gets_short_names_and_whole_numbers() {
        for width in [60, 72, 80] {
            let text = shown(Some(width), false);
            assert!(text.lines().all(|line| line.width() <= width), "{text}");
            assert!(text.contains("…") && text.contains(".touch") && text.contains("-2.0 KiB"), "{text}");
            assert!(text.contains("inuse_") && text.contains("end"), "{text}");
        }
        assert_eq!(shown(Some(200), false), shown(None, false));
    }

    #[test]
    fn colours_are_few_and_take_no_room() {
        let text = shown(None, true);
        let plain = anstream::adapter::strip_str(&text).to_string();
        assert_eq!(plain, shown(None, false));
        assert!(text.contains("\u{1b}[1mfunction") && text.contains("2J") && !text.contains("\u{1b}[2J"), "{text:?}");
    }

    #[test]
    fn texts_are_cut_by_width_where_they_tell_least() {
        assert_eq!(cut("example.com/store.(*Sessions).touch", 14), "…ssions).touch");
        assert_eq!(cut("make([]byte, 98304)", 12), "make([…8304)");
        assert!(cut("漢字漢字漢字漢字", 9).width() <= 9);
    }
}
