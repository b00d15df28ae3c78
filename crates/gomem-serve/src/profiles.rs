//! The profiles of a bundle, by the names that a reader chooses from.

use std::sync::Arc;

use gomem_postmortem::{Bundle, Contents};
use gomem_pprof::Profile;
use gomem_table::rfc3339;

/// A profile of the bundle.
#[derive(Debug, Clone)]
pub(crate) struct NamedProfile {
    /// Its file, as the bundle calls it.
    pub(crate) name: String,
    /// What it is of.
    pub(crate) contents: Contents,
    pub(crate) profile: Arc<Profile>,
}

impl NamedProfile {
    /// Heap profiles in order of time, then the CPU's, then those of goroutines.
    pub(crate) fn of_bundle(bundle: &Bundle) -> Vec<Self> {
        let heaps = bundle.heaps().iter().map(|heap| Self {
            name: heap.name.clone(),
            contents: Contents::Heap,
            profile: Arc::clone(&heap.profile),
        });
        let files = |kind: Contents| {
            let of_kind = bundle.contents().iter().filter(move |(_, contents)| *contents == kind);
            of_kind.map(|(name, _)| name.clone()).collect::<Vec<_>>()
        };
        let cpu = bundle.cpu().map(|profile| Self {
            // Of several, the last by name counts.
            name: files(Contents::Cpu).pop().unwrap_or_else(|| "CPU profile".to_owned()),
            contents: Contents::Cpu,
            profile: Arc::clone(profile),
        });
        let named = files(Contents::Goroutine);
        let is_each_named = named.len() == bundle.goroutines().len();
        let goroutines = bundle.goroutines().iter().enumerate().map(|(at, profile)| Self {
            name: if is_each_named { named[at].clone() } else { format!("goroutines {}", at + 1) },
            contents: Contents::Goroutine,
            profile: Arc::clone(profile),
        });
        heaps.chain(cpu).chain(goroutines).collect()
    }

    /// Its name, with the time at which it was taken.
    pub(crate) fn title(&self) -> String {
        let time = self.profile.as_of_nanos().map(|nanos| rfc3339(nanos / 1_000_000));
        // Milliseconds tell nothing here.
        let time = time.and_then(|time| Some(time.split('.').next()?.replace('T', " ")));
        time.map_or_else(|| self.name.clone(), |time| format!("{}, {time}", self.name))
    }
}
