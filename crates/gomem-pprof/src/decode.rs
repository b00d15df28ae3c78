//! Bytes to [`Profile`]: one pass over the wire, straight into columns.
//!
//! Ids and string indexes may point forward (Go writes the string table last), so they are kept as written and resolved
//! at the end; afterwards every reference holds.

use rustc_hash::FxHashMap;

use crate::{
    error::{DecodeOptions, Diagnostic, Error, ErrorKind, Flaw},
    inflate::inflate,
    profile::{
        FunctionColumns, FunctionId, LabelColumns, LineColumns, LocationId, MappingColumns, Profile, SampleType,
    },
    wire::{Value, Wire},
};

pub(crate) fn decode(bytes: &[u8], options: &DecodeOptions) -> Result<Profile, Error> {
    if bytes.is_empty() {
        return Err(Error::new(ErrorKind::Empty));
    }
    let (inflated, trailing) = inflate(bytes, &options.limits)?;
    if let Some(kind) = announced(&inflated) {
        return Err(Error::new(kind));
    }
    let mut decoder = Decoder::new(options);
    if trailing {
        decoder.flaw(bytes.len(), Flaw::TrailingBytes)?;
    }
    decoder.messages(Wire::new(&inflated))?;
    decoder.finish()
}

/// What the first bytes say when they say something other than protobuf.
fn announced(bytes: &[u8]) -> Option<ErrorKind> {
    let known: [(&[u8], &'static str, &'static str); 8] = [
        (b"heap profile:", "a text heap profile (debug=1)", "take it without `debug=1`"),
        (b"goroutine profile:", "a text goroutine profile (debug=1)", "take it without `debug=1`"),
        (b"goroutine ", "a goroutine dump (debug=2)", "take the profile without `debug=2`"),
        (b"threadcreate profile:", "a text profile (debug=1)", "take it without `debug=1`"),
        (b"--- ", "a text contention profile (debug=1)", "take it without `debug=1`"),
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
    /// Type and unit of each sample type, as string indexes.
    sample_types: Vec<[i64; 2]>,
    period_type: Option<[i64; 2]>,
    default_sample_type: i64,
    comments: Vec<u64>,
    /// Values as written, with the number each sample brings.
    value_offsets: Vec<usize>,
    values: Vec<u64>,
    sample_positions: Vec<u32>,
    stacks: Vec<u64>,
    labels: Vec<[i64; 4]>,
    locations: Vec<RawLocation>,
    lines: Vec<(u64, i64, i64)>,
    functions: Vec<(u64, [i64; 3], i64, usize)>,
    mappings: Vec<(u64, [u64; 3], [i64; 2], usize)>,
}

struct RawLocation {
    id: u64,
    address: u64,
    mapping: u64,
    lines_end: usize,
    offset: usize,
}

impl<'a> Decoder<'a> {
    fn new(options: &'a DecodeOptions) -> Self {
        Self {
            options,
            profile: Profile { stack_offsets: vec![0], label_offsets: vec![0], ..Profile::default() },
            sample_types: Vec::new(),
            period_type: None,
            default_sample_type: 0,
            comments: Vec::new(),
            value_offsets: vec![0],
            values: Vec::new(),
            sample_positions: Vec::new(),
            stacks: Vec::new(),
            labels: Vec::new(),
            locations: Vec::new(),
            lines: Vec::new(),
            functions: Vec::new(),
            mappings: Vec::new(),
        }
    }

    fn messages(&mut self, mut wire: Wire<'_>) -> Result<(), Error> {
        let entries = usize::try_from(self.options.limits.entries).unwrap_or(usize::MAX);
        while let Some((field, value)) = wire.field()? {
            match (field, value) {
                (1, Value::Bytes(message)) => self.sample_types.push(value_type(message)?),
                (2, Value::Bytes(message)) => self.sample(message)?,
                (3, Value::Bytes(message)) => self.mapping(message)?,
                (4, Value::Bytes(message)) => self.location(message)?,
                (5, Value::Bytes(message)) => self.function(message)?,
                (6, Value::Bytes(text)) => {
                    self.profile.strings.push(String::from_utf8_lossy(text.bytes()).into_owned());
                }
                (9, value) => self.profile.time_nanos = Some(value.signed()).filter(|&time| time != 0),
                (10, value) => self.profile.duration_nanos = Some(value.signed()).filter(|&duration| duration != 0),
                (11, Value::Bytes(message)) => self.period_type = Some(value_type(message)?),
                (12, value) => self.profile.period = value.signed(),
                (13, value) => value.extend(&mut self.comments)?,
                (14, value) => self.default_sample_type = value.signed(),
                _ => {}
            }
            for (what, length) in [
                ("strings", self.profile.strings.len()),
                ("locations", self.locations.len()),
                ("functions", self.functions.len()),
                ("mappings", self.mappings.len()),
            ] {
                if length > entries {
                    return Err(Error::limit(what, self.options.limits.entries));
                }
            }
            if self.sample_types.len() as u64 > self.options.limits.sample_types {
                return Err(Error::limit("sample types", self.options.limits.sample_types));
            }
        }
        Ok(())
    }

    fn sample(&mut self, mut wire: Wire<'_>) -> Result<(), Error> {
        let begin = wire.offset();
        let limits = &self.options.limits;
        if self.sample_positions.len() as u64 >= limits.samples {
            return Err(Error::limit("samples", limits.samples));
        }
        let frames = self.stacks.len();
        while let Some((field, value)) = wire.field()? {
            match (field, value) {
                (1, value) => value.extend(&mut self.stacks)?,
                (2, value) => value.extend(&mut self.values)?,
                (3, Value::Bytes(mut label)) => {
                    let mut columns = [0; 4];
                    while let Some((field, value)) = label.field()? {
                        if let 1..=4 = field {
                            columns[field as usize - 1] = value.signed();
                        }
                    }
                    // As upstream: a label that says nothing is not there.
                    if columns[1] != 0 || columns[2] != 0 || columns[3] != 0 {
                        self.labels.push(columns);
                    }
                }
                _ => {}
            }
        }
        if (self.stacks.len() - frames) as u64 > limits.stack_depth {
            return Err(Error::limit("frames in one sample", limits.stack_depth));
        }
        self.sample_positions.push(u32::try_from(begin).unwrap_or(u32::MAX));
        self.value_offsets.push(self.values.len());
        self.profile.stack_offsets.push(self.stacks.len());
        self.profile.label_offsets.push(self.labels.len());
        Ok(())
    }

    fn location(&mut self, mut wire: Wire<'_>) -> Result<(), Error> {
        let mut raw = RawLocation { id: 0, address: 0, mapping: 0, lines_end: 0, offset: wire.offset() };
        while let Some((field, value)) = wire.field()? {
            match (field, value) {
                (1, value) => raw.id = value.number(),
                (2, value) => raw.mapping = value.number(),
                (3, value) => raw.address = value.number(),
                (4, Value::Bytes(mut message)) => {
                    let mut line = (0, 0, 0);
                    while let Some((field, value)) = message.field()? {
                        match field {
                            1 => line.0 = value.number(),
                            2 => line.1 = value.signed(),
                            3 => line.2 = value.signed(),
                            _ => {}
                        }
                    }
                    self.lines.push(line);
                }
                _ => {}
            }
        }
        raw.lines_end = self.lines.len();
        self.locations.push(raw);
        Ok(())
    }

    fn function(&mut self, mut wire: Wire<'_>) -> Result<(), Error> {
        let (offset, mut id, mut names, mut start_line) = (wire.offset(), 0, [0; 3], 0);
        while let Some((field, value)) = wire.field()? {
            match field {
                1 => id = value.number(),
                2..=4 => names[field as usize - 2] = value.signed(),
                5 => start_line = value.signed(),
                _ => {}
            }
        }
        self.functions.push((id, names, start_line, offset));
        Ok(())
    }

    fn mapping(&mut self, mut wire: Wire<'_>) -> Result<(), Error> {
        let (offset, mut id, mut numbers, mut names) = (wire.offset(), 0, [0; 3], [0; 2]);
        while let Some((field, value)) = wire.field()? {
            match field {
                1 => id = value.number(),
                2..=4 => numbers[field as usize - 2] = value.number(),
                5 | 6 => names[field as usize - 5] = value.signed(),
                _ => {}
            }
        }
        self.mappings.push((id, numbers, names, offset));
        Ok(())
    }

    /// Resolves ids and strings, in the order of what depends on what.
    fn finish(mut self) -> Result<Profile, Error> {
        if self.sample_types.is_empty() {
            return Err(Error::new(ErrorKind::NoSampleTypes));
        }
        if self.profile.strings.first().is_some_and(|first| !first.is_empty()) {
            self.flaw(0, Flaw::FirstString)?;
        }
        for [name, unit] in std::mem::take(&mut self.sample_types) {
            let sample_type = self.sample_type(name, unit)?;
            self.profile.sample_types.push(sample_type);
        }
        if let Some([name, unit]) = self.period_type {
            self.profile.period_type = Some(self.sample_type(name, unit)?);
        }
        let default = self.text(self.default_sample_type, 0)?;
        self.profile.default_sample_type = Some(default).filter(|name| !name.is_empty());
        for comment in std::mem::take(&mut self.comments) {
            let comment = self.text(comment.cast_signed(), 0)?;
            self.profile.comments.push(comment);
        }
        let mappings = self.finish_mappings()?;
        let functions = self.finish_functions()?;
        let locations = self.finish_locations(&mappings, &functions)?;
        self.finish_samples(&locations)?;
        Ok(self.profile)
    }

    fn finish_mappings(&mut self) -> Result<Ids, Error> {
        let mut ids = Ids::default();
        for (id, [start, limit, file_offset], [filename, build_id], offset) in std::mem::take(&mut self.mappings) {
            let (filename, build_id) = (self.string(filename, offset)?, self.string(build_id, offset)?);
            if !ids.insert(id) {
                self.flaw(offset, Flaw::Id { what: "mapping", id })?;
            }
            self.profile.mappings.push(MappingColumns { start, limit, file_offset, filename, build_id });
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
        for raw in std::mem::take(&mut self.locations) {
            if !ids.insert(raw.id) {
                self.flaw(raw.offset, Flaw::Id { what: "location", id: raw.id })?;
            }
            for &(id, line, column) in &lines[begin..raw.lines_end] {
                let function = functions.find(id).map(FunctionId);
                if function.is_none() {
                    self.flaw(raw.offset, Flaw::NoFunction { id })?;
                }
                self.profile.lines.push(LineColumns { function, line, column });
            }
            if begin == raw.lines_end {
                self.profile.lines.push(LineColumns { function: None, line: 0, column: 0 });
            }
            begin = raw.lines_end;
            self.profile.line_offsets.push(self.profile.lines.len());
            self.profile.addresses.push(raw.address);
            self.profile.location_mappings.push(mappings.find(raw.mapping));
        }
        Ok(ids)
    }

    fn finish_samples(&mut self, locations: &Ids) -> Result<(), Error> {
        let width = self.profile.sample_types.len();
        // Values that are missing are made up for, so that their number does not follow from the size of the input.
        if (self.sample_positions.len() as u64).saturating_mul(width as u64) > self.options.limits.values {
            return Err(Error::limit("values", self.options.limits.values));
        }
        let (values, offsets) = (std::mem::take(&mut self.values), std::mem::take(&mut self.value_offsets));
        self.profile.values.reserve(self.sample_positions.len().saturating_mul(width));
        for (index, range) in offsets.windows(2).enumerate() {
            let row = &values[range[0]..range[1]];
            if row.len() != width {
                self.flaw(
                    self.sample_positions[index] as usize,
                    Flaw::ValueCount { found: row.len(), expected: width },
                )?;
            }
            let padded = row.iter().map(|value| value.cast_signed()).chain(std::iter::repeat(0)).take(width);
            self.profile.values.extend(padded);
        }
        let stacks = std::mem::take(&mut self.stacks);
        self.profile.stacks.reserve(stacks.len());
        let mut begin = 0;
        for index in 0..self.sample_positions.len() {
            let end = self.profile.stack_offsets[index + 1];
            for &id in &stacks[begin..end] {
                match locations.find(id) {
                    Some(location) => self.profile.stacks.push(LocationId(location)),
                    None => self.flaw(self.sample_positions[index] as usize, Flaw::NoLocation { id })?,
                }
            }
            begin = end;
            self.profile.stack_offsets[index + 1] = self.profile.stacks.len();
        }
        for [key, text, number, unit] in std::mem::take(&mut self.labels) {
            let columns = LabelColumns {
                key: self.string(key, 0)?,
                text: self.string(text, 0)?,
                number,
                unit: self.string(unit, 0)?,
            };
            self.profile.labels.push(columns);
        }
        Ok(())
    }

    fn sample_type(&mut self, name: i64, unit: i64) -> Result<SampleType, Error> {
        Ok(SampleType { name: self.text(name, 0)?, unit: self.text(unit, 0)? })
    }

    fn text(&mut self, index: i64, offset: usize) -> Result<String, Error> {
        let id = self.string(index, offset)?;
        Ok(self.profile.string(id).to_owned())
    }

    fn string(&mut self, index: i64, offset: usize) -> Result<u32, Error> {
        match u32::try_from(index) {
            Ok(id) if id == 0 || (id as usize) < self.profile.strings.len() => Ok(id),
            _ => {
                self.flaw(offset, Flaw::NoString { index })?;
                Ok(u32::MAX)
            }
        }
    }

    fn flaw(&mut self, offset: usize, flaw: Flaw) -> Result<(), Error> {
        if self.options.strict {
            return Err(Error::at(ErrorKind::Strict(flaw), offset));
        }
        if (self.profile.diagnostics.len() as u64) < self.options.limits.diagnostics {
            self.profile.diagnostics.push(Diagnostic { offset: offset as u64, flaw });
        } else {
            self.profile.suppressed_diagnostics += 1;
        }
        Ok(())
    }
}

/// Ids to indexes. Go numbers from 1 without gaps, which costs no table.
#[derive(Default)]
struct Ids {
    count: u32,
    sparse: FxHashMap<u64, u32>,
}

impl Ids {
    /// Gives the next index to `id`; false when it has one already, or cannot have one.
    fn insert(&mut self, id: u64) -> bool {
        let index = self.count;
        self.count += 1;
        if self.sparse.is_empty() && id == u64::from(index) + 1 {
            return true;
        }
        if self.sparse.is_empty() {
            self.sparse = (0..index).map(|index| (u64::from(index) + 1, index)).collect();
        }
        if id == 0 || self.sparse.contains_key(&id) {
            return false;
        }
        self.sparse.insert(id, index);
        true
    }

    fn find(&self, id: u64) -> Option<u32> {
        if self.sparse.is_empty() {
            return u32::try_from(id.checked_sub(1)?).ok().filter(|&index| index < self.count);
        }
        self.sparse.get(&id).copied()
    }
}

fn value_type(mut wire: Wire<'_>) -> Result<[i64; 2], Error> {
    let mut value_type = [0; 2];
    while let Some((field, value)) = wire.field()? {
        if let 1 | 2 = field {
            value_type[field as usize - 1] = value.signed();
        }
    }
    Ok(value_type)
}

#[cfg(test)]
pub(crate) mod tests;
