//! What the program ran with.

use gomem_gogc::Gogc;
use gomem_metrics::{GoState, Quantity};

use crate::pacing::options::RecordingOptions;

/// What the program ran with: measured where it is exported, else as the caller says.
pub(crate) struct RunSetting {
    pub(crate) gogc: Gogc,
    pub(crate) memory_limit_bytes: Option<u64>,
}

impl RunSetting {
    pub(crate) fn new(state: Option<&GoState>, options: &RecordingOptions, remarks: &mut Vec<String>) -> Self {
        let measured = |quantity| state.and_then(|state| state.last(quantity));
        let gogc = measured(Quantity::GogcPercent).map_or(options.gogc, |percent| {
            if percent.is_finite() { Gogc::Percent(percent as u32) } else { Gogc::Off }
        });
        if gogc != options.gogc {
            remarks.push(format!("the program ran with GOGC={gogc} as its metrics tell, not {}", options.gogc));
        }
        let limit = measured(Quantity::MemoryLimitBytes).filter(|limit| limit.is_finite()).map(|limit| limit as u64);
        Self { gogc, memory_limit_bytes: options.memory_limit_bytes.or(limit) }
    }
}
