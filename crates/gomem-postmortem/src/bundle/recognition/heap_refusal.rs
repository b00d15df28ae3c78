//! Why a heap profile is not used.

use gomem_pprof::{MemStat, Profile, SiteGrowth};
use gomem_table::Unit;

use crate::bundle::recognition::program;

/// Why a heap profile says nothing, or nothing that the `others` read before it do not say better. Protobuf comes before
/// text.
pub(crate) fn heap_refusal<'a>(profile: &Profile, others: impl Iterator<Item = &'a Profile> + Clone) -> Option<String> {
    let is_sampled = profile.period_type().is_some_and(|kind| kind.name() == "space");
    let objects = profile.sample_type_index("alloc_objects").map_or(0, |kind| profile.total(kind));
    if is_sampled && profile.period() == 0 && objects < i128::from(FEWEST_OBJECTS) {
        let text = "memory profiling is off in the program (runtime.MemProfileRate is 0): it says nothing";
        return Some(text.to_owned());
    }
    let is_spare = match profile.as_of_nanos() {
        None => others.clone().next().is_some(),
        Some(_) => {
            let timed = others.filter(|other| other.time_nanos().is_some());
            let is_enough = timed.clone().count() >= SiteGrowth::ENOUGH_PROFILES;
            profile.time_nanos().is_none() && (is_enough || timed.clone().any(|other| program::is_twin(other, profile)))
        }
    };
    is_spare.then(|| format!("a heap profile without its time: the others are used{}", behind(profile)))
}

/// How far a text heap profile is behind what the runtime counts at its end, when that is far.
fn behind(profile: &Profile) -> String {
    let stat = profile.mem_stats().and_then(|stats| stats.value("HeapAlloc"));
    let Some(&MemStat::Integer(allocated)) = stat else { return String::new() };
    let inuse = profile.sample_type_index("inuse_space").map_or(0, |kind| profile.total(kind));
    let allocated = i128::from(allocated);
    if allocated < 2 * inuse.max(32 << 20) {
        return String::new();
    }
    let [inuse, allocated] = [inuse, allocated].map(|bytes| Unit::Bytes.humanize(bytes as f64));
    format!(
        "; it shows {inuse} of the {allocated} of its moment, since it is as of an earlier GC: ?gc=1 runs one first"
    )
}

/// What is allocated before a program turns the profiler off is a handful; other writers of profiles leave the period out.
const FEWEST_OBJECTS: i64 = 10;
