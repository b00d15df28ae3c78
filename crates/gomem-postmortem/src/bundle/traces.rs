//! The GC traces of a bundle: one, of all processes that its files tell of.

use gomem_metrics::{GcRun, GcTrace, GcTraceLine};

/// The runs of all traces, each called by its file and by what the file calls it. A log that was rotated goes on where
/// another ends, and is one run with it.
pub(crate) fn joined(traces: Vec<(String, GcTrace)>) -> Option<GcTrace> {
    let mut chains: Vec<(String, Vec<GcTraceLine>)> = Vec::new();
    let is_one = traces.len() == 1;
    for (file, trace) in &traces {
        for GcRun { origin, lines, .. } in GcRun::all(trace) {
            let name = if is_one { origin.to_owned() } else { format!("{file} {origin}").trim_end().to_owned() };
            if is_one {
                chains.push((name, lines.to_vec()));
            } else if let Some((_, chain)) = chains.iter_mut().find(|(_, chain)| goes_on(chain, lines)) {
                chain.extend_from_slice(lines);
            } else if let Some((_, chain)) = chains.iter_mut().find(|(_, chain)| goes_on(lines, chain)) {
                chain.splice(0..0, lines.iter().copied());
            } else if !chains.iter().any(|(_, chain)| is_same(chain, lines)) {
                chains.push((name, lines.to_vec()));
            }
        }
    }
    (!chains.is_empty()).then(|| GcTrace::from_runs(chains))
}

/// What runs there are, and which one is looked at; nothing where there is but one.
pub(crate) fn choice(trace: &GcTrace) -> Option<String> {
    let runs: Vec<GcRun<'_>> = GcRun::all(trace).collect();
    let taken = GcRun::longest(trace).filter(|_| runs.len() > 1)?;
    let name = |run: &GcRun<'_>| match (run.origin, run.lines.first()) {
        ("", first) => format!("that from line {} on", first.map_or(0, |line| line.log_line)),
        (origin, _) => origin.to_owned(),
    };
    let told = |run: &GcRun<'_>| {
        let seconds = run.lines.last().map_or(0.0, |line| line.start_seconds);
        format!("{}, {} cycles until {seconds:.1} s", name(run), run.cycles())
    };
    let mut all: Vec<String> = runs.iter().take(MOST_TOLD).map(told).collect();
    if runs.len() > MOST_TOLD {
        all.push(format!("{} more", runs.len() - MOST_TOLD));
    }
    Some(format!(
        "GC traces of {} processes ({}): {} is looked at, as none has more cycles",
        runs.len(),
        all.join("; "),
        name(&taken)
    ))
}

pub(crate) fn is_same(a: &[GcTraceLine], b: &[GcTraceLine]) -> bool {
    let is_same = |a: &GcTraceLine, mut b: GcTraceLine| {
        b.log_line = a.log_line;
        *a == b
    };
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| is_same(a, *b))
}

fn goes_on(a: &[GcTraceLine], b: &[GcTraceLine]) -> bool {
    match (a.last(), b.first()) {
        (Some(last), Some(first)) => {
            first.cycle == last.cycle.saturating_add(1) && first.start_seconds > last.start_seconds
        }
        _ => false,
    }
}

const MOST_TOLD: usize = 4;
