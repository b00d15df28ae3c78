//! [`Profile`] to bytes.

use std::io::Write;

use flate2::{Compression, write::GzEncoder};
use foldhash::HashMap;
use prost::Message;

use crate::{
    model::{LineColumns, Profile, SampleType},
    wire::proto,
};

impl Profile {
    /// The profile as gzipped protobuf, as Go writes it. Reading it gives the same profile again; ids are numbered anew.
    ///
    /// ```
    /// # let text = b"heap profile: 1: 4096 [3: 12288] @ heap/1048576\n\
    /// #              1: 4096 [3: 12288] @ 0x401000 0x402000\n\
    /// #              #\t0x401000\tmain.parse+0x10\t/src/app/parse.go:12\n\
    /// #              #\t0x402000\tmain.main+0x20\t/src/app/main.go:7\n\n";
    /// # let profile = gomem_pprof::Profile::decode(text)?;
    /// let again = gomem_pprof::Profile::decode(&profile.encode())?;
    /// assert_eq!(again.samples().len(), profile.samples().len());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
        // Writing to memory does not fail.
        let _ = gzip.write_all(&self.encode_raw());
        gzip.finish().unwrap_or_default()
    }

    /// The same without gzip.
    #[must_use]
    pub fn encode_raw(&self) -> Vec<u8> {
        let mut strings = StringTable::new(self);
        let value_type = |strings: &mut StringTable, kind: &SampleType| proto::ValueType {
            kind: strings.add(&kind.name),
            unit: strings.add(&kind.unit),
        };
        let message = proto::Profile {
            sample_type: self.sample_types.iter().map(|kind| value_type(&mut strings, kind)).collect(),
            sample: (0..self.samples().len()).map(|index| self.sample_message(index, &strings)).collect(),
            mapping: self.mapping_messages(&strings),
            location: self.location_messages(),
            function: self.function_messages(&strings),
            drop_frames: strings.add(&self.drop_frames),
            keep_frames: strings.add(&self.keep_frames),
            time_nanos: self.time_nanos.unwrap_or(0),
            duration_nanos: self.duration_nanos.unwrap_or(0),
            period_type: self.period_type.as_ref().map(|kind| value_type(&mut strings, kind)),
            period: self.period,
            comment: self.comments.iter().map(|comment| strings.add(comment)).collect(),
            default_sample_type: strings.add(self.default_sample_type.as_deref().unwrap_or("")),
            doc_url: strings.add(&self.doc_url),
            string_table: strings.finish(),
        };
        message.encode_to_vec()
    }

    fn sample_message(&self, index: usize, strings: &StringTable) -> proto::Sample {
        let labels = self.labels.of(index);
        proto::Sample {
            location_id: self.samples.stack(index).map(|id| u64::from(id.0) + 1).collect(),
            value: self.samples.values(index, self.sample_types.len()).collect(),
            label: labels
                .iter()
                .map(|label| proto::Label {
                    key: strings.index(label.key),
                    str: strings.index(label.text),
                    num: label.number,
                    num_unit: strings.index(label.unit),
                })
                .collect(),
        }
    }

    fn mapping_messages(&self, strings: &StringTable) -> Vec<proto::Mapping> {
        let message = |(id, mapping): (u64, &crate::model::MappingColumns)| {
            let [has_functions, has_filenames, has_line_numbers, has_inline_frames] = mapping.has;
            proto::Mapping {
                id,
                memory_start: mapping.start,
                memory_limit: mapping.limit,
                file_offset: mapping.file_offset,
                filename: strings.index(mapping.filename),
                build_id: strings.index(mapping.build_id),
                has_functions,
                has_filenames,
                has_line_numbers,
                has_inline_frames,
            }
        };
        (1..).zip(&self.mappings).map(message).collect()
    }

    fn location_messages(&self) -> Vec<proto::Location> {
        let line = |line: &LineColumns| proto::Line {
            function_id: line.function.map_or(0, |function| u64::from(function.0) + 1),
            line: line.line,
            column: line.column,
        };
        self.locations()
            .map(|(id, location)| {
                let lines = &self.lines[self.line_range(id)];
                let is_symbolised = lines != [LineColumns::UNKNOWN];
                proto::Location {
                    id: u64::from(id.0) + 1,
                    mapping_id: self.location_mappings[id.0 as usize].map_or(0, |mapping| u64::from(mapping) + 1),
                    address: location.address(),
                    line: if is_symbolised { lines.iter().map(line).collect() } else { Vec::new() },
                    is_folded: location.is_folded(),
                }
            })
            .collect()
    }

    fn function_messages(&self, strings: &StringTable) -> Vec<proto::Function> {
        (1..)
            .zip(&self.functions)
            .map(|(id, function)| proto::Function {
                id,
                name: strings.index(function.name),
                system_name: strings.index(function.system_name),
                filename: strings.index(function.filename),
                start_line: function.start_line,
            })
            .collect()
    }
}

/// The profile's strings at their own indexes, and the header's behind them where they are new.
struct StringTable {
    table: Vec<Vec<u8>>,
    places: HashMap<Vec<u8>, i64>,
    /// How many are the profile's own, and how far they moved: the first string is empty by definition, so a profile that
    /// had another one there gets one in front.
    own: usize,
    moved: i64,
}

impl StringTable {
    fn new(profile: &Profile) -> Self {
        let own = profile.strings.len();
        let mut table: Vec<Vec<u8>> = (0..own).map(|id| profile.strings.bytes(id as u32).to_vec()).collect();
        let moved = table.first().is_none_or(|first| !first.is_empty());
        if moved {
            table.insert(0, Vec::new());
        }
        let mut places = HashMap::default();
        for (index, string) in (0..).zip(&table) {
            places.entry(string.clone()).or_insert(index);
        }
        Self { table, places, own, moved: i64::from(moved) }
    }

    /// Where a string of the profile is; for the id of one that was not there, the empty one.
    fn index(&self, id: u32) -> i64 {
        if id as usize >= self.own { 0 } else { i64::from(id) + self.moved }
    }

    fn add(&mut self, text: &str) -> i64 {
        let next = self.table.len() as i64;
        let place = *self.places.entry(text.as_bytes().to_vec()).or_insert(next);
        if place == next {
            self.table.push(text.as_bytes().to_vec());
        }
        place
    }

    fn finish(self) -> Vec<Vec<u8>> {
        self.table
    }
}
