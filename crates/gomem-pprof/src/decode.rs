//! Bytes to [`Profile`]: one pass over the wire, straight into columns.
//!
//! Ids and string indexes may point forward (Go writes the string table last), so they are kept as written and resolved
//! at the end; afterwards every reference holds.

use std::{borrow::Cow, cell::OnceCell, sync::Arc};

use crate::{
    error::{DecodeOptions, Diagnostic, Error, ErrorKind, Flaw},
    inflate::inflate,
    profile::{
        FunctionColumns, FunctionId, LabelColumns, LineColumns, LocationId, MappingColumns, Profile, SampleType,
    },
    samples::{Samples, count},
    strings::Strings,
    text::Form,
    wire::Wire,
};

use self::{
    ids::Ids,
    label_sets::{LabelBytes, LabelSets},
    raw_samples::{Plain, RawSamples},
};

mod ids;
mod label_sets;
mod raw_samples;

pub(crate) fn decode(bytes: &[u8], options: &DecodeOptions) -> Result<Profile, Error> {
    if bytes.is_empty() {
        return Err(Error::new(ErrorKind::Empty));
    }
    let (inflated, trailing) = inflate(bytes, &options.limits)?;
    if let Some(form) = Form::sniff(&inflated) {
        return form.decode(&inflated, options);
    }
    if let Some(kind) = announced(&inflated) {
        return Err(Error::new(kind));
    }
    let mut decoder = Decoder::new(options, inflated.len());
    if trailing {
        decoder.flaw(bytes.len(), Flaw::TrailingBytes)?;
    }
    decoder.messages(Wire::new(&inflated))?;
    decoder.finish(inflated)
}

/// What the first bytes say when they say something other than protobuf.
fn announced(bytes: &[u8]) -> Option<ErrorKind> {
    let known: [(&[u8], &'static str, &'static str); 3] = [
        (b"<!DOCTYPE", "an HTML page", "check the URL it was fetched from"),
        (b"<html", "an HTML page", "check the URL it was fetched from"),
        (b"go 1.", "an execution trace", "`go tool trace` reads it"),
    ];
    let (_, format, instead) = known.into_iter().find(|(magic, ..)| bytes.starts_with(magic))?;
    Some(ErrorKind::Unsupported { format, instead })
}

struct Decoder<'a> {
    options: &'a DecodeOptions,
    profile: Profile,
    strings: Strings,
    /// How many bytes there are: what is left to come.
    length: usize,
    samples: RawSamples,
    /// Type and unit of each sample type, as string indexes.
    sample_types: Vec<[i64; 2]>,
    period_type: Option<[i64; 2]>,
    /// Default sample type, drop frames, keep frames and page, as string indexes.
    texts: [i64; 4],
    comments: Vec<u64>,
    locations: Vec<RawLocation>,
    lines: Vec<(u64, i64, i64)>,
    functions: Vec<(u64, [i64; 3], i64, usize)>,
    mappings: Vec<RawMapping>,
}

struct RawLocation {
    id: u64,
    address: u64,
    mapping: u64,
    is_folded: bool,
    lines_end: usize,
    offset: usize,
}

#[derive(Default)]
struct RawMapping {
    id: u64,
    /// Start, limit, file offset.
    numbers: [u64; 3],
    /// File name and build id, as string indexes.
    names: [i64; 2],
    has: [bool; 4],
    offset: usize,
}

impl<'a> Decoder<'a> {
    fn new(options: &'a DecodeOptions, length: usize) -> Self {
        Self {
            options,
            profile: Profile::default(),
            strings: Strings::default(),
            length,
            samples: RawSamples::new(length),
            sample_types: Vec::new(),
            period_type: None,
            texts: [0; 4],
            comments: Vec::new(),
            locations: Vec::new(),
            lines: Vec::new(),
            functions: Vec::new(),
            mappings: Vec::new(),
        }
    }

