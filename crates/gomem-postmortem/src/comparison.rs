//! What was predicted beside what a second bundle measured.

use std::fmt::Write as _;

use comfy_table::TableStyle;
use gomem_gogc::Interval;
use gomem_symbol::Symbol;
use gomem_table::Unit;
use rustc_hash::FxHashMap;

use crate::{
    bundle::Bundle,
    overview::Overview,
    pacing::{Pacing, Saving},
    site::{Place, attribute},
};

/// A bundle before a change and one after it, under the same load: what the change was predicted to save, and what it
/// did.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Comparison {
    /// The run before.
    pub before: Overview,
    /// The run after.
    pub after: Overview,
    /// The lines whose allocation is gone: place, share of all bytes before, share left of it.
    pub fixed: Vec<(Place, f64, f64)>,
    /// The share of all bytes before that the fixed lines had and no longer have.
    pub fixed_fraction: f64,
    /// GC cycles predicted for the fixed program, from the bundle before alone and the list of fixed lines.
    pub predicted_gc_cycles: Option<Interval>,
    /// What was predicted to be saved.
    pub predicted: Option<Saving>,
}

impl Comparison {
    /// Compares two bundles of the same work.
    ///
    /// Lines move when code changes, so lines are compared by function. A function counts as fixed when at least half of
    /// its allocation is gone; its whole share before is what the prediction takes away. Nothing of the run after enters
    /// the prediction but which functions were fixed.
    #[must_use]
    pub fn of(before: &Bundle, after: &Bundle) -> Self {
        let states = (before.metrics().state(), after.metrics().state());
        let pacing = Pacing::of(before, &states.0).ok();
        let sites = |bundle: &Bundle| {
            bundle.latest_heap().map(|heap| attribute(&heap.profile, bundle.escapes())).unwrap_or_default()
        };
        let mut left: FxHashMap<String, i64> = FxHashMap::default();
        for site in sites(after) {
            *left.entry(key(&site.charged_to)).or_default() += site.bytes;
        }
        let mut functions: Vec<(Place, i64, f64)> = Vec::new();
        for site in sites(before) {
            match functions.iter_mut().find(|(place, ..)| key(place) == key(&site.charged_to)) {
                Some((_, bytes, fraction)) => {
                    *bytes += site.bytes;
                    *fraction += site.bytes_fraction;
                }
                None => functions.push((site.charged_to, site.bytes, site.bytes_fraction)),
            }
        }
        let fixed: Vec<(Place, f64, f64)> = functions
            .into_iter()
            .filter(|(_, bytes, fraction)| *bytes > 0 && *fraction >= 0.001)
            .map(|(place, bytes, fraction)| {
                let rest = left.get(&key(&place)).copied().unwrap_or(0) as f64 / bytes as f64;
                (place, fraction, rest)
            })
            .filter(|(.., rest)| *rest <= 0.5)
            .collect();
        let fixed_fraction = fixed.iter().map(|(_, fraction, _)| fraction).sum::<f64>().min(1.0);
        let predicted = pacing.as_ref().and_then(|pacing| pacing.saving(fixed_fraction));
        let predicted_gc_cycles = pacing.as_ref().and_then(|pacing| {
            let scale = (1.0 - fixed_fraction).max(0.0);
            pacing.model.predict(&pacing.model.base().with_alloc_scale(scale)).gc_cycles
        });
        Self {
            before: Overview::of(before, &states.0, pacing.as_ref()),
            after: Overview::of(after, &states.1, None),
            fixed,
            fixed_fraction,
            predicted_gc_cycles,
            predicted,
        }
    }

    /// The share of GC cycles that the run after saved.
    #[must_use]
    pub fn measured_gc_cycles_saved(&self) -> Option<f64> {
        let (before, after) = (self.before.gc_cycles?, self.after.gc_cycles?);
        (before > 0.0).then(|| 1.0 - after / before)
    }

    /// The comparison as text.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut out = String::from("Fixed, by share of the bytes allocated before:\n");
        for (place, fraction, rest) in &self.fixed {
            let _ = writeln!(
                out,
                "  {:>5.1} %  {} ({}), {:.1} % of it left",
                fraction * 100.0,
                place.short_function(),
                place.short(),
                rest * 100.0
            );
        }
        let _ = writeln!(out, "  {:>5.1} %  together\n", self.fixed_fraction * 100.0);
        let count = |value: Option<f64>| value.map_or_else(|| "?".to_owned(), |value| format!("{value:.0}"));
        let share =
            |value: Option<f64>| value.map_or_else(|| "?".to_owned(), |value| format!("{:.1} %", value * 100.0));
        let interval = |found: Option<Interval>, unit: fn(f64) -> String| {
            found.map_or_else(
                || "?".to_owned(),
                |found| format!("{} ({}–{})", unit(found.value), unit(found.low), unit(found.high)),
            )
        };
        let bytes = |value: Option<f64>| value.map_or_else(|| "?".to_owned(), |value| Unit::Bytes.humanize(value));
        let mut table = comfy_table::Table::new();
        table.load_style(TableStyle::new()).set_header(["", "before", "predicted after", "measured after"]);
        table.add_row([
            "GC cycles".to_owned(),
            count(self.before.gc_cycles),
            interval(self.predicted_gc_cycles, |value| format!("{value:.0}")),
            count(self.after.gc_cycles),
        ]);
        table.add_row([
            "GC cycles saved".to_owned(),
            String::new(),
            interval(self.predicted.map(|saving| saving.gc_cycles), |value| format!("{:.1} %", value * 100.0)),
            share(self.measured_gc_cycles_saved()),
        ]);
        let cpu = self.before.gc_cpu_fraction.zip(self.predicted).map(|(cpu, saving)| Interval {
            value: (cpu - saving.gc_cpu.value).max(0.0),
            low: (cpu - saving.gc_cpu.high).max(0.0),
            high: (cpu - saving.gc_cpu.low).max(0.0),
        });
        table.add_row([
            "GC CPU".to_owned(),
            share(self.before.gc_cpu_fraction),
            interval(cpu, |value| format!("{:.2} %", value * 100.0)),
            share(self.after.gc_cpu_fraction),
        ]);
        table.add_row([
            "allocated".to_owned(),
            bytes(self.before.alloc_bytes),
            bytes(self.before.alloc_bytes.map(|bytes| bytes * (1.0 - self.fixed_fraction))),
            bytes(self.after.alloc_bytes),
        ]);
        out.push_str(&table.trim_fmt());
        out.push('\n');
        out
    }
}

fn key(place: &Place) -> String {
    Symbol::decode(&place.function).key()
}
