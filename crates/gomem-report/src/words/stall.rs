//! The worst stalls of an execution trace, in words.

use gomem_trace::{Place, Trace};

/// A time in which a goroutine, or all of them, stood still for the garbage collector or for who measures.
#[derive(Debug, Clone)]
pub(crate) struct Stall {
    pub(crate) start_seconds: f64,
    pub(crate) seconds: f64,
    /// What happened.
    pub(crate) what: String,
    /// The line, in short; empty where the trace has none.
    pub(crate) place: String,
    /// The region and the task; empty where none was open.
    pub(crate) work: String,
    pub(crate) goroutine: u64,
}

/// The worst, the longest first.
pub(crate) fn worst_stalls(trace: &Trace) -> Vec<Stall> {
    let assists = trace.assists().into_iter().filter_map(|row| {
        let charged = row.charged;
        let work = [charged.task_name.as_deref(), charged.region.as_deref()].into_iter().flatten().collect::<Vec<_>>();
        Some(Stall {
            start_seconds: row.start_seconds?,
            seconds: row.wall_seconds?,
            what: "helped the GC".to_owned(),
            place: charged.place.as_ref().map_or_else(String::new, Place::to_string),
            work: work.join(": "),
            goroutine: row.goroutine,
        })
    });
    let pauses = trace.pauses().into_iter().filter_map(|row| {
        Some(Stall {
            start_seconds: row.start_seconds?,
            seconds: row.seconds?,
            what: format!(
                "the world stood still: {}",
                row.reason.as_deref().unwrap_or("for a reason that is not known")
            ),
            place: row.place.as_ref().map_or_else(String::new, Place::to_string),
            work: row.region.as_deref().unwrap_or_default().to_owned(),
            goroutine: row.goroutine,
        })
    });
    let mut stalls: Vec<Stall> = assists.chain(pauses).collect();
    stalls.sort_by(|one, other| other.seconds.total_cmp(&one.seconds));
    stalls.truncate(WORST);
    stalls
}

/// As many as are looked at.
const WORST: usize = 20;
