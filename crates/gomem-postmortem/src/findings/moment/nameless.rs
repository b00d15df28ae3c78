//! A heap profile of addresses alone: what it says without names, and what gives them.

use gomem_finding::{Confidence, Evidence, Severity};
use gomem_pprof::{Profile, Sample};
use gomem_table::Unit;

use crate::{
    bundle::Bundle,
    findings::{
        finding::{Finding, FindingKind},
        sentence::bytes,
    },
};

/// How much is in use, in how many objects of which size, where most stacks have no function's name.
pub(crate) fn nameless(bundle: &Bundle) -> Option<Finding> {
    let heap = bundle.latest_heap()?;
    let profile = &*heap.profile;
    let index = |name: &str| profile.sample_type_index(name);
    let (objects, inuse, made) = (index("inuse_objects")?, index("inuse_space")?, index("alloc_space")?);
    let sum = |of: usize| nameless_samples(profile).fold(0_i64, |sum, sample| sum.saturating_add(sample.value(of)));
    if sum(made) <= 0 || 2 * i128::from(sum(made)) < profile.total(made) {
        return None;
    }
    let mut stacks: Vec<(i64, i64)> = nameless_samples(profile)
        .map(|sample| (sample.value(inuse), sample.value(objects)))
        .filter(|stack| stack.0 > 0)
        .collect();
    stacks.sort_by_key(|&(inuse, _)| std::cmp::Reverse(inuse));
    let in_use = bytes(sum(inuse) as f64);
    let title = format!("The heap profile has addresses and no names: {in_use} in use on {} stacks", stacks.len());
    let mut finding = Finding::new(FindingKind::Runtime, Severity::Info, title);
    let largest: Vec<String> = stacks
        .iter()
        .take(SHOWN)
        .map(|&(inuse, objects)| match objects {
            ..=1 => format!("one object of {}", bytes(inuse as f64)),
            _ => format!("{objects} objects of {} each", bytes(inuse as f64 / objects as f64)),
        })
        .collect();
    finding.summary = format!("{}: of {} that were ever allocated there.", heap.name, bytes(sum(made) as f64));
    if !largest.is_empty() {
        finding.summary += &format!(" The largest: {}.", largest.join(", "));
    }
    finding.action = "Whose they are only names say. In the text of /debug/pprof/heap?debug=1 they stand below each stack, in lines that begin with `#`: give the \
                      whole file. A profile without `debug` has them too, and the program's file beside the profile gives them where both are of \
                      one build."
        .to_owned();
    finding.confidence = Confidence::High;
    finding.bytes = Some(sum(inuse));
    finding.evidence.push(Evidence::new("in use", sum(inuse) as f64, Unit::Bytes).with_source("heap profile"));
    Some(finding)
}

/// The stacks of which no frame has a name.
fn nameless_samples(profile: &Profile) -> impl Iterator<Item = Sample<'_>> {
    profile.samples().filter(|sample| sample.frames().all(|line| line.function().is_none()))
}

const SHOWN: usize = 3;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bundle::Artifact;

    #[test]
    fn sizes_are_told_without_names() {
        let told = |text: &str| {
            let artifact = Artifact { name: "heap.txt".to_owned(), bytes: text.as_bytes().to_vec(), modified_ms: None };
            nameless(&Bundle::from_artifacts("x", vec![artifact]))
        };
        let header = "heap profile: 8: 125829120 [500: 8400000000] @ heap/1048576\n";
        let rows = "7: 117440512 [498: 8355053568] @ 0x41d43c 0x53291a\n1: 8388608 [1: 8388608] @ 0x41d43c 0x532193\n";
        let finding = told(&format!("{header}{rows}")).unwrap();
        assert_eq!(finding.title, "The heap profile has addresses and no names: 120.0 MiB in use on 2 stacks");
        assert!(finding.summary.contains("7 objects of 16.0 MiB each, one object of 8.0 MiB"), "{}", finding.summary);
        let named = rows.replace("0x53291a\n", "0x53291a\n#\t0x41d43c\tmain.load+0x1\t/a.go:7\n");
        assert!(told(&format!("{header}{named}")).is_none());
    }
}
