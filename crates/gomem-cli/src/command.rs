//! What is answered.

use std::{
    io::{Read, Write},
    path::Path,
};

use gomem_escape::{DiffStatus, EscapeLog};
use gomem_postmortem::{Bundle, Comparison, Report, Severity as Found};
use gomem_pprof::{FlameHtml, Granularity, Profile, TopOptions};

use crate::{
    arguments::{Command, Format, Severity},
    failure::Failure,
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
        Command::Top { profile, sample_type, by, rows, format } => {
            let by: Granularity = by.parse().map_err(Failure::Usage)?;
            top(profile, sample_type.as_deref(), by, *rows, *format, out)
        }
        Command::Flame { profile, output } => {
            let name = profile.file_name().map_or_else(|| "profile".into(), |name| name.to_string_lossy());
            let decoded = decode_profile(profile)?;
            let mut shown: Vec<usize> = (0..decoded.sample_types().len()).collect();
            // The one that the profile proposes comes first.
            shown.sort_by_key(|&index| index != decoded.default_sample_type());
            write(output, FlameHtml::new(&name, &decoded.flame_of(&shown)).document().as_bytes())?;
            writeln!(out, "flame graph: {}", output.display())?;
            Ok(0)
        }
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

fn top(
    path: &Path,
    sample_type: Option<&str>,
    by: Granularity,
    rows: usize,
    format: Format,
    out: &mut dyn Write,
) -> Result<u8, Failure> {
    let profile = decode_profile(path)?;
    let index = match sample_type {
        None => profile.default_sample_type(),
        Some(name) => profile.sample_type_index(name).ok_or_else(|| {
            let names: Vec<_> = profile.sample_types().iter().map(gomem_pprof::SampleType::name).collect();
            Failure::Usage(format!("{}: no sample type `{name}`; there are {}", path.display(), names.join(", ")))
        })?,
    };
    let table = profile.top(&TopOptions::new(index).by(by)).to_table()?;
    let shown = if rows == 0 { table } else { table.head(rows) };
    render(&shown, format, out)?;
    Ok(0)
}

fn decode_log(path: &Path) -> Result<EscapeLog, Failure> {
    EscapeLog::decode(&read(path)?).map_err(|problem| Failure::input(path, problem))
}

fn decode_profile(path: &Path) -> Result<Profile, Failure> {
    Profile::decode(&read(path)?).map_err(|problem| Failure::input(path, problem))
}

/// A file's bytes; `-` is standard input.
fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    if path == Path::new("-") {
        let mut bytes = Vec::new();
        std::io::stdin().lock().read_to_end(&mut bytes).map_err(|problem| Failure::input(path, problem))?;
        return Ok(bytes);
    }
    std::fs::read(path).map_err(|problem| Failure::input(path, problem))
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    std::fs::write(path, bytes).map_err(|problem| Failure::input(path, problem))
}
