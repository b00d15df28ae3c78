//! A `GOMEMLIMIT` that does not bound what its container may have.

use gomem_finding::{Confidence, Evidence, Severity};
use gomem_table::{MIB, Unit};

use crate::{
    bundle::{ContainerSpec, GoLimit},
    findings::{
        finding::{Finding, FindingKind},
        sentence::bytes,
    },
};

pub(crate) fn container_spec(spec: &ContainerSpec, name: &str) -> Finding {
    let container = spec.container_limit;
    let (severity, title, summary, confidence) = match &spec.go_limit {
        GoLimit::Malformed(value) => (
            Severity::Warning,
            format!("GOMEMLIMIT={value} is malformed: Go ends at its start"),
            "It takes whole bytes, or a whole number with B, KiB, MiB, GiB or TiB (readGOMEMLIMIT in runtime/mgcpacer.go)."
                .to_owned(),
            Confidence::Medium,
        ),
        GoLimit::Bytes(go) if *go > container => (
            Severity::Warning,
            format!("GOMEMLIMIT ({}) is above the container's limit ({})", bytes(*go), bytes(container)),
            "It never makes GC run earlier: the kernel kills the program first. What reads it to size caches takes more than there is.".to_owned(),
            Confidence::High,
        ),
        GoLimit::Bytes(go) => (
            Severity::Info,
            format!("GOMEMLIMIT leaves {} of the container's {}", bytes(container - go), bytes(container)),
            "What is outside of Go counts towards the container and not towards GOMEMLIMIT: the program's file, cgo, mmap, the kernel's own."
                .to_owned(),
            Confidence::High,
        ),
    };
    let mut finding = Finding::new(FindingKind::Printed, severity, title);
    finding.summary = format!("{name}: {summary}");
    finding.action = format!(
        "Set it to about 90 % of the container's limit (GOMEMLIMIT={:.0}MiB), less where much is outside of Go. It bounds garbage: what is \
         live and larger than that is killed as before.",
        (0.9 * container / MIB).floor()
    );
    finding.confidence = confidence;
    finding.evidence.push(Evidence::new("container limit", container, Unit::Bytes).with_source("text"));
    if let GoLimit::Bytes(go) = spec.go_limit {
        finding.evidence.push(Evidence::new("GOMEMLIMIT", go, Unit::Bytes).with_source("text"));
    }
    finding
}

#[cfg(test)]
mod tests {
    use super::*;

    const GIB: f64 = 1024.0 * MIB;

    #[test]
    fn what_does_not_bound_is_told() {
        let told = |go_limit| {
            let finding = container_spec(&ContainerSpec { go_limit, container_limit: 2.0 * GIB }, "pod.yaml");
            (finding.severity, finding.title, finding.action)
        };
        let (severity, title, action) = told(GoLimit::Bytes(4.0 * GIB));
        assert_eq!(
            (severity, &*title),
            (Severity::Warning, "GOMEMLIMIT (4.0 GiB) is above the container's limit (2.0 GiB)")
        );
        assert!(action.contains("GOMEMLIMIT=1843MiB"), "{action}");
        let (severity, title, _) = told(GoLimit::Bytes(2.0 * GIB));
        assert_eq!((severity, &*title), (Severity::Info, "GOMEMLIMIT leaves 0 B of the container's 2.0 GiB"));
        assert_eq!(told(GoLimit::Malformed("2Gi".to_owned())).0, Severity::Warning);
    }
}
