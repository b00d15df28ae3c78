//! Flat and cum.

use std::fmt::Write as _;

use gomem_symbol::Symbol;
use gomem_table::{Column, Table, TableError, Unit};
use rustc_hash::FxHashMap;

use crate::profile::{Line, Location, Profile};

/// Flat and cum of every key, largest flat first.
#[derive(Debug, Clone)]
pub struct Top {
    rows: Vec<TopRow>,
    by: Granularity,
    total: i64,
    unit: Unit,
}

/// One key with its values. Which parts of the key are there depends on the [`Granularity`].
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct TopRow {
    /// The value of samples whose leaf it is.
    pub flat: i64,
    /// The value of samples in whose stack it is, each counted once.
    pub cum: i64,
    /// The function.
    pub function: Option<String>,
    /// The package.
    pub package: Option<String>,
    /// The file, as the profile writes it.
    pub file: Option<String>,
    /// The line.
    pub line: Option<i64>,
    /// The address.
    pub address: Option<u64>,
    /// The module's file.
    pub module: Option<String>,
}

/// What makes two frames one key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Granularity {
    /// The function's name.
    #[default]
    Function,
    /// The function's name and file.
    FileFunction,
    /// The file.
    File,
    /// Function, file and line.
    Line,
    /// The address, with function, file and line.
    Address,
    /// The Go package.
    Package,
    /// The mapped file: the program or a shared library.
    Module,
}

/// What to sum, and by what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct TopOptions {
    /// The sample type's index.
    pub sample_type: usize,
    /// What makes two frames one key.
    pub by: Granularity,
}

impl TopOptions {
    /// By function.
    #[must_use]
    pub fn new(sample_type: usize) -> Self {
        Self { sample_type, by: Granularity::Function }
    }

    /// The same, by other keys.
    #[must_use]
    pub fn by(mut self, by: Granularity) -> Self {
        self.by = by;
        self
    }
}

impl Granularity {
    /// All of them.
    pub const ALL: &'static [Self] =
        &[Self::Function, Self::FileFunction, Self::File, Self::Line, Self::Address, Self::Package, Self::Module];

    /// Its name, as options spell it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Function => "function",
            Self::FileFunction => "filefunction",
            Self::File => "file",
            Self::Line => "line",
            Self::Address => "address",
            Self::Package => "package",
            Self::Module => "module",
        }
    }
}

impl std::str::FromStr for Granularity {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        // `functions`, `lines`, `addresses`: what the flags of `go tool pprof` are called.
        let is =
            |by: &&Self| name == by.name() || name.strip_prefix(by.name()).is_some_and(|end| end == "s" || end == "es");
        Self::ALL.iter().find(is).copied().ok_or_else(|| {
            let names: Vec<_> = Self::ALL.iter().map(|by| by.name()).collect();
            format!("`{name}` is none of {}", names.join(", "))
        })
    }
}

impl Profile {
    /// Flat and cum of every key, summed as `go tool pprof` does: a key counts once for a sample however often it is in
    /// its stack, and keys without any value are left out.
    #[must_use]
    pub fn top(&self, options: &TopOptions) -> Top {
        let (keys, mut rows) = self.keys(options.by);
        // The last sample that counted towards a key's cum, so that recursion counts once.
        let mut counted = vec![usize::MAX; rows.len()];
        for (index, sample) in self.samples().enumerate() {
            let value = sample.value(options.sample_type);
            if value == 0 {
                continue;
            }
            let mut is_leaf = true;
            for &id in sample.locations() {
                let at = id.0 as usize;
                for &key in &keys[self.line_offsets[at]..self.line_offsets[at + 1]] {
                    let key = key as usize;
                    if is_leaf {
                        rows[key].flat = rows[key].flat.wrapping_add(value);
                        is_leaf = false;
                    }
                    if counted[key] != index {
                        counted[key] = index;
                        rows[key].cum = rows[key].cum.wrapping_add(value);
                    }
                }
            }
        }
        rows.retain(|row| row.flat != 0 || row.cum != 0);
        rows.sort_by_cached_key(|row| {
            (std::cmp::Reverse(row.flat.unsigned_abs()), std::cmp::Reverse(row.cum.unsigned_abs()), row.name())
        });
        let unit = self.sample_types.get(options.sample_type).map_or(Unit::None, |kind| Unit::from_pprof(kind.unit()));
        Top { rows, by: options.by, total: self.total(options.sample_type), unit }
    }

