//! Names, each held once.

use std::{collections::HashMap, sync::Arc};

use foldhash::fast::RandomState;

/// Names, each held once.
#[derive(Debug, Default)]
pub(super) struct Names<'a>(HashMap<&'a [u8], Arc<str>, RandomState>);

impl<'a> Names<'a> {
    pub(super) fn get(&mut self, name: &'a [u8]) -> Arc<str> {
        self.0.entry(name).or_insert_with(|| String::from_utf8_lossy(name).into()).clone()
    }
}
