//! The tables of all releases, in one file.
//!
//! Releases differ little: what the compiler says of a function that did not change is kept once, with lines counted from
//! that of the function.
//!
//! ```text
//! zstd: MARK
//! texts      columns: lengths, bytes
//! functions  columns: how many facts each has, then those of a fact
//! releases   columns, for each: release and files, file, functions of the file, name, line, facts of the function
//! ```

use std::{
    collections::BTreeMap,
    io::Read,
    sync::{Arc, OnceLock},
};

use foldhash::HashMap;
use zstd::stream::{encode_all, read::Decoder};

use crate::{
    decide::Certainty,
    log::EscapeLog,
    model::WrappedCall,
    read::Coverage,
    std_library::{
        decisions::StdDecisions,
        rows::{self, Fact, Texts},
        streams::{Reader, Writer, folded, unfolded},
    },
    text::GoVersions,
};

/// What the compilers of several releases of Go decide in the standard library.
///
/// ```
/// use gomem_escape::StdTables;
///
/// let tables = StdTables::embedded();
/// assert!(tables.releases().all(|release| tables.of(release).is_some()));
/// ```
#[derive(Debug, Default)]
pub struct StdTables {
    texts: Vec<Arc<str>>,
    /// The facts of each function, their lines from that of the function.
    functions: Vec<Vec<Fact>>,
    releases: Vec<Release>,
}

#[derive(Debug)]
struct Release {
    name: Arc<str>,
    files: Vec<(Arc<str>, Vec<Placed>)>,
    decisions: OnceLock<StdDecisions>,
}

/// A function of a release: its line, its name, and its facts, if it has any.
#[derive(Debug)]
struct Placed {
    line: u32,
    name: Arc<str>,
    facts: Option<usize>,
}

