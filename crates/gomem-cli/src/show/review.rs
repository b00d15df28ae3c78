//! What a pull request is told: what got worse, at which line and why, in the form of a comment or of each forge.

mod annotation;
mod checkout;
mod comment;
mod decision;
mod github;
mod gitlab;
mod sarif;

use gomem_table::Table;

pub(crate) use annotation::{Annotation, Level, Step};

use self::checkout::Checkout;
use crate::{
    failure::Failure,
    show::{format::ReviewFormat, output::Output},
};

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

impl Review {
    /// Writes what the forms of forges have; a comment for whatever is none of those.
    pub(crate) fn write(mut self, format: ReviewFormat, out: &mut Output<'_>) -> Result<(), Failure> {
        let checkout = Checkout::here();
        for annotation in &mut self.annotations {
            checkout.place(&mut annotation.file);
            annotation.steps.iter_mut().for_each(|step| checkout.place(&mut step.file));
        }
        match format {
            ReviewFormat::Sarif => sarif::write(&self.annotations, out),
            ReviewFormat::Github => github::write(&self.annotations, out),
            ReviewFormat::Gitlab => gitlab::write(&self.annotations, out),
            ReviewFormat::Table(_) => comment::write(&self, out),
        }
    }
}

impl Section {
    /// `None` of an empty table.
    pub(crate) fn new(title: impl Into<String>, table: Table) -> Option<Self> {
        (table.rows() > 0).then(|| Self { title: title.into(), table })
    }
}
