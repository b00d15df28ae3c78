//! What a control group counted: how often it came to its limit, and was killed in.

use gomem_finding::{Confidence, Evidence, Severity};
use gomem_table::Unit;

use crate::{
    bundle::GroupEvents,
    findings::finding::{Finding, FindingKind},
};

/// That the kernel killed in it, or that it only came to its limit.
pub(crate) fn group_events(events: &GroupEvents, name: &str) -> Finding {
    let GroupEvents { at_limit, kills } = *events;
    let limit = format!("it came to its limit {at_limit} times");
    let (severity, title) = match kills {
        0 => (Severity::Info, format!("The control group came to its limit {at_limit} times, and nothing was killed")),
        1 => (Severity::Critical, "The kernel killed a process of the control group: out of memory".to_owned()),
        kills => {
            (Severity::Critical, format!("The kernel killed {kills} processes of the control group: out of memory"))
        }
    };
    let mut finding = Finding::new(FindingKind::Printed, severity, title);
    finding.summary = format!(
        "{name}: since the group was made {limit}. There the kernel takes pages of files back, and kills where that is not enough; which \
         process, and what it held, its log says (dmesg)."
    );
    finding.action = "Set GOMEMLIMIT to about 90 % of the limit, which makes GC work harder near it. What fills it memory.stat of the group tells (anon and \
                      file), and of a Go program heap profiles and scrapes of /metrics taken before the next end."
        .to_owned();
    finding.confidence = Confidence::High;
    let evidence = [("kills", kills), ("times at the limit", at_limit)];
    finding.evidence = evidence
        .map(|(quantity, count)| Evidence::new(quantity, count as f64, Unit::Count).with_source("memory.events"))
        .to_vec();
    finding
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kill_is_critical() {
        let told = |kills| {
            let finding = group_events(&GroupEvents { at_limit: 9, kills }, "a.md");
            (finding.severity, finding.title)
        };
        let title = "The kernel killed 3 processes of the control group: out of memory".to_owned();
        assert_eq!(told(3), (Severity::Critical, title));
        assert_eq!(told(0).0, Severity::Info);
    }
}
