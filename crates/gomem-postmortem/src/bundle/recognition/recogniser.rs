//! What a file is, told by its content, and what it adds to a bundle.

use std::{io::Read, sync::Arc};

use foldhash::HashSet;
use gomem_bench::Benchmarks;
use gomem_binary::Binary;
use gomem_escape::{Coverage, EscapeReader};
use gomem_heap::{Heap, HeapOptions};
use gomem_metrics::{GcTrace, Metrics, MetricsReader};
use gomem_pprof::{PrintedTable, Profile};
use gomem_trace::Trace;
use gomem_transport::Compression;

use crate::bundle::{
    artifact::{Artifact, Contents, Remark},
    bundle::{Bundle, HeapProfile},
    log_stream::LogStream,
    packing::{archive::Packed, room::Room, unpacked::unpacked_within, written::written},
    recognition::{
        documentation::{DOCUMENTATION, is_documentation},
        heap_refusal::heap_refusal,
        outcome::Outcome,
        program,
        stranger::{is_announced, is_json, is_unknown, most_telling, other, stranger},
        traces::{self, KnownTraces, is_same},
        untimed::{UNTIMED, Untimed, UntimedScrape, scrape_time},
    },
    signature::{Signature, begins_text_profile, looks_like_text},
    sources::Sources,
    text::{
        log::crash::Crash,
        pasted::{self, Part},
        printed_profile::{LARGEST_OUTPUT, is_printed, printed_table},
        tool_output::{Printout, ToolOutput},
        words::{amounts::Amounts, spoken::SpokenMemory, stated::StatedMemory},
    },
};

/// Reads one file after the other into a bundle.
#[derive(Default)]
pub(crate) struct Recogniser {
    bundle: Bundle,
    outcomes: Vec<Outcome>,
    escapes: EscapeReader,
    metrics: MetricsReader,
    traces: Vec<(String, GcTrace)>,
    known_traces: KnownTraces,
    untimed: Untimed,
    /// The last heap dump or core, with its file, and the programs that can be its. Earlier dumps are not held beside it.
    dump: Option<(usize, Contents, Vec<u8>)>,
    programs: Vec<Vec<u8>>,
    /// The file of the execution trace.
    execution_trace: Option<usize>,
    sources: Sources,
    /// Profiles of running programs, each with its file: are they of one program?
    profiles: Vec<(usize, Contents, Profile)>,
    /// Files that are parts of a text: what is quoted of a profile is too little to tell whose it is.
    quoted: HashSet<usize>,
}

/// How a file was read.
enum Reading {
    /// With a remark about it.
    Used(Option<String>),
    /// Metrics without a time: whether they are of use is known when all files are.
    Later,
}

impl Recogniser {
    pub(crate) fn read(&mut self, artifact: Artifact) {
        self.read_within(artifact, 0, &mut Room::default());
    }