impl StdTables {
    /// Those that come along: Go 1.21 to 1.27, as built for Linux on amd64.
    #[must_use]
    pub fn embedded() -> &'static Self {
        static TABLES: OnceLock<StdTables> = OnceLock::new();
        TABLES.get_or_init(|| Self::decode(gomem_std_tables::TABLES).unwrap_or_default())
    }

    /// Reads tables. `None` when they are damaged, or of another version of gomem.
    #[must_use]
    pub fn decode(compressed: &[u8]) -> Option<Self> {
        let mut bytes = Vec::new();
        Decoder::new(compressed).ok()?.take(MOST_BYTES).read_to_end(&mut bytes).ok()?;
        let mut rest = bytes.strip_prefix(MARK)?;
        let mut texts = Reader::take(&mut rest)?;
        let mut functions = Reader::take(&mut rest)?;
        let mut tables = Self::default();
        while let Some(length) = texts.small(0) {
            tables.texts.push(std::str::from_utf8(texts.bytes(1, length as usize)?).ok()?.into());
        }
        while let Some(facts) = functions.small(rows::COLUMNS) {
            let facts = (0..facts).map(|_| Fact::decode(&mut functions, &tables.texts));
            tables.functions.push(facts.collect::<Option<_>>()?);
        }
        while !rest.is_empty() {
            let release = tables.release(Reader::take(&mut rest)?)?;
            tables.releases.push(release);
        }
        Some(tables)
    }

    fn release(&self, mut columns: Reader<'_>) -> Option<Release> {
        let text = |number: i64| self.texts.get(usize::try_from(number).ok()?).cloned();
        let name = text(columns.next(0)?.cast_signed())?;
        let (mut file, mut function, mut facts) = (0_i64, 0_i64, 0_i64);
        let mut files = Vec::new();
        for _ in 0..columns.small(0)? {
            file = file.checked_add(unfolded(columns.next(1)?))?;
            let mut line = 0_u32;
            let mut placed = Vec::new();
            for _ in 0..columns.small(2)? {
                function = function.checked_add(unfolded(columns.next(3)?))?;
                line = line.checked_add(columns.small(4)?)?;
                let which = columns.next(5)?;
                if let Some(step) = which.checked_sub(1) {
                    facts = facts.checked_add(unfolded(step))?;
                }
                let facts = (which > 0).then(|| usize::try_from(facts).ok());
                let facts = facts.flatten().filter(|facts| *facts < self.functions.len());
                placed.push(Placed { line, name: text(function)?, facts });
            }
            files.push((text(file)?, placed));
        }
        Some(Release { name, files, decisions: OnceLock::new() })
    }

    /// The releases that they are of, `go1.26.8`.
    pub fn releases(&self) -> impl Iterator<Item = &str> {
        self.releases.iter().map(|release| &*release.name)
    }

    /// The decisions of a release.
    #[must_use]
    pub fn of(&self, release: &str) -> Option<&StdDecisions> {
        let found = self.releases.iter().find(|known| &*known.name == release)?;
        Some(found.decisions.get_or_init(|| self.decisions(found)))
    }

    fn decisions(&self, release: &Release) -> StdDecisions {
        let mut versions = GoVersions::default();
        versions.see_name(&release.name);
        let mut log = EscapeLog { versions, coverage: Coverage::default(), ..EscapeLog::default() };
        let mut functions: HashMap<Arc<str>, Vec<(u32, Arc<str>)>> = HashMap::default();
        for (file, placed) in &release.files {
            let package: Arc<str> = file.rsplit_once('/').map_or("", |(folder, _)| folder).into();
            for Placed { line: start, name, facts } in placed {
                if !name.is_empty() {
                    functions.entry(Arc::clone(file)).or_default().push((*start, Arc::clone(name)));
                }
                let line = |relative: u32| start.wrapping_add(relative);
                for fact in facts.and_then(|facts| self.functions.get(facts)).into_iter().flatten() {
                    match fact {
                        Fact::Heap(row) => {
                            let mut row = row.clone();
                            (row.package, row.file) = (Arc::clone(&package), Arc::clone(file));
                            row.line = row.line.map(line);
                            row.function = Some(Arc::clone(name)).filter(|name| !name.is_empty());
                            for step in &mut row.steps {
                                (step.file, step.line) = (Arc::clone(file), step.line.map(line));
                            }
                            log.decisions.push(row);
                        }
                        Fact::StackBuffer(row) => {
                            let mut row = row.clone();
                            (row.package, row.file) = (Arc::clone(&package), Arc::clone(file));
                            row.line = row.line.map(line);
                            log.stack_buffers.push(row);
                        }
                        Fact::Wrapped(relative, wrapper) => {
                            let (file, line) = (Arc::clone(file), line(*relative));
                            log.wrapped.push(WrappedCall { file, line, wrapper: *wrapper, kept_bytes: None });
                        }
                        Fact::Addition(relative) => log.additions.push((Arc::clone(file), line(*relative))),
                    }
                }
            }
        }
        StdDecisions::new(&release.name, log, functions)
    }

    /// The bytes that [`decode`](Self::decode) reads. What cannot allocate, and what has no line, is left out.
    #[must_use]
    pub fn encode(releases: &[StdDecisions]) -> Vec<u8> {
        let mut pool = Pool::default();
        let mut bodies: HashMap<Vec<(u8, u64)>, u64> = HashMap::default();
        let mut functions = Writer::new(rows::COLUMNS + 1);
        let mut sections = Vec::new();
        for release in releases {
            let files = facts_by_function(release);
            let mut columns = Writer::new(6);
            columns.put(0, pool.number(release.release()));
            columns.put(0, files.len() as u64);
            let (mut last_file, mut last_name, mut last_body) = (0_u64, 0_u64, 0_u64);
            let step = |from: &mut u64, to: u64| folded(to.cast_signed() - std::mem::replace(from, to).cast_signed());
            for (file, declared) in files {
                let number = pool.number(&file);
                columns.put(1, step(&mut last_file, number));
                columns.put(2, declared.len() as u64);
                let mut last_line = 0;
                for ((start, name), facts) in declared {
                    let number = pool.number(&name);
                    columns.put(3, step(&mut last_name, number));
                    columns.put(4, u64::from(start - last_line));
                    last_line = start;
                    if facts.is_empty() {
                        columns.put(5, 0);
                        continue;
                    }
                    let mut body = Vec::new();
                    facts.iter().for_each(|fact| fact.encode(start, &mut pool, &mut body));
                    let next = bodies.len() as u64;
                    let body = *bodies.entry(body).or_insert_with_key(|body| {
                        functions.put(rows::COLUMNS, facts.len() as u64);
                        rows::write(body, &mut functions);
                        next
                    });
                    columns.put(5, 1 + step(&mut last_body, body));
                }
            }
            sections.push(columns);
        }
        let mut bytes = MARK.to_vec();
        pool.finish(&mut bytes);
        functions.finish(&mut bytes);
        sections.into_iter().for_each(|columns| columns.finish(&mut bytes));
        // Writing into memory cannot fail.
        encode_all(&bytes[..], SMALLEST).unwrap_or_default()
    }
}

