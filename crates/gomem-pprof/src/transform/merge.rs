//! Many profiles as one.

use foldhash::HashMap;

use crate::{
    error::UsageError,
    model::{
        BASE_LABEL, Builder, FunctionColumns, FunctionId, LabelColumns, LineColumns, LocationId, MappingColumns,
        NewLocation, Profile, SampleType, are_comparable, scale, whole,
    },
};

/// Sums profiles, one at a time: memory grows with what is distinct in them, not with their number.
///
/// Stacks are the same when their frames are, wherever the program was loaded; the sample types are those that all
/// profiles have, in the units of the first profile.
///
/// ```no_run
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use gomem_pprof::{Merger, Profile};
///
/// let mut merger = Merger::new();
/// for path in ["heap-1.pb.gz", "heap-2.pb.gz"] {
///     merger.add(&Profile::decode(&std::fs::read(path)?)?)?;
/// }
/// let merged = merger.finish()?;
/// # Ok(())
/// # }
/// ```
#[derive(Default)]
pub struct Merger {
    state: Option<State>,
    added: usize,
}

struct State {
    builder: Builder,
    mappings: HashMap<(u64, u64, u32), u32>,
}

/// Where the parts of one profile went.
struct Places {
    strings: HashMap<u32, u32>,
    functions: Vec<Option<FunctionId>>,
    /// The mapping, and by how much its addresses moved.
    mappings: Vec<Option<(u32, u64)>>,
    locations: Vec<Option<LocationId>>,
}

impl Merger {
    /// Nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a profile.
    ///
    /// # Errors
    /// When it has no sample type in common with those before, or in units that cannot be converted. The profiles before
    /// stay merged.
    pub fn add(&mut self, profile: &Profile) -> Result<(), UsageError> {
        self.add_as(profile, 1, false)
    }

    /// Adds a profile, with every value multiplied; as the base of a difference, with the label that says so.
    pub(crate) fn add_as(&mut self, profile: &Profile, sign: i64, is_base: bool) -> Result<(), UsageError> {
        let index = self.added;
        if let Some(state) = &mut self.state {
            state.narrow_types(profile, index)?;
        }
        let state = self.state.get_or_insert_with(|| State::new(profile));
        let conversions = state.conversions(profile, index)?;
        state.add_header(profile, index);
        state.add_samples(profile, &conversions, sign, is_base);
        self.added += 1;
        Ok(())
    }

    /// The sum. SampleColumns that add up to nothing are left out.
    ///
    /// # Errors
    /// When nothing was added.
    pub fn finish(self) -> Result<Profile, UsageError> {
        let mut profile = self.state.ok_or(UsageError::NoProfiles)?.builder.finish();
        profile.restack(|sample, stack| {
            stack.extend(sample.locations());
            sample.values().any(|value| value != 0)
        });
        Ok(profile)
    }
}

impl std::fmt::Debug for Merger {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Merger").field("added", &self.added).finish_non_exhaustive()
    }
}

impl Profile {
    /// The sum of profiles: see [`Merger`].
    ///
    /// # Errors
    /// When there are none, or they have nothing in common.
    ///
    /// ```
    /// # let text = b"heap profile: 1: 4096 [3: 12288] @ heap/1048576\n\
    /// #              1: 4096 [3: 12288] @ 0x401000 0x402000\n\
    /// #              #\t0x401000\tmain.parse+0x10\t/src/app/parse.go:12\n\
    /// #              #\t0x402000\tmain.main+0x20\t/src/app/main.go:7\n\n";
    /// # let profile = gomem_pprof::Profile::decode(text)?;
    /// let sum = gomem_pprof::Profile::merge([&profile, &profile])?;
    /// assert_eq!(sum.samples().len(), 1, "equal stacks are one sample");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn merge<'p>(profiles: impl IntoIterator<Item = &'p Self>) -> Result<Self, UsageError> {
        let mut merger = Merger::new();
        for profile in profiles {
            merger.add(profile)?;
        }
        merger.finish()
    }
}

impl State {
    fn new(first: &Profile) -> Self {
        let mut builder = Builder::new(first.sample_types.clone());
        let header = builder.header();
        header.period_type = first.period_type.clone();
        header.drop_frames.clone_from(&first.drop_frames);
        header.keep_frames.clone_from(&first.keep_frames);
        header.is_pruned = first.is_pruned;
        header.pprof_compat = first.pprof_compat;
        Self { builder, mappings: HashMap::default() }
    }

