//! A call, on the line of what is kept, of a method that stores what it is given: the object of the library keeps it.

use gomem_symbol::Symbol;

use crate::{
    attribution::{Place, Site},
    findings::calls::call_advice::is_of_std,
};

/// A method that stores what its caller gives it, by its name, and for which most of what it allocates stays.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Given {
    callee: String,
    place: Place,
}

impl Given {
    /// The one method on the line of `kept`, all sites of a line, that keeps what it is given. Of several nothing is known.
    pub(crate) fn find(kept: &[&Site]) -> Option<Self> {
        let mut callees: Vec<&str> = kept.iter().filter_map(|site| site.callee.as_deref()).collect();
        callees.retain(|callee| !is_of_std(callee) && Symbol::decode(callee).receiver().is_some() && stores(callee));
        callees.sort_unstable();
        callees.dedup();
        callees.retain(|callee| {
            let of_callee = || kept.iter().filter(|site| site.callee.as_deref() == Some(callee));
            let sum = |bytes: fn(&Site) -> i64| of_callee().fold(0_i64, |sum, site| sum.saturating_add(bytes(site)));
            let (inuse, made) = (sum(|site| site.inuse_bytes), sum(|site| site.bytes));
            inuse >= LEAST_BYTES && inuse.saturating_mul(2) >= made
        });
        let [callee] = callees.as_slice() else { return None };
        Some(Self { callee: Symbol::decode(callee).short(), place: kept.first()?.charged_to.clone() })
    }

    pub(crate) fn words(&self) -> String {
        format!(
            "`{}` at {} keeps what it is given, as it seems: most of what it allocates for that stays, too. Delete each there when it is done \
             with, on every path, or bound it.",
            self.callee,
            self.place.short()
        )
    }
}

/// Whether a function's name says that it stores what it is given: another one may keep what it makes, and nothing else.
pub(crate) fn stores(callee: &str) -> bool {
    let symbol = Symbol::decode(callee);
    let is_word = |rest: &str| !rest.starts_with(char::is_lowercase);
    STORES.iter().any(|word| symbol.function().strip_prefix(word).is_some_and(is_word))
}

const STORES: [&str; 9] = ["Set", "Add", "Put", "Store", "Register", "Push", "Insert", "Enqueue", "Save"];
/// Some samples of the profiler, which takes one each 512 KiB.
const LEAST_BYTES: i64 = 2 << 20;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        bundle::{Artifact, Bundle},
        report::Report,
    };

    #[test]
    fn what_stores_is_told_by_the_verb_of_its_name() {
        for callee in ["github.com/patrickmn/go-cache.(*cache).Set", "sync.(*Map).Store", "a.b/c.(*T).AddListener"] {
            assert!(stores(callee), "{callee}");
        }
        for callee in ["context.WithCancel", "os/signal.Notify", "a.b/c.(*T).Address", "a.b/c.Setup", "a.b/c.New"] {
            assert!(!stores(callee), "{callee}");
        }
    }

    /// What to do about texts that grow at a line that formats them and calls this function, which has so many MiB of so many that it made.
    fn action(callee: &str, [inuse, made]: [u64; 2]) -> String {
        let profile = |step: u64| {
            let values = |inuse: u64, made: u64| {
                format!("{0}: {1} [{2}: {3}]", inuse << 14, inuse << 20, made << 14, made << 20)
            };
            let text = format!(
                "heap profile: {0} @ heap/1048576\n{0} @ 0x40 0x41\n#\t0x40\tfmt.Sprintf+0x1\t/go/src/fmt/print.go:240\n\
                 #\t0x41\tmain.sync+0x1\t/app/sync.go:9\n\n{1} @ 0x50 0x51\n#\t0x50\t{callee}+0x1\t\
                 /go/pkg/mod/example.com/radix@v1.0.0/radix.go:7\n#\t0x51\tmain.sync+0x1\t/app/sync.go:9\n\n\
                 # runtime.MemStats\n# LastGC = {2}\n",
                values(step * 20, step * 21),
                values(inuse * step, made * step),
                (1_700_000_000 + step * 2) * 1_000_000_000
            );
            Artifact { name: format!("heap-{step}.txt"), bytes: text.into(), modified_ms: None }
        };
        let report = Report::from_bundle(&Bundle::from_artifacts("run", (1..=4).map(profile).collect()));
        let leak = report.findings().iter().find(|finding| finding.title.starts_with("Leak: app/sync.go:9"));
        leak.map(|leak| leak.action.clone()).unwrap_or_default()
    }

    #[test]
    fn what_a_method_of_a_library_is_given_is_kept_by_its_object() {
        let kept = action("example.com/radix.(*Tree).Insert", [6, 8]);
        assert!(kept.starts_with("`radix.(*Tree).Insert` at app/sync.go:9 keeps what it is given"), "{kept}");
    }

    #[test]
    fn what_lets_go_or_only_reads_keeps_nothing() {
        for (callee, bytes) in [
            ("example.com/radix.(*Tree).Insert", [6, 60]),
            ("example.com/radix.(*Tree).Insert", [0, 0]),
            ("example.com/radix.(*Tree).Walk", [6, 8]),
            ("example.com/radix.Insert", [6, 8]),
        ] {
            let unknown = action(callee, bytes);
            assert!(
                !unknown.is_empty() && !unknown.contains("keeps what it is given"),
                "{callee} {bytes:?}: {unknown}"
            );
        }
    }
}
