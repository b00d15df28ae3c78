//! A profile's samples and frames as tables.

use gomem_symbol::Symbol;
use gomem_table::{Column, ColumnSpec, Kind, Schema, StringPoolBuilder, Table, TableError, Text, Unit, Values};

use crate::profile::{FunctionId, Profile};

impl Profile {
    /// One row a sample: `sample`, `stack` (function names, leaf first), one column per sample type, `labels`.
    ///
    /// # Errors
    /// Never in practice: the columns are built to fit.
    pub fn samples_table(&self) -> Result<Table, TableError> {
        let rows = self.samples().len();
        let mut columns =
            vec![Column::int64("sample", Unit::None, (0..rows as i64).collect()), self.stack_column(rows)];
        for (index, sample_type) in self.sample_types.iter().enumerate() {
            let values = self.samples().map(|sample| sample.value(index)).collect();
            // A name that is taken, by another sample type or a column of ours, gets its number.
            // Arrow hands names over as C strings.
            let mut name = sample_type.name.replace('\0', "\u{fffd}");
            while columns.iter().any(|column| column.name() == name) || name == "labels" {
                name = format!("{name}_{index}");
            }
            columns.push(Column::int64(name, Unit::from_pprof(&sample_type.unit), values));
        }
        let mut texts = StringPoolBuilder::new();
        let mut code = |id: u32| texts.intern(self.string(id));
        let (mut keys, mut strs, mut nums, mut units) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let mut offsets = vec![0];
        for row in 0..rows {
            for label in self.labels.of(row) {
                keys.push(code(label.key));
                strs.push(code(label.text));
                nums.push(label.number);
                units.push(code(label.unit));
            }
            offsets.push(keys.len());
        }
        let pool = texts.finish();
        let text = |name, codes| Column::text(name, codes, std::sync::Arc::clone(&pool));
        let fields =
            vec![text("key", keys), text("str", strs), Column::int64("num", Unit::None, nums), text("unit", units)];
        columns.push(Column::list("labels", Unit::None, offsets, Values::Struct(fields)));
        Table::new("samples", columns)
    }

    /// One row a sample for a scan over many profiles: of `wanted`, in that order, `time` (Unix milliseconds), the sample
    /// types, `function`, `file` and `line` of the leaf, and `stack`. Names of sample types that the profile does not have
    /// give null. Only the first `rows` samples are told.
    ///
    /// # Errors
    /// When a name is wanted twice.
    pub fn scan_table(&self, wanted: &[&str], rows: usize) -> Result<Table, TableError> {
        let rows = rows.min(self.samples().len());
        let samples = || self.samples().take(rows);
        let leaves = || samples().map(|sample| sample.frames().next());
        let function_text = |name: &str, of: fn(&crate::Function<'_>) -> String| {
            // One text a function, and a code a row.
            let mut pool = StringPoolBuilder::new();
            let codes: Vec<u32> =
                (0..self.functions.len() as u32).map(|id| pool.intern(&of(&self.function(FunctionId(id))))).collect();
            let code = |line: &Option<crate::Line<'_>>| line.and_then(|line| line.columns.function);
            let known: Vec<bool> = leaves().map(|line| code(&line).is_some()).collect();
            let codes = leaves().map(|line| code(&line).map_or(0, |id| codes[id.0 as usize])).collect();
            Column::text(name, codes, pool.finish()).with_validity(known)
        };
        let column = |&name: &&str| match name {
            "time" => Column::optional_timestamp(
                name,
                std::iter::repeat_n(self.time_nanos.map(|nanos| nanos.div_euclid(1_000_000)), rows),
            ),
            "function" => function_text(name, |function| function.name().to_owned()),
            "file" => function_text(name, |function| function.filename().to_owned()),
            "line" => Column::optional_int64(
                name,
                Unit::None,
                leaves().map(|line| line.map(|line| line.line()).filter(|&line| line != 0)),
            ),
            "stack" => self.stack_column(rows),
            name => match self.sample_types.iter().position(|kind| kind.name == name) {
                Some(index) => {
                    let unit = Unit::from_pprof(&self.sample_types[index].unit);
                    Column::int64(name, unit, samples().map(|sample| sample.value(index)).collect())
                }
                None => Column::optional_int64(name, Unit::None, std::iter::repeat_n(None, rows)),
            },
        };
        Table::new("scan", wanted.iter().map(column).collect())
    }

