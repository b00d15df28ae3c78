//! What became of a file of a bundle.

use gomem_escape::EscapeLog;

use crate::bundle::{
    artifact::{Contents, Remark, UnusedFile},
    bundle::Bundle,
};

/// What a file was read as, and what is to be said about it.
pub(crate) struct Outcome {
    pub(crate) name: String,
    pub(crate) contents: Vec<Contents>,
    /// Why it, or a part of it, was not used.
    pub(crate) reasons: Vec<String>,
}

impl Outcome {
    pub(crate) fn new(name: &str, contents: Vec<Contents>, reasons: Vec<String>) -> Self {
        Self { name: name.to_owned(), contents, reasons }
    }

    /// The file turned out to be of no use as what it was read as.
    pub(crate) fn withdraw(&mut self, contents: Contents, reason: String) {
        self.contents.retain(|found| *found != contents);
        self.reasons.push(reason);
    }

    /// What the log of a build that failed does not have.
    pub(crate) fn failed_build(outcomes: &[Self], escapes: Option<&EscapeLog>) -> Option<Remark> {
        let error = escapes?.build_errors().first()?;
        let log = outcomes.iter().find(|outcome| outcome.contents.contains(&Contents::EscapeLog))?;
        let text = format!("the build failed, and what was not compiled is missing: {}", error.text.trim());
        Some(Remark { name: log.name.clone(), text })
    }

    /// Says it in the bundle.
    pub(crate) fn tell(self, bundle: &mut Bundle) {
        let Self { name, contents, reasons } = self;
        if contents.is_empty() {
            bundle.unused_files.push(UnusedFile { name, reason: reasons.join("; ") });
            return;
        }
        bundle.contents.extend(contents.into_iter().map(|contents| (name.clone(), contents)));
        bundle.remarks.extend(reasons.into_iter().map(|text| Remark { name: name.clone(), text }));
    }
}
