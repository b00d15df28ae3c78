//! `gomem gogc`: what other settings of the GC would do.

use std::{
    io::Write,
    path::{Path, PathBuf},
};

use clap::{Args, ValueEnum};
use gomem_gogc::{Container, GcModel, Objective, Setting};
use gomem_postmortem::RecordingOptions;
use gomem_report::what_if_html;
use gomem_table::{Table, ToTable, Unit};

use crate::{
    failure::Failure,
    read::{Size, read_gc_model},
    show::{Format, Output, TableOptions, render_short, write},
};

/// What other settings of GOGC and GOMEMLIMIT would do to a recorded run, and which to choose.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  gomem gogc stderr.log
  gomem gogc stderr.log --gogc 50,100,200,off --memory-limit 1GiB,2GiB
  gomem gogc incident/ --recommend 2GiB --objective latency
  gomem gogc stderr.log -o whatif.html")]
pub(crate) struct Gogc {
    /// A log with GODEBUG=gctrace=1 lines, an execution trace, a scrape, or a bundle of them; `-` is standard input.
    recording: PathBuf,
    /// Values of GOGC to try; `off` for none.
    #[arg(long, value_name = "GOGC", value_delimiter = ',', value_parser = parse_gogc,
          default_values = ["25", "50", "100", "150", "200", "400", "800"])]
    gogc: Vec<gomem_gogc::Gogc>,
    /// Values of GOMEMLIMIT to try, each with each GOGC, as Go writes them: 512MiB, 2GiB. Without it, the recorded one.
    #[arg(long, value_name = "SIZE", value_delimiter = ',')]
    memory_limit: Vec<Size>,
    /// How much the program would allocate for the same work: 0.5 when a fix halves it.
    #[arg(long, value_name = "FACTOR", default_value_t = 1.0)]
    alloc_scale: f64,
    /// The GOGC that the program ran with, where metrics do not tell.
    #[arg(long, value_name = "GOGC", value_parser = parse_gogc, default_value = "100")]
    recorded_gogc: gomem_gogc::Gogc,
    /// The GOMEMLIMIT that it ran with, where metrics do not tell.
    #[arg(long, value_name = "SIZE")]
    recorded_memory_limit: Option<Size>,
    /// Rank settings for a container of this much memory, instead.
    #[arg(long, value_name = "SIZE", conflicts_with_all = ["gogc", "memory_limit"])]
    recommend: Option<Size>,
    /// What to rank by.
    #[arg(long, value_enum, default_value_t, requires = "recommend")]
    objective: By,
    /// The price of a CPU-hour; with that of memory, the cheapest setting is the best.
    #[arg(long, value_name = "PRICE", requires = "recommend", requires = "memory_price")]
    cpu_price: Option<f64>,
    /// The price of a GiB-hour.
    #[arg(long, value_name = "PRICE", requires = "recommend", requires = "cpu_price")]
    memory_price: Option<f64>,
    /// The program leaks: GOGC=off is not offered.
    #[arg(long, requires = "recommend")]
    leaking: bool,
    /// Write the what-if chart, peak heap against GC CPU, as one HTML file.
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    #[command(flatten)]
    table: TableOptions,
}

/// What settings are ranked by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Default)]
enum By {
    /// The knee: after it, more memory buys little CPU.
    #[default]
    Balanced,
    /// The least GC CPU.
    Throughput,
    /// The least waiting for the GC.
    Latency,
    /// The least memory with GC below 10 % of the CPU.
    Memory,
}

impl Gogc {
    pub(crate) fn answer(&self, out: &mut Output<'_>, err: &mut dyn Write) -> Result<(), Failure> {
        let options = RecordingOptions::default()
            .with_gogc(self.recorded_gogc)
            .with_memory_limit(self.recorded_memory_limit.map(|size| size.0));
        let model = read_gc_model(&self.recording, &options)?;
        if let Some(path) = &self.output {
            let limit = self.memory_limit.first().map(|size| size.0).or(model.base().memory_limit_bytes);
            write(path, what_if_html(&model, &name(&self.recording), limit).as_bytes())?;
        }
        match self.recommend {
            Some(size) => self.recommend(&model, size, out, err)?,
            None => self.predict(&model, out)?,
        }
        if self.table.format == Format::Text {
            for remark in &model.quality().remarks {
                writeln!(out, "note: {remark}")?;
            }
        }
        Ok(())
    }

