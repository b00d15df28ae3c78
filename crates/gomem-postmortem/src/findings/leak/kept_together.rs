//! Lines that leak together: what they make is stored as one, so that one finding is about all of them.

use gomem_escape::EscapeLog;
use gomem_symbol::{Origin, Symbol};

use crate::{
    attribution::Site,
    findings::{
        calls::{
            call_advice::bound_of,
            module_calls::{STD, module_of},
        },
        goroutine::goroutines::GoroutineCount,
        growth::GrowingSite,
        keeping::{container::Container, keeper::place_of_store},
    },
};

/// Growing lines whose objects are kept together, what grew most first.
pub(crate) struct KeptTogether<'a> {
    pub(crate) first: &'a GrowingSite,
    pub(crate) others: Vec<&'a GrowingSite>,
}

impl<'a> KeptTogether<'a> {
    /// Each of `growing` once, beside what it is kept with; `sites` are all lines of the latest profile.
    pub(crate) fn group(
        growing: &[&'a GrowingSite],
        (sites, log): (&[Site], Option<&EscapeLog>),
        goroutines: &GoroutineCount,
    ) -> Vec<Self> {
        let is_held = |site: &GrowingSite| goroutines.leaked().is_some_and(|leaked| leaked.hold(site).is_some());
        let mut groups: Vec<Self> = Vec::new();
        for &site in growing {
            let is_with = |group: &&mut Self| {
                group.all().any(|other| is_kept_with(other, site, sites, log))
                    || is_one_each(group.first, site, log)
                    || (is_held(group.first) && is_held(site))
                    || group.all().any(|other| is_made_for(other, site) || is_made_for(site, other))
            };
            match groups.iter_mut().find(is_with) {
                // The line that can be changed comes before what a library's goroutine makes for it.
                Some(group) if entry_of(group.first).is_some() && entry_of(site).is_none() => {
                    group.others.insert(0, std::mem::replace(&mut group.first, site));
                }
                Some(group) => group.others.push(site),
                None => groups.push(Self { first: site, others: Vec::new() }),
            }
        }
        groups
    }

    pub(crate) fn all(&self) -> impl Iterator<Item = &'a GrowingSite> {
        std::iter::once(self.first).chain(self.others.iter().copied())
    }

    /// Whether what makes it grows up to a bound and no further.
    pub(crate) fn is_bounded(&self) -> bool {
        bound_of(&self.first.sites).is_some()
    }

    pub(crate) fn inuse_bytes(&self) -> i64 {
        self.all().fold(0, |sum, site| sum.saturating_add(site.inuse_bytes()))
    }

    pub(crate) fn inuse_fraction(&self) -> f64 {
        self.all().map(GrowingSite::inuse_fraction).sum()
    }

    pub(crate) fn bytes_per_hour(&self) -> f64 {
        self.all().filter_map(|site| site.growth.slope_per_hour()).sum()
    }

    /// Their places: `main.go:12`, or `main.go:12 and main.go:10`.
    pub(crate) fn places(&self) -> String {
        let place = |site: &GrowingSite| match entry_of(site) {
            Some(entry) => format!("{} (goroutines of {})", site.place.short(), Symbol::decode(entry).short()),
            None => site.place.short(),
        };
        let places: Vec<String> = self.all().map(place).collect();
        match places.split_last() {
            Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
            _ => places.concat(),
        }
    }
}

/// Whether one statement stores what both make, or one of them is the container of the other's.
fn is_kept_with(one: &GrowingSite, other: &GrowingSite, sites: &[Site], log: Option<&EscapeLog>) -> bool {
    let (Some(first), Some(second)) = (one.largest(), other.largest()) else { return false };
    let place = place_of_store(first, log);
    let holds = |container: &GrowingSite, site: &Site| {
        Container::find(site, sites).is_some_and(|found| *found.place() == container.place)
    };
    (place.is_some() && place == place_of_store(second, log)) || holds(one, second) || holds(other, first)
}

/// Whether one is made in a goroutine of a library, and the other by a call of that library: its parts refer to each other.
fn is_made_for(made: &GrowingSite, line: &GrowingSite) -> bool {
    let (Some(entry), Some(callee)) = (entry_of(made), line.sites.first().and_then(|site| site.callee.as_deref()))
    else {
        return false;
    };
    let module = module_of(entry);
    entry_of(line).is_none() && module != STD && module == module_of(callee)
}

