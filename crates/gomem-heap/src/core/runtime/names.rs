//! Names, each held once.

use std::{collections::HashSet, sync::Arc};

use foldhash::fast::RandomState;

/// Names, each held once.
#[derive(Debug, Default)]
pub(crate) struct Names(HashSet<Arc<str>, RandomState>);

impl Names {
    pub(crate) fn get(&mut self, name: &str) -> Arc<str> {
        if let Some(known) = self.0.get(name) {
            return known.clone();
        }
        let name: Arc<str> = name.into();
        self.0.insert(name.clone());
        name
    }
}
