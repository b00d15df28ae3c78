//! Which release of Go a program is of, to know what its compiler decided in the standard library.

use foldhash::HashSet;
use gomem_escape::{EscapeLog, StdDecisions};
use gomem_pprof::{Profile, Sample};
use gomem_symbol::{Origin, Symbol};

use crate::attribution::options::AttributeOptions;

/// The decisions that are taken for those of a program's standard library.
///
/// ```
/// # let text = b"heap profile: 1: 4096 [30: 122880] @ heap/1048576\n\
/// #             1: 4096 [30: 122880] @ 0x401000 0x402000\n\
/// #             #\t0x401000\tbytes.growSlice+0x10\t/usr/local/go/src/bytes/buffer.go:249\n\
/// #             #\t0x402000\tmain.parse+0x10\t/src/app/parse.go:12\n\n";
/// # let profile = gomem_pprof::Profile::decode(text)?;
/// use gomem_postmortem::{AttributeOptions, StdRelease};
///
/// let options = AttributeOptions::default().with_go_version(Some("go1.27.1"));
/// let release = StdRelease::find(&profile, None, &options).ok_or("decisions of Go 1.27 come along")?;
/// assert_eq!(release.decisions.release(), "go1.27.3");
/// assert!(release.note().contains("another patch of what built the program"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct StdRelease {
    /// The decisions.
    pub decisions: &'static StdDecisions,
    /// How they were chosen.
    pub basis: StdBasis,
}

/// How a release was chosen.
///
/// ```
/// # let text = b"heap profile: 1: 4096 [30: 122880] @ heap/1048576\n\
/// #             1: 4096 [30: 122880] @ 0x401000 0x402000\n\
/// #             #\t0x401000\tbytes.growSlice+0x10\t/usr/local/go/src/bytes/buffer.go:249\n\
/// #             #\t0x402000\tmain.parse+0x10\t/src/app/parse.go:12\n\n";
/// # let profile = gomem_pprof::Profile::decode(text)?;
/// use gomem_postmortem::{AttributeOptions, StdBasis, StdRelease};
///
/// let options = AttributeOptions::default().with_go_version(Some("go1.27.3"));
/// let release = StdRelease::find(&profile, None, &options).expect("its decisions come along");
/// assert_eq!((release.basis, release.decisions.release()), (StdBasis::Same, "go1.27.3"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum StdBasis {
    /// The program is of this release.
    Same,
    /// The program is of another patch of it: used for functions that stand where they stand in this one.
    OtherPatch,
    /// No one says what the program is of: all its functions of the standard library stand where they stand in this one.
    Fit,
}

impl StdRelease {
    /// The release for a profile. `None` when the log covers the standard library already, or none is known to fit.
    #[must_use]
    pub fn find(profile: &Profile, log: Option<&EscapeLog>, options: &AttributeOptions<'_>) -> Option<Self> {
        let packages: HashSet<&str> =
            log.into_iter().flat_map(EscapeLog::heap_decisions).map(|decision| &*decision.package).collect();
        let lines = lines(profile);
        if lines.iter().all(|line| packages.contains(line.package.as_str())) {
            return None;
        }
        let known = options.go_version.map(str::to_owned);
        let known = known.or_else(|| options.binary.map(|binary| binary.build_info().go_version.clone()));
        match known.or_else(|| lines.iter().find_map(|line| toolchain(&line.file))) {
            Some(version) => {
                let decisions = of_minor(minor(&version)?)?;
                // `go1.26.8 X:nodwarf5`: with an experiment.
                let release = version.split(' ').next().unwrap_or_default();
                let basis = if decisions.release() == release { StdBasis::Same } else { StdBasis::OtherPatch };
                Some(Self { decisions, basis })
            }
            None => Self::by_fit(&lines),
        }
    }

    /// Says which decisions are taken, and why.
    #[must_use]
    pub fn note(&self) -> String {
        let release = self.decisions.release();
        let why = match self.basis {
            StdBasis::Same => "which built the program",
            StdBasis::OtherPatch => {
                "another patch of what built the program, where its functions stand at the same lines"
            }
            StdBasis::Fit => "the only release that all functions of the profile fit",
        };
        format!("the standard library's allocations are explained by {release}, {why}")
    }

