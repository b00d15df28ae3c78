//! A comparison on a terminal.

use std::fmt::Write as _;

use comfy_table::TableStyle;
use gomem_gogc::Interval;
use gomem_postmortem::{Comparison, Overview, SiteFix};
use gomem_symbol::Symbol;
use gomem_table::{Unit, percent};

use crate::words::interval;

/// What was predicted beside what was measured, for a terminal.
///
/// ```
/// # let bundle = |run: &str| {
/// #     let bytes = gomem_testkit::file(format!("examples/incident/{run}/heap-3.pb.gz"));
/// #     Bundle::from_artifacts(run, vec![Artifact { name: "heap.pb.gz".into(), bytes, modified_ms: None }])
/// # };
/// use gomem_postmortem::{Artifact, Bundle, Comparison};
///
/// let text = gomem_report::comparison_text(&Comparison::new(&bundle("before"), &bundle("after")));
/// assert!(text.contains("36.7 %  api.(*Handler).postEvents (api/handler.go:58), 0.0 % of it left"));
/// ```
#[must_use]
pub fn comparison_text(comparison: &Comparison) -> String {
    let mut out = String::from(
        "Fixed, by share of the bytes allocated before (of a function, all its lines; the largest is named):\n",
    );
    for fix in &comparison.site_fixes {
        let [share, left] = [fix.bytes_fraction, fix.left_fraction].map(|share| percent(share, 1));
        let _ = writeln!(out, "  {share:>7}  {}, {left} of it left", site(fix));
    }
    let _ = writeln!(out, "  {:>7}  of all bytes gone, together", percent(comparison.fixed_fraction, 1));
    for gone in &comparison.leak_fixes {
        let [before, after] =
            [gone.inuse_bytes_before, gone.inuse_bytes_after].map(|bytes| Unit::Bytes.humanize(bytes as f64));
        let (function, place) = (gone.place.short_function(), gone.place.short());
        let _ = writeln!(out, "     leak  {function} ({place}), {after} in use instead of {before}");
    }
    write_worse(comparison, &mut out);
    let _ = writeln!(out, "\n{}", table(comparison).trim_fmt());
    write_notes(comparison, &mut out);
    out
}

/// `api.(*Handler).decodeLines (api/handler.go:96)`, and what it calls.
fn site(fix: &SiteFix) -> String {
    let callee = fix.callee.as_deref();
    let callee = callee.map_or_else(String::new, |callee| format!(" calling {}", Symbol::decode(callee).short()));
    format!("{} ({}){callee}", fix.place.short_function(), fix.place.short())
}

/// What was not there before; where nothing tells, that.
fn write_worse(comparison: &Comparison, out: &mut String) {
    let Some(sites) = &comparison.new_sites else {
        out.push_str("What is new is not known: too few functions tell how much was done in both runs.\n");
        return;
    };
    if !sites.is_empty() {
        out.push_str("New, by share of the bytes allocated after:\n");
    }
    for new in sites {
        let _ = writeln!(out, "  {:>7}  {}", percent(new.bytes_fraction, 1), site(new));
    }
    if comparison.new_fraction > 0.0 {
        let of_before = percent(comparison.new_fraction, 1);
        let _ = writeln!(out, "  {of_before:>7}  of the bytes allocated before, together; the prediction counts them");
    }
    for leak in comparison.new_leaks.iter().flatten() {
        let (function, place) = (leak.place.short_function(), leak.place.short());
        let bytes = Unit::Bytes.humanize(leak.inuse_bytes_after as f64);
        let _ = writeln!(out, "  new leak  {function} ({place}), {bytes} in use");
    }
}

fn table(comparison: &Comparison) -> comfy_table::Table {
    let known = |text: Option<String>| text.unwrap_or_else(|| "?".to_owned());
    let count = |value: Option<f64>| known(value.map(|value| format!("{value:.0}")));
    let share = |value: Option<f64>| known(value.map(|value| percent(value, 1)));
    let bytes = |value: Option<f64>| known(value.map(|value| Unit::Bytes.humanize(value)));
    let predicted = |found: Option<Interval>, unit: fn(f64) -> String| known(found.map(|found| interval(found, unit)));
    let mut table = comfy_table::Table::new();
    table.load_style(TableStyle::new()).set_header(["", "before", "predicted after", "measured after"]);
    table.add_row([
        "GC cycles".to_owned(),
        count(comparison.before.gc_cycles),
        predicted(comparison.predicted_gc_cycles, |value| format!("{value:.0}")),
        count(comparison.after.gc_cycles),
    ]);
    table.add_row([
        "GC cycles saved".to_owned(),
        String::new(),
        predicted(comparison.predicted.map(|saving| saving.gc_cycles), |value| percent(value, 1)),
        share(comparison.measured_gc_cycles_saved()),
    ]);
    table.add_row([
        "GC CPU".to_owned(),
        share(comparison.before.gc_cpu_fraction),
        predicted(comparison.predicted_gc_cpu_fraction(), |value| percent(value, 2)),
        share(comparison.after.gc_cpu_fraction),
    ]);
    table.add_row([
        "allocated".to_owned(),
        bytes(comparison.before.alloc_bytes),
        bytes(comparison.predicted_alloc_bytes()),
        bytes(comparison.after.alloc_bytes),
    ]);
    table
}

/// What the numbers are of, and what the prediction does not know.
fn write_notes(comparison: &Comparison, out: &mut String) {
    let counted = |overview: &Overview| {
        let seconds = Unit::Seconds.humanize(overview.gc_seconds?);
        Some(format!("{seconds} of the {}", overview.gc_source?.name()))
    };
    if let Some((before, after)) = counted(&comparison.before).zip(counted(&comparison.after)) {
        let _ = writeln!(out, "GC cycles were counted over {before} before, and {after} after.");
    }
    match comparison.work {
        Some(work) if comparison.is_of_same_amount() || (work - 1.0).abs() < SAME_WORK => {
            out.push_str("Both runs did the same work, by what the functions allocate that are not changed.\n");
        }
        Some(work) => {
            let _ = writeln!(
                out,
                "The run after did {work:.2} times the work of the run before, by what the functions allocate that are not \
                 changed: predictions and what is saved are for as much work."
            );
        }
        None if !comparison.is_of_same_amount() => {
            out.push_str("Predictions are for the time after, and what is saved is per second.\n");
        }
        None => {}
    }
    if let Some(less) = comparison.less_live_bytes {
        let (how, effect) = if less > 0.0 { ("less", "lower") } else { ("more", "higher") };
        let _ = writeln!(
            out,
            "The live heap of the run after is {} {how}, so that its heap goal is {effect}: the predictions know that.",
            Unit::Bytes.humanize(less.abs())
        );
    }
    let shrunk = comparison.live_bytes.filter(|(before, after)| after < before);
    let shrunk = shrunk.map(|live| (Unit::Bytes.humanize(live.0), Unit::Bytes.humanize(live.1)));
    for place in comparison.leak_fixes.iter().map(|gone| gone.place.short()) {
        let _ = match &shrunk {
            Some((before, after)) => writeln!(
                out,
                "The leak {place} is gone: the live heap ended at {after} instead of {before}. The prediction does not \
                 know that: with less alive, the heap goal is lower, and GC runs more often."
            ),
            None => writeln!(out, "The leak {place} is gone. The prediction does not know that."),
        };
    }
}

/// Less than the sampler tells.
const SAME_WORK: f64 = 0.05;
