//! `gomem heap`: who keeps memory, by a heap dump.

use std::{io::Write, path::PathBuf};

use clap::{Args, ValueEnum};
use gomem_heap::{Heap as HeapDump, HeapOptions, RootChoice};
use gomem_table::{Table, ToTable, Unit};

use crate::{
    failure::Failure,
    read::{read, read_heap},
    show::{Format, Output, first_rows},
};

/// Who keeps memory alive: each byte of a heap dump by the global variable, goroutine, timer or finalizer that holds it.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  gomem heap heap.dump --binary ./app
  gomem heap heap.dump --binary ./app --by site -n 40
  gomem heap heap.dump --binary ./app --by goroutine --format csv

A dump holds all that the program had in memory. gomem shows addresses, sizes and names, never contents.")]
pub(crate) struct Heap {
    /// What `debug.WriteHeapDump` wrote, gzipped or not; `-` is standard input.
    dump: PathBuf,
    /// The program's file, with symbols: it names global variables.
    #[arg(long, value_name = "FILE")]
    binary: Option<PathBuf>,
    /// What a row is.
    #[arg(long, value_enum, default_value_t)]
    by: By,
    /// Which roots may keep an object: `all` counts the runtime's own lists like the program's variables.
    #[arg(long, value_enum, default_value_t)]
    roots: Roots,
    /// The program's `runtime.MemProfileRate`; without it, an estimate.
    #[arg(long, value_name = "BYTES")]
    mem_profile_rate: Option<f64>,
    /// How many rows; 0 is all.
    #[arg(short = 'n', long, default_value_t = 25)]
    rows: usize,
    #[arg(long, value_enum, default_value_t)]
    format: Format,
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
        let heap = read_heap(&self.dump, self.options()?)?;
        for diagnostic in heap.diagnostics() {
            let place = diagnostic.offset.map_or_else(String::new, |offset| format!("byte {offset}: "));
            writeln!(err, "gomem: {}: {place}{}", self.dump.display(), diagnostic.flaw)?;
        }
        let table = self.table(&heap);
        first_rows(&table, self.rows, self.format, &whole(&heap), out)
    }

    fn options(&self) -> Result<HeapOptions, Failure> {
        let mut options = HeapOptions::default().with_roots(match self.roots {
            Roots::Preferred => RootChoice::Preferred,
            Roots::All => RootChoice::All,
        });
        if let Some(path) = &self.binary {
            options = options.with_binary(read(path)?);
        }
        match self.mem_profile_rate {
            Some(rate) if rate >= 1.0 => Ok(options.with_mem_profile_rate(rate)),
            Some(rate) => Err(Failure::Usage(format!("--mem-profile-rate {rate}: at least 1 byte"))),
            None => Ok(options),
        }
    }

    fn table(&self, heap: &HeapDump) -> Table {
        let (table, short): (Table, &[&str]) = match self.by {
            By::Holder => (heap.holders().to_table(), &HOLDER),
            By::Site => (heap.holder_sites().to_table(), &SITE),
            By::Type => (heap.types().to_table(), &TYPE),
            By::Goroutine => (heap.goroutines().to_table(), &GOROUTINE),
        };
        if self.format == Format::Text { table.select(short) } else { table }
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
