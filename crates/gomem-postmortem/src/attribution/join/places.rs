//! The places that a profile names.

use std::sync::Arc;

use foldhash::HashMap;
use gomem_pprof::{Function, FunctionId, Line};

use crate::attribution::{
    join::numbers::Numbers,
    place::{Code, Place},
};

/// The places of a profile, each once. A profile has many lines and few functions, so that a place is a function's number
/// and a line until it is asked for.
#[derive(Default)]
pub(crate) struct Places {
    all: Vec<(Option<u32>, i64)>,
    functions: Vec<Arc<Code>>,
}

impl Places {
    pub(crate) fn place(&self, index: u32) -> Place {
        let (function, line) = self.all[index as usize];
        let Some(function) = function else { return Place::unknown() };
        Place::in_code(Arc::clone(&self.functions[function as usize]), line)
    }

    /// The number of a place's function.
    pub(crate) fn function_of(&self, index: u32) -> Option<u32> {
        self.all[index as usize].0
    }

    pub(crate) fn function(&self, number: u32) -> Arc<str> {
        Arc::clone(&self.functions[number as usize].function)
    }
}

/// Collects places, and finds the index of each.
#[derive(Default)]
pub(crate) struct PlaceIndex {
    places: Places,
    indexes: Numbers,
    /// Of several ids that have the same names, each has the same number.
    numbers: HashMap<FunctionId, u32>,
    by_names: HashMap<Arc<Code>, u32>,
}

impl PlaceIndex {
    pub(crate) fn index(&mut self, line: Line<'_>) -> u32 {
        let known = line.function().map(|function| (self.number(function), line.line()));
        let key = known.map_or((None, 0), |(function, line)| (Some(function), line));
        let Self { places, indexes, .. } = self;
        let next = places.all.len();
        let known = indexes.find_or_add(&key, next, |index| places.all[index]);
        if known.is_none() {
            places.all.push(key);
        }
        known.unwrap_or(next) as u32
    }

    /// The number of a function, the same for all that are called alike and stand in one file.
    pub(crate) fn number(&mut self, function: Function<'_>) -> u32 {
        let Self { places, numbers, by_names, .. } = self;
        *numbers.entry(function.id()).or_insert_with(|| {
            let code = Code { function: function.name().into(), file: function.path().as_str().into() };
            *by_names.entry(Arc::new(code)).or_insert_with_key(|code| {
                places.functions.push(Arc::clone(code));
                places.functions.len() as u32 - 1
            })
        })
    }

    /// The places, without what finds them.
    pub(crate) fn finish(self) -> Places {
        let mut places = self.places;
        places.all.shrink_to_fit();
        places
    }
}
