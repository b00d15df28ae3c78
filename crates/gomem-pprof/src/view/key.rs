//! What makes two frames one.

use std::{fmt, str::FromStr};

use foldhash::HashMap;
use gomem_symbol::{Modules, Symbol, short_place};
use gomem_table::{Definition, Unit};

use crate::model::{Function, Line, Location, Profile};

/// What makes two frames one key.
///
/// ```
/// # let text = b"heap profile: 1: 4096 [3: 12288] @ heap/1048576\n\
/// #              1: 4096 [3: 12288] @ 0x401000 0x402000\n\
/// #              #\t0x401000\tmain.parse+0x10\t/src/app/parse.go:12\n\
/// #              #\t0x402000\tmain.main+0x20\t/src/app/main.go:7\n\n";
/// # let profile = gomem_pprof::Profile::decode(text)?;
/// use gomem_pprof::Granularity;
///
/// assert_eq!("line".parse(), Ok(Granularity::Line));
/// assert_eq!(Granularity::Package.name(), "package");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
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
    /// The Go module: `std`, a dependency, or the program's own.
    Module,
    /// Whose code it is: `runtime`, `std`, `third_party` or `user`.
    Origin,
}

/// One key. Which parts are there depends on the [`Granularity`].
///
/// ```
/// # let text = b"heap profile: 1: 4096 [3: 12288] @ heap/1048576\n\
/// #              1: 4096 [3: 12288] @ 0x401000 0x402000\n\
/// #              #\t0x401000\tmain.parse+0x10\t/src/app/parse.go:12\n\
/// #              #\t0x402000\tmain.main+0x20\t/src/app/main.go:7\n\n";
/// # let profile = gomem_pprof::Profile::decode(text)?;
/// use gomem_pprof::{Granularity, TopOptions};
///
/// let top = profile.top(&TopOptions::new(1).by(Granularity::Line));
/// let key = &top.rows()[0].key;
/// assert_eq!((key.function.as_deref(), key.line), (Some("main.parse"), Some(12)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub struct FrameKey {
    /// The function; `<unknown>`, or `[file]` with the mapped file's name, where the frame was not symbolised.
    pub function: Option<String>,
    /// The package.
    pub package: Option<String>,
    /// The file, cleaned.
    pub file: Option<String>,
    /// The line.
    pub line: Option<i64>,
    /// The address.
    pub address: Option<u64>,
    /// The module; `[file]` with the mapped file's name, where the frame was not symbolised.
    pub module: Option<String>,
    /// Whose code it is, as `gomem_symbol::Origin::name` says it.
    pub origin: Option<&'static str>,
    /// The mapped file, for functions that have no name.
    mapping: Option<String>,
    column: i64,
    /// Told apart by `go tool pprof` when it sums by file.
    start_line: i64,
}

/// The key of each line of a profile.
pub(crate) struct FrameKeys {
    /// By the line's index, an index into `keys`.
    pub(crate) of_line: Vec<u32>,
    pub(crate) keys: Vec<FrameKey>,
}

