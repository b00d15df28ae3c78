//! A table said once: its columns, and how each gets its value from a row.

use std::{borrow::Cow, mem, sync::Arc};

use crate::{
    column::Column,
    fill::{self, Fill, Lists, Records, SharedLists},
    interrupt::checkpoint,
    kind::Kind,
    schema::{ColumnSchema, TableSchema},
    strings::StringPool,
    table::Table,
    unit::Unit,
};

/// A table said once: the name, type, unit and meaning of each column, and how to get its value from a row of type `R`.
///
/// Both the [`schema`](Self::schema) and the [`table`](Self::table) follow from it, so that they cannot differ, and the
/// table cannot fail. Getters may borrow for `'a`.
///
/// ```
/// use gomem_table::{Definition, Unit};
///
/// struct Cycle { number: i64, pause_seconds: Option<f64> }
///
/// let definition = || Definition::new("cycles", "by time")
///     .int64("cycle", Unit::None, "the number the runtime gave it", |cycle: &&Cycle| cycle.number)
///     .optional_float64("pause_seconds", Unit::Seconds, "not printed", "how long the world stood still", |cycle| {
///         cycle.pause_seconds
///     });
/// let table = definition().table(&[Cycle { number: 1, pause_seconds: Some(0.5) }]);
/// assert_eq!(table.rows(), 1);
/// assert_eq!(definition().schema().columns[1].unit, Unit::Seconds);
/// ```
pub struct Definition<'a, R> {
    name: Cow<'static, str>,
    about: Cow<'static, str>,
    order: Cow<'static, str>,
    columns: Vec<ColumnSchema>,
    parts: Vec<Box<dyn Fill<R> + 'a>>,
}

