//! What lines of the user's own code cost, as a table.

use std::{cmp::Reverse, sync::Arc};

use gomem_table::{Definition, Row, Unit};

use crate::{
    attribution::{AssistCost, Bytes, Place, Reason, Site, accounts},
    findings::calls::call_advice::{call_advice, general_advice},
};

/// What a line of your own code allocates itself, or by one function that it calls. What goroutines allocate without such a
/// line is charged to where they begin. The bytes of all rows add up to those of the profile.
///
/// ```
/// # let text = b"heap profile: 1: 4096 [30000: 122880000] @ heap/1048576\n\
/// #             1: 4096 [30000: 122880000] @ 0x401000\n\
/// #             #\t0x401000\tmain.parse+0x10\t/src/app/parse.go:12\n\n";
/// # let profile = gomem_pprof::Profile::decode(text)?;
/// # let log = gomem_escape::EscapeLog::decode(b"# main\n./parse.go:12:9: moved to heap: page\n")?;
/// # use gomem_postmortem::{AttributeOptions, attribute};
/// # let sites = attribute(&profile, Some(&log), &AttributeOptions::default());
/// use gomem_postmortem::line_costs;
///
/// let costs = line_costs(&sites);
/// assert_eq!((costs[0].place.line, costs[0].bytes_fraction, costs[0].callee.is_none()), (12, 1.0, true));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct LineCost {
    /// The line.
    pub place: Place,
    /// The function that it calls. `None` for what it allocates itself.
    pub callee: Option<Arc<str>>,
    /// Bytes allocated over the program's life.
    pub bytes: i64,
    /// Objects allocated over the program's life.
    pub objects: i64,
    /// Bytes in use when the profile was taken.
    pub inuse_bytes: i64,
    /// The share of all bytes allocated.
    pub bytes_fraction: f64,
    /// The reason of most of its bytes. `None` where that is not known.
    pub reason: Option<Reason>,
    /// The share of its own bytes that have this reason.
    pub reason_fraction: f64,
    /// What goroutines lost there by helping the garbage collector, where an execution trace was asked.
    pub assists: Option<AssistCost>,
    /// What to do about it.
    pub advice: Option<String>,
}

/// What each line costs, by falling bytes.
///
/// ```
/// # let text = b"heap profile: 1: 4096 [3: 12288] @ heap/1048576\n\
/// #              1: 4096 [3: 12288] @ 0x401000 0x402000\n\
/// #              #\t0x401000\tmain.parse+0x10\t/src/app/parse.go:12\n\
/// #              #\t0x402000\tmain.main+0x20\t/src/app/main.go:7\n\n";
/// # let profile = gomem_pprof::Profile::decode(text)?;
/// # let log = gomem_escape::EscapeLog::decode(b"# main\n./parse.go:12:9: make([]byte, 4096) escapes to heap\n")?;
/// # let sites = gomem_postmortem::attribute(&profile, Some(&log), &gomem_postmortem::AttributeOptions::default());
/// let lines = gomem_postmortem::line_costs(&sites);
/// assert_eq!((lines[0].place.line, lines[0].callee.is_none()), (12, true));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn line_costs(sites: &[Site]) -> Vec<LineCost> {
    let (lines, entries) = accounts(sites);
    let mut costs: Vec<LineCost> = Vec::new();
    for line in &lines {
        if !line.own.sites.is_empty() {
            let largest = line.own.by_reason().first().and_then(|part| part.key);
            let advice = line.own.sites.iter().find(|site| site.reason == largest).and_then(|site| site.advice());
            costs.push(LineCost::new(line.place, None, &line.own, advice));
        }
        costs.extend(line.calls.iter().map(|call| {
            let advice =
                call_advice(call.callee, &call.inside).or_else(|| general_advice(call.callee)).map(str::to_owned);
            LineCost::new(line.place, Some(call.callee), &call.inside, advice)
        }));
    }
    costs.extend(entries.iter().map(|entry| LineCost::new(entry.place, None, &entry.inside, None)));
    costs.sort_by(|a, b| {
        let by_bytes = Reverse(a.bytes).cmp(&Reverse(b.bytes));
        by_bytes.then_with(|| a.place.cmp(&b.place)).then_with(|| a.callee.cmp(&b.callee))
    });
    costs
}

impl LineCost {
    fn new(place: &Place, callee: Option<&Arc<str>>, bytes: &Bytes<'_>, advice: Option<String>) -> Self {
        let largest = bytes.by_reason().into_iter().next();
        let of_largest = largest.as_ref().map_or(0, |part| part.bytes);
        Self {
            place: place.clone(),
            callee: callee.cloned(),
            bytes: bytes.bytes,
            objects: bytes.objects,
            inuse_bytes: bytes.inuse_bytes,
            bytes_fraction: bytes.bytes_fraction,
            reason: largest.and_then(|part| part.key),
            reason_fraction: if bytes.bytes > 0 { of_largest as f64 / bytes.bytes as f64 } else { 0.0 },
            assists: bytes.assists(),
            advice,
        }
    }
}

impl Row for LineCost {
    fn definition<'a>() -> Definition<'a, &'a Self> {
        Definition::new("lines", "by falling bytes, then by function, file, line and callee")
            .about("what each line of your own code allocates, itself or by a call")
            .string("place", "the line, in short: `store/sessions.go:43`", |cost: &&'a Self| cost.place.short())
            .optional_text(
                "callee",
                "what the line allocates itself",
                "the function that it calls",
                |cost: &&'a Self| cost.callee.as_deref(),
            )
            .float64("bytes_fraction", Unit::Fraction, "share of all bytes allocated", |cost| cost.bytes_fraction)
            .optional_text(
                "reason",
                "that of most of its bytes is not known",
                "the reason of most of its bytes",
                |cost: &&'a Self| cost.reason.map(Reason::name),
            )
            .float64("reason_fraction", Unit::Fraction, "the share of its bytes that have it", |cost| {
                cost.reason_fraction
            })
            .int64("bytes", Unit::Bytes, "bytes allocated over the program's life", |cost| cost.bytes)
            .int64("objects", Unit::Count, "objects allocated over the program's life", |cost| cost.objects)
            .int64("inuse_bytes", Unit::Bytes, "bytes in use when the profile was taken", |cost| cost.inuse_bytes)
            .embed(AssistCost::columns(), |cost: &&'a Self| cost.assists.as_ref())
            .optional_string("advice", "nothing to advise", "what to do", |cost| cost.advice.clone())
            .text("function", "the function", |cost: &&'a Self| cost.place.function())
            .text("file", "its file", |cost: &&'a Self| cost.place.file())
            .int64("line", Unit::None, "the line", |cost| cost.place.line)
    }
}

gomem_table::serialize_rows!(LineCost);
