//! The functions whose names match, with their lines.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    sync::Arc,
};

use gomem_escape::EscapeLog;
use gomem_pprof::{FunctionLines, LineSums, Profile, SampleType, UsageError};
use gomem_source::{Resolution, Sighting, SourceFile, SourceTree};
use gomem_symbol::{SourcePath, Symbol};
use gomem_table::Unit;

use crate::{
    attribution::{AttributeOptions, Compiler, NamedFunction, Place, StdRelease},
    listing::line::{LineDecision, ListedLine},
};

/// Functions of a profile, line by line: what each costs, its source, and what the compiler decided there. Flat and cum are
/// those of `go tool pprof -list`.
///
/// ```
/// # let text = b"heap profile: 1: 4096 [3: 12288] @ heap/1048576\n\
/// #              1: 4096 [3: 12288] @ 0x401000 0x402000\n\
/// #              #\t0x401000\tmain.parse+0x10\t/src/app/parse.go:3\n\
/// #              #\t0x402000\tmain.main+0x20\t/src/app/main.go:7\n\n";
/// # let profile = gomem_pprof::Profile::decode(text)?;
/// # let log = gomem_escape::EscapeLog::decode(b"# main\n./parse.go:3:14: make([]byte, 4096) escapes to heap\n")?;
/// use gomem_postmortem::{Listing, ListingOptions};
/// use gomem_source::SourceTree;
///
/// let sources = SourceTree::from_texts([("parse.go", "package main\nfunc parse() []byte {\n\treturn make([]byte, 4096)\n}\n")]);
/// let options = ListingOptions::default().with_sources(Some(&sources)).with_escapes(Some(&log));
/// let listing = Listing::new(&profile, "parse", &options)?;
/// let line = listing.functions[0].lines.iter().find(|line| line.line == 3).unwrap();
/// assert_eq!(line.text.as_deref(), Some("\treturn make([]byte, 4096)"));
/// assert_eq!(&*line.decisions[0].subject, "make([]byte, 4096)");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Listing {
    /// What is summed.
    pub sample_type: String,
    /// What it counts.
    pub unit: Unit,
    /// All of it.
    pub total: i128,
    /// The functions, by name and file.
    pub functions: Vec<FunctionListing>,
}

/// A function in a file.
///
/// ```
/// # let text = b"heap profile: 1: 4096 [30000: 122880000] @ heap/1048576\n\
/// #             1: 4096 [30000: 122880000] @ 0x401000\n\
/// #             #\t0x401000\tmain.parse+0x10\t/src/app/parse.go:12\n\n";
/// # let profile = gomem_pprof::Profile::decode(text)?;
/// # let log = gomem_escape::EscapeLog::decode(b"# main\n./parse.go:12:9: moved to heap: page\n")?;
/// # use gomem_postmortem::{Listing, ListingOptions};
/// # let listing = Listing::new(&profile, "parse", &ListingOptions::default().with_escapes(Some(&log)))?;
/// let parse = &listing.functions[0];
/// assert_eq!((&*parse.short_function(), parse.lines.len()), ("main.parse", 1));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct FunctionListing {
    /// Its name.
    pub function: String,
    /// Its file, as the profile calls it.
    pub file: Option<String>,
    /// The file that was read.
    pub source: Option<String>,
    /// What to know about the source: that there is none, or that it is not the one that was compiled.
    pub note: Option<String>,
    /// The sum over its lines.
    pub flat: i128,
    /// The sum over its lines, in which a sample counts once for each of them that is in its stack, as `go tool pprof` has it.
    pub cum: i128,
    /// With a source, its lines from the first of the function to some after the last that costs anything; without, those
    /// that cost anything.
    pub lines: Vec<ListedLine>,
}

