//! The calls of one library that a function makes on several lines: together they may cost much, where each costs little.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
};

use gomem_finding::{Confidence, Severity};
use gomem_symbol::{Symbol, is_major_version, package_name};

use crate::{
    attribution::{Account, Bytes, Call, Place},
    findings::{
        allocation::start::{Start, tell_larger},
        amount::{measure, severity},
        breakdown::share,
        calls::{
            call_advice::call_advice,
            module_calls::{STD, module_of},
        },
        finding::{Finding, FindingKind},
    },
    pacing::{Pacing, Saving},
};

/// The calls of one library that one function makes on several lines, where they allocate much together and none of them most of
/// it: what is to change is how the library is used there.
pub(crate) struct CallsTogether<'a> {
    function: &'a str,
    module: String,
    pub(crate) finding: Finding,
}

impl<'a> CallsTogether<'a> {
    pub(crate) fn all(lines: &'a [Account<'a>], pacing: Option<&Pacing>, start: Option<&Start>) -> Vec<Self> {
        let mut groups: BTreeMap<(&str, String), Vec<PlacedCall<'_>>> = BTreeMap::new();
        for line in lines {
            for call in &line.calls {
                let module = module_of(call.callee);
                if module != STD {
                    groups.entry((line.place.function(), module)).or_default().push((line.place, call));
                }
            }
        }
        let found = |((function, module), calls): ((&'a str, String), _)| {
            Some(Self { function, finding: together(&module, calls, pacing, start)?, module })
        };
        groups.into_iter().filter_map(found).collect()
    }

    /// Whether a call is one of them.
    pub(crate) fn has(&self, place: &Place, call: &Call<'_>) -> bool {
        self.function == place.function() && self.module == module_of(call.callee)
    }
}

/// What a call among several needs no warning of its own for.
pub(crate) fn leave_to_all(finding: &mut Finding) {
    finding.severity = Severity::Info;
    "it is one of several calls of that library here: what to do about all of them is said of them together"
        .clone_into(&mut finding.action);
}

type PlacedCall<'a> = (&'a Place, &'a Call<'a>);

fn together(
    module: &str,
    mut calls: Vec<PlacedCall<'_>>,
    pacing: Option<&Pacing>,
    start: Option<&Start>,
) -> Option<Finding> {
    calls.sort_by_key(|(place, call)| (Reverse(call.inside.bytes), *place));
    let sum = Bytes::sum(calls.iter().map(|(_, call)| &call.inside));
    let (first, largest) = *calls.first()?;
    let places: BTreeSet<i64> = calls.iter().map(|(place, _)| place.line).collect();
    let is_spread =
        places.len() >= FEWEST_LINES && largest.inside.bytes.saturating_mul(4) <= sum.bytes.saturating_mul(3);
    if !is_spread || sum.bytes_fraction < LEAST_SHARE || sum.is_mostly_kept() {
        return None;
    }
    let name = name_of(module, &calls);
    let title = format!(
        "{}: {} of bytes, {} of objects: calls of {name} on {} lines of {}",
        first.short(),
        share(sum.bytes_fraction),
        share(sum.objects_fraction),
        places.len(),
        first.short_function()
    );
    let mut finding = Finding::new(FindingKind::Call, Severity::Info, title);
    let named = calls.iter().take(MOST_NAMED).map(|(place, call)| {
        let (callee, fraction) = (Symbol::decode(call.callee).short(), call.inside.bytes_fraction);
        format!("{callee} at line {} {}", place.line, share(fraction))
    });
    finding.summary = format!(
        "Each of them allocates a part, together they are what {module} costs there: {}{}.",
        named.collect::<Vec<_>>().join(", "),
        if calls.len() > MOST_NAMED { ", and others" } else { "" }
    );
    let known = calls.iter().find_map(|(_, call)| call_advice(call.callee, &call.inside));
    finding.action = known.map_or_else(
        || {
            format!(
                "Do with {name} once what is the same each time, and keep the result: at the start, for each shape of the input. Where all of it \
                 differs, do it by hand on this path."
            )
        },
        str::to_owned,
    );
    let parts = calls.iter().map(|&(place, call)| (place, Some(call.callee), &call.inside));
    if let Some(sizes) = start.and_then(|start| start.became_larger(parts)) {
        tell_larger(&mut finding, sizes);
    }
    finding.severity = severity(&sum, false);
    finding.confidence = Confidence::Medium;
    finding.saving = pacing.and_then(|pacing| pacing.saving(sum.bytes_fraction)).map(Saving::at_most);
    finding.avoidable_bytes_fraction = Some(sum.bytes_fraction);
    measure(&mut finding, first, &sum);
    Some(finding)
}

/// The name of the package whose functions are called, or of the module where they are of several packages.
fn name_of(module: &str, calls: &[PlacedCall<'_>]) -> String {
    let packages: BTreeSet<String> =
        calls.iter().map(|(_, call)| Symbol::decode(call.callee).package().to_owned()).collect();
    let last = |path: &str| path.rsplit('/').find(|part| !is_major_version(part)).unwrap_or_default().to_owned();
    match packages.first().filter(|_| packages.len() == 1) {
        Some(package) => package_name(package).to_owned(),
        None => last(module),
    }
}

/// Two are what most functions have.
const FEWEST_LINES: usize = 3;
/// Of all bytes allocated.
const LEAST_SHARE: f64 = 0.25;
const MOST_NAMED: usize = 4;
