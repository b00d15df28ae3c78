//! The labels of a profile, with what their samples are worth.

use foldhash::HashMap;
use gomem_table::{Column, Table, TableError, Unit};

use crate::model::Profile;

/// A label's value, and the sum of the samples that have it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Tag {
    /// The label's key.
    pub key: String,
    /// Its text; for a number, the number and its unit.
    pub value: String,
    /// Its number, for a number.
    pub number: Option<i64>,
    /// The number's unit.
    pub unit: String,
    /// The value of the samples that have it.
    pub weight: i64,
}

impl Profile {
    /// The labels by key; of one key, the largest |weight| first, as `go tool pprof -tags` sorts them.
    #[must_use]
    pub fn tags(&self, sample_type: usize) -> Vec<Tag> {
        let mut weights: HashMap<(u32, u32, i64, u32), i64> = HashMap::default();
        for (index, sample) in self.samples().enumerate() {
            let value = sample.value(sample_type);
            for label in self.labels.of(index) {
                let weight = weights.entry((label.key, label.text, label.number, label.unit)).or_default();
                *weight = weight.wrapping_add(value);
            }
        }
        let mut tags: Vec<Tag> = weights
            .into_iter()
            .map(|((key, text, number, unit), weight)| {
                let (text, unit) = (self.string(text), self.string(unit));
                let is_number = text.is_empty();
                Tag {
                    key: self.string(key).to_owned(),
                    value: if is_number { format!("{number}{unit}") } else { text.to_owned() },
                    number: is_number.then_some(number),
                    unit: unit.to_owned(),
                    weight,
                }
            })
            .collect();
        tags.sort_by(|a, b| {
            let weight = |tag: &Tag| std::cmp::Reverse(tag.weight.unsigned_abs());
            (&a.key, weight(a), a.number, &a.value).cmp(&(&b.key, weight(b), b.number, &b.value))
        });
        tags
    }

    /// [`tags`](Self::tags) as a table: `key`, `value`, `number`, `unit`, `weight`, `fraction` of all samples.
    ///
    /// # Errors
    /// Never in practice: the columns are built to fit.
    pub fn tags_table(&self, sample_type: usize) -> Result<Table, TableError> {
        let tags = self.tags(sample_type);
        let total = self.total(sample_type);
        let unit = self.sample_types.get(sample_type).map_or(Unit::None, |kind| Unit::from_pprof(kind.unit()));
        let share = |tag: &Tag| if total == 0 { 0.0 } else { tag.weight as f64 / total as f64 };
        Table::new(
            "tags",
            vec![
                Column::strings("key", tags.iter().map(|tag| &tag.key)),
                Column::strings("value", tags.iter().map(|tag| &tag.value)),
                Column::optional_int64("number", Unit::None, tags.iter().map(|tag| tag.number)),
                Column::strings("unit", tags.iter().map(|tag| &tag.unit)),
                Column::int64("weight", unit, tags.iter().map(|tag| tag.weight).collect()),
                Column::float64("fraction", Unit::Fraction, tags.iter().map(share).collect()),
            ],
        )
    }
}