    /// An archive is read as the folder that it was made of.
    fn read_within(&mut self, mut artifact: Artifact, depth: usize, room: &mut Room) {
        if let Some(path) = Sources::path_within(&artifact.name) {
            return match self.sources.add(path, &artifact.bytes) {
                Ok(()) => self.outcomes.push(Outcome::new(&artifact.name, vec![Contents::Source], Vec::new())),
                Err(reason) => self.leave_out(&artifact.name, reason),
            };
        }
        if is_documentation(&artifact.name) {
            return self.leave_out(&artifact.name, DOCUMENTATION.to_owned());
        }
        if depth < DEEPEST_ARCHIVE
            && let Some(Packed { files: mut entries, left_out }) = Packed::open(&artifact.bytes, room)
        {
            entries.sort_by_cached_key(|entry| (begins_text_profile(&entry.bytes), entry.name.clone()));
            if entries.is_empty() {
                self.leave_out(&artifact.name, "an archive without a file that can be read".to_owned());
            } else if left_out > 0 {
                let reason = format!("{left_out} files in it are damaged, or more than is unpacked of one archive");
                self.leave_out(&artifact.name, reason);
            }
            // What they were packed in is not held beside them.
            drop(std::mem::take(&mut artifact.bytes));
            for mut entry in entries {
                entry.name = format!("{}/{}", artifact.name, entry.name);
                self.read_within(entry, depth + 1, room);
            }
            return;
        }
        artifact.bytes = unpacked_within(artifact.bytes, room);
        // What a decoder inflates itself: alone it has a limit of its own.
        let compression = Compression::from_head(&artifact.bytes).filter(|_| depth > 0);
        if compression.is_some_and(|compression| !room.take(compression.reader(artifact.bytes.as_slice()))) {
            return self.leave_out(&artifact.name, "more than is unpacked of one archive".to_owned());
        }
        if let Some(parts) = pasted::written_parts(&artifact.bytes) {
            return self.read_parts(&artifact, parts);
        }
        let (mut contents, mut reasons) = self.recognise(self.outcomes.len(), &artifact, &artifact.name);
        let amounts = ToolOutput::over_time(&artifact, contents.is_empty() && !reasons.is_empty());
        if !amounts.is_empty() && !contents.contains(&Contents::ToolOutput) {
            contents.push(Contents::ToolOutput);
            reasons.retain(|reason| !is_unknown(reason));
        }
        self.bundle.tool_outputs.extend(amounts);
        let is_of_person = contents.iter().all(|kind| matches!(kind, Contents::ToolOutput | Contents::Crash));
        if is_of_person && artifact.bytes.len() <= LARGEST_PROSE && looks_like_text(&artifact.bytes) {
            let spoken = SpokenMemory::find([&*String::from_utf8_lossy(&artifact.bytes)]);
            if spoken.is_some() && !reasons.is_empty() && reasons.iter().all(|reason| is_unknown(reason)) {
                (contents, reasons) = (vec![Contents::Words], Vec::new());
            }
            self.bundle.spoken.extend(spoken.map(|spoken| (artifact.name.clone(), spoken)));
        }
        self.outcomes.push(Outcome { name: artifact.name, contents, reasons });
    }

    /// Reads what tools printed into a text that a person wrote, each part as a file of its own.
    fn read_parts(&mut self, artifact: &Artifact, parts: Vec<Part>) {
        let spoken = SpokenMemory::find(parts.iter().filter(|part| part.is_prose).map(|part| part.text.as_str()));
        self.bundle.spoken.extend(spoken.map(|spoken| (artifact.name.clone(), spoken)));
        let (mut is_used, mut unused) = (false, Vec::new());
        let (first_output, deletes_of_map) = (self.bundle.tool_outputs.len(), parts.iter().any(Part::deletes_of_map));
        if let Some(amounts) = ToolOutput::amounts(artifact) {
            is_used = true;
            self.bundle.tool_outputs.push(amounts);
            self.outcomes.push(Outcome::new(&artifact.name, vec![Contents::ToolOutput], Vec::new()));
        }
        for part in parts {
            let name = format!("{}, line {}", artifact.name, part.line);
            let part = Artifact { name, bytes: part.text.into_bytes(), modified_ms: artifact.modified_ms };
            let (contents, reasons) = self.recognise(self.outcomes.len(), &part, &artifact.name);
            // Metrics without a time have neither yet.
            if contents.is_empty() && !reasons.is_empty() {
                unused.extend(reasons);
                continue;
            }
            is_used = true;
            self.quoted.insert(self.outcomes.len());
            self.outcomes.push(Outcome { name: artifact.name.clone(), contents, reasons });
        }
        ToolOutput::add_code(&mut self.bundle.tool_outputs[first_output..], deletes_of_map);
        if !is_used && spoken.is_some() {
            unused.retain(|reason| !is_unknown(reason));
            self.outcomes.push(Outcome::new(&artifact.name, vec![Contents::Words], unused));
        } else if !is_used {
            self.leave_out(&artifact.name, most_telling(&unused).to_owned());
        }
    }

    fn leave_out(&mut self, name: &str, reason: String) {
        self.outcomes.push(Outcome::new(name, Vec::new(), vec![reason]));
    }