impl<'a, R: 'a> Definition<'a, R> {
    /// A table without columns yet; `order` says how its rows are sorted.
    #[must_use]
    pub fn new(name: impl Into<Cow<'static, str>>, order: impl Into<Cow<'static, str>>) -> Self {
        let (name, order) = (name.into(), order.into());
        Self { name, about: Cow::Borrowed(""), order, columns: Vec::new(), parts: Vec::new() }
    }

    /// Says what the table holds, in a phrase that help can show beside its name.
    #[must_use]
    pub fn about(mut self, about: impl Into<Cow<'static, str>>) -> Self {
        self.about = about.into();
        self
    }

    /// The table's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What the table promises.
    #[must_use]
    pub fn schema(&self) -> TableSchema {
        let (name, about, order) = (self.name.clone(), self.about.clone(), self.order.clone());
        TableSchema { name, about, order, columns: self.columns.clone() }
    }

    /// The table of these rows. Rows are taken a thousand at a time, so they need not all be held at once.
    #[must_use]
    pub fn table(mut self, rows: impl IntoIterator<Item = R>) -> Table {
        let rows = rows.into_iter();
        self.reserve(rows.size_hint().0);
        let mut chunk = Vec::with_capacity(CHUNK);
        // Iterators of iterators go faster through their own loop than through this one.
        rows.for_each(|row| {
            chunk.push(row);
            if chunk.len() == CHUNK {
                checkpoint();
                self.extend(&chunk);
                chunk.clear();
            }
        });
        self.extend(&chunk);
        let columns = self.finish();
        Table::from_definition(self.name.into_owned(), columns)
    }

    /// A column of flags.
    #[must_use]
    pub fn bool(self, name: impl Name, doc: impl Name, get: impl Fn(&R) -> bool + 'a) -> Self {
        self.push(Kind::Bool, name, Unit::None, None, doc, fill::bools(get))
    }

    /// A column of flags, some unknown; `null` says when.
    #[must_use]
    pub fn optional_bool(
        self,
        name: impl Name,
        null: &'static str,
        doc: impl Name,
        get: impl Fn(&R) -> Option<bool> + 'a,
    ) -> Self {
        self.push(Kind::Bool, name, Unit::None, Some(null), doc, fill::optional_bools(get))
    }

    /// A column of signed numbers.
    #[must_use]
    pub fn int64(self, name: impl Name, unit: Unit, doc: impl Name, get: impl Fn(&R) -> i64 + 'a) -> Self {
        self.push(Kind::Int64, name, unit, None, doc, fill::int64s(get))
    }

    /// A column of signed numbers, some unknown; `null` says when.
    #[must_use]
    pub fn optional_int64(
        self,
        name: impl Name,
        unit: Unit,
        null: &'static str,
        doc: impl Name,
        get: impl Fn(&R) -> Option<i64> + 'a,
    ) -> Self {
        self.push(Kind::Int64, name, unit, Some(null), doc, fill::optional_int64s(get))
    }

    /// A column of unsigned numbers.
    #[must_use]
    pub fn uint64(self, name: impl Name, unit: Unit, doc: impl Name, get: impl Fn(&R) -> u64 + 'a) -> Self {
        self.push(Kind::UInt64, name, unit, None, doc, fill::uint64s(get))
    }

    /// A column of unsigned numbers, some unknown; `null` says when.
    #[must_use]
    pub fn optional_uint64(
        self,
        name: impl Name,
        unit: Unit,
        null: &'static str,
        doc: impl Name,
        get: impl Fn(&R) -> Option<u64> + 'a,
    ) -> Self {
        self.push(Kind::UInt64, name, unit, Some(null), doc, fill::optional_uint64s(get))
    }

    /// A column of floating-point numbers.
    #[must_use]
    pub fn float64(self, name: impl Name, unit: Unit, doc: impl Name, get: impl Fn(&R) -> f64 + 'a) -> Self {
        self.push(Kind::Float64, name, unit, None, doc, fill::float64s(get))
    }

    /// A column of floating-point numbers, some unknown; `null` says when.
    #[must_use]
    pub fn optional_float64(
        self,
        name: impl Name,
        unit: Unit,
        null: &'static str,
        doc: impl Name,
        get: impl Fn(&R) -> Option<f64> + 'a,
    ) -> Self {
        self.push(Kind::Float64, name, unit, Some(null), doc, fill::optional_float64s(get))
    }

    /// A column of instants: milliseconds since the Unix epoch, UTC.
    #[must_use]
    pub fn timestamp(self, name: impl Name, doc: impl Name, get: impl Fn(&R) -> i64 + 'a) -> Self {
        self.push(Kind::Timestamp, name, Unit::None, None, doc, fill::timestamps(get))
    }

    /// A column of instants, some unknown; `null` says when.
    #[must_use]
    pub fn optional_timestamp(
        self,
        name: impl Name,
        null: &'static str,
        doc: impl Name,
        get: impl Fn(&R) -> Option<i64> + 'a,
    ) -> Self {
        self.push(Kind::Timestamp, name, Unit::None, Some(null), doc, fill::optional_timestamps(get))
    }

    /// A column of text that the row holds.
    #[must_use]
    pub fn text(self, name: impl Name, doc: impl Name, get: impl for<'r> Fn(&'r R) -> &'r str + 'a) -> Self {
        self.push(Kind::Text, name, Unit::None, None, doc, fill::texts(get))
    }

    /// A column of text that the row holds, some unknown; `null` says when.
    #[must_use]
    pub fn optional_text(
        self,
        name: impl Name,
        null: &'static str,
        doc: impl Name,
        get: impl for<'r> Fn(&'r R) -> Option<&'r str> + 'a,
    ) -> Self {
        self.push(Kind::Text, name, Unit::None, Some(null), doc, fill::optional_texts(get))
    }

    /// A column of text that is made of the row.
    #[must_use]
    pub fn string(self, name: impl Name, doc: impl Name, get: impl Fn(&R) -> String + 'a) -> Self {
        self.push(Kind::Text, name, Unit::None, None, doc, fill::strings(get))
    }

    /// A column of text that is made of the row, some unknown; `null` says when.
    #[must_use]
    pub fn optional_string(
        self,
        name: impl Name,
        null: &'static str,
        doc: impl Name,
        get: impl Fn(&R) -> Option<String> + 'a,
    ) -> Self {
        self.push(Kind::Text, name, Unit::None, Some(null), doc, fill::optional_strings(get))
    }

    /// A column of text that many rows share: a text seen before is told by its address, which costs less than its letters.
    #[must_use]
    pub fn shared_text(self, name: impl Name, doc: impl Name, get: impl Fn(&R) -> &'a Arc<str> + 'a) -> Self {
        self.push(Kind::Text, name, Unit::None, None, doc, fill::shared_texts(get))
    }

    /// A column of text that many rows share, some unknown; `null` says when.
    #[must_use]
    pub fn optional_shared_text(
        self,
        name: impl Name,
        null: &'static str,
        doc: impl Name,
        get: impl Fn(&R) -> Option<&'a Arc<str>> + 'a,
    ) -> Self {
        self.push(Kind::Text, name, Unit::None, Some(null), doc, fill::optional_shared_texts(get))
    }

    /// A column of text that is interned in `pool` already.
    #[must_use]
    pub fn codes(self, name: impl Name, pool: &Arc<StringPool>, doc: impl Name, get: impl Fn(&R) -> u32 + 'a) -> Self {
        self.push(Kind::Text, name, Unit::None, None, doc, fill::codes(Arc::clone(pool), get))
    }

    /// A column of text that is interned in `pool` already, some unknown; `null` says when.
    #[must_use]
    pub fn optional_codes(
        self,
        name: impl Name,
        pool: &Arc<StringPool>,
        null: &'static str,
        doc: impl Name,
        get: impl Fn(&R) -> Option<u32> + 'a,
    ) -> Self {
        self.push(Kind::Text, name, Unit::None, Some(null), doc, fill::optional_codes(Arc::clone(pool), get))
    }

    /// A column of names out of a fixed set: the getter gives the place of one in `names`.
    #[must_use]
    pub fn category(
        self,
        name: impl Name,
        names: &'static [&'static str],
        doc: impl Name,
        get: impl Fn(&R) -> u32 + 'a,
    ) -> Self {
        self.push(Kind::Category, name, Unit::None, None, doc, fill::categories(names, get)).names(names)
    }

    /// A column of names out of a fixed set, some unknown; `null` says when.
    #[must_use]
    pub fn optional_category(
        self,
        name: impl Name,
        names: &'static [&'static str],
        null: &'static str,
        doc: impl Name,
        get: impl Fn(&R) -> Option<u32> + 'a,
    ) -> Self {
        self.push(Kind::Category, name, Unit::None, Some(null), doc, fill::optional_categories(names, get)).names(names)
    }

    /// A column of lists of records; `fields` says what such a record is.
    #[must_use]
    pub fn list<I: 'a, L: IntoIterator<Item = I> + 'a>(
        mut self,
        name: impl Name,
        doc: impl Name,
        fields: Definition<'a, I>,
        get: impl Fn(&R) -> L + 'a,
    ) -> Self {
        let columns = fields.columns.clone();
        self = self.push(Kind::List, name, Unit::None, None, doc, Lists::new(fields, get));
        self.last(|column| column.fields = columns)
    }

    /// A column of lists of records that rows share; an address stands for one list.
    #[must_use]
    pub fn shared_list<I: 'a>(
        mut self,
        name: impl Name,
        doc: impl Name,
        fields: Definition<'a, &'a I>,
        get: impl Fn(&R) -> &'a Arc<[I]> + 'a,
    ) -> Self {
        let columns = fields.columns.clone();
        let lists = SharedLists::new(fields, get);
        self = self.push(Kind::List, name, Unit::None, None, doc, lists);
        self.last(|column| column.fields = columns)
    }

    /// A column of lists of numbers.
    #[must_use]
    pub fn int64s<L: IntoIterator<Item = i64> + 'a>(
        self,
        name: impl Name,
        unit: Unit,
        doc: impl Name,
        get: impl Fn(&R) -> L + 'a,
    ) -> Self {
        self.push(Kind::List, name, unit, None, doc, fill::int64_lists(get))
    }

    /// A column of lists of texts.
    #[must_use]
    pub fn texts<S: AsRef<str> + 'a, L: IntoIterator<Item = S> + 'a>(
        self,
        name: impl Name,
        doc: impl Name,
        get: impl Fn(&R) -> L + 'a,
    ) -> Self {
        self.push(Kind::List, name, Unit::None, None, doc, fill::text_lists(get))
    }

    /// A column of lists of texts that are interned in `pool` already; the getter gives its codes to a function.
    #[must_use]
    pub fn code_lists(
        self,
        name: impl Name,
        pool: &Arc<StringPool>,
        doc: impl Name,
        get: impl Fn(&R, &mut Vec<u32>) + 'a,
    ) -> Self {
        self.push(Kind::List, name, Unit::None, None, doc, fill::code_lists(Arc::clone(pool), get))
    }

    /// The columns of another definition, of what `get` makes of a row.
    #[must_use]
    pub fn embed<S: 'a>(mut self, other: Definition<'a, S>, get: impl Fn(&R) -> S + 'a) -> Self {
        let Definition { columns, parts, .. } = other;
        for column in columns {
            self.declare(column);
        }
        self.parts.push(Box::new(Embedded { get, parts, rows: Vec::new() }));
        self
    }

    fn push(
        mut self,
        kind: Kind,
        name: impl Name,
        unit: Unit,
        null: Option<&'static str>,
        doc: impl Name,
        part: impl Fill<R> + 'a,
    ) -> Self {
        let (name, doc) = (name.into(), doc.into());
        self.declare(ColumnSchema { name, kind, unit, null, doc, names: &[], fields: Vec::new() });
        self.parts.push(Box::new(part));
        self
    }

    /// Names of columns can come from an input: one that is taken gets its place behind it.
    fn declare(&mut self, mut column: ColumnSchema) {
        while self.columns.iter().any(|other| other.name == column.name) {
            column.name = format!("{}_{}", column.name, self.columns.len()).into();
        }
        self.columns.push(column);
    }

    fn names(self, names: &'static [&'static str]) -> Self {
        self.last(|column| column.names = names)
    }

    fn last(mut self, change: impl FnOnce(&mut ColumnSchema)) -> Self {
        if let Some(column) = self.columns.last_mut() {
            change(column);
        }
        self
    }

    fn reserve(&mut self, rows: usize) {
        for part in &mut self.parts {
            part.reserve(rows);
        }
    }
}

