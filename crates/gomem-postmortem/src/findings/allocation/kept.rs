//! What a finding says of bytes that stay.

use gomem_escape::{Cause, EscapeLog};
use gomem_finding::Severity;
use gomem_table::Unit;

use crate::{
    attribution::{Bytes, Reason, Site},
    findings::{
        allocation::pool::oversized,
        breakdown::share,
        calls::call_advice::size_advice,
        cost::Cost,
        finding::{Finding, Kept},
        keeping::{
            final_store::final_store,
            keeper::{Keeper, keeper},
        },
    },
};

/// Bytes that stay are no garbage: without them GC would run more often, since the live heap sets its pace. Where a memory
/// limit does, it would run less often.
pub(crate) fn keep(finding: &mut Finding, bytes: &Bytes<'_>, (sites, log): (&[Site], Option<&EscapeLog>), cost: Cost) {
    finding.kept = Some(Kept::InUse);
    finding.severity = Severity::Info;
    finding.saving = None;
    finding.avoidable_bytes_fraction = None;
    let kept = share(bytes.kept_fraction());
    finding.summary += &format!(" {kept} of it is still in use: it is kept, and is no garbage. ");
    let live: f64 = bytes.sites.iter().map(|site| site.inuse_fraction).sum();
    if live >= LEAST_TOLD {
        finding.summary += &format!("That is {} of all bytes in use. ", share(live));
        finding.inuse_fraction = Some(live);
    }
    if live >= MUCH {
        finding.title += &format!(", {} of all bytes in use", share(live));
    }
    let costs = if cost.is_limited {
        finding.summary += "What is kept leaves GC no room below the memory limit: with less of it GC runs less often.";
        "Keep less of it, or raise the limit."
    } else {
        finding.summary += "With less of it the heap is smaller, and GC runs more often.";
        "Nothing here costs GC cycles."
    };
    let keeper = keeper(&bytes.sites, sites, None);
    let stored = log.and_then(|log| final_store(bytes.sites.first()?, log)).filter(|_| keeper.is_none());
    let is_large = live >= MUCH && is_of_large(bytes);
    // Of what is large, what keeps such things as a rule says less than that.
    let is_told = |keeper: &&Keeper| match keeper {
        Keeper::Stored { .. } => false,
        Keeper::Kind(_) => !is_large,
        _ => true,
    };
    if let Some(keeper) = keeper.as_ref().filter(is_told) {
        finding.action = format!("{costs} If it should not stay: {}", keeper.words());
    } else {
        finding.action = costs.to_owned();
        if !cost.is_limited {
            finding.action += " Where memory is short, keep less of it.";
        }
        if let Some(stored) = stored.filter(|_| live >= MUCH) {
            finding.action += &format!(" The compiler says where it is kept: `{}`.", stored.step.from);
        }
        if is_of_pool(bytes) {
            finding.action += " A sync.Pool keeps it for later use: what is not used for two GC cycles goes.";
        } else if is_large {
            finding.action += " If a pool or a channel keeps them for later use, or a free list, it gives nothing back, and a slice that is cut \
                               (`s[:n]`) keeps what lies behind: bound how many there are and how large, clear(s[n:]) before the cut, or \
                               use a sync.Pool, which GC empties.";
        }
    }
    if let Some(advice) = bytes.sites.first().and_then(|site| size_advice(site.callee.as_deref()?)) {
        finding.action += &format!(" {advice}");
    }
    if !matches!(keeper, Some(Keeper::Known(_))) {
        warn_of_oversized(finding, bytes);
    }
}

