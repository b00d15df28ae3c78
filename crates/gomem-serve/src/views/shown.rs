//! What a page is asked, and what it shows.

use gomem_postmortem::{Bundle, Report};
use gomem_table::Table;

use crate::query::Query;

/// What a question is asked of.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Question<'a> {
    pub(crate) bundle: &'a Bundle,
    pub(crate) report: &'a Report,
    pub(crate) query: &'a Query,
}

/// What a page shows below its filters.
#[derive(Debug)]
pub(crate) struct Shown {
    /// HTML.
    pub(crate) body: String,
    /// All rows, where it is a table.
    pub(crate) table: Option<Table>,
}

impl Shown {
    pub(super) fn body(body: String) -> Self {
        Self { body, table: None }
    }

    pub(super) fn rows(table: Table, body: String) -> Self {
        Self { body, table: Some(table) }
    }
}
