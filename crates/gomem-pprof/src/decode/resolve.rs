//! Ids and string indexes to places in columns, once all is read: afterwards every reference holds.

use std::{borrow::Cow, sync::Arc};

use super::{
    decoder::{Decoder, NO_STRING, RawMapping},
    ids::Ids,
    sample_positions::SamplePositions,
};
use crate::{
    error::{Error, ErrorKind, Flaw},
    model::{
        BASE_LABEL, FunctionColumns, FunctionId, LabelColumns, LineColumns, LocationId, MappingColumns, Profile,
        SampleColumns, SampleType, is_of_base,
    },
};

impl Decoder<'_> {
    /// Resolves ids and strings, in the order of what depends on what.
    pub(super) fn finish(mut self, bytes: Cow<'_, [u8]>) -> Result<Profile, Error> {
        if self.sample_types.is_empty() {
            return Err(Error::new(ErrorKind::NoSampleTypes));
        }
        if !self.strings.bytes(0).is_empty() {
            self.flaw(0, Flaw::FirstString)?;
        }
        for [name, unit] in std::mem::take(&mut self.sample_types) {
            let sample_type = self.sample_type(name, unit)?;
            self.profile.sample_types.push(sample_type);
        }
        if let Some([name, unit]) = self.period_type {
            self.profile.period_type = Some(self.sample_type(name, unit)?);
        }
        let [default, drop_frames, keep_frames, doc_url] = self.texts;
        self.profile.default_sample_type = Some(self.text(default, 0)?).filter(|name| !name.is_empty());
        self.profile.drop_frames = self.text(drop_frames, 0)?;
        self.profile.keep_frames = self.text(keep_frames, 0)?;
        self.profile.doc_url = self.text(doc_url, 0)?;
        for comment in std::mem::take(&mut self.comments) {
            let comment = self.text(comment.cast_signed(), 0)?;
            self.profile.comments.push(comment);
        }
        let mappings = self.finish_mappings()?;
        let functions = self.finish_functions()?;
        let locations = self.finish_locations(&mappings, &functions)?;
        let positions = SamplePositions::new(&bytes);
        let rows = self.finish_values(&positions)?;
        let have_small_sums = self.samples.have_small_sums();
        let are_indexes = locations.are_from_one() && self.samples.are_within(locations.count());
        let resolved = if are_indexes { None } else { Some(self.resolve_stacks(&locations, &positions)?) };
        self.finish_labels(&positions)?;
        let samples = match resolved {
            None => std::mem::take(&mut self.samples).finish(bytes.into_owned()),
            Some(resolved) => resolved,
        };
        self.profile.samples = match rows {
            None => samples,
            Some(rows) => samples.with_rows(rows),
        };
        self.profile.pprof_compat = self.options.pprof_compat;
        // A difference that pprof saved says so at the samples of its base.
        let names_base = (0..self.strings.len() as u32).any(|id| self.strings.bytes(id) == BASE_LABEL.as_bytes());
        self.profile.strings = Arc::new(self.strings);
        self.profile.has_base = names_base && self.profile.samples().any(is_of_base);
        if !have_small_sums {
            self.profile.note_large_sums();
        }
        Ok(self.profile)
    }

    fn finish_mappings(&mut self) -> Result<Ids, Error> {
        let mut ids = Ids::default();
        for RawMapping { id, numbers, names, has, offset } in std::mem::take(&mut self.mappings) {
            let [start, limit, file_offset] = numbers;
            let (filename, build_id) = (self.string(names[0], offset)?, self.string(names[1], offset)?);
            if !ids.insert(id) {
                self.flaw(offset, Flaw::Id { what: "mapping", id })?;
            }
            self.profile.mappings.push(MappingColumns { start, limit, file_offset, filename, build_id, has });
        }
        Ok(ids)
    }

    fn finish_functions(&mut self) -> Result<Ids, Error> {
        let mut ids = Ids::default();
        for (id, [name, system_name, filename], start_line, offset) in std::mem::take(&mut self.functions) {
            let columns = FunctionColumns {
                name: self.string(name, offset)?,
                system_name: self.string(system_name, offset)?,
                filename: self.string(filename, offset)?,
                start_line,
            };
            if !ids.insert(id) {
                self.flaw(offset, Flaw::Id { what: "function", id })?;
            }
            self.profile.functions.push(columns);
        }
        Ok(ids)
    }

    fn finish_locations(&mut self, mappings: &Ids, functions: &Ids) -> Result<Ids, Error> {
        let mut ids = Ids::default();
        let lines = std::mem::take(&mut self.lines);
        let mut begin = 0;
        self.profile.line_offsets.push(0);
        for (index, raw) in (0..).zip(std::mem::take(&mut self.locations)) {
            if !ids.insert(raw.id) {
                self.flaw(raw.offset, Flaw::Id { what: "location", id: raw.id })?;
            }
            let before = self.profile.lines.len();
            for &(id, line, column) in &lines[begin..raw.lines_end] {
                match functions.find(id).map(FunctionId) {
                    function @ Some(_) => self.profile.lines.push(LineColumns { function, line, column }),
                    // A line of no function says nothing.
                    None => self.flaw(raw.offset, Flaw::NoFunction { id })?,
                }
            }
            if self.profile.lines.len() == before {
                self.profile.lines.push(LineColumns::UNKNOWN);
            }
            begin = raw.lines_end;
            let mapping = mappings.find(raw.mapping);
            if mapping.is_none() && raw.mapping != 0 {
                self.note(raw.offset, Flaw::NoMapping { id: raw.mapping });
            }
            if raw.is_folded {
                self.profile.folded_locations.push(LocationId(index));
            }
            self.profile.line_offsets.push(self.profile.lines.len());
            self.profile.addresses.push(raw.address);
            self.profile.location_mappings.push(mapping);
        }
        Ok(ids)
    }

    /// Brings every sample to as many values as there are sample types: all rows, when any had another number.
    fn finish_values(&mut self, positions: &SamplePositions<'_>) -> Result<Option<Vec<i64>>, Error> {
        let (samples, width) = (self.samples.len(), self.profile.sample_types.len());
        // Values that are missing are made up for, so that their number does not follow from the size of the input.
        if (samples as u64).saturating_mul(width as u64) > self.options.limits.values {
            return Err(Error::limit("values", self.options.limits.values));
        }
        if self.samples.have_values(width) {
            return Ok(None);
        }
        let mut rows = Vec::with_capacity(samples * width);
        for index in 0..samples {
            let values = self.samples.values(positions.profile, index);
            let found = values.len();
            rows.extend(values.chain(std::iter::repeat(0)).take(width));
            if found != width {
                self.flaw(positions.of(index), Flaw::ValueCount { found, expected: width })?;
            }
        }
        Ok(Some(rows))
    }

    /// Ids to indexes. Frames that are nowhere are left out.
    fn resolve_stacks(&mut self, locations: &Ids, positions: &SamplePositions<'_>) -> Result<SampleColumns, Error> {
        let raw = std::mem::take(&mut self.samples);
        let mut resolved = SampleColumns::default();
        let mut found = Vec::new();
        for index in 0..raw.len() {
            found.clear();
            for id in raw.ids(positions.profile, index) {
                match locations.find(id) {
                    Some(location) => found.push(LocationId(location)),
                    None => self.flaw(positions.of(index), Flaw::NoLocation { id })?,
                }
            }
            resolved.push(&found, raw.values(positions.profile, index));
        }
        Ok(resolved)
    }

    /// Makes a flaw of each label whose strings are not there.
    fn finish_labels(&mut self, positions: &SamplePositions<'_>) -> Result<(), Error> {
        let strings = self.strings.len().max(1);
        let is_whole = |label: &LabelColumns| {
            [label.key, label.text, label.unit].iter().all(|&id| (id as usize) < strings || id == NO_STRING)
        };
        if self.profile.labels.distinct().iter().all(is_whole) {
            return Ok(());
        }
        let mut missing = Vec::new();
        self.profile.labels.each_mut(|label, sample| {
            for id in [&mut label.key, &mut label.text, &mut label.unit] {
                if *id as usize >= strings && *id != NO_STRING {
                    missing.push((sample, i64::from(*id)));
                    *id = NO_STRING;
                }
            }
        });
        for (sample, index) in missing {
            self.flaw(positions.of(sample), Flaw::NoString { index })?;
        }
        Ok(())
    }

    fn sample_type(&mut self, name: i64, unit: i64) -> Result<SampleType, Error> {
        Ok(SampleType { name: self.text(name, 0)?, unit: self.text(unit, 0)? })
    }

    fn text(&mut self, index: i64, offset: usize) -> Result<String, Error> {
        let id = self.string(index, offset)?;
        Ok(self.strings.text(id).to_owned())
    }

    fn string(&mut self, index: i64, offset: usize) -> Result<u32, Error> {
        match u32::try_from(index) {
            Ok(id) if id == 0 || (id as usize) < self.strings.len() => Ok(id),
            _ => {
                self.flaw(offset, Flaw::NoString { index })?;
                Ok(NO_STRING)
            }
        }
    }
}
