//! What the GC model answers, as tables.

use gomem_gogc::{Gogc, Interval, Prediction, Recommendation};
use gomem_table::{Column, Table, TableError, Unit};

/// One row per prediction: `gogc` (infinite: off), `memory_limit_bytes` (null: none), `gc_cycles`, `peak_heap_bytes`,
/// `gc_cpu_fraction` and `effective_gogc`, each with `_low` and `_high`, `refusal` and `warning`.
///
/// # Errors
/// Never in practice: the columns are built to fit.
pub fn predictions_table(predictions: &[Prediction]) -> Result<Table, TableError> {
    Table::new("predictions", prediction_columns(&predictions.iter().collect::<Vec<_>>()))
}

/// One row per recommendation, the best first: `rank`, the columns of a prediction, `score` (smaller is better),
/// `is_current`, `is_knee` and `reason`.
///
/// # Errors
/// Never in practice: the columns are built to fit.
pub fn recommendations_table(offered: &[Recommendation]) -> Result<Table, TableError> {
    let mut columns = vec![Column::int64("rank", Unit::None, (1..=offered.len() as i64).collect())];
    let predictions: Vec<&Prediction> = offered.iter().map(|offer| &offer.prediction).collect();
    columns.extend(prediction_columns(&predictions));
    // What is refused is not offered.
    columns.retain(|column| column.name() != "refusal");
    columns.push(Column::float64("score", Unit::None, offered.iter().map(|offer| offer.score).collect()));
    columns.push(Column::bool("is_current", offered.iter().map(|offer| offer.is_current).collect()));
    columns.push(Column::bool("is_knee", offered.iter().map(|offer| offer.is_knee).collect()));
    columns.push(Column::strings("reason", offered.iter().map(|offer| &offer.reason)));
    Table::new("recommendations", columns)
}

pub(crate) fn prediction_columns(predictions: &[&Prediction]) -> Vec<Column> {
    let all = || predictions.iter();
    let percent = |found: &&Prediction| match found.setting.gogc {
        Gogc::Percent(percent) => f64::from(percent),
        Gogc::Off => f64::INFINITY,
    };
    let limit =
        |found: &&Prediction| found.setting.memory_limit_bytes.map(|bytes| i64::try_from(bytes).unwrap_or(i64::MAX));
    let mut columns = vec![
        Column::float64("gogc", Unit::Percent, all().map(percent).collect()),
        Column::optional_int64("memory_limit_bytes", Unit::Bytes, all().map(limit)),
    ];
    let mut push = |name: &str, unit, of: &dyn Fn(&Prediction) -> Option<Interval>| {
        let column = |end: &str, pick: fn(Interval) -> f64| {
            Column::optional_float64(format!("{name}{end}"), unit, all().map(|found| of(found).map(pick)))
        };
        columns.extend([
            column("", |found| found.value),
            column("_low", |found| found.low),
            column("_high", |found| found.high),
        ]);
    };
    push("gc_cycles", Unit::Count, &|found| found.gc_cycles);
    push("peak_heap_bytes", Unit::Bytes, &|found| found.peak_heap_bytes);
    push("gc_cpu_fraction", Unit::Fraction, &|found| found.gc_cpu_fraction);
    push("effective_gogc", Unit::Percent, &|found| found.effective_gogc);
    let refusal = |found: &&Prediction| found.refusal.map(|refusal| refusal.to_string());
    let warning = |found: &&Prediction| found.warning.map(|warning| warning.to_string());
    columns.push(Column::optional_strings("refusal", all().map(refusal)));
    columns.push(Column::optional_strings("warning", all().map(warning)));
    columns
}