    fn predict(&self, model: &GcModel, out: &mut Output<'_>) -> Result<(), Failure> {
        if !(self.alloc_scale.is_finite() && self.alloc_scale > 0.0) {
            return Err(Failure::Usage(format!("--alloc-scale is a positive number, not {}", self.alloc_scale)));
        }
        let limits: Vec<Option<u64>> = match self.memory_limit.as_slice() {
            [] => vec![model.base().memory_limit_bytes],
            sizes => sizes.iter().map(|size| Some(size.0)).collect(),
        };
        let settings = limits.iter().flat_map(|&limit| {
            let setting = move |&gogc| Setting::new(gogc).with_memory_limit(limit).with_alloc_scale(self.alloc_scale);
            self.gogc.iter().map(setting)
        });
        let predictions: Vec<_> = settings.map(|setting| model.predict(&setting)).collect();
        let table = predictions.to_table();
        let columns = [
            "gogc",
            "memory_limit_bytes",
            "gc_cycles",
            "peak_heap_bytes",
            "peak_heap_bytes_high",
            "gc_cpu_fraction",
            "gc_cpu_fraction_high",
            "refusal",
        ];
        self.render(&table, &columns, out)
    }

    fn render(&self, table: &Table, columns: &[&str], out: &mut Output<'_>) -> Result<(), Failure> {
        let shown = self.table.rows.head(table, self.table.format);
        render_short(&shown, columns, self.table.format, out)?;
        if self.table.format.is_for_people() && shown.rows() < table.rows() {
            writeln!(out, "\nthe first {} of {} rows; -n 0 shows all", shown.rows(), table.rows())?;
        }
        Ok(())
    }

    fn recommend(&self, model: &GcModel, size: Size, out: &mut Output<'_>, err: &mut dyn Write) -> Result<(), Failure> {
        let objective = match (self.cpu_price, self.memory_price, self.objective) {
            (Some(cpu_hour), Some(gib_hour), _) => Objective::Price { cpu_hour, gib_hour },
            (.., By::Balanced) => Objective::Balanced,
            (.., By::Throughput) => Objective::Throughput,
            (.., By::Latency) => Objective::Latency,
            (.., By::Memory) => Objective::Memory,
        };
        let offered = model.recommend(&Container::new(size.0).with_leaking(self.leaking), objective);
        if offered.is_empty() {
            if self.table.format == Format::Text {
                return no_setting_fits(model, out);
            }
            no_setting_fits(model, err)?;
        }
        let table = offered.to_table();
        let columns = ["rank", "gogc", "memory_limit_bytes", "peak_heap_bytes", "gc_cpu_fraction", "reason"];
        self.render(&table, &columns, out)
    }
}

/// Why, on whatever has it.
fn no_setting_fits(model: &GcModel, to: &mut dyn Write) -> Result<(), Failure> {
    if let Some(refusal) = model.not_reproduced() {
        writeln!(to, "no setting is offered: {refusal}")?;
        return Ok(());
    }
    match model.smallest_peak_heap_bytes() {
        Some(peak) => {
            let [peak, rest] = [peak.value, model.non_heap_bytes()].map(|bytes| Unit::Bytes.humanize(bytes));
            writeln!(to, "no setting fits; the smallest predicted peak is {peak}, beside {rest} outside the heap")?;
        }
        None => writeln!(to, "no setting fits: the live heap needs more than this container")?,
    }
    Ok(())
}

fn name(path: &Path) -> String {
    path.file_name().map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned())
}

fn parse_gogc(text: &str) -> Result<gomem_gogc::Gogc, String> {
    match text {
        "off" => Ok(gomem_gogc::Gogc::Off),
        _ => {
            text.parse().map(gomem_gogc::Gogc::Percent).map_err(|_| "GOGC is a whole number from 0, or off".to_owned())
        }
    }
}