    /// Reads a log of the compiler as a stream. What else the same file holds is kept aside, and read when it is done.
    pub(crate) fn read_log(&mut self, name: String, mut log: LogStream) {
        let file = self.outcomes.len();
        let read = self.log(&mut log);
        let (mut contents, mut reasons) = (Vec::new(), Vec::new());
        match read {
            Ok(Reading::Used(remark)) => {
                contents.push(Contents::EscapeLog);
                reasons.extend(remark);
            }
            Ok(Reading::Later) => {}
            Err(reason) => reasons.push(reason),
        }
        let bytes = log.into_aside();
        if !bytes.is_empty() {
            let (others, remarks) =
                self.recognise(file, &Artifact { name: name.clone(), bytes, modified_ms: None }, &name);
            contents.extend(others);
            reasons.extend(remarks);
        }
        self.outcomes.push(Outcome { name, contents, reasons });
    }

    pub(crate) fn finish(mut self, name: &str) -> Bundle {
        self.read_dump();
        let earlier = std::mem::take(&mut self.untimed).place(&mut self.metrics, &mut self.outcomes);
        self.keep_one_program();
        let mut bundle = self.bundle;
        name.clone_into(&mut bundle.name);
        bundle.sources = self.sources.finish().map(Arc::new);
        bundle.metrics = Arc::new(self.metrics.finish());
        bundle.earlier_scrape = earlier.map(Arc::new);
        let traced = self.traces.first().map(|trace| trace.0.clone());
        bundle.gctrace = traces::joined(self.traces).map(Arc::new);
        let choice = bundle.gctrace.as_deref().and_then(traces::choice);
        bundle.remarks.extend(traced.zip(choice).map(|(name, text)| Remark { name, text }));
        // A log that held nothing of the compiler's was told already.
        bundle.escapes = self.escapes.finish().ok().map(Arc::new);
        bundle.remarks.extend(Outcome::failed_build(&self.outcomes, bundle.escapes.as_deref()));
        for outcome in self.outcomes {
            outcome.tell(&mut bundle);
        }
        bundle.heaps.sort_by_key(|heap| heap.profile.as_of_nanos());
        bundle
    }

    /// One file may be several things: a service's log holds GC traces, and goroutines when it crashed. `whole` is the file that an
    /// artifact is of, or is a part of.
    fn recognise(&mut self, file: usize, artifact: &Artifact, whole: &str) -> (Vec<Contents>, Vec<String>) {
        let bytes = artifact.bytes.as_slice();
        // Logs are shipped in many ways; what a program wrote is looked at.
        let written = written(bytes);
        let (mut contents, mut reasons) = (Vec::new(), Vec::new());
        let mut take = |kind: Contents, read: Result<Reading, String>| match read {
            Ok(Reading::Used(remark)) => {
                contents.push(kind);
                reasons.extend(remark);
            }
            Ok(Reading::Later) => {}
            Err(reason) => reasons.push(reason),
        };
        if bytes.is_empty() {
            return (Vec::new(), vec!["empty".to_owned()]);
        }
        let memory = [(Heap::is_heap_dump(bytes), Contents::HeapDump), (Heap::is_core(bytes), Contents::Core)];
        if let Some((_, kind)) = memory.into_iter().find(|(is_it, _)| *is_it) {
            if let Some((earlier, before, _)) = self.dump.replace((file, kind, bytes.to_vec())) {
                let reason = "several heap dumps or cores: the last one by name is used".to_owned();
                self.outcomes[earlier].withdraw(before, reason);
            }
            take(kind, Ok(Reading::Used(None)));
            return (contents, reasons);
        }
        if Trace::is_trace(bytes) {
            take(Contents::ExecutionTrace, self.execution_trace(file, bytes));
            return (contents, reasons);
        }
        if Binary::is_program(bytes) {
            take(Contents::Program, self.program(bytes));
            return (contents, reasons);
        }
        let signature = Signature::from_bytes(&written);
        if signature.gc_trace {
            take(Contents::GcTrace, self.trace(&artifact.name, bytes));
        }
        if signature.escape_log {
            take(Contents::EscapeLog, self.log(bytes));
        }
        if signature.benchmarks {
            take(Contents::Benchmarks, self.benchmarks(&artifact.name, bytes));
        }
        if let Some(profile) = signature.profile {
            let (kind, read) = self.profile(file, &artifact.name, profile);
            take(kind, read);
        }
        if looks_like_text(bytes)
            && !signature.metrics
            && let Some(crash) = Crash::last_in(&written, bytes)
        {
            self.bundle.crashes.push((artifact.name.clone(), crash));
            take(Contents::Crash, Ok(Reading::Used(None)));
        }
        if looks_like_text(bytes) && bytes.len() <= LARGEST_OUTPUT {
            let text = String::from_utf8_lossy(&written);
            let before = self.bundle.tool_outputs.len();
            let told = |printout| ToolOutput { file: whole.to_owned(), name: artifact.name.clone(), printout };
            self.bundle.tool_outputs.extend(Printout::find(&text).into_iter().map(told));
            if !signature.metrics {
                let stated = StatedMemory::find(&text).map(Printout::Stated);
                self.bundle.tool_outputs.extend(stated.map(told));
            }
            if self.bundle.tool_outputs.len() > before {
                take(Contents::ToolOutput, Ok(Reading::Used(None)));
            }
        }
        if signature.metrics {
            take(Contents::Metrics, self.metrics(file, artifact));
        } else if contents.is_empty() && reasons.is_empty() {
            reasons.push(other(bytes));
        }
        (contents, reasons)
    }

