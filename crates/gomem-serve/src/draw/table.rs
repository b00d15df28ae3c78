//! A table as HTML.

use std::fmt::Write as _;

use gomem_pprof::quoted;
use gomem_table::{Cell, Kind, Table};

use crate::{
    draw::escape::escape,
    query::{LIST, Query},
};

/// The first rows of a table; a text may lead somewhere.
pub(crate) fn table_html(table: &Table, most: usize, link: impl Fn(&str, &str) -> Option<String>) -> String {
    let class = |kind: Kind| if kind.is_number() { " class=\"n\"" } else { "" };
    let mut html = "<div class=\"scroll\"><table><thead><tr>".to_owned();
    for column in table.columns() {
        let name = escape(&column.name().replace('_', " "));
        let _ = write!(html, "<th{}>{name}</th>", class(column.kind()));
    }
    html.push_str("</tr></thead><tbody>\n");
    for row in 0..table.rows().min(most) {
        html.push_str("<tr>");
        for column in table.columns() {
            let cell = column.cell(row);
            // Paths and functions break between their elements.
            let text = escape(&cell.humanize(column.unit())).replace('/', "/<wbr>");
            let address = cell.as_str().and_then(|text| link(column.name(), text));
            let text = match address {
                Some(address) => format!("<a href=\"{}\"><code>{text}</code></a>", escape(&address)),
                None if matches!(cell, Cell::Text(_)) => format!("<code>{text}</code>"),
                None => text,
            };
            let _ = write!(html, "<td{}>{text}</td>", class(column.kind()));
        }
        html.push_str("</tr>\n");
    }
    html.push_str("</tbody></table></div>\n");
    if table.rows() > most {
        let _ = writeln!(html, "<p class=\"soft\">{most} of {} rows; a filter leaves fewer.</p>", table.rows());
    }
    html
}

/// The address of a function's lines.
pub(crate) fn listing_link(query: &Query, function: &str) -> String {
    query.with(LIST, &format!("^{}$", quoted(function))).address("/list")
}

/// A page of more takes a browser long.
pub(crate) const MOST_ROWS: usize = 500;

/// A row with a bar behind its cells.
#[derive(Debug)]
pub(crate) struct Bar {
    pub(crate) cells: Vec<String>,
    /// The length of its parts, as a share of the longest bar.
    pub(crate) solid: f64,
    pub(crate) pale: f64,
}

/// Bars below each other, with their numbers.
pub(crate) fn bars_html(heads: &[&str], bars: &[Bar]) -> String {
    let mut html = "<div class=\"scroll\"><table class=\"bars\"><thead><tr>".to_owned();
    for (at, head) in heads.iter().enumerate() {
        let class = if at + 1 == heads.len() { "" } else { " class=\"n\"" };
        let _ = write!(html, "<th{class}>{}</th>", escape(head));
    }
    html.push_str("</tr></thead><tbody>\n");
    for Bar { cells, solid, pale } in bars {
        html.push_str("<tr>");
        for cell in cells {
            let _ = write!(html, "<td class=\"n\">{}</td>", escape(cell));
        }
        let part = |share: &f64| format!("{:.2}%", share * 100.0);
        let _ = writeln!(
            html,
            "<td class=\"bar\"><i style=\"width:{}\"></i><i class=\"pale\" style=\"width:{}\"></i></td></tr>",
            part(solid),
            part(pale)
        );
    }
    html.push_str("</tbody></table></div>\n");
    html
}