    fn messages(&mut self, mut wire: Wire<'_>) -> Result<(), Error> {
        let mut label_sets = LabelSets::default();
        while let Some(field) = wire.field()? {
            match field {
                1 => {
                    self.sample_types.push(value_type(wire.message("sample type")?)?);
                    if self.sample_types.len() as u64 > self.options.limits.sample_types {
                        return Err(Error::limit("sample types", self.options.limits.sample_types));
                    }
                }
                2 => self.sample(wire.message("sample")?, &mut label_sets)?,
                3 => self.mapping(wire.message("mapping")?)?,
                4 => self.location(wire.message("location")?)?,
                5 => self.function(wire.message("function")?)?,
                6 => {
                    self.check_entries("strings", self.strings.len())?;
                    self.strings.push_bytes(wire.text()?);
                }
                7 => self.texts[1] = wire.signed()?,
                8 => self.texts[2] = wire.signed()?,
                9 => {
                    if self.profile.time_nanos.is_some() {
                        self.flaw(wire.offset(), Flaw::Concatenated)?;
                    }
                    self.profile.time_nanos = Some(wire.signed()?).filter(|&time| time != 0);
                }
                10 => self.profile.duration_nanos = Some(wire.signed()?).filter(|&duration| duration != 0),
                11 => self.period_type = Some(value_type(wire.message("sample type")?)?),
                12 => self.profile.period = wire.signed()?,
                13 => wire.numbers(|comment| self.comments.push(comment))?,
                14 => self.texts[0] = wire.signed()?,
                15 => self.texts[3] = wire.signed()?,
                _ => {}
            }
        }
        Ok(())
    }

    fn check_entries(&self, what: &'static str, length: usize) -> Result<(), Error> {
        if length as u64 >= self.options.limits.entries {
            return Err(Error::limit(what, self.options.limits.entries));
        }
        Ok(())
    }