impl Granularity {
    /// All of them.
    pub const ALL: &'static [Self] = &[
        Self::Function,
        Self::FileFunction,
        Self::File,
        Self::Line,
        Self::Address,
        Self::Package,
        Self::Module,
        Self::Origin,
    ];

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
            Self::Origin => "origin",
        }
    }

    /// The columns that make the key, in tables of [`Top`](crate::Top) and of differences.
    #[must_use]
    pub fn key_columns(self) -> &'static [&'static str] {
        match self {
            Self::Function => &["function"],
            Self::FileFunction => &["function", "file"],
            Self::File => &["file"],
            Self::Line => &["function", "file", "line"],
            Self::Address => &["function", "file", "line", "address"],
            Self::Package => &["package"],
            Self::Module => &["module"],
            Self::Origin => &["origin"],
        }
    }

    /// What a table of such keys begins with: the names that people read, in short, or the key where it is short.
    pub(crate) fn first_columns<'a>(self) -> Definition<'a, &'a FrameKey> {
        if !self.has_short_names() {
            return self.definition();
        }
        let mut definition = Definition::new("names", "");
        if matches!(self, Self::Line | Self::Address) {
            let doc = "the line, in short: `store/sessions.go:43`";
            definition = definition.optional_string("place", UNKNOWN, doc, |key: &&'a FrameKey| key.place());
        }
        definition.optional_string("short_function", UNNAMED, "the function, in short", |key| {
            key.function.as_deref().map(|name| Symbol::decode(name).short())
        })
    }

    /// What it ends with: the key, where it begins with short names.
    pub(crate) fn last_columns<'a>(self) -> Definition<'a, &'a FrameKey> {
        if self.has_short_names() { self.definition() } else { Definition::new("names", "") }
    }

    fn has_short_names(self) -> bool {
        matches!(self, Self::Function | Self::FileFunction | Self::Line | Self::Address)
    }

    /// The key's columns.
    fn definition<'a>(self) -> Definition<'a, &'a FrameKey> {
        let mut definition = Definition::new("key", "");
        if self.has_short_names() {
            definition = definition
                .optional_text("function", UNNAMED, "the function", |key: &&'a FrameKey| key.function.as_deref());
        }
        if self == Self::Package {
            definition = definition.optional_text("package", "never", "the Go package", |key| key.package.as_deref());
        }
        if matches!(self, Self::FileFunction | Self::File | Self::Line | Self::Address) {
            definition = definition.optional_text("file", UNKNOWN, "the file", |key| key.file.as_deref());
        }
        if matches!(self, Self::Line | Self::Address) {
            definition = definition.optional_int64("line", Unit::None, UNKNOWN, "the line", |key| key.line);
        }
        if self == Self::Address {
            definition = definition.optional_uint64("address", Unit::None, UNKNOWN, "the address", |key| key.address);
        }
        if self == Self::Module {
            definition = definition.optional_text("module", "never", "the Go module", |key| key.module.as_deref());
        }
        if self == Self::Origin {
            let doc = "whose code it is: runtime, std, third_party or user";
            definition = definition.optional_text("origin", "never", doc, |key| key.origin);
        }
        definition
    }
}

impl FromStr for Granularity {
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

impl FrameKey {
    fn place(&self) -> Option<String> {
        Some(short_place(self.file.as_deref()?, self.line?))
    }

    fn new(by: Granularity, location: Location<'_>, line: Line<'_>, modules: &Modules, pprof_compat: bool) -> Self {
        let mapped = location.mapping().map_or("", |mapping| mapping.filename());
        let unnamed = || {
            let base = mapped.rsplit('/').next().unwrap_or(mapped);
            Some(if base.is_empty() { "<unknown>".to_owned() } else { format!("[{base}]") })
        };
        let mapping = || (!mapped.is_empty()).then(|| mapped.to_owned());
        let none = Self::default;
        if let Granularity::Package | Granularity::Module | Granularity::Origin = by {
            let (name, file) = line.function().map_or(("", ""), |function| (function.name(), function.filename()));
            let symbol = Symbol::decode(name);
            let package = symbol.package();
            return match by {
                Granularity::Package => Self { package: Some(package.to_owned()), ..none() },
                Granularity::Origin => Self { origin: Some(modules.origin(package, file).name()), ..none() },
                _ if name.is_empty() => Self { module: unnamed(), ..none() },
                _ => Self { module: Some(modules.module(package, file)), ..none() },
            };
        }
        let address = (by == Granularity::Address && location.address() != 0).then(|| location.address());
        let Some(function) = line.function() else {
            return Self { function: unnamed(), mapping: mapping(), address, ..none() };
        };
        let name = function.name();
        let file = || {
            let file = clean(function.filename());
            (!file.is_empty()).then_some(file)
        };
        // `go tool pprof` tells functions without a name apart by these, and gives none a name when it sums by file.
        let (compat_start_line, compat_mapping) =
            if pprof_compat { (function.start_line(), mapping()) } else { (0, None) };
        let key = match by {
            Granularity::File => {
                let file = file();
                let unknown = if file.is_none() { unnamed() } else { None };
                return Self {
                    function: unknown,
                    file,
                    start_line: compat_start_line,
                    mapping: compat_mapping,
                    ..none()
                };
            }
            Granularity::Function => Self { function: Some(name.to_owned()), ..none() },
            Granularity::FileFunction => Self { function: Some(name.to_owned()), file: file(), ..none() },
            _ => {
                let column = if by == Granularity::Address { line.column() } else { 0 };
                let number = line.line();
                let line = (number != 0).then_some(number);
                Self { function: Some(name.to_owned()), file: file(), line, address, column, ..none() }
            }
        };
        if name.is_empty() {
            // What `go tool pprof` shows for a function without a name: its place, or the mapped file.
            let function = if key.file.is_some() || key.line.is_some() { None } else { unnamed() };
            return Self { function, mapping: mapping(), start_line: compat_start_line, ..key };
        }
        key
    }
}

/// As `go tool pprof` writes it.
impl fmt::Display for FrameKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut separator = "";
        if let Some(address) = self.address {
            write!(f, "{address:016x}")?;
            separator = " ";
        }
        let names = [&self.package, &self.module, &self.function].into_iter().flatten().map(String::as_str);
        for part in names.chain(self.origin) {
            write!(f, "{separator}{part}")?;
            separator = " ";
        }
        if self.file.is_some() || self.line.is_some() {
            write!(f, "{separator}{}", self.file.as_deref().unwrap_or_default())?;
            if let Some(line) = self.line {
                write!(f, ":{line}")?;
                if self.column != 0 {
                    write!(f, ":{}", self.column)?;
                }
            }
        } else if let Some(mapping) = self.mapping.as_ref().filter(|_| self.function.is_none()) {
            write!(f, "{separator}{mapping}")?;
        }
        Ok(())
    }
}

