//! What the program ran with.

use gomem_gogc::Gogc;
use gomem_metrics::{GcTraceLine, GoState, Quantity};

use crate::pacing::{options::RecordingOptions, traced_gogc::traced_gogc};

/// `GOGC` at the end, as metrics export it.
pub(crate) fn exported_gogc(state: &GoState) -> Option<Gogc> {
    let percent = state.last(Quantity::GogcPercent)?;
    Some(if percent.is_finite() { Gogc::Percent(percent as u32) } else { Gogc::Off })
}

/// What the program ran with: measured where it is exported, else as the caller says.
pub(crate) struct RunSetting {
    pub(crate) gogc: Gogc,
    pub(crate) memory_limit_bytes: Option<u64>,
}

impl RunSetting {
    /// `run` are the cycles of the trace, if there is one.
    pub(crate) fn new(
        state: Option<&GoState>,
        run: &[GcTraceLine],
        options: &RecordingOptions,
        remarks: &mut Vec<String>,
    ) -> Self {
        let measured = |quantity| state.and_then(|state| state.last(quantity));
        let exported = state.and_then(exported_gogc);
        let traced = if exported.is_none() { traced_gogc(run) } else { None };
        let default = RecordingOptions::default().gogc;
        let gogc = match (exported, traced) {
            (Some(gogc), _) => gogc,
            // What the caller says of the run counts more than what the goals show.
            (None, Some(gogc)) if options.gogc == default => gogc,
            _ => options.gogc,
        };
        if exported.is_some_and(|gogc| gogc != options.gogc) {
            remarks.push(format!("the program ran with GOGC={gogc} as its metrics tell, not {}", options.gogc));
        } else if let Some(traced) = traced.filter(|traced| *traced != options.gogc) {
            let goals = "by the goals and the live heap of its trace";
            remarks.push(if gogc == traced && traced == Gogc::Off {
                "the program ran with GOGC=off, as no cycle of its trace has a goal; --recorded-gogc says otherwise".to_owned()
            } else if gogc == traced {
                format!(
                    "the program ran with GOGC={traced}, {goals} (a GOMEMLIMIT looks the same where the live heap is steady); \
                     --recorded-gogc says otherwise"
                )
            } else {
                format!("{goals}, the program ran with GOGC={traced}; {gogc} was said, and is taken")
            });
        }
        let limit = measured(Quantity::MemoryLimitBytes).filter(|limit| limit.is_finite()).map(|limit| limit as u64);
        Self { gogc, memory_limit_bytes: options.memory_limit_bytes.or(limit) }
    }
}
