//! What costs most.

use gomem_pprof::TopOptions;
use gomem_table::ToTable;

use crate::{
    chosen::Chosen,
    draw::{MOST_ROWS, listing_link, table_html},
    query::Query,
    views::shown::Shown,
};

/// Flat and cum by function, line, package or whatever a row is; with an earlier profile, what became of each.
pub(crate) fn top_view(query: &Query, chosen: &Chosen<'_>) -> Shown {
    let options = TopOptions::new(chosen.sample_type).by(query.by.unwrap_or_default());
    let (table, left_out) = match &chosen.diff {
        Some(diff) => (diff.top(&options).to_table(), &OF_DIFFERENCES[..]),
        None => (chosen.profile().top(&options).to_table(), &[][..]),
    };
    let key = options.by.key_columns();
    let values = table.columns().iter().map(gomem_table::Column::name);
    let values = values.filter(|name| !left_out.contains(name) && !SHORT_NAMES.contains(name) && !key.contains(name));
    let columns: Vec<&str> = key.iter().copied().chain(values).collect();
    let link = |column: &str, text: &str| (column == "function").then(|| listing_link(query, text));
    let body = table_html(&table.select(&columns), MOST_ROWS, link);
    Shown::rows(table, body)
}

/// What the key says in full.
const SHORT_NAMES: [&str; 2] = ["place", "short_function"];
/// What only programs want.
const OF_DIFFERENCES: [&str; 2] = ["delta_low", "delta_high"];
