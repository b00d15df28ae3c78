//! Memory of a process that bears no name of Go's runtime, where the runtime names its own.

use gomem_finding::Severity;
use gomem_metrics::Component;

use crate::{
    bundle::ProcessMemory,
    findings::{finding::Finding, moment::snapshot::advice_on, sentence::bytes},
};

/// Says that most of it is not Go's; `false` where it is not so, or not known.
pub(crate) fn tell_outside(finding: &mut Finding, process: &ProcessMemory) -> bool {
    let Some((go, anonymous)) = process.go_named_bytes.zip(process.anonymous_bytes) else { return false };
    let outside = anonymous - go;
    if 2.0 * outside < process.resident_bytes {
        return false;
    }
    finding.title = format!("{} of {} resident are outside of Go", bytes(outside), bytes(process.resident_bytes));
    finding.summary += &format!(
        " From Go 1.25 on the runtime names its areas ([anon: Go: …]), {} of them resident: other anonymous memory is of C's allocator or of mmap.",
        bytes(go)
    );
    advice_on(Component::OffHeap).clone_into(&mut finding.action);
    finding.severity = Severity::Warning;
    finding.bytes = Some(outside as i64);
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::finding::FindingKind;

    #[test]
    fn what_bears_no_name_of_go_is_outside() {
        let told = |go| {
            let mut finding = Finding::new(FindingKind::Printed, Severity::Info, "2 GiB resident".to_owned());
            let process = ProcessMemory {
                resident_bytes: 2e9,
                anonymous_bytes: Some(1.9e9),
                go_named_bytes: go,
                ..ProcessMemory::default()
            };
            tell_outside(&mut finding, &process).then_some(finding.title)
        };
        assert_eq!(told(Some(3e8)).as_deref(), Some("1.5 GiB of 1.9 GiB resident are outside of Go"));
        assert_eq!(told(Some(1.5e9)), None);
        assert_eq!(told(None), None);
    }
}