/// The function of a library in whose goroutines it is made, where no line of the program is on the stack.
fn entry_of(site: &GrowingSite) -> Option<&str> {
    let largest = site.sites.first().filter(|site| !site.stack_is_cut)?;
    let entry = largest.reached_from.as_ref()?.function();
    let origin = Origin::from_package(Symbol::decode(entry).package(), "-");
    (origin != Origin::Runtime).then_some(entry)
}

/// Whether for each object of one line there is one of the other, made by one function: a key and its value, a struct and its
/// text. Not where each is known to be stored elsewhere.
fn is_one_each(one: &GrowingSite, other: &GrowingSite, log: Option<&EscapeLog>) -> bool {
    let (Some(one), Some(other)) = (one.largest(), other.largest()) else { return false };
    let stores = place_of_store(one, log).zip(place_of_store(other, log));
    if stores.is_some_and(|(one, other)| one != other) {
        return false;
    }
    let (fewer, more) = (one.inuse_objects.min(other.inuse_objects), one.inuse_objects.max(other.inuse_objects));
    one.charged_to.function() == other.charged_to.function()
        && fewer >= FEWEST_OBJECTS
        && fewer as f64 >= AS_MANY * more as f64
}

/// Of fewer objects as many are there by chance.
const FEWEST_OBJECTS: i64 = 1000;
/// What the sampler shows of as many objects differs by less.
const AS_MANY: f64 = 0.8;

#[cfg(test)]
mod tests {
    use crate::{
        bundle::{Artifact, Bundle},
        report::Report,
    };

    /// The titles of leaks of a line of the program that calls `kv.(*DB).Put`, and of a goroutine that begins with `entry`.
    fn leaks(entry: &str) -> Vec<String> {
        let profile = |step: u64| {
            let stack = |mib: u64, frames: &[(&str, &str)], address: u64| {
                let addresses: Vec<String> =
                    (0..frames.len() as u64).map(|at| format!("{:#x}", address + at)).collect();
                let lines: String = (address..)
                    .zip(frames)
                    .map(|(address, (function, place))| format!("#\t{address:#x}\t{function}+0x1\t{place}\n"))
                    .collect();
                format!("{mib}: {0} [{mib}: {0}] @ {1}\n{lines}\n", mib << 20, addresses.join(" "))
            };
            let grow = ("bytes.growSlice", "/go/src/bytes/buffer.go:267");
            let of_line = [
                grow,
                ("example.com/kv.(*DB).Put", "/go/pkg/mod/example.com/kv@v1.0.0/db.go:40"),
                ("main.put", "/app/main.go:9"),
            ];
            let of_entry = [grow, (entry, "/go/pkg/mod/example.com/kv@v1.0.0/compact.go:7")];
            let text = format!(
                "heap profile: {0}: {1} [{0}: {1}] @ heap/1048576\n{2}{3}\n# runtime.MemStats\n# LastGC = {4}\n",
                step * 60,
                (step * 60) << 20,
                stack(step * 20, &of_line, 0x40),
                stack(step * 40, &of_entry, 0x50),
                (1_700_000_000 + step * 2) * 1_000_000_000
            );
            Artifact { name: format!("heap-{step}.txt"), bytes: text.into(), modified_ms: None }
        };
        let report = Report::from_bundle(&Bundle::from_artifacts("run", (1..=4).map(profile).collect()));
        let titles = report.findings().iter().map(|finding| finding.title.clone());
        titles.filter(|title| title.starts_with("Leak")).collect()
    }

    #[test]
    fn what_a_librarys_goroutine_makes_is_kept_with_what_is_made_by_calls_of_it() {
        let titles = leaks("example.com/kv.(*DB).compact");
        let together = "Leak: app/main.go:9 and bytes/buffer.go:267 (goroutines of kv.(*DB).compact) keep";
        assert!(titles.len() == 1 && titles[0].starts_with(together), "{titles:?}");
    }

    #[test]
    fn another_librarys_goroutine_is_told_by_itself() {
        let titles = leaks("example.org/bus.(*Conn).read");
        assert_eq!(titles.len(), 2, "{titles:?}");
        assert!(
            titles.iter().any(|title| title.contains("buffer.go:267 (goroutines of bus.(*Conn).read) keeps")),
            "{titles:?}"
        );
    }
}
