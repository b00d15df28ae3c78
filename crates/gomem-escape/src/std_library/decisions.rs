//! The decisions of one release.

use std::sync::Arc;

use foldhash::HashMap;
use gomem_symbol::Symbol;

use crate::log::EscapeLog;

/// What the compiler of one release of Go decides in the standard library, and where its functions are.
///
/// ```
/// # let log = b"# example.com/app\n\
/// #             ./a.go:12:9: x escapes to heap in f:\n\
/// #             ./a.go:12:9:   flow: {heap} = &{storage for x}:\n\
/// #             ./a.go:12:9:     from x (spill) at ./a.go:12:9\n\
/// #             ./a.go:12:9:     from fmt.Println(x) (call parameter) at ./a.go:12:13\n\
/// #             ./a.go:12:9: x escapes to heap\n";
/// # let log = gomem_escape::EscapeLog::decode(log)?;
/// use gomem_escape::StdDecisions;
///
/// let decisions = StdDecisions::from_log("go1.27", log);
/// assert_eq!((decisions.release(), decisions.log().heap_decisions().len()), ("go1.27", 1));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct StdDecisions {
    release: Arc<str>,
    log: EscapeLog,
    /// By file as in a `-trimpath` build, `fmt/print.go`: line and name, sorted.
    pub(crate) functions: HashMap<Arc<str>, Vec<(u32, Arc<str>)>>,
}

impl StdDecisions {
    /// Of the log of `go build -trimpath -gcflags=all=-m=2 std` by a release, `go1.26.8`.
    #[must_use]
    pub fn from_log(release: &str, log: EscapeLog) -> Self {
        let mut functions: HashMap<Arc<str>, Vec<(u32, Arc<str>)>> = HashMap::default();
        for declared in log.inlining().iter().filter(|row| !row.function.contains(" into ")) {
            if let Some(line) = declared.line {
                functions.entry(Arc::clone(&declared.file)).or_default().push((line, Arc::clone(&declared.function)));
            }
        }
        Self::new(release, log, functions)
    }

    pub(crate) fn new(release: &str, log: EscapeLog, mut functions: HashMap<Arc<str>, Vec<(u32, Arc<str>)>>) -> Self {
        for (file, declared) in &mut functions {
            let package = file.rsplit_once('/').map_or("", |(folder, _)| folder);
            for (_, name) in declared.iter_mut() {
                *name = name_within(package, name);
            }
            declared.sort();
            declared.dedup();
        }
        Self { release: release.into(), log, functions }
    }

    /// The release, `go1.26.8`.
    #[must_use]
    pub fn release(&self) -> &str {
        &self.release
    }

    /// What its compiler says.
    #[must_use]
    pub fn log(&self) -> &EscapeLog {
        &self.log
    }

    /// Whether a line is of a function in this release: `function` as a profile names it, `file` by any path that ends as
    /// that of the standard library, and where the function begins, 0 when that is not known.
    #[must_use]
    pub fn has(&self, function: &str, file: &str, line: i64, start_line: i64) -> bool {
        let (Ok(line), Ok(start_line)) = (u32::try_from(line), u32::try_from(start_line)) else { return false };
        let file = within_std(file);
        let Some(declared) = self.functions.get(file) else { return false };
        let name = Symbol::decode(function).declared();
        if start_line > 0 {
            let from = declared.partition_point(|one| one.0 < start_line);
            return declared[from..].iter().take_while(|one| one.0 == start_line).any(|one| *one.1 == *name);
        }
        self.around(file, line).is_some_and(|around| **around == *name)
    }

    /// Whether this release has a file, by any path that ends as that of the standard library. It has those of Linux on amd64.
    #[must_use]
    pub fn has_file(&self, file: &str) -> bool {
        self.functions.contains_key(within_std(file))
    }

    /// The declared function around a line.
    pub(crate) fn around(&self, file: &str, line: u32) -> Option<&Arc<str>> {
        let declared = self.functions.get(file)?;
        let after = declared.partition_point(|one| one.0 <= line);
        Some(&declared.get(after.checked_sub(1)?)?.1)
    }
}

/// `fmt/print.go` of `/usr/local/go/src/fmt/print.go`.
fn within_std(file: &str) -> &str {
    file.rsplit_once("/src/").map_or(file, |(_, file)| file)
}

/// The declared function of a name in the log, without package and closures: all functions of one name are one.
fn name_within(package: &str, name: &str) -> Arc<str> {
    let last = package.rsplit('/').next().unwrap_or(package);
    // What another package instantiates is named with the package.
    let name = name.strip_prefix(last).and_then(|rest| rest.strip_prefix('.')).unwrap_or(name);
    Symbol::decode_in_package(package, name).declared().into()
}
