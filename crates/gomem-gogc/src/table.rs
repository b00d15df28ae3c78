//! Predictions and recommendations as tables.

use gomem_table::{Definition, Row, Unit};

use crate::{
    pacer::Gogc,
    prediction::{Interval, Prediction},
    recommend::Recommendation,
};

impl Row for Prediction {
    fn definition<'a>() -> Definition<'a, &'a Self> {
        numbers(Definition::new("gogc", "as asked").about("what settings of GOGC would do"))
            .optional_string("refusal", "numbers are given", "why no numbers are given", |found| {
                found.refusal.map(|refusal| refusal.to_string())
            })
            .optional_string("warning", NO_WARNING, WARNING, |found| found.warning.map(|warning| warning.to_string()))
    }
}

impl Row for Recommendation {
    fn definition<'a>() -> Definition<'a, &'a Self> {
        // What is refused is not offered.
        Definition::new("recommendations", "the best first")
            .about("settings that fit a container")
            .int64("rank", Unit::None, "1 is best", |offer: &&'a Self| offer.rank as i64)
            .embed(numbers(Definition::new("", "")), |offer| &offer.prediction)
            .optional_string("warning", NO_WARNING, WARNING, |offer| {
                offer.prediction.warning.map(|warning| warning.to_string())
            })
            .float64("score", Unit::None, "smaller is better; comparable within one call only", |offer| offer.score)
            .bool("is_current", "whether it is the GOGC of the recording", |offer| offer.is_current)
            .bool("is_knee", "whether less memory costs much CPU, and less CPU much memory", |offer| offer.is_knee)
            .text("reason", "why it has this place", |offer: &&'a Self| &offer.reason)
    }
}

gomem_table::serialize_rows!(Prediction, Recommendation);

/// The setting, and what it would do.
fn numbers<'a>(table: Definition<'a, &'a Prediction>) -> Definition<'a, &'a Prediction> {
    let table = table
        .optional_int64("gogc", Unit::Percent, "off", "GOGC", |found: &&'a Prediction| match found.setting.gogc {
            Gogc::Percent(percent) => Some(i64::from(percent)),
            Gogc::Off => None,
        })
        .optional_int64("memory_limit_bytes", Unit::Bytes, "none", "GOMEMLIMIT", |found| {
            found.setting.memory_limit_bytes.map(|bytes| i64::try_from(bytes).unwrap_or(i64::MAX))
        });
    let table = interval(table, "gc_cycles", Unit::Count, "GC cycles", |found| found.gc_cycles);
    let table = interval(table, "peak_heap_bytes", Unit::Bytes, "the largest heap", |found| found.peak_heap_bytes);
    let cpu = "share of the available CPU that the GC takes";
    let table = interval(table, "gc_cpu_fraction", Unit::Fraction, cpu, |found| found.gc_cpu_fraction);
    let headroom = "the headroom at the largest live heap, as a GOGC";
    interval(table, "effective_gogc", Unit::Percent, headroom, |found| found.effective_gogc)
}

fn interval<'a>(
    table: Definition<'a, &'a Prediction>,
    name: &'static str,
    unit: Unit,
    doc: &'static str,
    get: fn(&Prediction) -> Option<Interval>,
) -> Definition<'a, &'a Prediction> {
    let [low, high] = ["low", "high"].map(|end| format!("{name}_{end}"));
    table
        .optional_float64(name, unit, REFUSED, doc, move |found| get(found).map(|found| found.value))
        .optional_float64(low, unit, REFUSED, "lower end, 90 %", move |found| get(found).map(|found| found.low))
        .optional_float64(high, unit, REFUSED, "upper end, 90 %", move |found| get(found).map(|found| found.high))
}

const REFUSED: &str = "no number is given, or the recording does not tell";
const NO_WARNING: &str = "nothing to know";
const WARNING: &str = "what to know before choosing it";
