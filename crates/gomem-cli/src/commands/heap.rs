//! `gomem heap`: who keeps memory, by a heap dump or a core.

use std::{
    io::Write,
    path::{Path, PathBuf},
};

use clap::{Args, ValueEnum};
use gomem_heap::{Heap as HeapDump, HeapOptions, RootChoice};
use gomem_table::{Table, ToTable, Unit};

use crate::{
    failure::Failure,
    read::{ProgramFile, read_heap, retained},
    show::{Output, TableOptions, whole_flame, write_or_print, write_private},
};

/// Who keeps memory alive: each byte of a heap dump, or of a core, by the global variable, goroutine, timer or finalizer that holds it.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  gomem heap heap.dump --binary ./app
  gomem heap heap.dump --binary ./app --by site -n 40
  gomem heap heap.dump --binary ./app --path-to main.cache
  gomem heap after.dump --binary ./app --before before.dump
  gomem heap heap.dump --binary ./app --flame holders.html
  gomem heap heap.dump --redact fit-to-send.dump
  gcore -o app 4711 && gomem heap app.4711 --binary ./app

A dump or core holds all that the program had in memory. gomem shows addresses, sizes and names,
never contents.")]
pub(crate) struct Heap {
    /// What `debug.WriteHeapDump` wrote, or a core; compressed (gzip, zstd) or not; `-` is standard input.
    dump: PathBuf,
    #[command(flatten)]
    program: ProgramFile,
    /// What a row is.
    #[arg(long, value_enum, default_value_t)]
    by: By,
    /// What this holder keeps, in steps: objects that look alike are one.
    #[arg(long, value_name = "HOLDER", group = "question")]
    path_to: Option<String>,
    /// Small slices and strings that keep a large buffer alive.
    #[arg(long, group = "question")]
    windows: bool,
    /// Maps and how full they are.
    #[arg(long, group = "question")]
    maps: bool,
    /// An earlier dump of the same program: what changed since, by holder and line.
    #[arg(long, alias = "diff", value_name = "DUMP", group = "question")]
    before: Option<PathBuf>,
    /// Writes a flame graph of what holders keep, in steps.
    #[arg(long, value_name = "FILE", group = "question")]
    flame: Option<PathBuf>,
    /// Writes the dump or the core without its contents, so that it can be sent: it has the same answers but for some maps.
    /// Names of functions, types and mapped files stay.
    #[arg(long, value_name = "FILE", group = "question")]
    redact: Option<PathBuf>,
    /// Which roots may keep an object: `all` counts the runtime's own lists like the program's variables.
    #[arg(long, value_enum, default_value_t)]
    roots: Roots,
    /// The program's `runtime.MemProfileRate`; without it, an estimate.
    #[arg(long, value_name = "BYTES")]
    mem_profile_rate: Option<f64>,
    #[command(flatten)]
    table: TableOptions,
}

/// What a row is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
enum By {
    /// Who keeps it.
    #[default]
    Holder,
    /// Who keeps it and which line allocated it.
    Site,
    /// A type of objects.
    Type,
    /// A goroutine.
    Goroutine,
}

/// Which roots may keep an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
enum Roots {
    #[default]
    Preferred,
    All,
}

impl Heap {
    pub(crate) fn answer(&self, out: &mut Output<'_>, err: &mut dyn Write) -> Result<(), Failure> {
        if let Some(path) = &self.redact
            && self.redacts_core(path)?
        {
            return Ok(());
        }
        let heap = read_heap(&self.dump, self.options()?)?;
        for diagnostic in heap.diagnostics() {
            let place = diagnostic.offset.map_or_else(String::new, |offset| format!("byte {offset}: "));
            writeln!(err, "gomem: {}: {place}{}", self.dump.display(), diagnostic.flaw)?;
        }
        if let Some(path) = &self.redact {
            let needs = || Failure::Usage("--redact of a core needs its file, and Linux".to_owned());
            let dump = heap.redacted().ok_or_else(needs)?;
            return write_private(path, |mut file| file.write_all(&dump));
        }
        if let Some(path) = &self.flame {
            return self.write_flame(&heap, path, out);
        }
        let table = self.table(&heap)?;
        self.table.write(&table, &whole(&heap), out)
    }