    /// Several outputs are runs of the same code.
    fn benchmarks(&mut self, name: &str, bytes: &[u8]) -> Result<Reading, String> {
        let benchmarks = Benchmarks::parse(bytes).map_err(|problem| problem.to_string())?;
        let remark = benchmarks.remarks().first().map(|remark| format!("line {}: {}", remark.line, remark.text));
        self.bundle.benchmark_outputs.push((name.to_owned(), benchmarks.runs().len()));
        match &mut self.bundle.benchmarks {
            Some(earlier) => earlier.extend(benchmarks),
            none => *none = Some(benchmarks),
        }
        Ok(Reading::Used(remark))
    }

    /// The last trace by name is used.
    fn execution_trace(&mut self, file: usize, bytes: &[u8]) -> Result<Reading, String> {
        let trace = Trace::decode(bytes).map_err(|problem| problem.to_string())?;
        let remarks: Vec<String> = trace.diagnostics().iter().take(3).map(|found| found.flaw.to_string()).collect();
        let remark = (!remarks.is_empty()).then(|| remarks.join("; "));
        if let Some(earlier) = self.execution_trace.replace(file) {
            let reason = "several execution traces: the last one by name is used".to_owned();
            self.outcomes[earlier].withdraw(Contents::ExecutionTrace, reason);
        }
        self.bundle.execution_trace = Some(Arc::new(trace));
        Ok(Reading::Used(remark))
    }

    /// The last dump by name is read, with the program that wrote it if that is in the bundle.
    fn read_dump(&mut self) {
        let programs = std::mem::take(&mut self.programs);
        let Some((file, kind, dump)) = self.dump.take() else { return };
        let heap = match Heap::decode_with(dump, HeapOptions::default().with_candidates(programs)) {
            Ok(heap) => heap,
            Err(problem) => return self.outcomes[file].withdraw(kind, problem.to_string()),
        };
        self.outcomes[file].reasons.extend(heap.diagnostics().iter().map(|diagnostic| diagnostic.flaw.to_string()));
        self.bundle.heap_dump = Some(Arc::new(heap));
    }

    fn program(&mut self, bytes: &[u8]) -> Result<Reading, String> {
        if self.programs.len() < MOST_PROGRAMS {
            self.programs.push(bytes.to_vec());
        }
        let binary = Binary::decode(bytes).map_err(|err| err.to_string())?;
        if self.bundle.binary.is_some() {
            return Err("a second program: the first one is used".to_owned());
        }
        self.bundle.binary = Some(Arc::new(binary));
        Ok(Reading::Used(None))
    }

