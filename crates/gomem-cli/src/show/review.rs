//! What a pull request is told: what got worse, at which line and why, in the form of a comment or of each forge.

mod annotation;
mod checkout;
mod comment;
mod decision;
mod github;
mod gitlab;
mod review;
mod sarif;

pub(crate) use annotation::{Annotation, Level, Step};
pub(crate) use review::{Review, Section};

use self::checkout::Checkout;
use crate::{
    failure::Failure,
    show::{format::ReviewFormat, output::Output},
};

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
