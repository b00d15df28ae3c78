//! How many goroutines wait for what.

use foldhash::HashMap;
use gomem_pprof::{Profile, Sample};
use gomem_symbol::{Modules, Symbol};

use crate::findings::goroutine::wait::Wait;

/// What the goroutines of a profile wait for, the most first.
pub(crate) fn groups(profile: &Profile) -> Vec<(Wait, i64)> {
    groups_of(profile, profile.samples())
}

/// What those of some samples wait for, the most first.
pub(crate) fn groups_of<'p>(profile: &'p Profile, samples: impl Iterator<Item = Sample<'p>>) -> Vec<(Wait, i64)> {
    let modules = modules_of(profile);
    let mut counts: HashMap<Wait, i64> = HashMap::default();
    for sample in samples {
        if let Some(waiting) = Wait::from_sample(sample, &modules) {
            *counts.entry(waiting).or_default() += sample.value(0);
        }
    }
    let mut groups: Vec<(Wait, i64)> = counts.into_iter().collect();
    groups.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.at.cmp(&b.0.at)).then_with(|| a.0.state.cmp(&b.0.state)));
    groups
}

/// Whose code the functions of a profile are.
pub(crate) fn modules_of(profile: &Profile) -> Modules {
    let packages: Vec<(String, String)> = profile
        .samples()
        .flat_map(Sample::frames)
        .filter_map(|line| line.function())
        .map(|function| (Symbol::decode(function.name()).package().to_owned(), function.path().as_str().to_owned()))
        .collect();
    Modules::from_packages(packages.iter().map(|(package, file)| (package.as_str(), file.as_str())))
}
