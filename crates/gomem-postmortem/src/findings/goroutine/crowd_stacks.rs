//! Whose stacks are a large part of the memory, where many goroutines have them: the goroutine profile says where they are.

use gomem_finding::Evidence;
use gomem_metrics::Rule;
use gomem_table::Unit;

use crate::{
    bundle::Bundle,
    findings::{
        finding::Finding,
        goroutine::{
            goroutines::{CROWD, PROFILE, fullest, in_words},
            waiting::groups,
        },
    },
};

/// Adds to what the metrics say of stacks where most of the goroutines are.
pub(crate) fn tell(bundle: &Bundle, findings: &mut [Finding]) {
    let of_stacks = findings.iter_mut().find(|finding| finding.rules.contains(&Rule::HugeStacks));
    let (Some(finding), Some(profile)) = (of_stacks, fullest(bundle.goroutines())) else { return };
    let groups = groups(profile);
    let all: i64 = groups.iter().map(|group| group.1).sum();
    let is_most = |(_, count): &&(_, i64)| *count >= CROWD && count.saturating_mul(2) >= all;
    let Some((most, count)) = groups.first().filter(is_most) else { return };
    finding.summary += &format!(" Of {all} goroutines in the profile: {}.", in_words(&groups));
    finding.place = Some(most.at.clone());
    finding.evidence.push(Evidence::new("goroutines at the place", *count as f64, Unit::Count).with_source(PROFILE));
}

#[cfg(test)]
mod tests {
    use crate::{
        bundle::{Artifact, Bundle},
        report::Report,
    };

    /// The finding about stacks of a service with so many goroutines, most of them at one line, whose stacks have so many KiB each.
    fn of_stacks(goroutines: u64, kib: u64) -> Option<(String, Option<String>)> {
        let stacks = goroutines * (kib << 10);
        let scrape = |step: u64| Artifact {
            name: format!("{}.prom", 1_700_000_000_000_u64 + step * 1000),
            bytes: format!(
                "go_memstats_stack_inuse_bytes {stacks}\ngo_memstats_sys_bytes {}\ngo_memstats_heap_released_bytes 0\n\
                 go_memstats_alloc_bytes 8000000\ngo_goroutines {goroutines}\n",
                stacks + (20 << 20)
            )
            .into(),
            modified_ms: None,
        };
        let stack = "#\t0x40\tmain.(*subscriber).serve+0x1\t/app/serve.go:29\n";
        let dump = format!("goroutine profile: total {goroutines}\n{goroutines} @ 0x40\n{stack}\n");
        let dump = Artifact { name: "goroutines.txt".into(), bytes: dump.into(), modified_ms: None };
        let report = Report::from_bundle(&Bundle::from_artifacts("run", (0..20).map(scrape).chain([dump]).collect()));
        let is_it = |finding: &&crate::findings::Finding| finding.rules.contains(&gomem_metrics::Rule::HugeStacks);
        let finding = report.findings().iter().find(is_it)?;
        Some((finding.summary.clone(), finding.place.as_ref().map(crate::attribution::Place::short)))
    }

    #[test]
    fn a_crowd_with_grown_stacks_is_told_with_its_line() {
        let (summary, place) = of_stacks(3000, 32).unwrap();
        assert!(summary.contains("93.8 MiB") && summary.contains("32.0 KiB for each of 3000 goroutines"), "{summary}");
        assert_eq!(place.as_deref(), Some("app/serve.go:29"));
        assert_eq!(of_stacks(12_000, 8), None, "that much any goroutine takes");
        assert_eq!(of_stacks(500, 32), None, "little");
        let (deep, place) = of_stacks(60, 4096).unwrap();
        assert!(deep.contains("deep recursion or large frames") && place.is_none(), "{deep}");
    }
}
