//! What OpenTelemetry's collector logs when its `memory_limiter` acts (`internal/memorylimiter/memorylimiter.go` of the collector).
//!
//! ```text
//! warn  memorylimiter.go:286  Memory usage is above hard limit. Forcing a GC.  {…, "cur_mem_mib": 102}
//! info  memorylimiter.go:276  Memory usage after GC.  {…, "cur_mem_mib": 44}
//! ```
//!
//! The amount is `runtime.MemStats.Alloc`: right after a GC it is what is live.

use gomem_table::MIB;

/// What its lines say; bytes.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct MemoryLimiter {
    pub(crate) forced: usize,
    /// When it acted: objects, live and dead, at most.
    pub(crate) most_before: Option<f64>,
    /// After a GC: the fewest, the last by the log, and the most.
    pub(crate) after: Vec<f64>,
    /// What it is set to, where the log has its start.
    pub(crate) limit: Option<f64>,
}

impl MemoryLimiter {
    pub(crate) fn find(text: &str) -> Option<Self> {
        let mut found = Self::default();
        for line in text.lines().filter(|line| line.len() <= LONGEST_LINE && line.contains("_mib\"")) {
            if line.contains("Memory limiter configured") {
                found.limit = field(line, "\"limit_mib\"").or(found.limit);
            }
            let Some(now) = field(line, "\"cur_mem_mib\"") else { continue };
            if line.contains("Memory usage after GC") {
                found.after.push(now);
            } else if line.contains("Memory usage is above") {
                found.forced += usize::from(line.contains("Forcing a GC"));
                found.most_before = Some(found.most_before.map_or(now, |most| most.max(now)));
            }
        }
        (found.most_before.is_some() || !found.after.is_empty()).then_some(found)
    }
}

/// `"cur_mem_mib": 102`.
fn field(line: &str, name: &str) -> Option<f64> {
    let (_, value) = line.split_once(name)?;
    let value = value.trim_start_matches([' ', ':']);
    let end = value.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(value.len());
    value[..end].parse::<u32>().ok().map(|mebibytes| f64::from(mebibytes) * MIB)
}

const LONGEST_LINE: usize = 4096;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn before_and_after_a_gc() {
        let text = "x\tinfo\tMemory limiter configured\t{\"limit_mib\": 400, \"spike_limit_mib\": 80}\n\
                    x\twarn\tMemory usage is above hard limit. Forcing a GC.\t{\"cur_mem_mib\": 420}\n\
                    {\"msg\":\"Memory usage after GC.\",\"cur_mem_mib\":150}\n\
                    x\tinfo\tMemory usage back within limits. Resuming normal operation.\t{\"cur_mem_mib\": 150}\n";
        let found = MemoryLimiter::find(text).unwrap();
        assert_eq!((found.forced, found.most_before, found.limit), (1, Some(420.0 * MIB), Some(400.0 * MIB)));
        assert_eq!(found.after, [150.0 * MIB]);
        for other in
            ["Memory usage after GC\n", "{\"cur_mem_mib\": 7}\n", "Memory usage is above all {\"cur_mem_mib\": x}\n"]
        {
            assert_eq!(MemoryLimiter::find(other), None, "{other}");
        }
    }
}
