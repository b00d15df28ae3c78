//! The cycles that a log lost: their numbers tell how many, and their neighbours what they were like.

use std::borrow::Cow;

use crate::decode::GcTraceLine;

/// A run with its lost cycles put in, each between its neighbours; nothing is put in where more than half of it is lost,
/// since then it says too little.
pub(crate) fn with_lost_cycles(run: &[GcTraceLine]) -> Cow<'_, [GcTraceLine]> {
    let lost = lost_cycles(run);
    if lost == 0 || lost > run.len() as u64 {
        return Cow::Borrowed(run);
    }
    let mut whole: Vec<GcTraceLine> = Vec::with_capacity(run.len() * 2);
    for line in run {
        if let Some(before) = whole.last().copied() {
            let steps = line.cycle - before.cycle;
            whole
                .extend((1..steps).map(|step| between(&before, line, step as f64 / steps as f64, before.cycle + step)));
        }
        whole.push(*line);
    }
    Cow::Owned(whole)
}

/// How many cycles of a run are missing between its first and its last.
pub(crate) fn lost_cycles(run: &[GcTraceLine]) -> u64 {
    let (Some(first), Some(last)) = (run.first(), run.last()) else { return 0 };
    (last.cycle.saturating_sub(first.cycle) + 1).saturating_sub(run.len() as u64)
}

/// What the cycle would be like at this share of the way from one to the other.
fn between(a: &GcTraceLine, b: &GcTraceLine, share: f64, cycle: u64) -> GcTraceLine {
    let real = |of: fn(&GcTraceLine) -> f64| of(a) + (of(b) - of(a)) * share;
    let whole = |of: fn(&GcTraceLine) -> u64| (of(a) as f64 + (of(b) as f64 - of(a) as f64) * share).round() as u64;
    let optional = |of: fn(&GcTraceLine) -> Option<u64>| of(a).zip(of(b)).map(|(a, b)| a.midpoint(b));
    GcTraceLine {
        cycle,
        start_seconds: real(|line| line.start_seconds),
        gc_percent: a.gc_percent.midpoint(b.gc_percent),
        stw_sweep_ms: real(|line| line.stw_sweep_ms),
        mark_ms: real(|line| line.mark_ms),
        stw_mark_term_ms: real(|line| line.stw_mark_term_ms),
        stw_sweep_cpu_ms: real(|line| line.stw_sweep_cpu_ms),
        assist_cpu_ms: real(|line| line.assist_cpu_ms),
        background_cpu_ms: real(|line| line.background_cpu_ms),
        idle_cpu_ms: real(|line| line.idle_cpu_ms),
        stw_mark_term_cpu_ms: real(|line| line.stw_mark_term_cpu_ms),
        heap_start_mb: whole(|line| line.heap_start_mb),
        heap_end_mb: whole(|line| line.heap_end_mb),
        heap_live_mb: whole(|line| line.heap_live_mb),
        goal_mb: whole(|line| line.goal_mb),
        stacks_mb: optional(|line| line.stacks_mb),
        globals_mb: optional(|line| line.globals_mb),
        ..*a
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_lost_is_put_between_its_neighbours() {
        let line = |cycle: u64| GcTraceLine {
            cycle,
            start_seconds: cycle as f64,
            heap_live_mb: cycle,
            ..GcTraceLine::default()
        };
        let run = [line(1), line(2), line(5)];
        assert_eq!(lost_cycles(&run), 2);
        let whole = with_lost_cycles(&run);
        assert_eq!(
            whole.iter().map(|line| (line.cycle, line.heap_live_mb)).collect::<Vec<_>>(),
            [(1, 1), (2, 2), (3, 3), (4, 4), (5, 5)]
        );
        assert_eq!(with_lost_cycles(&[line(1), line(u64::MAX)]).len(), 2);
        assert_eq!(lost_cycles(&[]), 0);
    }
}