/// What a listing is made of besides a profile.
///
/// ```
/// # let text = b"heap profile: 1: 4096 [30000: 122880000] @ heap/1048576\n\
/// #             1: 4096 [30000: 122880000] @ 0x401000\n\
/// #             #\t0x401000\tmain.parse+0x10\t/src/app/parse.go:12\n\n";
/// # let profile = gomem_pprof::Profile::decode(text)?;
/// # let log = gomem_escape::EscapeLog::decode(b"# main\n./parse.go:12:9: moved to heap: page\n")?;
/// use gomem_postmortem::{Listing, ListingOptions};
///
/// let options = ListingOptions::default().with_sample_type(Some("inuse_space"));
/// assert_eq!(Listing::new(&profile, "parse", &options)?.sample_type, "inuse_space");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, Default)]
#[non_exhaustive]
pub struct ListingOptions<'a> {
    /// The name of what is summed; without it, what the profile itself proposes.
    pub sample_type: Option<&'a str>,
    /// Where sources are looked for, and nowhere else.
    pub sources: Option<&'a SourceTree>,
    /// The compiler's log of the same build.
    pub escapes: Option<&'a EscapeLog>,
    /// What else is known of the program.
    pub attribution: AttributeOptions<'a>,
}

/// Why there is no listing.
///
/// ```
/// # let text = b"heap profile: 1: 4096 [30000: 122880000] @ heap/1048576\n\
/// #             1: 4096 [30000: 122880000] @ 0x401000\n\
/// #             #\t0x401000\tmain.parse+0x10\t/src/app/parse.go:12\n\n";
/// # let profile = gomem_pprof::Profile::decode(text)?;
/// # let log = gomem_escape::EscapeLog::decode(b"# main\n./parse.go:12:9: moved to heap: page\n")?;
/// use gomem_postmortem::{Listing, ListingError, ListingOptions};
///
/// let error = Listing::new(&profile, "nowhere", &ListingOptions::default()).unwrap_err();
/// assert!(matches!(error, ListingError::NoFunction { .. }));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub enum ListingError {
    /// The expression is none.
    Pattern(UsageError),
    /// No function matches.
    NoFunction {
        /// The expression.
        pattern: String,
    },
    /// The profile does not count this.
    NoSampleType {
        /// The name.
        name: String,
        /// What it counts.
        known: String,
    },
}

impl<'a> ListingOptions<'a> {
    /// Says what is summed.
    #[must_use]
    pub fn with_sample_type(self, sample_type: Option<&'a str>) -> Self {
        Self { sample_type, ..self }
    }

    /// Adds sources.
    #[must_use]
    pub fn with_sources(self, sources: Option<&'a SourceTree>) -> Self {
        Self { sources, ..self }
    }

    /// Adds the compiler's log.
    #[must_use]
    pub fn with_escapes(self, escapes: Option<&'a EscapeLog>) -> Self {
        Self { escapes, ..self }
    }

    /// Adds what else is known of the program: the release of Go that built it, for decisions in the standard library.
    #[must_use]
    pub fn with_attribution(self, attribution: AttributeOptions<'a>) -> Self {
        Self { attribution, ..self }
    }
}

impl Listing {
    /// The functions of a profile whose names match an expression of Go's syntax.
    ///
    /// # Errors
    /// When the expression is none, or nothing matches it, or the profile does not count what is asked for.
    pub fn new(profile: &Profile, pattern: &str, options: &ListingOptions<'_>) -> Result<Self, ListingError> {
        let index = match options.sample_type {
            None => profile.default_sample_type(),
            Some(name) => profile.sample_type_index(name).ok_or_else(|| ListingError::NoSampleType {
                name: name.to_owned(),
                known: profile.sample_types().iter().map(SampleType::name).collect::<Vec<_>>().join(", "),
            })?,
        };
        let functions = profile.function_lines(pattern).map_err(ListingError::Pattern)?;
        let listing = Self::from_profile(profile, index, functions, options);
        if listing.functions.is_empty() {
            return Err(ListingError::NoFunction { pattern: pattern.to_owned() });
        }
        Ok(listing)
    }

