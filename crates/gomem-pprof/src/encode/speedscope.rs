//! Profiles for speedscope.app.

use foldhash::HashMap;
use serde::{Serialize, Serializer};
use serde_json::{Value, json};

use crate::model::{Profile, Sample};

impl Profile {
    /// The profile as JSON of speedscope's file format: all sample types, the default one first to be seen. Negative
    /// values, of a difference, cannot be shown there, and are left out.
    ///
    /// ```
    /// # let text = b"heap profile: 1: 4096 [3: 12288] @ heap/1048576\n\
    /// #              1: 4096 [3: 12288] @ 0x401000 0x402000\n\
    /// #              #\t0x401000\tmain.parse+0x10\t/src/app/parse.go:12\n\
    /// #              #\t0x402000\tmain.main+0x20\t/src/app/main.go:7\n\n";
    /// # let profile = gomem_pprof::Profile::decode(text)?;
    /// assert!(profile.to_speedscope("heap").contains("speedscope"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn to_speedscope(&self, name: &str) -> String {
        let profile = &*self.interesting();
        let mut frames: Vec<Value> = Vec::new();
        let mut known: HashMap<(u32, i64), usize> = HashMap::default();
        let frame_of: Vec<usize> = profile
            .lines
            .iter()
            .map(|line| {
                let function = line.function.map_or(u32::MAX, |function| function.0);
                *known.entry((function, line.line)).or_insert_with(|| {
                    frames.push(match line.function {
                        None => json!({"name": "<unknown>"}),
                        Some(id) => {
                            let columns = &profile.functions[id.0 as usize];
                            let (name, file) = (profile.string(columns.name), profile.string(columns.filename));
                            json!({"name": name, "file": file, "line": line.line})
                        }
                    });
                    frames.len() - 1
                })
            })
            .collect();
        let kinds = self.sample_types.iter().enumerate();
        let document = Document {
            schema: "https://www.speedscope.app/file-format-schema.json",
            name,
            exporter: concat!("gomem ", env!("CARGO_PKG_VERSION")),
            active_profile_index: profile.default_sample_type(),
            shared: Shared { frames },
            profiles: kinds
                .map(|(index, kind)| SampledProfile {
                    kind: "sampled",
                    name: kind.name(),
                    unit: speedscope_unit(kind.unit()),
                    start_value: 0,
                    end_value: positive(profile, index).map(|sample| i128::from(sample.value(index))).sum(),
                    samples: Stacks { profile, frame_of: &frame_of, sample_type: index },
                    weights: Weights { profile, sample_type: index },
                })
                .collect(),
        };
        serde_json::to_string(&document).unwrap_or_default()
    }
}

/// Written piece by piece, as stacks are many.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Document<'a> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    name: &'a str,
    exporter: &'static str,
    active_profile_index: usize,
    shared: Shared,
    profiles: Vec<SampledProfile<'a>>,
}

#[derive(Serialize)]
struct Shared {
    frames: Vec<Value>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SampledProfile<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    name: &'a str,
    unit: &'static str,
    start_value: i64,
    end_value: i128,
    samples: Stacks<'a>,
    weights: Weights<'a>,
}

/// The stacks of samples with a positive value, root first.
struct Stacks<'a> {
    profile: &'a Profile,
    /// By line, an index of the shared frames.
    frame_of: &'a [usize],
    sample_type: usize,
}

struct Weights<'a> {
    profile: &'a Profile,
    sample_type: usize,
}

impl Serialize for Stacks<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(positive(self.profile, self.sample_type).map(|sample| {
            let lines = sample.locations().rev().flat_map(|id| self.profile.line_range(id).rev());
            lines.map(|line| self.frame_of[line]).collect::<Vec<usize>>()
        }))
    }
}

impl Serialize for Weights<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(positive(self.profile, self.sample_type).map(|sample| sample.value(self.sample_type)))
    }
}

/// speedscope refuses negative weights, and zero ones say nothing.
fn positive(profile: &Profile, sample_type: usize) -> impl Iterator<Item = Sample<'_>> {
    profile.samples().filter(move |sample| sample.value(sample_type) > 0)
}

/// The units that speedscope knows.
fn speedscope_unit(unit: &str) -> &'static str {
    match unit {
        "bytes" => "bytes",
        "nanoseconds" => "nanoseconds",
        "microseconds" => "microseconds",
        "milliseconds" => "milliseconds",
        "seconds" => "seconds",
        _ => "none",
    }
}
