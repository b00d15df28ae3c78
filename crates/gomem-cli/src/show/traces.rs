//! Samples with their stacks as text.

use std::io::Write;

use gomem_pprof::Profile;
use gomem_table::Unit;

use crate::{
    failure::Failure,
    show::{output::Output, terminal::one_line},
};

/// One block a sample: its labels, its value beside the leaf, and the frames up to the root.
pub(crate) fn traces(profile: &Profile, index: usize, rows: usize, out: &mut Output<'_>) -> Result<(), Failure> {
    let unit = profile.unit(index);
    let rows = if rows == 0 { usize::MAX } else { rows };
    for sample in profile.samples().filter(|sample| sample.locations().len() > 0).take(rows) {
        writeln!(out, "-----------+-------------------------------------------------------")?;
        for label in sample.labels() {
            let value =
                if label.text.is_empty() { format!("{}{}", label.number, label.unit) } else { label.text.into() };
            writeln!(out, "{:>11}:  {}", one_line(label.key), one_line(&value))?;
        }
        let mut value = match unit {
            Unit::None => sample.value(index).to_string(),
            unit => unit.humanize(sample.value(index) as f64),
        };
        for location in sample.locations() {
            let lines = profile.location(location).lines();
            let outermost = lines.len() - 1;
            for (place, line) in lines.enumerate() {
                let name = line.function().map_or("<unknown>", |function| function.name());
                let inlined = if place < outermost { " (inline)" } else { "" };
                writeln!(out, "{value:>11}   {}{inlined}", one_line(name))?;
                value.clear();
            }
        }
    }
    Ok(())
}