    /// Writes a core's file without the program's texts; gives whether the input is one.
    #[cfg(target_os = "linux")]
    fn redacts_core(&self, path: &Path) -> Result<bool, Failure> {
        let Some(core) = crate::read::redacted_core(&self.dump, &self.options()?)? else { return Ok(false) };
        write_private(path, |file| gomem_capture::write_core(&core, file)).map(|()| true)
    }

    #[cfg(not(target_os = "linux"))]
    fn redacts_core(&self, _path: &Path) -> Result<bool, Failure> {
        Ok(false)
    }

    fn options(&self) -> Result<HeapOptions, Failure> {
        let options = self.program.options()?.with_roots(match self.roots {
            Roots::Preferred => RootChoice::Preferred,
            Roots::All => RootChoice::All,
        });
        match self.mem_profile_rate {
            Some(rate) if rate >= 1.0 => Ok(options.with_mem_profile_rate(rate)),
            Some(rate) => Err(Failure::Usage(format!("--mem-profile-rate {rate}: at least 1 byte"))),
            None => Ok(options),
        }
    }

    fn table(&self, heap: &HeapDump) -> Result<Table, Failure> {
        let (table, short): (Table, &[&str]) = match (&self.path_to, &self.before, self.by) {
            (Some(holder), ..) => (self.steps(heap, holder)?, &STEP),
            (_, Some(before), _) => (heap.diff(&read_heap(before, self.options()?)?).to_table(), &DIFFERENCE),
            _ if self.windows => (heap.windows(HeapDump::WINDOW_MIN_BYTES, HeapDump::WINDOW_RATIO).to_table(), &WINDOW),
            _ if self.maps => (heap.maps().to_table(), &MAP),
            (.., By::Holder) => (heap.holders().to_table(), &HOLDER),
            (.., By::Site) => (heap.holder_sites().to_table(), &SITE),
            (.., By::Type) => (heap.types().to_table(), &TYPE),
            (.., By::Goroutine) => (heap.goroutines().to_table(), &GOROUTINE),
        };
        Ok(if self.table.format.is_for_people() { table.select(short) } else { table })
    }

    fn steps(&self, heap: &HeapDump, holder: &str) -> Result<Table, Failure> {
        let steps = heap.steps(Some(holder));
        if steps.is_empty() {
            let largest = heap.holdings().iter().find(|holding| holding.holders.len() == 1);
            let example = largest.map_or("", |holding| &holding.holders[0]);
            return Err(Failure::Usage(format!("--path-to {holder}: no such holder; one is `{example}`")));
        }
        Ok(steps.to_table())
    }

    fn write_flame(&self, heap: &HeapDump, path: &Path, out: &mut Output<'_>) -> Result<(), Failure> {
        let profile = retained(&self.dump, heap)?;
        let html = whole_flame(&whole(heap), &profile, profile.default_sample_type());
        if write_or_print(path, html.document().as_bytes(), out)? {
            writeln!(out, "flame graph: {}", path.display())?;
        }
        Ok(())
    }
}

/// What the dump is of.
fn whole(heap: &HeapDump) -> String {
    let bytes = Unit::Bytes.humanize(heap.bytes() as f64);
    format!("heap of {bytes} in {} objects, {} {}", heap.objects(), heap.go_version(), heap.arch())
}

/// The columns that a text has.
const HOLDER: [&str; 8] = [
    "holders",
    "kind",
    "retained_bytes",
    "fraction",
    "retained_objects",
    "instances",
    "top_site_file",
    "top_site_line",
];
const SITE: [&str; 8] = ["holders", "function", "line", "bytes", "bytes_low", "bytes_high", "samples", "file"];
const TYPE: [&str; 5] = ["type", "source", "objects", "bytes", "retained_bytes"];
const GOROUTINE: [&str; 6] = ["goroutine", "entry", "state", "wait_reason", "retained_bytes", "created_by"];
const STEP: [&str; 6] = ["step", "label", "repeat", "retained_bytes", "site_file", "site_line"];
const WINDOW: [&str; 7] = ["holders", "kind", "buffer_bytes", "shown_bytes", "views", "site_file", "site_line"];
const MAP: [&str; 5] = ["holders", "entries", "capacity", "table_bytes", "fill"];
const DIFFERENCE: [&str; 7] = ["holders", "file", "line", "before_bytes", "after_bytes", "delta_bytes", "status"];
