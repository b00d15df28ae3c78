//! A profile's samples and frames as tables.

use std::sync::Arc;

use gomem_symbol::Symbol;
use gomem_table::{
    Column, ColumnSpec, Kind, Schema, StringPool, StringPoolBuilder, Table, TableError, Text, Unit, Values,
};

use crate::model::{FunctionColumns, FunctionId, LineColumns, Profile};

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
        let text = |name, codes| Column::text(name, codes, Arc::clone(&pool));
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
        let function_text = |name: &str, of: fn(&FunctionColumns) -> u32| {
            let codes = leaves().map(|leaf| leaf.map_or(0, |line| self.function_code(line.columns))).collect();
            let known = leaves().map(|leaf| leaf.is_some_and(|line| line.columns.function.is_some())).collect();
            Column::text(name, codes, self.function_pool(of)).with_validity(known)
        };
        let column = |&name: &&str| match name {
            "time" => Column::optional_timestamp(
                name,
                std::iter::repeat_n(self.time_nanos.map(|nanos| nanos.div_euclid(1_000_000)), rows),
            ),
            "function" => function_text(name, |function| function.name),
            "file" => function_text(name, |function| function.filename),
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
        let codes: Vec<u32> = self.lines.iter().map(|line| self.function_code(line)).collect();
        let (mut stack, mut offsets) = (Vec::new(), vec![0]);
        for sample in self.samples().take(rows) {
            sample.locations().each(|id| match &codes[self.line_range(id)] {
                [code] => stack.push(*code),
                codes => stack.extend_from_slice(codes),
            });
            offsets.push(stack.len());
        }
        let text = Text { codes: stack, pool: self.function_pool(|function| function.name) };
        Column::list("stack", Unit::None, offsets, Values::Text(text))
    }

    /// A text of each function, by its id, and the one of [none](Self::function_code): equal ones are not looked for, which
    /// would cost more than to keep them.
    fn function_pool(&self, of: fn(&FunctionColumns) -> u32) -> Arc<StringPool> {
        let functions = self.functions.iter().map(|function| self.string(of(function)));
        Arc::new(functions.chain(["<unknown>"]).collect())
    }

    /// The code of a line's function in the [pool](Self::function_pool).
    fn function_code(&self, line: &LineColumns) -> u32 {
        line.function.map_or(self.functions.len() as u32, |FunctionId(id)| id)
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
        let text = |name, codes| Column::text(name, codes, Arc::clone(&pool));
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
