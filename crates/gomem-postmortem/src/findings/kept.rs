//! What a finding says of bytes that stay.

use gomem_finding::Severity;

use crate::{
    attribution::{Bytes, Site},
    findings::{
        breakdown::share,
        cost::Cost,
        finding::{Finding, Kept},
        keeper::{Keeper, keeper},
        pool::oversized,
    },
};

/// Bytes that stay are no garbage: without them GC would run more often, since the live heap sets its pace. Where a memory
/// limit does, it would run less often.
pub(crate) fn keep(finding: &mut Finding, bytes: &Bytes<'_>, sites: &[Site], cost: Cost) {
    finding.kept = Some(Kept::InUse);
    finding.severity = Severity::Info;
    finding.saving = None;
    finding.avoidable_bytes_fraction = None;
    let kept = share(bytes.kept_fraction());
    finding.summary += &format!(" {kept} of it are still in use: it is kept, and no garbage. ");
    let live: f64 = bytes.sites.iter().map(|site| site.inuse_fraction).sum();
    if live >= LEAST_TOLD {
        finding.summary += &format!("That is {} of all bytes in use. ", share(live));
    }
    let costs = if cost.is_limited {
        finding.summary += "What is kept leaves GC no room below the memory limit: with less of it GC runs less often.";
        "Keep less of it, or raise the limit."
    } else {
        finding.summary += "With less of it the heap is smaller, and GC runs more often.";
        "Nothing here costs GC cycles."
    };
    let keeper = keeper(&bytes.sites, sites, None);
    if let Some(Keeper::Known(advice) | Keeper::Kind(advice)) = keeper {
        finding.action = format!("{costs} If it should not stay: {advice}");
    } else {
        finding.action = costs.to_owned();
        if !cost.is_limited {
            finding.action += " Where memory is short, keep less of it.";
        }
        if live >= MUCH && is_of_large(bytes) {
            finding.action += " If a pool or a channel keeps them for later use, it gives nothing back: bound how many there are and how \
                               large, or use a sync.Pool, which GC empties.";
        }
    }
    if !matches!(keeper, Some(Keeper::Known(_))) {
        warn_of_oversized(finding, bytes);
    }
}

/// Whether it is a few large objects, as buffers are.
fn is_of_large(bytes: &Bytes<'_>) -> bool {
    let objects: i64 = bytes.sites.iter().map(|site| site.inuse_objects).sum();
    objects > 1 && bytes.inuse_bytes / objects >= LARGE_BYTES
}

pub(crate) fn warn_of_oversized(finding: &mut Finding, bytes: &Bytes<'_>) {
    if let Some(advice) = oversized(&bytes.sites) {
        finding.action.truncate(finding.action.trim_end_matches('.').len());
        finding.action += &advice;
    }
}

/// Of all bytes in use.
const LEAST_TOLD: f64 = 0.1;
const MUCH: f64 = 0.25;
/// A judgement: what is made for a use and thrown away again is smaller.
const LARGE_BYTES: i64 = 256 << 10;
