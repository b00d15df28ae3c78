//! The labels of the samples, each with what it adds up to.

use gomem_table::ToTable;

use crate::{
    chosen::Chosen,
    draw::{MOST_ROWS, table_html},
    views::shown::Shown,
};

pub(crate) fn labels_view(chosen: &Chosen<'_>) -> Shown {
    let table = chosen.profile().tags(chosen.sample_type).to_table();
    let body = match table.rows() {
        0 => "<p class=\"soft\">No sample has a label. Programs set them with <code>pprof.Do</code>.</p>".to_owned(),
        _ => table_html(&table, MOST_ROWS, |_, _| None),
    };
    Shown::rows(table, body)
}