    /// Those of some functions that cost anything.
    pub(crate) fn from_profile(
        profile: &Profile,
        index: usize,
        functions: Vec<FunctionLines>,
        options: &ListingOptions<'_>,
    ) -> Self {
        let kind = profile.sample_types().get(index);
        let sums = Sums::new(profile, index);
        let std = StdRelease::find(profile, options.escapes, &options.attribution);
        let compiler =
            Compiler::new(profile, options.escapes, &options.attribution).with_std(std.map(|std| std.decisions));
        let mut sources = Sources::new(profile, options);
        let functions = functions.into_iter().filter(|function| sums.has_any(function)).map(|function| {
            let source = sources.of(&function);
            FunctionListing::new(function, source, &sums, &compiler)
        });
        Self {
            sample_type: kind.map_or("", SampleType::name).to_owned(),
            unit: profile.unit(index),
            total: profile.total(index),
            functions: functions.collect(),
        }
    }
}

impl FunctionListing {
    fn new(function: FunctionLines, source: Source, sums: &Sums, compiler: &Compiler<'_>) -> Self {
        let FunctionLines { function, file, start_line, lines, .. } = function;
        let path = SourcePath::decode(file.as_deref().unwrap_or_default());
        let named = NamedFunction::new(&function, path, start_line.unwrap_or(0));
        let costs: BTreeMap<i64, LineSums> = lines.into_iter().map(|line| (line.line, line)).collect();
        let shown: Vec<i64> = match &source.file {
            // A text profile does not say where functions begin.
            Some(file) => shown(&costs, start_line.or_else(|| start_in(file, &costs)), file.lines()),
            None => costs.keys().copied().collect(),
        };
        let line = |number: i64| {
            let mut decisions: Vec<LineDecision> = Vec::new();
            for record in compiler.records_at(&named, number) {
                let decision = LineDecision::new(record);
                // One for each instantiation and build.
                if !decisions.contains(&decision) {
                    decisions.push(decision);
                }
            }
            let text =
                usize::try_from(number).ok().and_then(|number| Some(source.file.as_ref()?.line(number)?.to_owned()));
            sums.line(number, costs.get(&number), text, decisions)
        };
        let lines: Vec<ListedLine> = shown.into_iter().map(line).collect();
        Self {
            flat: lines.iter().map(|line| line.flat).sum(),
            cum: lines.iter().map(|line| line.cum).sum(),
            function,
            file,
            source: source.file.map(|file| file.name().to_owned()),
            note: source.note,
            lines,
        }
    }

    /// Its name, as people say it.
    #[must_use]
    pub fn short_function(&self) -> String {
        Symbol::decode(&self.function).short()
    }

    /// Whether it is the function that a place is in.
    #[must_use]
    pub fn contains(&self, place: &Place) -> bool {
        let file = self.file.as_deref().unwrap_or_default();
        self.function == *place.function() && SourcePath::decode(file).as_str() == place.file()
    }
}

impl fmt::Display for ListingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pattern(problem) => problem.fmt(f),
            Self::NoFunction { pattern } => write!(f, "no function of the profile matches `{pattern}`"),
            Self::NoSampleType { name, known } => write!(f, "no sample type `{name}`; there are {known}"),
        }
    }
}

impl std::error::Error for ListingError {}

/// From the function's first line to some after the last that costs anything, and all that cost anything.
fn shown(costs: &BTreeMap<i64, LineSums>, start_line: Option<i64>, lines: usize) -> Vec<i64> {
    let numbers = || costs.keys().copied().filter(|line| *line > 0);
    let (Some(first), Some(last)) = (numbers().min(), numbers().max()) else { return costs.keys().copied().collect() };
    let last_of_file = i64::try_from(lines).unwrap_or(i64::MAX);
    let begin = start_line.map_or(first - MARGIN, |start| start.min(first)).max(1);
    let end = (last + MARGIN).min(last_of_file);
    // A line that is not in the file costs what it costs.
    let beyond = costs.keys().copied().filter(|line| *line < begin || *line > end);
    let mut shown: Vec<i64> = (begin..=end).chain(beyond).collect();
    shown.sort_unstable();
    shown
}

