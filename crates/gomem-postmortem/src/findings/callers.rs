//! Who calls the function of a line of the program, as most of what the line has in use came about.

use foldhash::{HashMap, HashSet};
use gomem_pprof::{Line, Profile};

use crate::attribution::Place;

/// The lines of the program's `own` functions outward of `place`, the nearest first, where most of its bytes in use came by them.
pub(crate) fn callers(profile: &Profile, place: &Place, own: &HashSet<&str>) -> Vec<Place> {
    let Some(inuse) = profile.sample_type_index("inuse_space") else { return Vec::new() };
    let is_own = |line: &Line<'_>| line.function().is_some_and(|function| own.contains(function.name()));
    let mut by_chain: HashMap<Vec<Place>, i64> = HashMap::default();
    let mut all = 0_i64;
    for sample in profile.samples().filter(|sample| sample.value(inuse) > 0) {
        let mut outward = sample.frames().filter(is_own).map(Place::from_frame);
        if outward.next().as_ref() != Some(place) {
            continue;
        }
        all = all.saturating_add(sample.value(inuse));
        let chain = by_chain.entry(outward.take(FARTHEST).collect()).or_default();
        *chain = chain.saturating_add(sample.value(inuse));
    }
    let most = by_chain.into_iter().max_by(|one, other| one.1.cmp(&other.1).then_with(|| other.0.cmp(&one.0)));
    most.filter(|(_, bytes)| bytes.saturating_mul(2) >= all).map(|(chain, _)| chain).unwrap_or_default()
}

/// A judgement: what is stored farther away than that is stored for another reason.
const FARTHEST: usize = 2;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_caller_of_most_bytes_comes_first() {
        let text = "heap profile: 4: 4096 [4: 4096] @ heap/1048576\n\
            3: 3072 [3: 3072] @ 0x10 0x20 0x30 0x40\n\
            #\t0x10\tmain.build+0x1\t/app/a.go:9\n#\t0x20\tlib.Do+0x1\t/lib/do.go:1\n#\t0x30\tmain.get+0x1\t/app/a.go:20\n#\t0x40\tmain.main+0x1\t/app/a.go:30\n\n\
            1: 1024 [1: 1024] @ 0x10 0x50\n\
            #\t0x10\tmain.build+0x1\t/app/a.go:9\n#\t0x50\tmain.load+0x1\t/app/a.go:40\n\n";
        let profile = Profile::decode(text.as_bytes()).unwrap();
        let own: HashSet<&str> = ["main.build", "main.get", "main.main", "main.load"].into_iter().collect();
        let place = Place { function: "main.build".into(), file: "/app/a.go".into(), line: 9 };
        let lines: Vec<i64> = callers(&profile, &place, &own).iter().map(|caller| caller.line).collect();
        assert_eq!(lines, [20, 30]);
        assert!(callers(&profile, &Place { line: 10, ..place }, &own).is_empty());
    }
}
