//! Sites as a table, and what fixing each saves.

use std::borrow::Cow;

use gomem_escape::{Cause, Certainty};
use gomem_finding::Confidence;
use gomem_gogc::GcModel;
use gomem_symbol::Symbol;
use gomem_table::{Definition, Row, Unit};

use crate::{
    attribution::{
        reason::Reason,
        sites::{assist_cost::AssistCost, site::Site},
    },
    pacing::{Saving, saving},
};

/// Asks a model of the program what fixing each site would save.
///
/// ```
/// # let text = b"heap profile: 1: 4096 [30000: 122880000] @ heap/1048576\n\
/// #             1: 4096 [30000: 122880000] @ 0x401000\n\
/// #             #\t0x401000\tmain.parse+0x10\t/src/app/parse.go:12\n\n";
/// # let profile = gomem_pprof::Profile::decode(text)?;
/// # let log = gomem_escape::EscapeLog::decode(b"# main\n./parse.go:12:9: moved to heap: page\n")?;
/// # use gomem_postmortem::{AttributeOptions, attribute};
/// # let sites = attribute(&profile, Some(&log), &AttributeOptions::default());
/// # use gomem_gogc::{Cycle, GcModel, Gogc, Recording};
/// # let cycle = |n| Cycle {
/// #     start_seconds: f64::from(n),
/// #     heap_start_bytes: 19e6,
/// #     heap_end_bytes: 20e6,
/// #     heap_live_bytes: 11e6,
/// #     goal_bytes: 20e6,
/// #     mark_seconds: 0.005,
/// #     procs: 4,
/// #     ..Cycle::default()
/// # };
/// # let model = GcModel::fit(&Recording::new((0..40).map(cycle).collect(), Gogc::Percent(100)))?;
/// use gomem_postmortem::predict_savings;
///
/// let mut sites = sites;
/// predict_savings(&mut sites, &model);
/// let saving = sites[0].saving.as_ref().expect("the line's bytes can go away");
/// assert!(saving.gc_cycles.low <= saving.gc_cycles.value && saving.gc_cycles.value <= saving.gc_cycles.high);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn predict_savings(sites: &mut [Site], model: &GcModel) {
    let base = model.predict(model.base());
    for site in sites {
        // A thousandth of the allocation is within every interval.
        let is_worth_it = site.bytes_fraction >= 0.001;
        site.saving =
            if is_worth_it { saving(model, &base, site.avoidable_bytes_fraction()) } else { None }.map(Box::new);
    }
}

impl Row for Site {
    fn definition<'a>() -> Definition<'a, &'a Self> {
        Definition::new("sites", "by falling bytes, then by function, file and line")
            .about("what each place allocates, and why")
            .string("place", "the line that allocates, in short: `store/sessions.go:43`", |site: &&'a Self| {
                site.place.short()
            })
            .string("short_function", "the function that allocates, in short", |site| site.place.short_function())
            .string("own_place", "the nearest line of your own code, in short", |site| site.charged_to.short())
            .float64("bytes_fraction", Unit::Fraction, "share of all bytes allocated", |site| site.bytes_fraction)
            .optional_text(
                "reason",
                NOTHING_TELLS,
                "why it allocates: the compiler's cause, or what no log reports",
                |site: &&'a Self| site.reason.map(Reason::name),
            )
            .optional_category(
                "reason_confidence",
                Confidence::NAMES,
                NOTHING_TELLS,
                "how sure the reason is",
                |site| site.reason_confidence.map(|confidence| confidence as u32),
            )
            .optional_category("cause", Cause::NAMES, NO_DECISION, "the compiler's reason", |site| {
                site.cause().map(|cause| cause as u32)
            })
            .optional_category(
                "certainty",
                Certainty::NAMES,
                NO_DECISION,
                "whether the decision means an allocation",
                |site| site.certainty().map(|certainty| certainty as u32),
            )
            .int64("bytes", Unit::Bytes, "bytes allocated over the program's life", |site| site.bytes)
            .int64("objects", Unit::Count, "objects allocated over the program's life", |site| site.objects)
            .optional_float64("mean_object_bytes", Unit::Bytes, "no objects", "bytes of one object", |site| {
                site.mean_object_bytes()
            })
            .int64("inuse_bytes", Unit::Bytes, "bytes in use when the profile was taken", |site| site.inuse_bytes)
            .float64("inuse_fraction", Unit::Fraction, "share of all bytes in use", |site| site.inuse_fraction)
            .embed(Saving::columns("no model, or a share below 0.1 %"), |site| site.saving.as_deref().copied())
            .embed(AssistCost::columns(), |site: &&'a Self| site.assists.as_deref())
            .bool("pool_candidate", "whether a sync.Pool would pay", |site| site.is_pool_candidate())
            .optional_string("compiler_message", NO_DECISION, "the compiler's line", |site| site.compiler_message())
            .optional_string(
                "explanation",
                "the compiler explains it",
                "why it allocates, for want of a decision",
                |site| site.explained().map(Cow::into_owned),
            )
            .optional_string("advice", "nothing to advise", "what to do", |site| site.advice())
            .string("charged_to", "the nearest line of the user's own code", |site| {
                format!("{}:{}", site.charged_to.file(), site.charged_to.line)
            })
            .optional_text(
                "inlined_into",
                "not inlined",
                "the function it was inlined into, the outermost",
                |site: &&'a Self| site.inlined_into.as_ref().map(|place| place.function()),
            )
            .text("function", "the function that allocates", |site: &&'a Self| site.place.function())
            .string("package", "its package", |site| Symbol::decode(site.place.function()).package().to_owned())
            .text("file", "its file", |site: &&'a Self| site.place.file())
            .int64("line", Unit::None, "its line", |site| site.place.line)
    }
}

gomem_table::serialize_rows!(Site);

const NO_DECISION: &str = "no decision of the compiler";
const NOTHING_TELLS: &str = "nothing tells";