/// Where the function of the first line begins in its source, unless that is far away: a closure can be deep in a long function.
fn start_in(file: &SourceFile, costs: &BTreeMap<i64, LineSums>) -> Option<i64> {
    let first = costs.keys().copied().find(|line| *line > 0)?;
    let start = i64::try_from(file.function_start(usize::try_from(first).ok()?)?).ok()?;
    (first - start <= FAR).then_some(start)
}

/// Which sums of a profile are shown.
struct Sums {
    shown: usize,
    bytes: Option<usize>,
    objects: Option<usize>,
}

impl Sums {
    fn new(profile: &Profile, shown: usize) -> Self {
        let name = profile.sample_types().get(shown).map_or("", SampleType::name);
        let of_heap = name.strip_suffix("_space").or_else(|| name.strip_suffix("_objects"));
        let index = |end: &str| {
            let wanted = format!("{}{end}", of_heap?);
            profile.sample_types().iter().position(|kind| kind.name() == wanted)
        };
        Self { shown, bytes: index("_space"), objects: index("_objects") }
    }

    fn has_any(&self, function: &FunctionLines) -> bool {
        function.lines.iter().any(|line| line.sums.get(self.shown).is_some_and(|sums| *sums != (0, 0)))
    }

    fn line(
        &self,
        line: i64,
        sums: Option<&LineSums>,
        text: Option<String>,
        decisions: Vec<LineDecision>,
    ) -> ListedLine {
        let of = |index: usize| sums.and_then(|sums| sums.sums.get(index)).copied().unwrap_or((0, 0));
        let flat = |index: Option<usize>| index.map(|index| of(index).0);
        let (bytes, objects) = (flat(self.bytes), flat(self.objects));
        ListedLine { line, text, flat: of(self.shown).0, cum: of(self.shown).1, bytes, objects, decisions }
    }
}

/// A function's source.
struct Source {
    file: Option<Arc<SourceFile>>,
    note: Option<String>,
}

/// The sources of a profile's files, each looked for once.
struct Sources<'a> {
    tree: Option<&'a SourceTree>,
    /// What the profile says of each file, whose functions all tell whether it is the one that was compiled.
    sightings: BTreeMap<String, BTreeSet<(&'a str, i64)>>,
    known: BTreeMap<String, Resolution>,
}

impl<'a> Sources<'a> {
    fn new(profile: &'a Profile, options: &ListingOptions<'a>) -> Self {
        let sightings = options.sources.map_or_else(BTreeMap::new, |_| profile.source_lines());
        Self { tree: options.sources, sightings, known: BTreeMap::new() }
    }

    fn of(&mut self, function: &FunctionLines) -> Source {
        let (Some(tree), Some(file)) = (self.tree, &function.file) else { return Source { file: None, note: None } };
        let sightings = self.sightings.get(file);
        let resolution = self.known.entry(file.clone()).or_insert_with(|| {
            let sighting =
                |(function, line): &(&'a str, i64)| Some(Sighting::new(function, usize::try_from(*line).ok()?));
            let sightings: Vec<Sighting<'_>> = sightings.into_iter().flatten().filter_map(sighting).collect();
            tree.find(file, &sightings)
        });
        match resolution {
            Resolution::File(file) => Source {
                note: file.mismatch().map(|mismatch| format!("not the file that was compiled: {mismatch}")),
                file: Some(Arc::clone(file)),
            },
            Resolution::Ambiguous(names) => {
                let names: Vec<&str> = names.iter().take(3).map(String::as_str).collect();
                Source { file: None, note: Some(format!("several files could be it: {}", names.join(", "))) }
            }
            _ => Source { file: None, note: Some("none of the sources that were given".to_owned()) },
        }
    }
}

/// Lines from a function's beginning to its first that costs anything.
const FAR: i64 = 60;
/// Lines shown after the last that costs anything, as `go tool pprof` has it.
const MARGIN: i64 = 5;