    fn sample<'b>(&mut self, sample: Wire<'b>, label_sets: &mut LabelSets<'b>) -> Result<(), Error> {
        let limits = &self.options.limits;
        if self.samples.len() as u64 >= limits.samples {
            return Err(Error::limit("samples", limits.samples));
        }
        let plain = match Plain::of(sample) {
            Some(plain) => self.label_set(plain.labels, sample, label_sets)?.map(|set| (plain, set)),
            None => None,
        };
        match plain {
            Some((plain, set)) => {
                self.samples.add_plain(sample.offset(), plain)?;
                self.profile.labels.push_set(set);
                self.check_depth(plain.stack.rest().len(), || count(plain.stack.rest()))?;
            }
            None => self.scattered_sample(sample)?,
        }
        if self.samples.len() == FORECAST_SAMPLES {
            self.reserve(sample.offset());
        }
        Ok(())
    }

    /// The set of labels that is all that is left of a sample; `None` when other fields are there as well.
    #[inline]
    fn label_set<'b>(
        &mut self,
        mut labels: Wire<'b>,
        sample: Wire<'b>,
        label_sets: &mut LabelSets<'b>,
    ) -> Result<Option<u32>, Error> {
        if labels.rest().is_empty() {
            return Ok(Some(NO_LABELS));
        }
        let bytes = LabelBytes::at_end(sample.rest(), labels.rest());
        if let Some(set) = label_sets.find(bytes) {
            return Ok(Some(set));
        }
        let mut fields = labels;
        while let Some(field) = fields.field()? {
            if field != 3 {
                return Ok(None);
            }
        }
        while labels.field()?.is_some() {
            self.label(labels.message("label")?, sample.offset())?;
        }
        let set = self.profile.labels.end_set();
        label_sets.insert(bytes, set);
        Ok(Some(set))
    }

    /// A sample whose fields come in any order, and any number of times.
    #[cold]
    fn scattered_sample(&mut self, mut sample: Wire<'_>) -> Result<(), Error> {
        let begin = sample.offset();
        let (mut stack, mut values) = (Vec::new(), Vec::new());
        while let Some(field) = sample.field()? {
            match field {
                1 => sample.numbers(|id| stack.push(id))?,
                2 => sample.numbers(|value| values.push(value))?,
                3 => self.label(sample.message("label")?, begin)?,
                _ => {}
            }
        }
        self.samples.add(&stack, &values);
        let set = self.profile.labels.end_set();
        self.profile.labels.push_set(set);
        self.check_depth(stack.len(), || stack.len())
    }

    /// Whether a stack is too deep; its frames are counted only when it has that many bytes.
    #[inline]
    fn check_depth(&self, bytes: usize, frames: impl FnOnce() -> usize) -> Result<(), Error> {
        let most = self.options.limits.stack_depth;
        if bytes as u64 > most && frames() as u64 > most {
            return Err(Error::limit("frames in one sample", most));
        }
        Ok(())
    }

    #[inline]
    fn label(&mut self, mut wire: Wire<'_>, sample: usize) -> Result<(), Error> {
        let mut columns = LabelColumns { key: 0, text: 0, number: 0, unit: 0 };
        while let Some(field) = wire.field()? {
            match field {
                1 => columns.key = self.narrow(wire.signed()?, sample)?,
                2 => columns.text = self.narrow(wire.signed()?, sample)?,
                3 => columns.number = wire.signed()?,
                4 => columns.unit = self.narrow(wire.signed()?, sample)?,
                _ => {}
            }
        }
        // The number 0 without a unit is not written at all; `go tool pprof` loses the label with it.
        let is_lost = columns.text == 0 && columns.number == 0 && columns.unit == 0;
        if !is_lost || !self.options.pprof_compat {
            self.profile.labels.write(columns);
        }
        Ok(())
    }

    /// A string's index, as far as it fits into its column.
    #[inline]
    fn narrow(&mut self, index: i64, offset: usize) -> Result<u32, Error> {
        match u32::try_from(index) {
            Ok(index) => Ok(index),
            Err(_) => {
                self.flaw(offset, Flaw::NoString { index })?;
                Ok(NO_STRING)
            }
        }
    }

    /// Room for what is to come, if the rest of the profile is like its beginning: growing step by step would hold
    /// everything twice.
    fn reserve(&mut self, offset: usize) {
        let whole = FORECAST_SAMPLES as f64 / offset as f64 * self.length as f64 * 1.02;
        // What is no more than a tag and a length is not what the rest is like.
        let most = (self.length / LEAST_SAMPLE).min(usize::try_from(self.options.limits.samples).unwrap_or(usize::MAX));
        let forecast = (whole as usize).min(most).saturating_sub(FORECAST_SAMPLES);
        self.samples.reserve(forecast);
        self.profile.labels.reserve(forecast);
    }

    fn location(&mut self, mut wire: Wire<'_>) -> Result<(), Error> {
        self.check_entries("locations", self.locations.len())?;
        let mut raw =
            RawLocation { id: 0, address: 0, mapping: 0, is_folded: false, lines_end: 0, offset: wire.offset() };
        while let Some(field) = wire.field()? {
            match field {
                1 => raw.id = wire.number()?,
                2 => raw.mapping = wire.number()?,
                3 => raw.address = wire.number()?,
                4 => {
                    let mut message = wire.message("line")?;
                    let mut line = (0, 0, 0);
                    while let Some(field) = message.field()? {
                        match field {
                            1 => line.0 = message.number()?,
                            2 => line.1 = message.signed()?,
                            3 => line.2 = message.signed()?,
                            _ => {}
                        }
                    }
                    self.lines.push(line);
                }
                5 => raw.is_folded = wire.number()? != 0,
                _ => {}
            }
        }
        raw.lines_end = self.lines.len();
        self.locations.push(raw);
        Ok(())
    }

    fn function(&mut self, mut wire: Wire<'_>) -> Result<(), Error> {
        self.check_entries("functions", self.functions.len())?;
        let (offset, mut id, mut names, mut start_line) = (wire.offset(), 0, [0; 3], 0);
        while let Some(field) = wire.field()? {
            match field {
                1 => id = wire.number()?,
                2..=4 => names[field as usize - 2] = wire.signed()?,
                5 => start_line = wire.signed()?,
                _ => {}
            }
        }
        self.functions.push((id, names, start_line, offset));
        Ok(())
    }

    fn mapping(&mut self, mut wire: Wire<'_>) -> Result<(), Error> {
        self.check_entries("mappings", self.mappings.len())?;
        let mut raw = RawMapping { offset: wire.offset(), ..RawMapping::default() };
        while let Some(field) = wire.field()? {
            match field {
                1 => raw.id = wire.number()?,
                2..=4 => raw.numbers[field as usize - 2] = wire.number()?,
                5 | 6 => raw.names[field as usize - 5] = wire.signed()?,
                7..=10 => raw.has[field as usize - 7] = wire.number()? != 0,
                _ => {}
            }
        }
        self.mappings.push(raw);
        Ok(())
    }

    /// Resolves ids and strings, in the order of what depends on what.
    fn finish(mut self, bytes: Cow<'_, [u8]>) -> Result<Profile, Error> {
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
        self.profile.strings = Arc::new(self.strings);
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
    fn resolve_stacks(&mut self, locations: &Ids, positions: &SamplePositions<'_>) -> Result<Samples, Error> {
        let raw = std::mem::take(&mut self.samples);
        let mut resolved = Samples::default();
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

    /// Labels whose strings are not there are told.
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

    fn flaw(&mut self, offset: usize, flaw: Flaw) -> Result<(), Error> {
        if self.options.strict {
            return Err(Error::at(ErrorKind::Strict(flaw), offset));
        }
        self.note(offset, flaw);
        Ok(())
    }

    /// What is told but not refused, not even by `go tool pprof`.
    fn note(&mut self, offset: usize, flaw: Flaw) {
        if (self.profile.diagnostics.len() as u64) < self.options.limits.diagnostics {
            self.profile.diagnostics.push(Diagnostic { offset: offset as u64, line: None, flaw });
        } else {
            self.profile.suppressed_diagnostics += 1;
        }
    }
}

/// Where samples begin, for what is to be told of them: looked up only then.
struct SamplePositions<'a> {
    profile: &'a [u8],
    positions: OnceCell<Vec<usize>>,
}