    fn profile(&mut self, file: usize, name: &str, bytes: &[u8]) -> (Contents, Result<Reading, String>) {
        let table = printed_table(bytes);
        let profile = match Profile::decode(bytes) {
            Ok(profile) => profile,
            Err(err) => {
                if let Some(table) = table {
                    self.bundle.tables.push((name.to_owned(), table));
                    return (Contents::PrintedProfile, Ok(Reading::Used(None)));
                }
                let what = stranger(bytes).map_or_else(|| err.to_string(), |what| format!("not a profile: {what}"));
                return (Contents::Heap, Err(what));
            }
        };
        // One of goroutines has no stacks: what waits where is in no profile of it. A difference is of no moment.
        let is_no_profile = |table: &PrintedTable| table.is_difference || table.kind.as_deref() == Some("goroutine");
        let is_table_alone = table.as_ref().is_some_and(is_no_profile);
        if is_table_alone || is_printed(&profile) {
            self.bundle.tables.extend(table.map(|table| (name.to_owned(), table)));
            if !is_table_alone {
                self.bundle.printed.push(HeapProfile { name: name.to_owned(), profile: Arc::new(profile) });
            }
            return (Contents::PrintedProfile, Ok(Reading::Used(None)));
        }
        let has = |name: &str| profile.sample_type_index(name).is_some();
        let heaps =
            self.profiles.iter().filter(|(_, contents, _)| *contents == Contents::Heap).map(|(_, _, heap)| heap);
        let is_second = |kind: Contents| self.profiles.iter().any(|(_, contents, _)| *contents == kind);
        let (kind, refusal) = if has("alloc_space") && has("inuse_space") {
            (Contents::Heap, heap_refusal(&profile, heaps))
        } else if has("cpu") {
            let is_spare = is_second(Contents::Cpu);
            (Contents::Cpu, is_spare.then(|| "a second CPU profile: the first by name is used".to_owned()))
        } else if has("goroutine") || has("goroutines") || has(LEAKED) {
            (Contents::Goroutine, None)
        } else {
            let kinds: Vec<&str> = profile.sample_types().iter().map(gomem_pprof::SampleType::name).collect();
            (Contents::Heap, Some(format!("a profile of {}: no finding uses it", kinds.join(", "))))
        };
        let refusal = refusal.or_else(|| profile.check_sums().err().map(|err| err.to_string()));
        if let Some(reason) = refusal {
            return (kind, Err(reason));
        }
        let flaws = profile.diagnostics().len() as u64 + profile.suppressed_diagnostics();
        let remark = profile.diagnostics().first().map(|first| {
            let place = first.line.map_or_else(|| format!("byte {}", first.offset), |line| format!("line {line}"));
            format!("{flaws} flaws were repaired: {place}: {}", first.flaw)
        });
        self.profiles.push((file, kind, profile));
        (kind, Ok(Reading::Used(remark)))
    }

    /// The remark is about lines that cannot be read.
    fn trace(&mut self, name: &str, bytes: &[u8]) -> Result<Reading, String> {
        let trace = GcTrace::decode(bytes).map_err(|err| err.to_string())?;
        let candidate = self.known_traces.candidate(trace.lines(), self.traces.len());
        if candidate.is_some_and(|index| is_same(self.traces[index].1.lines(), trace.lines())) {
            return Err("the same GC trace as another file".to_owned());
        }
        let torn = trace.diagnostics().len() as u64 + trace.suppressed_diagnostics();
        let torn = trace.diagnostics().first().map(|first| format!("{torn} lines of the GC trace left out: {first}"));
        let coarse = (!trace.resolves_cost()).then(|| {
            "most phases of the GC trace took 0 ms: the machine's clock is too coarse to say what GC takes of the CPU".to_owned()
        });
        let remarks: Vec<String> = torn.into_iter().chain(coarse).collect();
        let remark = (!remarks.is_empty()).then(|| remarks.join("; "));
        self.traces.push((name.to_owned(), trace));
        Ok(Reading::Used(remark))
    }

    /// Logs of one program are one log: that of each of its packages, and the files of `-json=0`.
    fn log(&mut self, log: impl Read) -> Result<Reading, String> {
        let before = self.escapes.coverage();
        self.escapes.read(log).map_err(|err| err.to_string())?;
        let after = self.escapes.coverage();
        let more = |of: fn(&Coverage) -> u64| of(&after) - of(&before);
        if more(|coverage| coverage.parsed) == 0 {
            return Err(format!("no compiler diagnostics in {} lines", more(|coverage| coverage.lines)));
        }
        let unknown = more(|coverage| coverage.unknown);
        Ok(Reading::Used((unknown > 0).then(|| format!("{unknown} lines of the compiler's log are not understood"))))
    }

