//! What became of a file of a bundle.

use crate::bundle::artifact::Contents;

/// What a file was read as, and what is to be said about it.
pub(crate) struct Outcome {
    pub(crate) name: String,
    pub(crate) contents: Vec<Contents>,
    /// Why it, or a part of it, was not used.
    pub(crate) reasons: Vec<String>,
}

impl Outcome {
    /// The file turned out to be of no use as what it was read as.
    pub(crate) fn withdraw(&mut self, contents: Contents, reason: String) {
        self.contents.retain(|found| *found != contents);
        self.reasons.push(reason);
    }
}