    /// The function names of the first stacks, leaf first.
    fn stack_column(&self, rows: usize) -> Column {
        let mut names = StringPoolBuilder::new();
        let codes: Vec<u32> = self.functions.iter().map(|function| names.intern(self.string(function.name))).collect();
        let (mut stack, mut offsets) = (Vec::new(), vec![0]);
        for sample in self.samples().take(rows) {
            for line in sample.frames() {
                stack.push(match line.columns.function {
                    Some(FunctionId(id)) => codes[id as usize],
                    None => names.intern("<unknown>"),
                });
            }
            offsets.push(stack.len());
        }
        Column::list("stack", Unit::None, offsets, Values::Text(Text { codes: stack, pool: names.finish() }))
    }

    /// One row per sample's stack and frame: [`FRAMES_SCHEMA`].
    ///
    /// # Errors
    /// Never in practice: the columns are built to fit.
    pub fn frames_table(&self) -> Result<Table, TableError> {
        let mut texts = StringPoolBuilder::new();
        let unknown = texts.intern("");
        let function_codes: Vec<[u32; 3]> = self
            .functions
            .iter()
            .map(|function| {
                let name = self.string(function.name);
                let package = Symbol::decode(name);
                [texts.intern(name), texts.intern(package.package()), texts.intern(self.string(function.filename))]
            })
            .collect();
        let mapping_codes: Vec<u32> =
            self.mappings.iter().map(|mapping| texts.intern(self.string(mapping.filename))).collect();
        let mut codes: [Vec<u32>; 4] = Default::default();
        let (mut stack_ids, mut depths, mut lines, mut starts) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let (mut addresses, mut inlined) = (Vec::new(), Vec::new());
        for (stack_id, sample) in (0..).zip(self.samples()) {
            let mut depth = 0;
            for id in sample.locations() {
                let location = self.location(id);
                let mapping = self.location_mappings[id.0 as usize].map_or(unknown, |at| mapping_codes[at as usize]);
                let last = location.lines().len().saturating_sub(1);
                for (at, line) in location.lines().enumerate() {
                    let function = line.columns.function.map(|FunctionId(id)| id as usize);
                    let [name, package, file] = function.map_or([unknown; 3], |id| function_codes[id]);
                    for (column, code) in codes.iter_mut().zip([name, package, file, mapping]) {
                        column.push(code);
                    }
                    stack_ids.push(stack_id);
                    depths.push(depth);
                    lines.push(line.line());
                    starts.push(function.map_or(0, |id| self.functions[id].start_line));
                    addresses.push(location.address());
                    inlined.push(at < last);
                    depth += 1;
                }
            }
        }
        let pool = texts.finish();
        let [functions, packages, files, mappings] = codes;
        let text = |name, codes| Column::text(name, codes, std::sync::Arc::clone(&pool));
        Table::new(
            FRAMES_SCHEMA.name,
            vec![
                Column::int64("stack_id", Unit::None, stack_ids),
                Column::int64("depth", Unit::Count, depths),
                text("function", functions),
                text("package", packages),
                text("file", files),
                Column::int64("line", Unit::None, lines),
                Column::int64("start_line", Unit::None, starts),
                Column::uint64("address", Unit::None, addresses),
                text("mapping", mappings),
                Column::bool("inlined", inlined),
            ],
        )
    }
}

/// The table of [`Profile::frames_table`].
pub const FRAMES_SCHEMA: Schema = Schema {
    name: "frames",
    order: "samples as in the profile, then leaf first",
    columns: &[
        spec("stack_id", Kind::Int64, "the sample, from 0"),
        ColumnSpec { name: "depth", kind: Kind::Int64, unit: Unit::Count, null: None, doc: "0 is the leaf" },
        spec("function", Kind::Text, "the function; empty when it is not known"),
        spec("package", Kind::Text, "its package"),
        spec("file", Kind::Text, "its file"),
        spec("line", Kind::Int64, "the line, 0 when it is not known"),
        spec("start_line", Kind::Int64, "the line the function begins in, 0 when it is not known"),
        spec("address", Kind::UInt64, "the location's address"),
        spec("mapping", Kind::Text, "the file the address is mapped from"),
        spec("inlined", Kind::Bool, "whether the function was inlined into the next frame"),
    ],
};

const fn spec(name: &'static str, kind: Kind, doc: &'static str) -> ColumnSpec {
    ColumnSpec { name, kind, unit: Unit::None, null: None, doc }
}
