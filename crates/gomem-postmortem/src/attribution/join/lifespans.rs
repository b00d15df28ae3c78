//! How long objects of sites live, by the births and deaths of an execution trace.

use std::sync::Arc;

use foldhash::HashMap;
use gomem_symbol::Symbol;
use gomem_trace::{LifetimeBy, LifetimeRow, Trace};

use crate::attribution::{
    evidence::{Made, nearest, traced_type},
    sites::{Lifespan, Site},
};

/// What a trace tells objects by, and what the compiler's log and the profile tell of a site's.
type Kind = (String, u64);

/// Adds to each site how long its objects live, where the trace says that of a type of its own.
pub(super) fn find(sites: &mut [Site], trace: &Trace) {
    let Some(rows) = trace.lifetimes(LifetimeBy::Type) else { return };
    let rows: HashMap<Kind, &LifetimeRow> = rows
        .iter()
        .filter(|row| !row.is_name_shared)
        .filter_map(|row| Some(((row.type_name.as_deref()?.to_owned(), row.size_bytes?), row)))
        .collect();
    let kinds: Vec<Option<Kind>> = sites.iter().map(kind).collect();
    let mut made: HashMap<&Kind, i64> = HashMap::default();
    for (kind, site) in kinds.iter().zip(&*sites) {
        if let Some(kind) = kind {
            let sum = made.entry(kind).or_default();
            *sum = sum.saturating_add(site.objects.max(0));
        }
    }
    for (kind, site) in kinds.iter().zip(sites) {
        let row = kind.as_ref().and_then(|kind| Some((rows.get(kind)?, *made.get(kind)?)));
        site.lifespan = row.and_then(|(row, made)| lifespan(row, site.objects, made)).map(Box::new);
    }
}

fn lifespan(row: &LifetimeRow, objects: i64, made: i64) -> Option<Lifespan> {
    let known = row.dead_at_first_gc + row.outlived_first_gc;
    (known > 0 && made > 0).then(|| Lifespan {
        type_name: row.type_name.as_ref().map_or_else(|| "".into(), Arc::clone),
        objects: known,
        dead_at_first_gc_fraction: row.dead_at_first_gc as f64 / known as f64,
        site_fraction: objects.max(0) as f64 / made as f64,
    })
}

/// The type and slot of a site's objects; `None` where they are of several sizes, or the log does not name the type.
fn kind(site: &Site) -> Option<Kind> {
    let decision = site.decision.as_deref().filter(|_| site.has_one_size)?;
    // The log calls a command by its path, and types call it `main`.
    let outermost = Symbol::decode(site.inlined_into.as_deref().unwrap_or(&site.place).function());
    let package = if outermost.package() == "main" { "main" } else { &*decision.package };
    let made = Made { kind: decision.subject_kind, subject: &decision.subject, package };
    Some((traced_type(made)?, nearest(site.mean_object_bytes()?.round() as u64)))
}