/// A line of garbage may have made what stays too: other sizes, or by way of another caller. What is said of garbage is not of those.
pub(crate) fn add_staying(finding: &mut Finding, bytes: &Bytes<'_>, sites: &[Site], log: Option<&EscapeLog>) {
    let mut staying: Vec<&Site> = bytes.sites.iter().copied().filter(|site| site.staying_bytes > 0).collect();
    staying.sort_by_key(|site| std::cmp::Reverse(site.staying_bytes));
    let sum = staying.iter().fold(0_i64, |sum, site| sum.saturating_add(site.staying_bytes));
    let of_site = |site: &&Site| site.inuse_fraction * site.staying_bytes as f64 / site.inuse_bytes.max(1) as f64;
    let live: f64 = staying.iter().map(of_site).sum();
    if sum < LEAST_STAYING || live < MUCH {
        return;
    }
    let amount = Unit::Bytes.humanize(sum as f64);
    finding.title += &format!("; {amount} of it stay");
    finding.summary += &format!(
        " {amount} of it, {} of all bytes in use, are of sizes or callers of which nearly all that was made is still in use: those stay, and the \
         rest is garbage.",
        share(live)
    );
    let advice = match keeper(&staying, sites, log) {
        Some(keeper) => keeper.words(),
        None => "A heap dump tells who keeps it (runtime/debug.WriteHeapDump, then `gomem heap`).".to_owned(),
    };
    finding.action.truncate(finding.action.trim_end_matches('.').len());
    let separator = if finding.action.is_empty() { "" } else { ". " };
    finding.action += &format!("{separator}What stays, if it should not: {advice}");
}

/// What a call makes may be held for a while, as a cache or a queue does, though most of what it ever made is garbage.
pub(crate) fn add_held(finding: &mut Finding, bytes: &Bytes<'_>, sites: &[Site], log: Option<&EscapeLog>) {
    let mut held: Vec<&Site> = bytes.sites.iter().copied().filter(|site| site.is_held()).collect();
    held.sort_by_key(|site| std::cmp::Reverse(site.inuse_bytes));
    let sum = held.iter().fold(0_i64, |sum, site| sum.saturating_add(site.inuse_bytes));
    let live: f64 = held.iter().map(|site| site.inuse_fraction).sum();
    if sum < LEAST_STAYING || live < MUCH {
        return;
    }
    let amount = Unit::Bytes.humanize(sum as f64);
    finding.title += &format!("; {amount} of it in use at a time");
    finding.summary += &format!(
        " {amount} of it, {} of the live heap, is in use at a time: something keeps each for a while, as a cache or a queue does.",
        share(live)
    );
    let keeper = keeper(&held, sites, log).map_or_else(|| HELD.to_owned(), |keeper| keeper.words());
    let separator = if finding.action.is_empty() { "" } else { " " };
    finding.action += &format!("{separator}What is kept for a while: {keeper}");
}

/// Whether most of it was made by a pool that had none to give.
fn is_of_pool(bytes: &Bytes<'_>) -> bool {
    let made = bytes.sites.iter().filter(|site| site.pool_objects.saturating_mul(2) >= site.objects);
    made.fold(0_i64, |sum, site| sum.saturating_add(site.inuse_bytes)).saturating_mul(2) >= bytes.inuse_bytes
}

/// Whether its objects are large, as buffers are, and not the tables of maps.
fn is_of_large(bytes: &Bytes<'_>) -> bool {
    let objects: i64 = bytes.sites.iter().map(|site| site.inuse_objects).sum();
    let is_map = |site: &&Site| matches!(site.reason, Some(Reason::MapGrowth | Reason::Compiler(Cause::MapCreation)));
    objects > 1 && bytes.inuse_bytes / objects >= LARGE_BYTES && !bytes.sites.iter().any(is_map)
}

pub(crate) fn warn_of_oversized(finding: &mut Finding, bytes: &Bytes<'_>) {
    if let Some(advice) = oversized(&bytes.sites) {
        finding.action.truncate(finding.action.trim_end_matches('.').len());
        finding.action += &advice;
    }
}

const HELD: &str = "keep fewer, by a bound that counts what they take in memory and not what they are made from, or keep what they are made \
                    from and make them when they are asked for.";
/// What stays by the chance of a sample or two is less.
const LEAST_STAYING: i64 = 16 << 20;
/// Of all bytes in use.
const LEAST_TOLD: f64 = 0.1;
const MUCH: f64 = 0.25;
/// A judgement: what is made for a use and thrown away again is smaller.
const LARGE_BYTES: i64 = 16 << 10;