    /// The key of each line, as an index into rows without values.
    fn keys(&self, by: Granularity) -> (Vec<u32>, Vec<TopRow>) {
        let mut rows: Vec<TopRow> = Vec::new();
        let mut known: FxHashMap<LineKey, u32> = FxHashMap::default();
        let mut keys = Vec::with_capacity(self.lines.len());
        let mut packages: FxHashMap<u32, u32> = FxHashMap::default();
        let mut package_names: FxHashMap<String, u32> = FxHashMap::default();
        for id in 0..self.addresses.len() as u32 {
            let location = self.location(crate::LocationId(id));
            for line in location.lines() {
                let function = line.function();
                let (name, file) = function.map_or((u32::MAX, u32::MAX), |function| {
                    let columns = &self.functions[function.id().0 as usize];
                    (columns.name, columns.filename)
                });
                let mapping = self.location_mappings[id as usize]
                    .map_or(u32::MAX, |index| self.mappings[index as usize].filename);
                // A frame without a function is told apart by its address.
                let address = if function.is_none() { location.address() } else { 0 };
                let key = match by {
                    Granularity::Function => (name, 0, 0, address),
                    Granularity::FileFunction => (name, file, 0, address),
                    Granularity::File => (0, file, 0, address),
                    Granularity::Line => (name, file, line.line(), address),
                    Granularity::Address => (name, file, line.line(), location.address()),
                    Granularity::Module => (mapping, 0, 0, 0),
                    Granularity::Package => {
                        let package = *packages.entry(name).or_insert_with(|| {
                            let package = Symbol::decode(function.map_or("", |function| function.name()));
                            let next = package_names.len() as u32;
                            *package_names.entry(package.package().to_owned()).or_insert(next)
                        });
                        (package, 0, 0, 0)
                    }
                };
                let next = rows.len() as u32;
                let key = *known.entry(key).or_insert(next);
                if key == next {
                    rows.push(row(by, location, line));
                }
                keys.push(key);
            }
        }
        merge_same_names(keys, rows)
    }
}

/// Function name, file, line, address; names by string.
type LineKey = (u32, u32, i64, u64);

/// A string table may hold a string twice, and cleaned paths may be the same: keys are told apart by what they show.
fn merge_same_names(mut keys: Vec<u32>, rows: Vec<TopRow>) -> (Vec<u32>, Vec<TopRow>) {
    let mut known: FxHashMap<String, u32> = FxHashMap::default();
    let mut merged = Vec::with_capacity(rows.len());
    let new_keys: Vec<u32> = rows
        .into_iter()
        .map(|row| {
            let next = merged.len() as u32;
            let key = *known.entry(row.name()).or_insert(next);
            if key == next {
                merged.push(row);
            }
            key
        })
        .collect();
    for key in &mut keys {
        *key = new_keys[*key as usize];
    }
    (keys, merged)
}

fn row(by: Granularity, location: Location<'_>, line: Line<'_>) -> TopRow {
    let module = || {
        let name = location.mapping().map_or("", |mapping| mapping.filename());
        Some(if name.is_empty() { "<unknown>" } else { name }.to_owned())
    };
    let Some(function) = line.function() else {
        let unknown = matches!(by, Granularity::Package).then(String::new);
        return match by {
            Granularity::Module => TopRow { module: module(), ..TopRow::default() },
            Granularity::Package => TopRow { package: unknown, ..TopRow::default() },
            _ => TopRow { address: Some(location.address()), module: module(), ..TopRow::default() },
        };
    };
    let name = || Some(function.name().to_owned());
    let file = || Some(clean(function.filename()));
    let none = TopRow::default;
    match by {
        Granularity::Function => TopRow { function: name(), ..none() },
        Granularity::FileFunction => TopRow { function: name(), file: file(), ..none() },
        Granularity::File => TopRow { file: file(), ..none() },
        Granularity::Line => TopRow { function: name(), file: file(), line: Some(line.line()), ..none() },
        Granularity::Address => TopRow {
            function: name(),
            file: file(),
            line: Some(line.line()),
            address: Some(location.address()),
            ..none()
        },
        Granularity::Package => {
            TopRow { package: Some(Symbol::decode(function.name()).package().to_owned()), ..none() }
        }
        Granularity::Module => TopRow { module: module(), ..none() },
    }
}

