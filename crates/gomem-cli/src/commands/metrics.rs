//! `gomem metrics`: what metrics hold.

use std::io::Write;

use clap::{Args, ValueEnum};
use gomem_table::ToTable;

use crate::{
    failure::Failure,
    read::MetricsInput,
    show::{Output, TableOptions},
};

/// What metrics hold: the Go runtime's state, GC cycles, where the memory is, or every sample.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  gomem metrics scrapes/
  gomem metrics query_range.json --show cycles --format csv
  curl -s localhost:6060/debug/vars | gomem metrics - --show memory")]
pub(crate) struct Metrics {
    #[command(flatten)]
    input: MetricsInput,
    /// What to show.
    #[arg(long, value_enum, default_value_t)]
    show: Show,
    #[command(flatten)]
    table: TableOptions,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Default)]
enum Show {
    /// The runtime's state, one row a scrape.
    #[default]
    State,
    /// GC cycles, one row a scrape before which one ended.
    Cycles,
    /// Where the memory is, one row a part of each moment.
    Memory,
    /// Every sample.
    Series,
}

impl Metrics {
    pub(crate) fn answer(&self, out: &mut Output<'_>, err: &mut dyn Write) -> Result<(), Failure> {
        let metrics = self.input.metrics(err)?;
        let (table, what) = match self.show {
            Show::State => {
                return self.table.write_short(&metrics.state().to_table(), &SHORT_STATE, "the runtime's state", out);
            }
            Show::Cycles => (metrics.state().cycles().to_table(), "GC cycles"),
            Show::Memory => (metrics.state().waterfall().at(None).to_table(), "where the memory is"),
            Show::Series => (metrics.to_table(), "samples"),
        };
        self.table.write(&table, what, out)
    }
}

/// The columns of the state that a text has.
const SHORT_STATE: [&str; 7] =
    ["time", "heap_live_bytes", "heap_goal_bytes", "held_bytes", "resident_bytes", "gc_cycles_total", "goroutines"];