impl FrameKeys {
    pub(crate) fn from_profile(profile: &Profile, by: Granularity) -> Self {
        let mut keys: Vec<FrameKey> = Vec::new();
        let mut known: HashMap<FrameKey, u32> = HashMap::default();
        // The ids show for most lines that they are known, so no text needs to be compared.
        let mut known_ids: HashMap<(u32, i64, u64, u32), u32> = HashMap::default();
        let mut of_line = Vec::with_capacity(profile.lines.len());
        let modules = match by {
            Granularity::Module | Granularity::Origin => modules(profile),
            _ => Modules::default(),
        };
        for (id, location) in profile.locations() {
            let mapping = profile.location_mappings[id.0 as usize].unwrap_or(u32::MAX);
            for line in location.lines() {
                let function = line.function().map_or(u32::MAX, |function: Function<'_>| function.id().0);
                let ids = match by {
                    Granularity::Line => (function, line.line(), 0, mapping),
                    Granularity::Address => (function, line.line(), location.address(), mapping),
                    _ => (function, 0, 0, mapping),
                };
                let key = if line.column() == 0 { known_ids.get(&ids).copied() } else { None };
                let key = key.unwrap_or_else(|| {
                    let next = keys.len() as u32;
                    let frame = FrameKey::new(by, location, line, &modules, profile.pprof_compat);
                    let key = *known.entry(frame.clone()).or_insert(next);
                    if key == next {
                        keys.push(frame);
                    }
                    if line.column() == 0 {
                        known_ids.insert(ids, key);
                    }
                    key
                });
                of_line.push(key);
            }
        }
        Self { of_line, keys }
    }
}

fn modules(profile: &Profile) -> Modules {
    let functions: Vec<(Symbol, &str)> = profile
        .functions
        .iter()
        .map(|function| (Symbol::decode(profile.string(function.name)), profile.string(function.filename)))
        .collect();
    Modules::from_packages(functions.iter().map(|(symbol, file)| (symbol.package(), *file)))
}

/// Go's `filepath.Clean`, as far as profiles need it.
pub(super) fn clean(path: &str) -> String {
    let is_clean = !(path.contains("//") || path.contains("/.") || path.starts_with("./") || path.ends_with('/'));
    if is_clean || path == "/" {
        return path.to_owned();
    }
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
    if rooted {
        format!("/{joined}")
    } else if joined.is_empty() {
        ".".to_owned()
    } else {
        joined
    }
}

const UNNAMED: &str = "a function without a name";
const UNKNOWN: &str = "the profile does not say";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_columns_of_a_key_are_those_of_its_definition() {
        for by in Granularity::ALL {
            let schema = by.definition().schema();
            let names: Vec<&str> = schema.columns.iter().map(|column| &*column.name).collect();
            assert_eq!(by.key_columns(), names, "{by:?}");
        }
    }

    #[test]
    fn paths_are_cleaned() {
        for (path, cleaned) in [
            ("", ""),
            ("/a/b.go", "/a/b.go"),
            ("/a/./b.go", "/a/b.go"),
            ("a//b.go", "a/b.go"),
            ("/a/../../b.go", "/b.go"),
            ("../b.go", "../b.go"),
            ("./b.go", "b.go"),
            ("./", "."),
            ("a/", "a"),
        ] {
            assert_eq!(clean(path), cleaned, "{path}");
        }
    }

    #[test]
    fn names_are_parsed() {
        for &by in Granularity::ALL {
            assert_eq!(by.name().parse(), Ok(by));
        }
        assert_eq!(("lines".parse(), "addresses".parse()), (Ok(Granularity::Line), Ok(Granularity::Address)));
        assert!("colour".parse::<Granularity>().is_err());
    }
}
