//! Samples as a table.

use std::{borrow::Cow, sync::Arc};

use foldhash::HashMap;
use gomem_table::{Definition, StringPool, StringPoolBuilder, Table, TableSchema, ToTable, Unit};

use super::function_texts::FunctionNames;
use crate::model::{LabelColumns, Profile, Sample, SampleType, Samples};

impl Samples<'_> {
    /// What the table of samples with these sample types promises.
    #[must_use]
    pub fn schema(sample_types: &[SampleType]) -> TableSchema {
        let profile = Profile { sample_types: sample_types.to_vec(), ..Profile::default() };
        SampleTable::new(&profile).definition().schema()
    }
}

/// One row a sample: those that were not taken yet.
impl ToTable for Samples<'_> {
    fn to_table(&self) -> Table {
        SampleTable::new(self.profile()).definition().table(self.clone())
    }
}

/// The texts of a profile's labels.
pub(super) struct LabelTexts {
    texts: Arc<StringPool>,
    /// Where the profile's strings are in there.
    codes: HashMap<u32, u32>,
}

impl LabelTexts {
    pub(super) fn new(profile: &Profile) -> Self {
        let (mut texts, mut codes) = (StringPoolBuilder::new(), HashMap::default());
        for label in profile.labels.distinct() {
            for id in [label.key, label.text, label.unit] {
                codes.entry(id).or_insert_with(|| texts.intern(profile.string(id)));
            }
        }
        Self { texts: texts.finish(), codes }
    }

    /// A label as a record.
    pub(super) fn definition<'p>(&self) -> Definition<'p, &'p LabelColumns> {
        let codes = Arc::new(self.codes.clone());
        let code = |of: fn(&LabelColumns) -> u32| {
            let codes = Arc::clone(&codes);
            move |label: &&'p LabelColumns| codes.get(&of(label)).copied().unwrap_or(0)
        };
        Definition::new("label", "as in the profile")
            .codes("key", &self.texts, "the label's key", code(|label| label.key))
            .codes("str", &self.texts, "its text; empty for a number", code(|label| label.text))
            .int64("num", Unit::None, "its number; 0 for a text", |label| label.number)
            .codes("unit", &self.texts, "the number's unit", code(|label| label.unit))
    }
}

struct SampleTable<'a> {
    profile: &'a Profile,
    names: FunctionNames,
    labels: LabelTexts,
}

impl<'a> SampleTable<'a> {
    fn new(profile: &'a Profile) -> Self {
        Self { profile, names: FunctionNames::new(profile), labels: LabelTexts::new(profile) }
    }

    fn definition(&self) -> Definition<'_, Sample<'a>> {
        let mut definition = Definition::new("samples", "as in the profile")
            .about("one row a sample")
            .int64("sample", Unit::None, "its place in the profile, from 0", |sample: &Sample<'a>| {
                sample.index() as i64
            })
            .code_lists("stack", &self.names.pool, "function names, leaf first", |&sample, stack| {
                self.names.stack(self.profile, sample, stack);
            });
        for (index, (name, kind)) in names(&self.profile.sample_types).zip(&self.profile.sample_types).enumerate() {
            let unit = Unit::from_pprof(kind.unit());
            definition =
                definition.int64(name, unit, "its value; there is a column for each sample type", move |sample| {
                    sample.value(index)
                });
        }
        definition
            .list("labels", "its labels", self.labels.definition(), |sample| self.profile.labels.of(sample.index()))
    }
}

/// The names of the columns. One that is taken, by another sample type or a column of ours, gets its number.
fn names(sample_types: &[SampleType]) -> impl Iterator<Item = Cow<'static, str>> {
    let mut taken = vec!["sample".to_owned(), "stack".to_owned(), "labels".to_owned()];
    for (index, kind) in sample_types.iter().enumerate() {
        // Arrow hands names over as C strings.
        let mut name = kind.name.replace('\0', "\u{fffd}");
        while taken.contains(&name) {
            name = format!("{name}_{index}");
        }
        taken.push(name);
    }
    taken.into_iter().skip(3).map(Cow::Owned)
}
