//! The labels of a profile, with what their samples are worth.

use foldhash::HashMap;
use gomem_table::{Definition, Table, TableSchema, ToTable, Unit};

use crate::model::{Profile, TOO_LARGE, int64, share};

/// The labels of a profile, and what the samples that have them are worth.
///
/// ```
/// # let text = b"heap profile: 1: 4096 [3: 12288] @ heap/1048576\n\
/// #              1: 4096 [3: 12288] @ 0x401000 0x402000\n\
/// #              #\t0x401000\tmain.parse+0x10\t/src/app/parse.go:12\n\
/// #              #\t0x402000\tmain.main+0x20\t/src/app/main.go:7\n\n";
/// # let profile = gomem_pprof::Profile::decode(text)?;
/// let tags = profile.tags(0);
/// assert_eq!(tags.rows()[0].key, "bytes");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Tags {
    rows: Vec<Tag>,
    total: i128,
    unit: Unit,
}

/// A label's value, and the sum of the samples that have it.
///
/// ```
/// # let text = b"heap profile: 1: 4096 [3: 12288] @ heap/1048576\n\
/// #              1: 4096 [3: 12288] @ 0x401000 0x402000\n\
/// #              #\t0x401000\tmain.parse+0x10\t/src/app/parse.go:12\n\
/// #              #\t0x402000\tmain.main+0x20\t/src/app/main.go:7\n\n";
/// # let profile = gomem_pprof::Profile::decode(text)?;
/// let tags = profile.tags(0);
/// assert_eq!((&*tags.rows()[0].key, tags.rows()[0].number), ("bytes", Some(4_096)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
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
    /// The value of the samples that have it: exact.
    pub weight: i128,
}

impl Profile {
    /// The labels by key; of one key, the largest |weight| first, as `go tool pprof -tags` sorts them.
    ///
    /// ```
    /// # let text = b"heap profile: 1: 4096 [3: 12288] @ heap/1048576\n\
    /// #              1: 4096 [3: 12288] @ 0x401000 0x402000\n\
    /// #              #\t0x401000\tmain.parse+0x10\t/src/app/parse.go:12\n\
    /// #              #\t0x402000\tmain.main+0x20\t/src/app/main.go:7\n\n";
    /// # let profile = gomem_pprof::Profile::decode(text)?;
    /// let tags = profile.tags(1);
    /// assert_eq!(tags.rows()[0].key, "bytes", "the size of the objects");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn tags(&self, sample_type: usize) -> Tags {
        let mut weights: HashMap<(u32, u32, i64, u32), i128> = HashMap::default();
        for (index, sample) in self.samples().enumerate() {
            let value = sample.value(sample_type);
            for label in self.labels.of(index) {
                let weight = weights.entry((label.key, label.text, label.number, label.unit)).or_default();
                *weight += i128::from(value);
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
        let unit = self.unit(sample_type);
        Tags { rows: tags, total: self.total(sample_type), unit }
    }
}

impl Tags {
    /// The labels' values: by key; of one key, the largest |weight| first.
    #[must_use]
    pub fn rows(&self) -> &[Tag] {
        &self.rows
    }

    /// What the table of values in this unit promises.
    #[must_use]
    pub fn schema(unit: Unit) -> TableSchema {
        Self { rows: Vec::new(), total: 0, unit }.definition().schema()
    }

    fn definition(&self) -> Definition<'_, &Tag> {
        let total = self.total;
        Definition::new("tags", "by key; of one key, the largest |weight| first")
            .about("the labels, with what their samples are worth")
            .text("key", "the label's key", |tag: &&Tag| tag.key.as_str())
            .text("value", "its text; for a number, the number and its unit", |tag| tag.value.as_str())
            .optional_int64("number", Unit::None, "it is a text", "its number", |tag| tag.number)
            .text("unit", "the number's unit", |tag| tag.unit.as_str())
            .optional_int64("weight", self.unit, TOO_LARGE, "the value of the samples that have it", |tag| {
                int64(tag.weight)
            })
            .optional_float64("fraction", Unit::Fraction, TOO_LARGE, "weight's share of all samples", move |tag| {
                share(tag.weight, total)
            })
    }
}

/// One row a label and value.
impl ToTable for Tags {
    fn to_table(&self) -> Table {
        self.definition().table(&self.rows)
    }
}
