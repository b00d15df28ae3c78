//! How large the objects of a heap profile are, and what of them is temporary.

use gomem_pprof::SizeRange;
use gomem_table::{ToTable, Unit};

use crate::{
    chosen::Chosen,
    draw::{Bar, bars_html},
    refusal::Refusal,
    views::shown::Shown,
};

/// A bar for each range of sizes: all that was allocated, and within it what is not in use any more.
pub(crate) fn sizes_view(chosen: &Chosen<'_>) -> Result<Shown, Refusal> {
    if let Some(earlier) = chosen.earlier {
        let message = format!("what is temporary since {} is not known: what is in use may be older", earlier.name);
        return Err(Refusal::question(message));
    }
    let sizes = chosen.profile().sizes();
    if sizes.is_empty() {
        let message =
            format!("{} is a {}: only heap profiles have sizes", chosen.named.name, chosen.named.contents.name());
        return Err(Refusal::question(message));
    }
    let is_objects = chosen.sample_type_name().ends_with("_objects");
    let of_all = sizes.iter().map(|range| measured(range, is_objects).0).max().unwrap_or(0).max(1) as f64;
    let bars: Vec<Bar> = sizes.iter().map(|range| bar(range, is_objects, of_all)).collect();
    let heads = ["object size", if is_objects { "objects allocated" } else { "bytes allocated" }, "temporary", ""];
    let head = "<p class=\"soft\">Objects by their size. The pale part of a bar is temporary: allocated and not in use any more, \
                work for the garbage collector.</p>";
    Ok(Shown::rows(sizes.to_table(), format!("{head}{}", bars_html(&heads, &bars))))
}

/// What was allocated, and what is in use of it.
fn measured(range: &SizeRange, is_objects: bool) -> (i128, i128) {
    if is_objects { (range.alloc_objects, range.inuse_objects) } else { (range.alloc_bytes, range.inuse_bytes) }
}

fn bar(range: &SizeRange, is_objects: bool, of_all: f64) -> Bar {
    let (allocated, in_use) = measured(range, is_objects);
    let unit = if is_objects { Unit::Count } else { Unit::Bytes };
    let size = |bytes: i64| Unit::Bytes.humanize(bytes as f64);
    let temporary = (allocated - in_use).max(0) as f64 / allocated.max(1) as f64;
    Bar {
        cells: vec![
            if range.most_bytes == 0 { "not known".to_owned() } else { format!("up to {}", size(range.most_bytes)) },
            unit.humanize(allocated as f64),
            Unit::Fraction.humanize(temporary),
        ],
        solid: in_use.clamp(0, allocated.max(0)) as f64 / of_all,
        pale: (allocated - in_use).max(0) as f64 / of_all,
    }
}