    /// The only release in which every line is in its function.
    fn by_fit(lines: &[StdLine]) -> Option<Self> {
        let mut fitting = all().filter(|decisions| fits(decisions, lines));
        match (fitting.next(), fitting.next()) {
            (Some(decisions), None) => Some(Self { decisions, basis: StdBasis::Fit }),
            _ => None,
        }
    }
}

/// A line of the standard library in a profile.
struct StdLine {
    function: String,
    package: String,
    file: String,
    line: i64,
    start_line: i64,
}

/// The lines of the standard library, each once. Assembly and what the compiler writes are in no log.
fn lines(profile: &Profile) -> Vec<StdLine> {
    let (mut seen, mut others) = (HashSet::default(), HashSet::default());
    let mut lines = Vec::new();
    for line in profile.samples().flat_map(Sample::frames) {
        let Some(function) = line.function() else { continue };
        if others.contains(&function.id()) || !seen.insert((function.id(), line.line())) {
            continue;
        }
        let symbol = Symbol::decode(function.name());
        let is_std = matches!(Origin::from_package(symbol.package(), "-"), Origin::Std | Origin::Runtime);
        let path = function.path();
        if !is_std || !path.as_str().ends_with(".go") {
            others.insert(function.id());
        } else {
            lines.push(StdLine {
                function: function.name().to_owned(),
                package: symbol.package().to_owned(),
                file: path.as_str().to_owned(),
                line: line.line(),
                start_line: function.start_line(),
            });
        }
    }
    lines
}

/// Whether every line is within its function, as far as the release has the file: those of other systems it has not.
fn fits(decisions: &StdDecisions, lines: &[StdLine]) -> bool {
    let known: Vec<&StdLine> = lines.iter().filter(|line| decisions.has_file(&line.file)).collect();
    let is_within = |line: &&StdLine| decisions.has(&line.function, &line.file, line.line, 0);
    let begins = known.iter().filter(|line| decisions.has(&line.function, &line.file, line.line, line.start_line));
    known.len() >= FEWEST_LINES
        && 2 * known.len() >= lines.len()
        && known.iter().all(is_within)
        && begins.count() as f64 >= LEAST_AGREEMENT * known.len() as f64
}

/// The release that a downloaded toolchain's path names: `…/golang.org/toolchain@v0.0.1-go1.24.11.linux-amd64/src/…`.
fn toolchain(file: &str) -> Option<String> {
    let (_, rest) = file.split_once("/toolchain@v0.0.1-")?;
    let release = rest.split('/').next()?;
    release.rsplit_once('.').map(|(release, _)| release.to_owned())
}

fn minor(version: &str) -> Option<u32> {
    let rest = version.strip_prefix("go1.")?;
    rest[..rest.bytes().take_while(u8::is_ascii_digit).count()].parse().ok()
}

fn of_minor(wanted: u32) -> Option<&'static StdDecisions> {
    let release = releases().find(|release| minor(release) == Some(wanted))?;
    decisions(release)
}

fn all() -> impl Iterator<Item = &'static StdDecisions> {
    releases().filter_map(decisions)
}

#[cfg(feature = "std-tables")]
fn releases() -> impl Iterator<Item = &'static str> {
    gomem_escape::StdTables::embedded().releases()
}

#[cfg(feature = "std-tables")]
fn decisions(release: &str) -> Option<&'static StdDecisions> {
    gomem_escape::StdTables::embedded().of(release)
}

#[cfg(not(feature = "std-tables"))]
fn releases() -> impl Iterator<Item = &'static str> {
    std::iter::empty()
}

#[cfg(not(feature = "std-tables"))]
fn decisions(_release: &str) -> Option<&'static StdDecisions> {
    None
}

/// Fewer fit several releases.
const FEWEST_LINES: usize = 20;
/// Functions begin elsewhere in few files of another patch.
const LEAST_AGREEMENT: f64 = 0.9;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn releases_are_read_from_names() {
        let path = "/home/me/go/pkg/mod/golang.org/toolchain@v0.0.1-go1.24.11.linux-amd64/src/fmt/print.go";
        assert_eq!(toolchain(path).as_deref(), Some("go1.24.11"));
        assert_eq!(toolchain("/usr/local/go/src/fmt/print.go"), None);
        assert_eq!((minor("go1.26.8"), minor("go1.27rc1"), minor("devel")), (Some(26), Some(27), None));
    }
}
