//! What the metrics API of Kubernetes answers of pods: `kubectl get --raw /apis/metrics.k8s.io/v1beta1/…`.
//!
//! ```text
//! {"kind":"PodMetricsList","items":[{"metadata":{"name":"api-7d9"},"containers":[{"name":"api","usage":{"memory":"353280Ki"}}]}]}
//! ```

use gomem_table::ByteUnits;
use serde_json::Value;

use crate::bundle::text::{
    machine::{machine_bytes::of_machine, process_memory::ProcessMemory},
    printed::printable,
};

/// The container that takes most.
pub(crate) fn pod_metrics(text: &str) -> Option<ProcessMemory> {
    (text.len() <= LARGEST_ANSWER && text.contains("\"PodMetrics")).then_some(())?;
    let answer: Value = serde_json::from_str(text.trim()).ok()?;
    let pods = match answer.get("items") {
        Some(items) => items.as_array()?.as_slice(),
        None => std::slice::from_ref(&answer),
    };
    let containers = pods.iter().filter_map(|pod| pod.get("containers")?.as_array()).flatten();
    let used = containers.filter_map(|container| {
        let memory = container.get("usage")?.get("memory")?.as_str()?;
        let bytes = memory.parse().ok().or_else(|| ByteUnits::Standard.parse(memory))?;
        Some((container.get("name")?.as_str()?, of_machine(bytes)?))
    });
    let (name, resident_bytes) = used.max_by(|a, b| a.1.total_cmp(&b.1))?;
    Some(ProcessMemory {
        tool: "kubectl get --raw …/metrics.k8s.io/…",
        process: printable(name),
        resident_bytes,
        is_container: true,
        ..ProcessMemory::default()
    })
}

/// Of some ten thousand pods; parsed, it takes several times as much.
const LARGEST_ANSWER: usize = 4 << 20;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_container_is_read() {
        let pod = |name: &str, memory: &str| {
            format!(
                r#"{{"metadata":{{"name":"p"}},"containers":[{{"name":"{name}","usage":{{"cpu":"3m","memory":"{memory}"}}}}]}}"#
            )
        };
        let found = |text: &str| pod_metrics(text).map(|memory| (memory.process, memory.resident_bytes));
        let list = format!(r#"{{"kind":"PodMetricsList","items":[{},{}]}}"#, pod("a", "345Mi"), pod("b", "353281Ki"));
        assert_eq!(found(&list), Some(("b".to_owned(), 361_759_744.0)));
        let one = pod("a", "1048576").replacen('{', r#"{"kind":"PodMetrics","#, 1);
        assert_eq!(found(&one), Some(("a".to_owned(), 1_048_576.0)));
        for other in
            ["", r#"{"kind":"PodMetricsList","items":7}"#, r#"{"kind":"PodList","items":[]}"#, "\"PodMetricsList\""]
        {
            assert_eq!(found(other), None, "{other}");
        }
    }
}