impl<R> std::fmt::Debug for Definition<'_, R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Definition").field("name", &self.name).field("columns", &self.columns).finish_non_exhaustive()
    }
}

impl<R> Records<R> for Definition<'_, R> {
    fn extend(&mut self, rows: &[R]) {
        for part in &mut self.parts {
            part.extend(rows);
        }
    }

    fn finish(&mut self) -> Vec<Column> {
        let values = mem::take(&mut self.parts).into_iter().flat_map(Fill::finish);
        let columns = self.columns.iter().zip(values);
        columns
            .map(|(schema, (values, known))| {
                let column = Column::new(schema.name.clone(), schema.unit, values);
                match known {
                    Some(known) => column.with_validity(known),
                    None => column,
                }
            })
            .collect()
    }
}

/// A name or sentence: written in the code, or made of an input.
///
/// ```
/// use gomem_table::Definition;
///
/// // A name is a constant, or a text made at run time.
/// let definition = Definition::new("rows", "as they come");
/// let definition = definition.float64(format!("value_{}", 1), gomem_table::Unit::None, "It.", |row: &f64| *row);
/// assert_eq!(&*definition.schema().columns[0].name, "value_1");
/// ```
pub trait Name: Into<Cow<'static, str>> {}

impl<T: Into<Cow<'static, str>>> Name for T {}

