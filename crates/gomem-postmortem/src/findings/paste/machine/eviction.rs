//! That the kubelet evicted a pod, since its node had no memory left.

use gomem_finding::{Confidence, Evidence, Severity};
use gomem_table::Unit;

use crate::{
    bundle::Eviction,
    findings::{
        finding::{Finding, FindingKind},
        sentence::bytes,
    },
};

pub(crate) fn evicted(eviction: &Eviction, name: &str) -> Finding {
    let Eviction { available, container, used, request } = eviction;
    let asked = if *request > 0.0 { format!("a request of {}", bytes(*request)) } else { "no request".to_owned() };
    let title = format!(
        "The node ran out of memory, and the pod was evicted: `{container}` used {}, with {asked}",
        bytes(*used)
    );
    let mut finding = Finding::new(FindingKind::Crash, Severity::Critical, title);
    let left = available.map_or_else(String::new, |available| format!(" {} were left to the node.", bytes(available)));
    finding.summary = format!(
        "{name}: the kubelet says so.{left} It evicts first what uses most beyond its request: that this container leaks it does not say, nor what of \
         it is Go's."
    );
    finding.action = "Set the request to what the program needs, and a limit, so that the scheduler knows it; GOMEMLIMIT to about 90 % of the limit. Whether its \
                      live heap grows scrapes of /metrics over some hours say, what it holds a heap profile while it is large."
        .to_owned();
    finding.confidence = Confidence::High;
    finding.bytes = Some(*used as i64);
    finding.evidence = vec![
        Evidence::new("used", *used, Unit::Bytes).with_source("kubelet"),
        Evidence::new("request", *request, Unit::Bytes).with_source("kubelet"),
    ];
    finding
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_it_used_is_held_against_its_request() {
        let of = |request| Eviction { available: Some(1e8), container: "api".to_owned(), used: 4e9, request };
        assert!(evicted(&of(5e8), "a").title.ends_with("`api` used 3.7 GiB, with a request of 476.8 MiB"));
        assert!(evicted(&of(0.0), "a").title.ends_with("with no request"));
    }
}