impl<'a> SamplePositions<'a> {
    fn new(profile: &'a [u8]) -> Self {
        Self { profile, positions: OnceCell::new() }
    }

    fn of(&self, sample: usize) -> usize {
        self.positions.get_or_init(|| self.all()).get(sample).copied().unwrap_or(0)
    }

    fn all(&self) -> Vec<usize> {
        let (mut wire, mut positions) = (Wire::new(self.profile), Vec::new());
        while let Ok(Some(field)) = wire.field() {
            if field == 2
                && let Ok(sample) = wire.message("sample")
            {
                positions.push(sample.offset());
            }
        }
        positions
    }
}

fn value_type(mut wire: Wire<'_>) -> Result<[i64; 2], Error> {
    let mut value_type = [0; 2];
    while let Some(field) = wire.field()? {
        if let 1 | 2 = field {
            value_type[field as usize - 1] = wire.signed()?;
        }
    }
    Ok(value_type)
}

/// The index of a string that is not there; its text is empty.
const NO_STRING: u32 = u32::MAX;

/// The set that is empty.
const NO_LABELS: u32 = 0;

/// The bytes of a sample with a stack of one frame, one value and their tags.
const LEAST_SAMPLE: usize = 8;

/// How many samples are read before the size of the whole is forecast.
const FORECAST_SAMPLES: usize = 2048;

#[cfg(test)]
mod edge_tests;
#[cfg(test)]
pub(crate) mod tests;
