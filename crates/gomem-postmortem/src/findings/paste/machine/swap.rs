//! Memory of a process that the system has swapped out.

use gomem_finding::Severity;
use gomem_table::MIB;

use crate::{
    bundle::ProcessMemory,
    findings::{finding::Finding, sentence::bytes},
};

/// Says that much of the process is swapped out, and whether it does.
pub(crate) fn tell_swap(finding: &mut Finding, process: &ProcessMemory) -> bool {
    let resident = process.resident_bytes;
    let Some(swapped) = process.swap_bytes.filter(|&bytes| bytes >= MUCH_SWAPPED * (bytes + resident)) else {
        return false;
    };
    if process.is_container || swapped < LEAST_SWAPPED {
        return false;
    }
    finding.title += &format!(", {} more swapped out", bytes(swapped));
    finding.severity = Severity::Warning;
    finding.summary +=
        " Each GC reads all that is live: what of it is swapped out it reads back, and pushes out what was resident.";
    true
}

/// What to do about it.
pub(crate) const OF_SWAP: &str = "The machine, or the container, has too little memory for what runs there: see what else takes it (`free -m`, `ps aux --sort=-rss`), give it \
                       more, or make the heap smaller: GOMEMLIMIT below what it can have resident, and a heap profile (/debug/pprof/heap) of \
                       what is live. GODEBUG=gctrace=1 shows cycles that take seconds of clock for little CPU while it swaps.";
/// Judgements: less is what was never used again.
const MUCH_SWAPPED: f64 = 0.25;
const LEAST_SWAPPED: f64 = 128.0 * MIB;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::finding::FindingKind;

    #[test]
    fn much_that_is_swapped_out_is_a_warning() {
        let told = |swapped: f64| {
            let mut finding = Finding::new(FindingKind::Printed, Severity::Info, "1 GiB resident".to_owned());
            let process = ProcessMemory {
                resident_bytes: 1024.0 * MIB,
                swap_bytes: Some(swapped * MIB),
                ..ProcessMemory::default()
            };
            tell_swap(&mut finding, &process).then_some((finding.severity, finding.title))
        };
        let title = "1 GiB resident, 2.0 GiB more swapped out".to_owned();
        assert_eq!(told(2048.0), Some((Severity::Warning, title)));
        assert_eq!(told(100.0), None);
    }
}
