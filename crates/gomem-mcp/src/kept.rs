//! The latest documents, so that a handle need not run the command again.

use std::{collections::VecDeque, ffi::OsString, sync::Arc};

use crate::document::{Document, Where};

/// What a document is an answer to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Question {
    pub(crate) arguments: Vec<OsString>,
    /// Of a report, which part.
    pub(crate) part: Option<String>,
    pub(crate) wanted: Where,
}

/// The latest documents: few, and of few bytes.
#[derive(Debug, Default)]
pub(crate) struct Kept(VecDeque<(Question, Arc<Document>)>);

impl Kept {
    pub(crate) fn find(&self, question: &Question, digest: u64) -> Option<Arc<Document>> {
        let found = self.0.iter().find(|(kept, document)| kept == question && document.digest == digest);
        found.map(|(_, document)| Arc::clone(document))
    }

    pub(crate) fn keep(&mut self, question: Question, document: &Arc<Document>) {
        self.0.retain(|(kept, _)| *kept != question);
        self.0.push_front((question, Arc::clone(document)));
        let sums = self.0.iter().scan(0, |sum, (_, document)| {
            *sum += document.bytes();
            Some(*sum)
        });
        let fitting = sums.take(MOST).take_while(|&sum| sum <= MOST_BYTES).count();
        self.0.truncate(fitting);
    }
}

const MOST: usize = 8;
const MOST_BYTES: usize = 64 << 20;

#[cfg(test)]
mod tests {
    use super::*;

    fn question(name: &str) -> Question {
        Question { arguments: vec![name.into()], part: None, wanted: Where::default() }
    }

    #[test]
    fn the_latest_stay_as_far_as_there_is_room() {
        let mut kept = Kept::default();
        let small = Arc::new(Document { rows: vec!["{}".to_owned()], ..Document::default() });
        (0..2 * MOST).for_each(|index| kept.keep(question(&index.to_string()), &small));
        assert_eq!(kept.0.len(), MOST);
        assert!(kept.find(&question("0"), 0).is_none() && kept.find(&question("15"), 0).is_some());
        assert!(kept.find(&question("15"), 1).is_none(), "another one by now");
        let large = Arc::new(Document { rows: vec!["x".repeat(MOST_BYTES / 2)], ..Document::default() });
        (0..4).for_each(|index| kept.keep(question(&index.to_string()), &large));
        assert_eq!(kept.0.len(), 1, "two are more than there is room for");
    }
}
