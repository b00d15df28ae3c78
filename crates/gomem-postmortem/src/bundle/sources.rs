//! Which files the parts of a report are made of.

use crate::bundle::bundle::{Bundle, Contents};

/// The files of a bundle by what they are.
#[derive(Debug, Clone)]
pub(crate) struct Sources {
    /// The heap profile that sites and flame graph show.
    pub(crate) latest_heap: Option<String>,
    of_kind: Vec<(Contents, String)>,
}

impl Sources {
    pub(crate) fn of(bundle: &Bundle) -> Self {
        let of_kind = Contents::ALL.map(|kind| (kind, bundle.files_of(kind)));
        Self {
            latest_heap: bundle.latest_heap().map(|heap| heap.name.clone()),
            of_kind: of_kind.into_iter().filter(|(_, files)| !files.is_empty()).collect(),
        }
    }

    /// The files of a kind, in words; empty when there are none.
    pub(crate) fn files(&self, kind: Contents) -> &str {
        self.of_kind.iter().find(|found| found.0 == kind).map_or("", |found| &found.1)
    }

    /// Every kind that there is, by name, with its files.
    pub(crate) fn all(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.of_kind.iter().map(|(kind, files)| (kind.name(), files.as_str()))
    }
}
