//! The profile of allocations that the runtime keeps (`bucket` in `runtime/mprof.go`).

use std::collections::HashMap;

use foldhash::fast::RandomState;

use crate::{
    core::{
        elf::word::WORD,
        runtime::{names::Names, process::Process},
    },
    memory::{Site, SiteFrame},
};

/// Places that allocate, and the number of each bucket's.
pub(crate) fn sites(process: &Process<'_>, names: &mut Names) -> (Vec<Site>, HashMap<u64, u32, RandomState>) {
    let (mut sites, mut numbers) = (Vec::new(), HashMap::default());
    let first = process.variable("runtime.mbuckets").and_then(|list| process.word(list)).unwrap_or_default();
    for bucket in process.list(first, "runtime.bucket allnext") {
        if let Some(site) = site(process, bucket, names) {
            numbers.insert(bucket, sites.len() as u32);
            sites.push(site);
        }
    }
    (sites, numbers)
}

/// The mean distance in bytes between samples.
pub(crate) fn rate(process: &Process<'_>) -> Option<f64> {
    let rate = process.word(process.variable("runtime.MemProfileRate")?)?;
    (rate > 0 && rate < 1 << 53).then_some(rate as f64)
}

fn site(process: &Process<'_>, bucket: u64, names: &mut Names) -> Option<Site> {
    let slot_bytes = process.field(bucket, "runtime.bucket size")?;
    let count = process
        .field(bucket, "runtime.bucket nstk")
        .filter(|count| *count <= MOST_FRAMES && process.take(8 * count))?;
    let stack = bucket.checked_add(process.layouts.bytes("runtime.bucket")?)?;
    let mut frames = Vec::new();
    for number in 0..count {
        let returns_to = process.word(stack.checked_add(number * WORD)?)?.wrapping_sub(process.slide);
        let Some(at) = returns_to.checked_sub(1) else { continue };
        let Some(function) = process.program.function_around(at) else { continue };
        // Each function has an entry of its own, those that are inlined too.
        let lines = process.program.lines(function, at);
        frames.extend(lines.first().map(|line| SiteFrame {
            function: names.get(line.function),
            file: names.get(line.file),
            line: line.line,
        }));
    }
    Some(Site::of_stack(slot_bytes, frames))
}

/// More than the runtime keeps (`maxProfStackDepth`).
const MOST_FRAMES: u64 = 1024;
