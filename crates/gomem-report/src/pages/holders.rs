//! Who keeps the heap, by a heap dump or a core.

use gomem_heap::{Heap, HolderRow};
use gomem_pprof::Profile;
use gomem_symbol::short_place;
use gomem_table::{Unit, percent};
use minijinja::{Value, context};

use crate::flame::FlameHtml;

/// What a page shows of a heap: its largest holders, and what each keeps, step by step. `None` where nothing keeps anything.
pub(super) fn held(heap: &Heap) -> Option<Value> {
    let rows = heap.holders();
    let all = rows.len();
    let largest: Vec<Value> = rows.iter().take(HOLDERS).map(holder).collect();
    if largest.is_empty() {
        return None;
    }
    Some(context! {
        rows => largest,
        all,
        bytes => Unit::Bytes.humanize(heap.bytes() as f64),
        objects => Unit::Count.humanize(heap.objects() as f64),
        flame => flame(heap).map(Value::from_safe_string),
    })
}

fn holder(row: &HolderRow) -> Value {
    let holding = &row.holding;
    context! {
        names => holding.holders.iter().take(NAMES).cloned().collect::<Vec<_>>(),
        more => holding.holders.len().saturating_sub(NAMES),
        kind => holding.kind.name().replace('_', " "),
        bytes => Unit::Bytes.humanize(holding.retained_bytes as f64),
        share => row.fraction.map(|share| percent(share, 1)),
        objects => Unit::Count.humanize(holding.retained_objects as f64),
        place => row.top_site.as_ref().map(|(file, line)| short_place(file, i64::try_from(*line).unwrap_or(i64::MAX))),
    }
}

/// The tree of what keeps what, from the holders down.
fn flame(heap: &Heap) -> Option<String> {
    let profile = Profile::decode(&heap.to_pprof()).ok()?;
    let shown = [profile.default_sample_type()];
    Some(FlameHtml::from_profile("what holders keep", &profile, &shown).fragment())
}

/// So many holders have a row; the rest are in `gomem heap`.
const HOLDERS: usize = 12;
/// So many names of those who share something.
const NAMES: usize = 3;
