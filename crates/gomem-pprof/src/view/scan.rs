//! Some columns of the first samples, for a scan over many profiles.

use std::sync::Arc;

use gomem_table::{Definition, StringPool, StringPoolBuilder, Table, TableSchema, ToTable, Unit};

use super::{
    function_texts::{FunctionNames, function_code, function_pool},
    sample_table::LabelTexts,
};
use crate::model::{FunctionColumns, Line, Profile, Sample};

/// Some columns of the first samples, for a scan over many profiles.
///
/// ```
/// # let text = b"heap profile: 1: 4096 [3: 12288] @ heap/1048576\n\
/// #              1: 4096 [3: 12288] @ 0x401000 0x402000\n\
/// #              #\t0x401000\tmain.parse+0x10\t/src/app/parse.go:12\n\
/// #              #\t0x402000\tmain.main+0x20\t/src/app/main.go:7\n\n";
/// # let profile = gomem_pprof::Profile::decode(text)?;
/// let scan = profile.scan(&["function", "inuse_space"], 1_000);
/// let columns: Vec<_> = scan.schema().columns.iter().map(|column| column.name.to_string()).collect();
/// assert_eq!(columns, ["function", "inuse_space"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Scan<'a> {
    profile: &'a Profile,
    wanted: Vec<String>,
    rows: usize,
}

impl Profile {
    /// One row a sample for a scan over many profiles: of `wanted`, in that order, `kind`, `time`, `duration_nanos`,
    /// `build_id` and `comments` of the profile, the sample types, `function`, `file` and `line` of the leaf, `stack` and
    /// `labels`. Names of sample types that the profile does not have give null. Only the first `rows` samples count.
    ///
    /// ```
    /// # let text = b"heap profile: 1: 4096 [3: 12288] @ heap/1048576\n\
    /// #              1: 4096 [3: 12288] @ 0x401000 0x402000\n\
    /// #              #\t0x401000\tmain.parse+0x10\t/src/app/parse.go:12\n\
    /// #              #\t0x402000\tmain.main+0x20\t/src/app/main.go:7\n\n";
    /// # let profile = gomem_pprof::Profile::decode(text)?;
    /// use gomem_table::ToTable;
    ///
    /// let table = profile.scan(&["function", "alloc_space"], usize::MAX).to_table();
    /// assert_eq!(table.columns().len(), 2);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn scan(&self, wanted: &[&str], rows: usize) -> Scan<'_> {
        Scan { profile: self, wanted: wanted.iter().map(|&name| name.to_owned()).collect(), rows }
    }
}

impl<'a> Scan<'a> {
    /// What the table of these columns promises.
    #[must_use]
    pub fn schema(&self) -> TableSchema {
        self.definition().schema()
    }

    fn definition(&self) -> Definition<'a, Row<'a>> {
        let definition = Definition::new("scan", "as in the profile").about("some columns of one row a sample");
        self.wanted.iter().fold(definition, |definition, name| self.column(definition, name))
    }

    fn column(&self, definition: Definition<'a, Row<'a>>, name: &str) -> Definition<'a, Row<'a>> {
        let (profile, own) = (self.profile, name.to_owned());
        match name {
            "time" => {
                let time = profile.time_nanos.map(|nanos| nanos.div_euclid(1_000_000));
                definition.optional_timestamp(own, "the profile does not say", "when it was taken", move |_| time)
            }
            "kind" => {
                let pool = one(profile.kind());
                definition.codes(own, &pool, "what the profile counts", |_| 0)
            }
            "duration_nanos" => {
                let duration = profile.duration_nanos;
                definition.optional_int64(
                    own,
                    Unit::Nanoseconds,
                    "the profile does not say",
                    "what it covers",
                    move |_| duration,
                )
            }
            "build_id" => {
                let id = profile.mappings().next().map_or("", |mapping| mapping.build_id());
                let (pool, code) = (one(id), (!id.is_empty()).then_some(0));
                definition
                    .optional_codes(own, &pool, "the profile does not say", "of the program's file", move |_| code)
            }
            "comments" => {
                definition.texts(own, "free text in the profile", move |_| profile.comments.iter().map(String::as_str))
            }
            "labels" => definition.list(
                own,
                "the sample's labels",
                LabelTexts::new(profile).definition(),
                move |row: &Row<'a>| profile.labels.of(row.sample.index()),
            ),
            "function" => self.leaf(definition, own, "the function of the leaf", |function| function.name),
            "file" => self.leaf(definition, own, "the file of the leaf", |function| function.filename),
            "line" => definition.optional_int64(own, Unit::None, UNKNOWN, "the line of the leaf", |row| {
                row.leaf.map(|line| line.line()).filter(|&line| line != 0)
            }),
            "stack" => {
                let names = FunctionNames::new(profile);
                let pool = names.pool.clone();
                definition.code_lists(own, &pool, "function names, leaf first", move |row, stack| {
                    names.stack(profile, row.sample, stack);
                })
            }
            name => match profile.sample_types.iter().position(|kind| kind.name == name) {
                Some(index) => {
                    let unit = Unit::from_pprof(&profile.sample_types[index].unit);
                    definition.int64(own, unit, "the value of a sample type", move |row| row.sample.value(index))
                }
                None => {
                    let absent = "the profile has no such sample type";
                    definition.optional_int64(own, Unit::None, absent, "the value of a sample type", |_| None)
                }
            },
        }
    }

    /// A text of the leaf's function.
    fn leaf(
        &self,
        definition: Definition<'a, Row<'a>>,
        name: String,
        doc: &'static str,
        of: fn(&FunctionColumns) -> u32,
    ) -> Definition<'a, Row<'a>> {
        let profile = self.profile;
        definition.optional_codes(name, &function_pool(profile, of), UNKNOWN, doc, move |row| {
            let line = row.leaf.filter(|line| line.columns.function.is_some())?;
            Some(function_code(profile, line.columns))
        })
    }
}

/// One row a sample.
impl ToTable for Scan<'_> {
    fn to_table(&self) -> Table {
        self.definition().table(self.profile.samples().take(self.rows).map(Row::new))
    }
}

/// A sample, and the innermost line of its stack.
struct Row<'a> {
    sample: Sample<'a>,
    leaf: Option<Line<'a>>,
}

impl<'a> Row<'a> {
    fn new(sample: Sample<'a>) -> Self {
        Self { sample, leaf: sample.frames().next() }
    }
}

/// A pool of one text.
fn one(text: &str) -> Arc<StringPool> {
    let mut pool = StringPoolBuilder::new();
    pool.intern(text);
    pool.finish()
}

const UNKNOWN: &str = "it is not known";