/// Functions of a file with their facts; what stands before the first one is of a function without a name.
type Functions = BTreeMap<(u32, Arc<str>), Vec<Fact>>;

fn facts_by_function(release: &StdDecisions) -> BTreeMap<Arc<str>, Functions> {
    let mut files: BTreeMap<Arc<str>, Functions> = BTreeMap::new();
    for (file, declared) in &release.functions {
        let functions = files.entry(Arc::clone(file)).or_default();
        functions.extend(declared.iter().map(|one| (one.clone(), Vec::new())));
    }
    let log = release.log();
    let heap = log.heap_decisions().iter().filter(|row| row.alloc_certainty != Certainty::None);
    let heap = heap.map(|row| (&row.file, Fact::Heap(row.clone())));
    let buffers = log.stack_buffers().iter().filter(|row| row.alloc_certainty != Certainty::None);
    let buffers = buffers.map(|row| (&row.file, Fact::StackBuffer(row.clone())));
    let wrapped = log.wrapped_calls().iter().map(|call| (&call.file, Fact::Wrapped(call.line, call.wrapper)));
    let additions = log.text_additions().iter().map(|(file, line)| (file, Fact::Addition(*line)));
    for (file, fact) in heap.chain(buffers).chain(wrapped).chain(additions) {
        // Generated code has no file, and columns from 255 on are not told.
        if fact.line() == 0 || !file.contains('/') {
            continue;
        }
        let functions = files.entry(Arc::clone(file)).or_default();
        let up_to = (fact.line(), LAST_NAME.into());
        let around = functions.range(..=up_to).next_back().map(|(declared, _)| declared.clone());
        functions.entry(around.unwrap_or_default()).or_default().push(fact);
    }
    files
}

/// Texts in the order of their first use.
#[derive(Default)]
struct Pool {
    texts: Vec<Box<str>>,
    numbers: HashMap<Box<str>, u64>,
}

impl Pool {
    fn finish(self, into: &mut Vec<u8>) {
        let mut columns = Writer::new(2);
        for text in &self.texts {
            columns.put(0, text.len() as u64);
            columns.put_bytes(1, text.as_bytes());
        }
        columns.finish(into);
    }
}

impl Texts for Pool {
    fn number(&mut self, text: &str) -> u64 {
        if let Some(number) = self.numbers.get(text) {
            return *number;
        }
        let number = self.texts.len() as u64;
        self.texts.push(text.into());
        self.numbers.insert(text.into(), number);
        number
    }
}

/// The level of zstd that takes longest and leaves least.
const SMALLEST: i32 = 22;
const MARK: &[u8] = b"gomem std tables 1\n";
/// Behind all names of functions.
const LAST_NAME: &str = "\u{10ffff}";
const MOST_BYTES: u64 = 256 << 20;