    /// Leaves out the sample types that `profile` does not have.
    fn narrow_types(&mut self, profile: &Profile, index: usize) -> Result<(), UsageError> {
        let header = self.builder.header();
        let has = |kind: &SampleType| profile.sample_types.iter().any(|other| other.name == kind.name);
        let kept: Vec<usize> =
            (0..header.sample_types.len()).filter(|&at| header.sample_types.get(at).is_some_and(has)).collect();
        if kept.len() == header.sample_types.len() {
            return Ok(());
        }
        if kept.is_empty() {
            let names = |profile: &Profile| {
                profile.sample_types.iter().map(|kind| kind.name.as_str()).collect::<Vec<_>>().join(", ")
            };
            return Err(UsageError::SampleTypes { index, found: names(profile), expected: names(header) });
        }
        let width = header.sample_types.len();
        let rows = header.samples.rows_mut();
        *rows = rows.chunks_exact(width).flat_map(|row| kept.iter().map(|&at| row[at])).collect();
        header.sample_types = kept.iter().map(|&at| header.sample_types[at].clone()).collect();
        Ok(())
    }

    /// For each sample type that is kept: which it is in `profile`, and what its values are multiplied by.
    fn conversions(&mut self, profile: &Profile, index: usize) -> Result<Vec<(usize, f64)>, UsageError> {
        let header = self.builder.header();
        let units = |what: &str, found: &str, expected: &str| UsageError::Units {
            index,
            what: what.to_owned(),
            found: found.to_owned(),
            expected: expected.to_owned(),
        };
        if let (Some(expected), Some(found)) = (&header.period_type, &profile.period_type) {
            let same_kind = expected.name.trim_end_matches('s') == found.name.trim_end_matches('s');
            if !same_kind || !are_comparable(&expected.unit, &found.unit) {
                let name = |kind: &SampleType| format!("{} {}", kind.name, kind.unit);
                return Err(units("a period", &name(found), &name(expected)));
            }
        }
        let mut conversions = Vec::new();
        for at in 0..header.sample_types.len() {
            let kind = header.sample_types[at].clone();
            let place = profile.sample_types.iter().position(|other| other.name == kind.name).unwrap_or(at);
            let found = &profile.sample_types[place].unit;
            if !are_comparable(&kind.unit, found) {
                return Err(units(&kind.name, found, &kind.unit));
            }
            let too_large = |unit: &str| UsageError::TooLarge { index, what: kind.name.clone(), unit: unit.to_owned() };
            let (ratio, _) = scale(1, found, &kind.unit);
            if ratio >= 1.0 || kind.unit == *found {
                let ratio = if kind.unit == *found { 1.0 } else { ratio };
                if ratio != 1.0 && profile.samples().any(|sample| scaled(sample.value(place), ratio).is_none()) {
                    return Err(too_large(&kind.unit));
                }
                conversions.push((place, ratio));
                continue;
            }
            // The unit of this profile is finer: what there is already is converted, so that nothing is lost.
            let (factor, _) = scale(1, &kind.unit, found);
            let width = header.sample_types.len();
            let values = header.samples.rows_mut();
            let converted: Option<Vec<i64>> =
                values.iter().skip(at).step_by(width).map(|&value| scaled(value, factor)).collect();
            let converted = converted.ok_or_else(|| too_large(found))?;
            values.iter_mut().skip(at).step_by(width).zip(converted).for_each(|(value, finer)| *value = finer);
            header.sample_types[at].unit.clone_from(found);
            conversions.push((place, 1.0));
        }
        Ok(conversions)
    }

    fn add_header(&mut self, profile: &Profile, index: usize) {
        let header = self.builder.header();
        header.time_nanos = match (header.time_nanos, profile.time_nanos) {
            (Some(one), Some(other)) => Some(one.min(other)),
            (one, other) => one.or(other),
        };
        header.duration_nanos = match (header.duration_nanos, profile.duration_nanos) {
            (Some(one), Some(other)) => Some(one.saturating_add(other)),
            (one, other) => one.or(other),
        };
        let period = match (&header.period_type, &profile.period_type) {
            (Some(kind), Some(found)) if kind.unit != found.unit => {
                let (ratio, _) = scale(1, &found.unit, &kind.unit);
                scaled(profile.period, ratio).unwrap_or(profile.period)
            }
            _ => profile.period,
        };
        header.period = if index == 0 { period } else { header.period.max(period) };
        for comment in &profile.comments {
            if !header.comments.contains(comment) {
                header.comments.push(comment.clone());
            }
        }
        if header.default_sample_type.is_none() {
            header.default_sample_type.clone_from(&profile.default_sample_type);
        }
        if header.doc_url.is_empty() {
            header.doc_url.clone_from(&profile.doc_url);
        }
        header.suppressed_diagnostics += profile.suppressed_diagnostics;
        header.diagnostics.extend_from_slice(&profile.diagnostics);
    }

