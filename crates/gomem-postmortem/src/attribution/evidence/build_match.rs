//! Whether a log of the compiler is of the build that a profile is of.

use foldhash::{HashMap, HashSet};
use gomem_escape::EscapeLog;
use gomem_pprof::{Function, Profile};
use gomem_symbol::{Modules, Origin, SourcePath, Symbol};

use crate::attribution::evidence::compiler_log::file_name;

/// The functions of the program's own code in a profile, held against those of the compiler's log.
///
/// ```
/// # let text = |line| format!("heap profile: 1: 64 [3: 192] @ heap/1048576\n\
/// #     1: 64 [3: 192] @ 0x401000\n#\t0x401000\tmain.parse+0x10\t/src/app/parse.go:{line}\n\n");
/// # let profile = gomem_pprof::Profile::decode(text(12).as_bytes())?;
/// # let log = gomem_escape::EscapeLog::decode(b"# example.com/app\n./parse.go:9:6: can inline parse with cost 7\n")?;
/// use gomem_postmortem::BuildMatch;
///
/// let found = BuildMatch::new(&profile, &log);
/// assert_eq!((found.functions, found.known), (1, 1));
/// // A text profile does not say where functions begin.
/// assert_eq!(found.placed, 0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct BuildMatch {
    /// In the profile.
    pub functions: usize,
    /// Of these, in the log.
    pub known: usize,
    /// Of those, with a line where they begin.
    pub placed: usize,
    /// Of those, with the same line in the log.
    pub agree: usize,
    /// By the name of each function in the profile, whether the log has it begin at another line.
    moved: HashMap<String, bool>,
}

impl BuildMatch {
    /// Looks for the profile's functions in the log.
    #[must_use]
    pub fn new(profile: &Profile, log: &EscapeLog) -> Self {
        let own = own_functions(profile);
        let own_files: HashSet<&str> = own.iter().map(|function| &*function.file).collect();
        let mut lines: HashMap<(String, String), HashSet<i64>> = HashMap::default();
        // Only -m=2 and -json=0 tell of functions that cannot be inlined too; -m tells of files, by what escapes there.
        let has_all = log.inlining().iter().any(|function| !function.can_inline);
        let mut files: HashSet<(&str, &str)> = HashSet::default();
        let is_whole = |name: &str| !name.contains(" into ") && !is_part(name);
        let of_own_files = log.inlining().iter().filter(|function| own_files.contains(file_name(&function.file)));
        for function in of_own_files.filter(|function| is_whole(&function.function)) {
            let key = Symbol::decode(&format!("{}.{}", function.package, function.function)).key();
            let name = without_package(&key, &function.package);
            let lines = lines.entry((file_name(&function.file).to_owned(), name)).or_default();
            lines.extend(function.line.map(i64::from));
        }
        let places = log.heap_decisions().iter().map(|decision| (&decision.file, &decision.package));
        let leaks = log.leaks().iter().map(|leak| (&leak.file, &leak.package));
        for (file, package) in places.chain(leaks).filter(|_| !has_all) {
            let name = file_name(file);
            files.extend([(name, &**package), (name, "main")]);
        }
        let mut found = Self { functions: own.len(), ..Self::default() };
        for OwnFunction { whole, package, file, name, line } in own {
            let has_file = files.contains(&(file.as_str(), package.as_str()));
            let known = lines.get(&(file, name));
            found.known += usize::from(known.is_some() || has_file);
            let placed = known.filter(|known| line > 0 && !known.is_empty());
            let agrees = placed.is_some_and(|known| known.contains(&line));
            found.placed += usize::from(placed.is_some());
            found.agree += usize::from(agrees);
            found.moved.insert(whole, placed.is_some() && !agrees);
        }
        found
    }

    /// Whether the log is of another program, or of other packages of this one.
    #[must_use]
    pub fn is_of_other_program(&self) -> bool {
        self.functions >= FEWEST && (self.known as f64) < 0.1 * self.functions as f64
    }

    /// Whether the source was changed between the two: what the log says of a line may be about another one, and that it says
    /// nothing of one proves nothing.
    #[must_use]
    pub fn is_of_other_build(&self) -> bool {
        self.placed >= FEWEST && self.agreement() < 0.9
    }

    /// The share of the functions that begin at the same line.
    #[must_use]
    pub fn agreement(&self) -> f64 {
        self.agree as f64 / self.placed.max(1) as f64
    }

    /// What the log is worth for a function of the profile, where it is of another build: nothing where that begins at another
    /// line. `None` of functions that are not the program's own, which change less often.
    pub(crate) fn begins_elsewhere(&self, function: &str) -> Option<bool> {
        self.moved.get(function).copied().or_else(|| is_part(function).then_some(true))
    }
}

/// A function of the program's own code in a profile.
struct OwnFunction {
    /// Its name, as the profile has it.
    whole: String,
    package: String,
    file: String,
    /// Without its package.
    name: String,
    /// Where it begins; 0 when the profile does not say.
    line: i64,
}

fn own_functions(profile: &Profile) -> Vec<OwnFunction> {
    let whole = profile.functions().filter(|function| !is_part(function.name()));
    let functions: Vec<(Function<'_>, Symbol, SourcePath)> =
        whole.map(|function| (function, Symbol::decode(function.name()), function.path())).collect();
    let packages = functions.iter().map(|(_, symbol, path)| (symbol.package(), path.as_str()));
    let modules = Modules::from_packages(packages);
    functions
        .iter()
        .filter(|(_, symbol, path)| modules.origin(symbol.package(), path.as_str()) == Origin::User)
        .map(|(function, symbol, path)| OwnFunction {
            whole: function.name().to_owned(),
            package: symbol.package().to_owned(),
            file: path.file_name().to_owned(),
            name: without_package(&symbol.key(), symbol.package()),
            line: function.start_line(),
        })
        .collect()
}

/// Wrappers and bodies of loops that the compiler makes out of a part of a function: their key is the function's, their line
/// is not.
fn is_part(name: &str) -> bool {
    [".deferwrap", ".gowrap", "-range", "-fm"].iter().any(|part| name.contains(part))
}

/// The compiler calls `main` by its import path.
fn without_package(key: &str, package: &str) -> String {
    key.strip_prefix(package).and_then(|rest| rest.strip_prefix('.')).unwrap_or(key).to_owned()
}

/// Fewer functions may be there by chance.
const FEWEST: usize = 3;
