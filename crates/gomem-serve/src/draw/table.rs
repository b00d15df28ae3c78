//! A table as HTML.

use gomem_pprof::quoted;
use gomem_table::{Cell, Column, Table};
use minijinja::{Value, context};

use crate::{
    draw::rendered::{breaking, rendered},
    query::{LIST, Query},
};

/// The first rows of a table; a text may lead somewhere.
pub(crate) fn table_html(table: &Table, most: usize, link: impl Fn(&str, &str) -> Option<String>) -> String {
    let heads = table.columns().iter().map(|column| {
        context! { name => column.name().replace('_', " "), is_number => column.kind().is_number() }
    });
    let cell = |column: &Column, row: usize| {
        let cell = column.cell(row);
        context! {
            text => breaking(&cell.humanize(column.unit())),
            address => cell.as_str().and_then(|text| link(column.name(), text)),
            is_text => matches!(cell, Cell::Text(_)),
            is_number => column.kind().is_number(),
        }
    };
    let rows = (0..table.rows().min(most))
        .map(|row| table.columns().iter().map(|column| cell(column, row)).collect::<Value>());
    rendered(
        include_str!("../../assets/table.html"),
        context! { heads => heads.collect::<Value>(), rows => rows.collect::<Value>(), all => table.rows() },
    )
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
    let part = |share: f64| format!("{:.2}%", share * 100.0);
    let bars = bars.iter().map(|bar| context! { cells => bar.cells.iter().map(String::as_str).collect::<Value>(), solid => part(bar.solid), pale => part(bar.pale) });
    rendered(
        include_str!("../../assets/bars.html"),
        context! { heads => heads.iter().copied().collect::<Value>(), bars => bars.collect::<Value>() },
    )
}
