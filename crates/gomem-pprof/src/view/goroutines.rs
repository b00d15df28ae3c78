//! Goroutines one by one, as a dump (`debug=2`) tells them.

use gomem_table::{Column, Table, TableError, Unit, Values};

use crate::model::{Profile, Sample, goroutine_label as label};

impl Profile {
    /// One row a goroutine of a dump: `goroutine`, `state`, `wait_minutes`, `leaked`, `locked_to_thread`, `created_by`,
    /// `created_at`, `created_by_goroutine`, `stack` (function names, leaf first), `sample`. It has no rows for profiles
    /// that only count goroutines.
    ///
    /// # Errors
    /// Never in practice: the columns are built to fit.
    pub fn goroutines_table(&self) -> Result<Table, TableError> {
        let one_by_one: Vec<(i64, Sample<'_>)> = (0..)
            .zip(self.samples())
            .filter(|(_, sample)| number(*sample, label::GOROUTINE).is_some() && text(*sample, label::STATE).is_some())
            .collect();
        let samples = || one_by_one.iter().map(|&(_, sample)| sample);
        let texts = |name: &str, key: &str| Column::optional_strings(name, samples().map(|sample| text(sample, key)));
        let flags =
            |name: &str, key: &str| Column::bool(name, samples().map(|sample| text(sample, key).is_some()).collect());
        let mut stacks = gomem_table::StringPoolBuilder::new();
        let (mut codes, mut offsets) = (Vec::new(), vec![0]);
        for sample in samples() {
            codes.extend(
                sample.frames().map(|line| stacks.intern(line.function().map_or("", |function| function.name()))),
            );
            offsets.push(codes.len());
        }
        let stacks = Values::Text(gomem_table::Text { codes, pool: stacks.finish() });
        Table::new(
            "goroutines",
            vec![
                Column::int64(
                    "goroutine",
                    Unit::None,
                    samples().map(|sample| number(sample, label::GOROUTINE).unwrap_or(0)).collect(),
                ),
                texts("state", label::STATE),
                Column::optional_int64("wait_minutes", Unit::None, samples().map(|sample| number(sample, label::WAIT))),
                flags("leaked", label::LEAKED),
                flags("locked_to_thread", label::LOCKED),
                texts("created_by", label::CREATED_BY),
                texts("created_at", label::CREATED_AT),
                Column::optional_int64(
                    "created_by_goroutine",
                    Unit::None,
                    samples().map(|sample| number(sample, label::CREATED_BY_GOROUTINE)),
                ),
                Column::list("stack", Unit::None, offsets, stacks),
                Column::int64("sample", Unit::None, one_by_one.iter().map(|&(index, _)| index).collect()),
            ],
        )
    }
}

fn text<'a>(sample: Sample<'a>, key: &str) -> Option<&'a str> {
    sample.labels().find(|label| label.key == key && !label.text.is_empty()).map(|label| label.text)
}

fn number(sample: Sample<'_>, key: &str) -> Option<i64> {
    sample.labels().find(|label| label.key == key && label.text.is_empty()).map(|label| label.number)
}
