//! Protobuf to columns: one pass over the wire.
//!
//! Ids and string indexes may point forward (Go writes the string table last), so they are kept as written, and resolved
//! once all is read.

use super::{
    label_sets::{LabelBytes, LabelSets},
    raw_samples::{PlainSample, RawSamples},
};
use gomem_table::checkpoint;

use crate::{
    error::{DecodeOptions, Diagnostic, Error, ErrorKind, Flaw},
    model::{LabelColumns, Profile, Strings},
    wire::{SAMPLE_TAG, Wire, count},
};

pub(super) struct Decoder<'a> {
    pub(super) options: &'a DecodeOptions,
    pub(super) profile: Profile,
    pub(super) strings: Strings,
    /// How many bytes there are: what is left to come.
    pub(super) length: usize,
    pub(super) samples: RawSamples,
    /// Type and unit of each sample type, as string indexes.
    pub(super) sample_types: Vec<[i64; 2]>,
    pub(super) period_type: Option<[i64; 2]>,
    /// Default sample type, drop frames, keep frames and page, as string indexes.
    pub(super) texts: [i64; 4],
    pub(super) comments: Vec<u64>,
    pub(super) locations: Vec<RawLocation>,
    pub(super) lines: Vec<(u64, i64, i64)>,
    pub(super) functions: Vec<(u64, [i64; 3], i64, usize)>,
    pub(super) mappings: Vec<RawMapping>,
}

pub(super) struct RawLocation {
    pub(super) id: u64,
    pub(super) address: u64,
    pub(super) mapping: u64,
    pub(super) is_folded: bool,
    pub(super) lines_end: usize,
    pub(super) offset: usize,
}

#[derive(Default)]
pub(super) struct RawMapping {
    pub(super) id: u64,
    /// Start, limit, file offset.
    pub(super) numbers: [u64; 3],
    /// File name and build id, as string indexes.
    pub(super) names: [i64; 2],
    pub(super) has: [bool; 4],
    pub(super) offset: usize,
}

impl<'a> Decoder<'a> {
    pub(super) fn new(options: &'a DecodeOptions, length: usize) -> Self {
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

    pub(super) fn messages(&mut self, mut wire: Wire<'_>) -> Result<(), Error> {
        let mut label_sets = LabelSets::default();
        for number in 0_u64.. {
            if number.is_multiple_of(OFTEN) {
                checkpoint();
            }
            // Nearly all messages are samples, and short.
            let sample = match wire.short_message(SAMPLE_TAG, "sample") {
                Some(sample) => sample,
                None => match wire.field()? {
                    Some(2) => wire.message("sample")?,
                    Some(field) => {
                        self.other(field, &wire)?;
                        continue;
                    }
                    None => break,
                },
            };
            self.sample(sample, &mut label_sets)?;
        }
        Ok(())
    }

    /// Takes a field of a profile that is no sample.
    fn other(&mut self, field: u64, wire: &Wire<'_>) -> Result<(), Error> {
        match field {
            1 => {
                self.sample_types.push(value_type(wire.message("sample type")?)?);
                if self.sample_types.len() as u64 > self.options.limits.sample_types {
                    return Err(Error::limit("sample types", self.options.limits.sample_types));
                }
            }
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
        let plain = match PlainSample::decode(sample.rest()) {
            Some(plain) => self.label_set(plain.labels, sample, label_sets)?.map(|set| (plain, set)),
            None => None,
        };
        match plain {
            Some((plain, set)) => {
                self.samples.add_plain(&sample, plain)?;
                self.profile.labels.push_set(set);
                self.check_depth(plain.stack.len(), || count(plain.stack))?;
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
        labels: &'b [u8],
        sample: Wire<'b>,
        label_sets: &mut LabelSets<'b>,
    ) -> Result<Option<u32>, Error> {
        if labels.is_empty() {
            return Ok(Some(NO_LABELS));
        }
        let bytes = LabelBytes::at_end(sample.rest(), labels);
        match label_sets.find(bytes) {
            Some(set) => Ok(Some(set)),
            None => self.new_label_set(bytes, sample.part(labels), sample.offset(), label_sets),
        }
    }

    /// Reads a set of labels that was not seen before.
    #[cold]
    fn new_label_set<'b>(
        &mut self,
        bytes: LabelBytes<'b>,
        mut labels: Wire<'b>,
        sample: usize,
        label_sets: &mut LabelSets<'b>,
    ) -> Result<Option<u32>, Error> {
        let mut fields = labels;
        while let Some(field) = fields.field()? {
            if field != 3 {
                return Ok(None);
            }
        }
        while labels.field()?.is_some() {
            self.label(labels.message("label")?, sample)?;
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

    pub(super) fn flaw(&mut self, offset: usize, flaw: Flaw) -> Result<(), Error> {
        if self.options.strict {
            return Err(Error::at(ErrorKind::Strict(flaw), offset));
        }
        self.note(offset, flaw);
        Ok(())
    }

    /// A diagnostic for what nobody refuses, not even `go tool pprof`.
    pub(super) fn note(&mut self, offset: usize, flaw: Flaw) {
        if (self.profile.diagnostics.len() as u64) < self.options.limits.diagnostics {
            self.profile.diagnostics.push(Diagnostic { offset: offset as u64, line: None, flaw });
        } else {
            self.profile.suppressed_diagnostics += 1;
        }
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

/// After so many messages, whether the work was interrupted is looked at.
const OFTEN: u64 = 1024;

/// The index of a string that is not there; its text is empty.
pub(super) const NO_STRING: u32 = u32::MAX;

/// The set that is empty.
const NO_LABELS: u32 = 0;

/// The bytes of a sample with a stack of one frame, one value and their tags.
const LEAST_SAMPLE: usize = 8;

/// How many samples are read before the size of the whole is forecast.
const FORECAST_SAMPLES: usize = 2048;