    fn add_samples(&mut self, profile: &Profile, conversions: &[(usize, f64)], sign: i64, is_base: bool) {
        let mut places = Places::new(profile);
        if !profile.mappings.is_empty() && self.builder.mappings().is_empty() {
            // The first mapping is the program itself, and stays the first.
            self.mapping(profile, 0, &mut places);
        }
        let base = is_base.then(|| LabelColumns {
            key: self.builder.string(BASE_LABEL.as_bytes()),
            text: self.builder.string(b"true"),
            number: 0,
            unit: 0,
        });
        self.builder.header().has_base |= is_base || profile.has_base;
        let (mut stack, mut values, mut labels) = (Vec::new(), Vec::new(), Vec::new());
        for (at, sample) in profile.samples().enumerate() {
            if sample.values().all(|value| value == 0) {
                continue;
            }
            stack.clear();
            stack.extend(sample.locations().map(|id| self.location(profile, id, &mut places)));
            values.clear();
            // That all fit was looked at when the conversions were found.
            values.extend(conversions.iter().filter_map(|&(place, ratio)| scaled(sample.value(place), ratio)));
            labels.clear();
            for label in profile.labels.of(at) {
                labels.push(LabelColumns {
                    key: self.string(profile, label.key, &mut places),
                    text: self.string(profile, label.text, &mut places),
                    number: label.number,
                    unit: self.string(profile, label.unit, &mut places),
                });
            }
            if let Some(base) = base {
                labels.push(base);
            }
            // The order of the keys says nothing; that of a key's values does.
            labels.sort_by_key(|label| (label.text == 0, label.key));
            if sign < 0 {
                // The least number has no opposite: its halves have.
                let halves: Vec<i64> =
                    values.iter().map(|&value| if value == i64::MIN { value / 2 } else { 0 }).collect();
                if halves.iter().any(|&half| half != 0) {
                    values.iter_mut().zip(&halves).for_each(|(value, half)| *value -= half);
                    self.builder.merge_sample(&stack, &negative(&halves), &labels);
                }
                values = negative(&values);
            }
            self.builder.merge_sample(&stack, &values, &labels);
        }
    }

    fn location(&mut self, profile: &Profile, id: LocationId, places: &mut Places) -> LocationId {
        let index = id.0 as usize;
        if let Some(place) = places.locations[index] {
            return place;
        }
        let mapping = profile.location_mappings[index].map(|mapping| self.mapping(profile, mapping, places));
        let location = profile.location(id);
        let mut lines = Vec::new();
        for line in location.lines() {
            let function = line.columns.function.map(|function| self.function(profile, function, places));
            lines.push(LineColumns { function, ..*line.columns });
        }
        if lines == [LineColumns::UNKNOWN] {
            lines.clear();
        }
        let place = self.builder.location(&NewLocation {
            address: location.address().wrapping_add(mapping.map_or(0, |(_, moved)| moved)),
            mapping: mapping.map(|(mapping, _)| mapping),
            is_folded: location.is_folded(),
            lines: &lines,
        });
        places.locations[index] = Some(place);
        place
    }

    fn function(&mut self, profile: &Profile, id: FunctionId, places: &mut Places) -> FunctionId {
        if let Some(place) = places.functions[id.0 as usize] {
            return place;
        }
        let function = profile.functions[id.0 as usize];
        let columns = FunctionColumns {
            name: self.string(profile, function.name, places),
            system_name: self.string(profile, function.system_name, places),
            filename: self.string(profile, function.filename, places),
            start_line: function.start_line,
        };
        let place = self.builder.function(columns);
        places.functions[id.0 as usize] = Some(place);
        place
    }

    /// Mappings are the same when they have the same size, up to a page, and the same build id or file.
    fn mapping(&mut self, profile: &Profile, index: u32, places: &mut Places) -> (u32, u64) {
        if let Some(place) = places.mappings[index as usize] {
            return place;
        }
        let mapping = profile.mappings[index as usize];
        let filename = self.string(profile, mapping.filename, places);
        let build_id = self.string(profile, mapping.build_id, places);
        let size = mapping.limit.wrapping_sub(mapping.start).wrapping_add(PAGE - 1) / PAGE;
        let key = (size, mapping.file_offset, if build_id == 0 { filename } else { build_id });
        let place = match self.mappings.get(&key) {
            Some(&known) => (known, self.builder.mappings()[known as usize].start.wrapping_sub(mapping.start)),
            None => {
                let new = self.builder.mapping(MappingColumns { filename, build_id, ..mapping });
                self.mappings.insert(key, new);
                (new, 0)
            }
        };
        places.mappings[index as usize] = Some(place);
        place
    }

    fn string(&mut self, profile: &Profile, id: u32, places: &mut Places) -> u32 {
        *places.strings.entry(id).or_insert_with(|| self.builder.string(profile.strings.bytes(id)))
    }
}

impl Places {
    fn new(profile: &Profile) -> Self {
        Self {
            strings: HashMap::default(),
            functions: vec![None; profile.functions.len()],
            mappings: vec![None; profile.mappings.len()],
            locations: vec![None; profile.addresses.len()],
        }
    }
}

fn negative(values: &[i64]) -> Vec<i64> {
    values.iter().map(|value| -value).collect()
}

/// Rounded, as Go's `ScaleN` does; `None` where 64 bits do not hold it.
pub(crate) fn scaled(value: i64, ratio: f64) -> Option<i64> {
    if ratio == 1.0 { Some(value) } else { whole((value as f64 * ratio).round()) }
}

const PAGE: u64 = 0x1000;
