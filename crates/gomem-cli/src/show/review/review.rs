//! What a pull request is told, whatever its form.

use gomem_table::Table;

use crate::show::review::Annotation;

/// What a command says to a pull request.
#[derive(Debug, Default)]
pub(crate) struct Review {
    /// The command, which is also the name of its comment.
    pub(crate) command: &'static str,
    /// What it comes to, in a line.
    pub(crate) headline: String,
    /// What got worse, the worst first.
    pub(crate) annotations: Vec<Annotation>,
    /// What else there is to see, folded in.
    pub(crate) sections: Vec<Section>,
    /// What to know of it, a sentence each.
    pub(crate) notes: Vec<String>,
}

/// A table below its title.
#[derive(Debug)]
pub(crate) struct Section {
    pub(crate) title: String,
    pub(crate) table: Table,
}

impl Section {
    /// `None` of an empty table.
    pub(crate) fn new(title: impl Into<String>, table: Table) -> Option<Self> {
        (table.rows() > 0).then(|| Self { title: title.into(), table })
    }
}