/// The columns of another definition.
struct Embedded<'a, G, S> {
    get: G,
    parts: Vec<Box<dyn Fill<S> + 'a>>,
    rows: Vec<S>,
}

impl<R, S, G: Fn(&R) -> S> Fill<R> for Embedded<'_, G, S> {
    fn reserve(&mut self, rows: usize) {
        for part in &mut self.parts {
            part.reserve(rows);
        }
    }

    fn extend(&mut self, rows: &[R]) {
        self.rows.clear();
        self.rows.extend(rows.iter().map(&self.get));
        for part in &mut self.parts {
            part.extend(&self.rows);
        }
    }

    fn finish(self: Box<Self>) -> Vec<fill::Filled> {
        self.parts.into_iter().flat_map(Fill::finish).collect()
    }
}

/// Rows that are given to one column after the other: few enough to stay in the processor's cache.
const CHUNK: usize = 1024;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Cell, Row, ToTable, Values};

    struct Step {
        from: Arc<str>,
        line: Option<i64>,
    }

    struct Decision {
        file: String,
        certain: bool,
        steps: Vec<Step>,
    }

    fn place<'a>() -> Definition<'a, (&'a str, bool)> {
        Definition::new("place", "").text("file", "the file", |row: &(&'a str, bool)| row.0).bool(
            "certain",
            "whether it is",
            |row| row.1,
        )
    }

    impl Row for Decision {
        fn definition<'a>() -> Definition<'a, &'a Self> {
            let step = Definition::new("step", "")
                .shared_text("from", "the expression", |step: &&'a Step| &step.from)
                .optional_int64("line", Unit::None, "not said", "its line", |step| step.line);
            Definition::new("decisions", "by line")
                .embed(place(), |row: &&'a Decision| (row.file.as_str(), row.certain))
                .list("steps", "the flow", step, |row| &row.steps)
                .texts("words", "the file's parts", |row| row.file.split('/'))
                .category("kind", &["a", "b"], "of two", |row| u32::from(row.certain))
                .string("file", "again", |row| row.file.to_uppercase())
        }
    }

    #[test]
    fn schema_and_table_follow_from_one_definition() {
        let shared: Arc<str> = "x".into();
        let decision = |index: i64| Decision {
            file: format!("a/{index}.go"),
            certain: index % 2 == 0,
            steps: (0..index % 3).map(|line| Step { from: shared.clone(), line: (line > 0).then_some(line) }).collect(),
        };
        let decisions: Vec<Decision> = (0..3000).map(decision).collect();
        let table = decisions.to_table();
        let names: Vec<_> = table.columns().iter().map(|column| column.name().to_owned()).collect();
        assert_eq!(names, Decision::schema().columns.iter().map(|column| &*column.name).collect::<Vec<_>>());
        assert_eq!(table.rows(), 3000);
        let cell = |name: &str, row| table.column(name).unwrap().cell(row);
        assert_eq!(cell("file", 2999), Cell::Text("a/2999.go"));
        assert_eq!(cell("kind", 2998), Cell::Text("b"));
        assert_eq!(cell("file_5", 1), Cell::Text("A/1.GO"), "a name that is taken gets its place");
        let Cell::List(steps) = cell("steps", 2999) else { panic!("not a list") };
        let lines: Vec<_> = steps.iter().map(|step| format!("{step:?}")).collect();
        assert_eq!(steps.len(), 2, "{lines:?}");
        let Some(Cell::Struct(step)) = steps.iter().nth(1) else { panic!("not a record") };
        assert_eq!((step.field("from"), step.field("line")), (Some(Cell::Text("x")), Some(Cell::Int64(1))));
        let Cell::List(words) = cell("words", 7) else { panic!("not a list") };
        assert_eq!(words.iter().filter_map(Cell::as_str).collect::<Vec<_>>(), ["a", "7.go"]);
    }

    #[test]
    fn rows_share_lists() {
        let stacks: Vec<Arc<[i64]>> = vec![[1, 2].into(), [].into(), [3].into(), [1, 2].into()];
        let rows = [0, 2, 1, 0, 3];
        let item = Definition::new("frame", "").int64("line", Unit::None, "its line", |line: &&i64| **line);
        let definition = Definition::new("rows", "as they come");
        let table = definition.shared_list("stack", "its stack", item, |row: &usize| &stacks[*row]).table(rows);
        let column = table.column("stack").expect("a column");
        let Values::SharedList(shared) = column.values() else { panic!("not shared") };
        assert_eq!((&shared.codes[..], &shared.lists.offsets[..]), (&[0, 1, 2, 0, 3][..], &[0, 2, 3, 3, 5][..]));
        assert_eq!(shared.to_list().offsets, [0, 2, 3, 3, 5, 7]);
        let lengths = |table: &Table| -> Vec<usize> {
            let column = table.column("stack").expect("a column");
            (0..table.rows()).map(|row| if let Cell::List(list) = column.cell(row) { list.len() } else { 99 }).collect()
        };
        assert_eq!((lengths(&table), lengths(&table.head(2))), (vec![2, 1, 0, 2, 2], vec![2, 1]));
    }

    #[test]
    fn a_table_of_no_rows_has_all_columns() {
        let table = Vec::<Decision>::new().to_table();
        assert_eq!((table.rows(), table.columns().len()), (0, 6));
        assert!(Table::new("checked", table.columns().to_vec()).is_ok(), "the parts of each column fit together");
    }
}
