//! Putting a profile together, each thing once.

use std::{hash::BuildHasher, sync::Arc};

use foldhash::{HashMap, quality::RandomState};

use super::{
    columns::{FunctionColumns, FunctionId, LabelColumns, LineColumns, LocationId, MappingColumns},
    profile::Profile,
    sample_type::SampleType,
    strings::Strings,
};

/// A profile that grows. What is equal is kept once, samples too when they are [merged](Builder::merge_sample).
pub(crate) struct Builder {
    profile: Profile,
    strings: Strings,
    string_ids: HashMap<Box<[u8]>, u32>,
    functions: HashMap<(u32, u32, u32, i64), FunctionId>,
    locations: HashMap<LocationKey, LocationId>,
    /// No two samples have one hash by intent: its key is random.
    hasher: RandomState,
    /// The last sample of each hash of stack and labels.
    samples: HashMap<u64, u32>,
    /// By sample, the one before it with the same hash.
    earlier: Vec<Option<u32>>,
}

/// What makes two locations one.
#[derive(PartialEq, Eq, Hash)]
struct LocationKey {
    /// From the mapping's start, so that it is the same wherever the program was loaded.
    address: u64,
    mapping: Option<u32>,
    is_folded: bool,
    lines: Box<[LineColumns]>,
}

/// A location to be.
pub(crate) struct NewLocation<'l> {
    pub(crate) address: u64,
    pub(crate) mapping: Option<u32>,
    pub(crate) is_folded: bool,
    /// Innermost first; empty when it is not symbolised.
    pub(crate) lines: &'l [LineColumns],
}

impl Builder {
    pub(crate) fn new(sample_types: Vec<SampleType>) -> Self {
        let mut builder = Self {
            profile: Profile { sample_types, line_offsets: vec![0], ..Profile::default() },
            strings: Strings::default(),
            string_ids: HashMap::default(),
            functions: HashMap::default(),
            locations: HashMap::default(),
            samples: HashMap::default(),
            hasher: RandomState::default(),
            earlier: Vec::new(),
        };
        builder.string(b"");
        builder
    }

    /// What belongs to no sample: times, period, comments.
    pub(crate) fn header(&mut self) -> &mut Profile {
        &mut self.profile
    }

    pub(crate) fn string(&mut self, bytes: &[u8]) -> u32 {
        if let Some(&id) = self.string_ids.get(bytes) {
            return id;
        }
        let id = self.strings.push_bytes(bytes);
        self.string_ids.insert(bytes.into(), id);
        id
    }

    pub(crate) fn function(&mut self, columns: FunctionColumns) -> FunctionId {
        let next = FunctionId(self.profile.functions.len() as u32);
        let key = (columns.name, columns.system_name, columns.filename, columns.start_line);
        let id = *self.functions.entry(key).or_insert(next);
        if id == next {
            self.profile.functions.push(columns);
        }
        id
    }

    pub(crate) fn mapping(&mut self, columns: MappingColumns) -> u32 {
        self.profile.mappings.push(columns);
        self.profile.mappings.len() as u32 - 1
    }

    pub(crate) fn mappings(&self) -> &[MappingColumns] {
        &self.profile.mappings
    }

    pub(crate) fn location(&mut self, new: &NewLocation<'_>) -> LocationId {
        let start = new.mapping.map_or(0, |mapping| self.profile.mappings[mapping as usize].start);
        let mut lines: Box<[LineColumns]> = new.lines.into();
        if self.profile.pprof_compat
            && let Some((_, inner)) = lines.split_last_mut()
        {
            // `go tool pprof` compares the columns of the outermost line alone.
            inner.iter_mut().for_each(|line| line.column = 0);
        }
        let address = new.address.wrapping_sub(start);
        let key = LocationKey { address, mapping: new.mapping, is_folded: new.is_folded, lines };
        let next = LocationId(self.profile.addresses.len() as u32);
        let id = *self.locations.entry(key).or_insert(next);
        if id == next {
            self.profile.addresses.push(new.address);
            self.profile.location_mappings.push(new.mapping);
            self.profile.lines.extend_from_slice(new.lines);
            if new.lines.is_empty() {
                self.profile.lines.push(LineColumns::UNKNOWN);
            }
            self.profile.line_offsets.push(self.profile.lines.len());
            if new.is_folded {
                self.profile.folded_locations.push(id);
            }
        }
        id
    }

    /// Adds a sample, whether there is one like it or not.
    pub(crate) fn push_sample(&mut self, stack: &[LocationId], values: &[i64], labels: &[LabelColumns]) {
        self.profile.samples.push(stack, values.iter().copied());
        self.profile.labels.push(labels);
    }

    /// Adds a sample to one of the same stack and labels, if there is one. What 64 bits would not hold stays apart, so that no
    /// value is lost.
    pub(crate) fn merge_sample(&mut self, stack: &[LocationId], values: &[i64], labels: &[LabelColumns]) {
        let hash = self.hasher.hash_one((stack, labels));
        let last = self.samples.get(&hash).copied();
        let mut candidate = last;
        while let Some(sample) = candidate {
            let index = sample as usize;
            if self.profile.samples.stack(index).eq(stack.iter().copied()) && self.profile.labels.of(index) == labels {
                let width = self.profile.sample_types.len();
                let row = &mut self.profile.samples.rows_mut()[index * width..][..width];
                if row.iter().zip(values).all(|(sum, value)| sum.checked_add(*value).is_some()) {
                    row.iter_mut().zip(values).for_each(|(sum, value)| *sum += value);
                    return;
                }
                // The next one like it is tried with the one that is added now.
                break;
            }
            candidate = self.earlier[index];
        }
        self.samples.insert(hash, self.earlier.len() as u32);
        self.earlier.push(last);
        self.push_sample(stack, values, labels);
    }

    pub(crate) fn finish(mut self) -> Profile {
        self.profile.strings = Arc::new(self.strings);
        self.profile.note_large_sums();
        self.profile
    }
}