    fn metrics(&mut self, file: usize, artifact: &Artifact) -> Result<Reading, String> {
        let bytes = artifact.bytes.as_slice();
        let mut alone = Metrics::new();
        if let Err(err) = alone.push(UNTIMED, bytes) {
            return Err(if is_announced(bytes) { format!("metrics that cannot be read: {err}") } else { other(bytes) });
        }
        let state = alone.state();
        if state.rows() == 0 {
            let amounts = Amounts::of_panel(&artifact.name, &alone);
            if amounts.is_empty() {
                return Err(if is_json(bytes) { other(bytes) } else { "no metric of the Go runtime in it".to_owned() });
            }
            let printout = Printout::Amounts(amounts);
            self.bundle.tool_outputs.push(ToolOutput::of_file(&artifact.name, printout));
            return Ok(Reading::Used(None));
        }
        let is_untimed = alone.series().iter().any(|series| series.times_ms.first() == Some(&UNTIMED));
        let Some(time_ms) = scrape_time(&artifact.name).or((!is_untimed).then_some(UNTIMED)) else {
            self.untimed.push(UntimedScrape::new(file, artifact, &state));
            return Ok(Reading::Later);
        };
        self.metrics.read(time_ms, bytes).map_err(|err| err.to_string())?;
        let mut skipped = alone.diagnostics().iter().map(|found| &found.diagnostic).filter(|told| told.skipped);
        let skipped = skipped.next().map(|first| format!("{} lines were skipped: {first}", skipped.count() + 1));
        let reservation = alone.reservations().first().map(|(first, _)| first.to_string());
        let remarks: Vec<String> = skipped.into_iter().chain(reservation).collect();
        let remark = (!remarks.is_empty()).then(|| remarks.join("; "));
        Ok(Reading::Used(remark))
    }

    /// What two programs allocate cannot be joined: the one with the most profiles is kept.
    fn keep_one_program(&mut self) {
        let profiles = std::mem::take(&mut self.profiles);
        let whole = profiles.iter().filter(|(file, ..)| !self.quoted.contains(file));
        let whole: Vec<&Profile> = whole.map(|(_, _, profile)| profile).collect();
        let programs = program::tell_apart(whole.into_iter());
        let mut of_profile = programs.of_profile.into_iter();
        let has_levels =
            profiles.iter().any(|(_, contents, profile)| *contents == Contents::Heap && !profile.is_difference());
        self.bundle.builds = programs.builds;
        for (file, contents, profile) in profiles {
            let program = if self.quoted.contains(&file) { 0 } else { of_profile.next().unwrap_or(0) };
            let outcome = &mut self.outcomes[file];
            if program != 0 {
                let (name, kept) = (&programs.names[program], &programs.names[0]);
                self.bundle.other_programs.push((outcome.name.clone(), name.clone()));
                self.bundle.program.clone_from(kept);
                let reason = format!("a profile of another program, {name}: the bundle is read as one of {kept}");
                outcome.withdraw(contents, reason);
                continue;
            }
            match contents {
                Contents::Heap if has_levels && profile.is_difference() => {
                    let reason = "a difference of two heap profiles: it is no level of a series".to_owned();
                    outcome.withdraw(contents, reason);
                }
                Contents::Heap => {
                    let (name, profile) = (outcome.name.clone(), Arc::new(profile));
                    self.bundle.heaps.push(HeapProfile { name, profile });
                }
                Contents::Cpu => self.bundle.cpu = Some(Arc::new(profile)),
                _ => self.bundle.goroutines.push(Arc::new(profile)),
            }
        }
    }
}

/// Nobody writes more.
const LARGEST_PROSE: usize = 256 << 10;
/// So many programs are tried as the one of a heap dump.
const MOST_PROGRAMS: usize = 4;
/// Archives within archives.
const DEEPEST_ARCHIVE: usize = 2;

/// The sample type of a `goroutineleak` profile: `goroutineLeakProfile` in `runtime/pprof/pprof.go`.
pub(crate) const LEAKED: &str = "goroutineleak";
