//! What is answered.

use std::{io::Write, path::Path};

use gomem_escape::{DiffStatus, EscapeLog};
use gomem_postmortem::{Bundle, Comparison, Report, Severity as Found};

use crate::{
    arguments::{Command, Format, Severity},
    failure::Failure,
    files::{read, write},
    metrics, profile,
    render::render,
};

/// Answers; gives the exit code.
pub(crate) fn answer(command: &Command, out: &mut dyn Write) -> Result<u8, Failure> {
    match command {
        Command::Postmortem { bundle, output, json, fail_on } => {
            postmortem(bundle, output.as_deref(), json.as_deref(), *fail_on, out)
        }
        Command::Compare { before, after } => {
            let comparison = Comparison::of(&Bundle::open(before)?, &Bundle::open(after)?);
            out.write_all(comparison.to_text().as_bytes())?;
            Ok(0)
        }
        Command::Profile(command) => profile::answer(command, out).map(|()| 0),
        Command::Metrics(command) => metrics::answer(command, out),
        Command::Escape { log, diff: None, format, .. } => {
            let table = decode_log(log)?.escapes_table()?;
            let columns = ["file", "line", "column", "subject", "cause", "alloc_certainty", "copies"];
            render(&if *format == Format::Text { table.select(&columns) } else { table }, *format, out)?;
            Ok(0)
        }
        Command::Escape { log, diff: Some(before), fail_on, format } => {
            let (before, after) = (decode_log(before)?, decode_log(log)?);
            let diff = after.diff(&before);
            let changed = diff.rows().iter().take_while(|row| row.0 != DiffStatus::Unchanged).count();
            let table = diff.to_table()?.head(changed);
            let columns = ["status", "file", "line", "message", "cause", "alloc_certainty"];
            render(&if *format == Format::Text { table.select(&columns) } else { table }, *format, out)?;
            Ok(u8::from(fail_on.is_some() && diff.new_allocations().next().is_some()))
        }
        Command::Gogc { trace, format } => {
            let report = Report::of(&Bundle::open(trace)?);
            if report.what_if().is_empty() {
                return Err(Failure::input(trace, "no usable GC trace; run the program with GODEBUG=gctrace=1"));
            }
            render(&report.gogc_table()?, *format, out)?;
            Ok(0)
        }
    }
}

fn postmortem(
    bundle: &Path,
    html: Option<&Path>,
    json: Option<&Path>,
    fail_on: Option<Severity>,
    out: &mut dyn Write,
) -> Result<u8, Failure> {
    let report = Report::of(&Bundle::open(bundle)?);
    let to_stdout = json.is_some_and(|path| path == Path::new("-"));
    if to_stdout {
        writeln!(out, "{:#}", report.to_json())?;
    } else {
        out.write_all(report.to_text().as_bytes())?;
    }
    if let Some(path) = json.filter(|_| !to_stdout) {
        write(path, format!("{:#}\n", report.to_json()).as_bytes())?;
    }
    if let Some(path) = html {
        write(path, report.to_html().as_bytes())?;
        if !to_stdout {
            writeln!(out, "\nreport: {}", path.display())?;
        }
    }
    let fails = fail_on.is_some_and(|least| {
        report.severity()
            >= match least {
                Severity::Info => Found::Info,
                Severity::Warning => Found::Warning,
                Severity::Critical => Found::Critical,
            }
    });
    Ok(u8::from(fails))
}

fn decode_log(path: &Path) -> Result<EscapeLog, Failure> {
    EscapeLog::decode(&read(path)?).map_err(|problem| Failure::input(path, problem))
}
