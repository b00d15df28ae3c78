//! What a rule says.

use gomem_table::{Column, ColumnSpec, Kind, Schema, Table, TableError, Unit, Values};

use crate::rules::{Confidence, Evidence, Opinion, Rule, Severity, Verdict};

/// What a rule says of one program.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Finding {
    /// The rule.
    pub rule: Rule,
    /// Whether it applies.
    pub verdict: Verdict,
    /// How much it matters; [`Severity::Info`] unless it fired.
    pub severity: Severity,
    /// How sure it is.
    pub confidence: Confidence,
    /// The first and last moment it looked at: milliseconds since the Unix epoch.
    pub start_ms: i64,
    /// See `start_ms`.
    pub end_ms: i64,
    /// What was seen, in a sentence or two.
    pub summary: String,
    /// What to do next; empty unless it fired.
    pub action: String,
    /// The numbers behind it.
    pub evidence: Vec<Evidence>,
    /// Metrics that would let it judge, or judge better.
    pub missing: Vec<&'static str>,
    /// What else could explain it, and what was checked.
    pub confounders: String,
}

impl Finding {
    /// What `rule` says of the time from `start_ms` to `end_ms`.
    pub(super) fn new(rule: Rule, opinion: Opinion, (start_ms, end_ms): (i64, i64)) -> Self {
        Self {
            rule,
            verdict: opinion.verdict,
            severity: opinion.severity,
            confidence: opinion.confidence,
            start_ms,
            end_ms,
            summary: opinion.summary,
            action: opinion.action.to_owned(),
            evidence: opinion.evidence,
            missing: opinion.missing,
            confounders: opinion.confounders.join(" "),
        }
    }

    /// Findings as a table: [`DIAGNOSIS_SCHEMA`].
    ///
    /// # Errors
    /// Never in practice: the columns are built to fit.
    pub fn table_of(findings: &[Self]) -> Result<Table, TableError> {
        let all = || findings.iter();
        let evidence = || all().flat_map(|finding| &finding.evidence);
        let offsets = |count: fn(&Self) -> usize| {
            let mut offsets = vec![0];
            offsets.extend(all().scan(0, |sum, finding| {
                *sum += count(finding);
                Some(*sum)
            }));
            offsets
        };
        let fields = Values::Struct(vec![
            Column::strings("quantity", evidence().map(|evidence| evidence.quantity)),
            Column::float64("value", Unit::None, evidence().map(|evidence| evidence.value).collect()),
            Column::optional_float64("threshold", Unit::None, evidence().map(|evidence| evidence.threshold)),
            Column::strings("unit", evidence().map(|evidence| evidence.unit)),
        ]);
        let missing = Column::strings("metric", all().flat_map(|finding| &finding.missing));
        Table::new(
            DIAGNOSIS_SCHEMA.name,
            vec![
                Column::category("rule", all().map(|finding| finding.rule as u32).collect(), Rule::NAMES),
                Column::category("verdict", all().map(|finding| finding.verdict as u32).collect(), Verdict::NAMES),
                Column::category("severity", all().map(|finding| finding.severity as u32).collect(), Severity::NAMES),
                Column::category(
                    "confidence",
                    all().map(|finding| finding.confidence as u32).collect(),
                    Confidence::NAMES,
                ),
                Column::timestamp("start", all().map(|finding| finding.start_ms).collect()),
                Column::timestamp("end", all().map(|finding| finding.end_ms).collect()),
                Column::strings("summary", all().map(|finding| &finding.summary)),
                Column::strings("action", all().map(|finding| &finding.action)),
                Column::list("evidence", Unit::None, offsets(|finding| finding.evidence.len()), fields),
                Column::list("missing", Unit::None, offsets(|finding| finding.missing.len()), missing.values().clone()),
                Column::strings("confounders", all().map(|finding| &finding.confounders)),
            ],
        )
    }
}

/// The table of [`Finding::table_of`].
pub const DIAGNOSIS_SCHEMA: Schema = Schema {
    name: "diagnosis",
    order: "what fired first, the most severe before all; then the order of the rules",
    columns: &[
        spec("rule", Kind::Category, "the rule's name"),
        spec("verdict", Kind::Category, "fired, clear, insufficient or not_evaluable"),
        spec("severity", Kind::Category, "how much it matters; info unless it fired"),
        spec("confidence", Kind::Category, "how sure it is"),
        spec("start", Kind::Timestamp, "the first moment looked at"),
        spec("end", Kind::Timestamp, "the last moment looked at"),
        spec("summary", Kind::Text, "what was seen"),
        spec("action", Kind::Text, "what to do next; empty unless it fired"),
        spec("evidence", Kind::List, "the numbers behind it: quantity, value, threshold, unit"),
        spec("missing", Kind::List, "metrics that would let it judge, or judge better"),
        spec("confounders", Kind::Text, "what else could explain it, and what was checked"),
    ],
};

const fn spec(name: &'static str, kind: Kind, doc: &'static str) -> ColumnSpec {
    ColumnSpec { name, kind, unit: Unit::None, null: None, doc }
}
