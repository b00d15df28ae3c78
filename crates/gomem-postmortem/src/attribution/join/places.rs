//! The places that a profile names.

use std::sync::Arc;

use foldhash::HashMap;
use gomem_pprof::{FunctionId, Line};

use crate::attribution::place::Place;

/// The places of a profile, each once: most are told to be known by their ids already, without any text being made.
#[derive(Default)]
pub(crate) struct Places {
    all: Vec<Place>,
    indexes: HashMap<Place, u32>,
    by_id: HashMap<(Option<FunctionId>, i64), u32>,
    /// The names of functions that lines of the user's own call.
    pub(crate) callees: HashMap<FunctionId, Arc<str>>,
}

impl Places {
    pub(crate) fn index(&mut self, line: Line<'_>) -> u32 {
        let Self { all, indexes, by_id, .. } = self;
        *by_id.entry((line.function().map(|function| function.id()), line.line())).or_insert_with(|| {
            let place = Place::from_frame(line);
            *indexes.entry(place).or_insert_with_key(|place| {
                all.push(place.clone());
                all.len() as u32 - 1
            })
        })
    }

    pub(crate) fn place(&self, index: u32) -> Place {
        self.all[index as usize].clone()
    }
}
