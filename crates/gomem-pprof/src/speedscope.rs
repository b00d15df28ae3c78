//! Profiles for speedscope.app.

use rustc_hash::FxHashMap;
use serde_json::{Value, json};

use crate::profile::{LocationId, Profile};

impl Profile {
    /// The profile as JSON of speedscope's file format: all sample types, the default one first to be seen. Negative
    /// values, of a difference, cannot be shown there, and are left out.
    #[must_use]
    pub fn to_speedscope(&self, name: &str) -> String {
        let profile = &*self.interesting();
        let mut frames: Vec<Value> = Vec::new();
        let mut known: FxHashMap<(u32, i64), usize> = FxHashMap::default();
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
        let lines = |id: LocationId| profile.line_range(id).rev();
        let profiles: Vec<Value> = (0..profile.sample_types.len())
            .map(|index| {
                let kind = &profile.sample_types[index];
                let shown = || profile.samples().filter(|sample| sample.value(index) > 0);
                let stacks: Vec<Vec<usize>> = shown()
                    .map(|sample| sample.locations().rev().flat_map(lines).map(|line| frame_of[line]).collect())
                    .collect();
                let weights: Vec<i64> = shown().map(|sample| sample.value(index)).collect();
                json!({
                    "type": "sampled",
                    "name": kind.name(),
                    "unit": speedscope_unit(kind.unit()),
                    "startValue": 0,
                    "endValue": weights.iter().fold(0_i64, |sum, &weight| sum.saturating_add(weight)),
                    "samples": stacks,
                    "weights": weights,
                })
            })
            .collect();
        json!({
            "$schema": "https://www.speedscope.app/file-format-schema.json",
            "name": name,
            "exporter": concat!("gomem ", env!("CARGO_PKG_VERSION")),
            "activeProfileIndex": profile.default_sample_type(),
            "shared": {"frames": frames},
            "profiles": profiles,
        })
        .to_string()
    }
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