/// Go's `filepath.Clean`, as far as profiles need it.
fn clean(path: &str) -> String {
    if path.contains("//") || path.contains("/.") || path.starts_with("./") {
        let rooted = path.starts_with('/');
        let mut parts: Vec<&str> = Vec::new();
        for part in path.split('/') {
            match part {
                "" | "." => {}
                ".." if parts.last().is_some_and(|last| *last != "..") => {
                    parts.pop();
                }
                ".." if rooted => {}
                part => parts.push(part),
            }
        }
        let joined = parts.join("/");
        return if rooted { format!("/{joined}") } else { joined };
    }
    path.to_owned()
}

impl Top {
    /// The rows: largest |flat| first, then largest |cum|, then by name.
    #[must_use]
    pub fn rows(&self) -> &[TopRow] {
        &self.rows
    }

    /// The sum of all samples' magnitudes: what fractions are of.
    #[must_use]
    pub fn total(&self) -> i64 {
        self.total
    }

    /// What the values count.
    #[must_use]
    pub fn unit(&self) -> Unit {
        self.unit
    }

    /// A value's share of the total; 0 when there is none.
    #[must_use]
    pub fn fraction(&self, value: i64) -> f64 {
        if self.total == 0 { 0.0 } else { value as f64 / self.total as f64 }
    }

    /// Key columns, `flat`, `cum`, `flat_fraction`, `cum_fraction`.
    ///
    /// # Errors
    /// Never in practice: the columns are built to fit.
    pub fn to_table(&self) -> Result<Table, TableError> {
        let rows = || self.rows.iter();
        let mut columns = Vec::new();
        let text = |name: &str, of: fn(&TopRow) -> Option<&str>| Column::optional_strings(name, rows().map(of));
        let of = self.by;
        if matches!(of, Granularity::Function | Granularity::FileFunction | Granularity::Line | Granularity::Address) {
            columns.push(text("function", |row| row.function.as_deref()));
        }
        if of == Granularity::Package {
            columns.push(text("package", |row| row.package.as_deref()));
        }
        if matches!(of, Granularity::FileFunction | Granularity::File | Granularity::Line | Granularity::Address) {
            columns.push(text("file", |row| row.file.as_deref()));
        }
        if matches!(of, Granularity::Line | Granularity::Address) {
            columns.push(Column::optional_int64("line", Unit::None, rows().map(|row| row.line)));
        }
        if of == Granularity::Address || self.rows.iter().any(|row| row.address.is_some()) {
            columns.push(Column::optional_uint64("address", Unit::None, rows().map(|row| row.address)));
        }
        if of == Granularity::Module {
            columns.push(text("module", |row| row.module.as_deref()));
        }
        columns.extend([
            Column::int64("flat", self.unit, rows().map(|row| row.flat).collect()),
            Column::int64("cum", self.unit, rows().map(|row| row.cum).collect()),
            Column::float64("flat_fraction", Unit::Fraction, rows().map(|row| self.fraction(row.flat)).collect()),
            Column::float64("cum_fraction", Unit::Fraction, rows().map(|row| self.fraction(row.cum)).collect()),
        ]);
        Table::new("top", columns)
    }
}

impl TopRow {
    /// The key as one text, written as `go tool pprof` writes it.
    #[must_use]
    pub fn name(&self) -> String {
        let mut name = String::new();
        if let Some(address) = self.address {
            let _ = write!(name, "{address:016x}");
        }
        for part in [&self.package, &self.function].into_iter().flatten() {
            separate(&mut name);
            name.push_str(part);
        }
        if let Some(file) = &self.file {
            separate(&mut name);
            name.push_str(file);
            if let Some(line) = self.line {
                let _ = write!(name, ":{line}");
            }
        }
        if let Some(module) = &self.module {
            separate(&mut name);
            let base = module.rsplit('/').next().unwrap_or(module);
            let _ = if self.address.is_some() { write!(name, "[{base}]") } else { write!(name, "{module}") };
        }
        name
    }
}

fn separate(name: &mut String) {
    if !name.is_empty() {
        name.push(' ');
    }
}
