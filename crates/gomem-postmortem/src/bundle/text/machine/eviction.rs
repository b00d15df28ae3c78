//! What the kubelet says of a pod that it evicted for want of memory (`pkg/kubelet/eviction/helpers.go`).
//!
//! ```text
//! The node was low on resource: memory. Threshold quantity: 100Mi, available: 61204Ki. Container ingest was using 6213040Ki, request is
//! 512Mi, has larger consumption of memory.
//! ```

use gomem_table::ByteUnits;

use crate::bundle::text::{machine::machine_bytes::of_machine, printed::printable};

/// What it says: bytes.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Eviction {
    /// What was left to the node.
    pub(crate) available: Option<f64>,
    /// The container that used most beyond its request: its name, what it used, and its request.
    pub(crate) container: String,
    pub(crate) used: f64,
    pub(crate) request: f64,
}

impl Eviction {
    /// The last one of a text.
    pub(crate) fn find(text: &str) -> Option<Self> {
        text.lines().filter(|line| line.len() <= LONGEST_LINE).filter_map(Self::parse).next_back()
    }

    fn parse(line: &str) -> Option<Self> {
        let (_, told) = line.split_once("The node was low on resource: memory.")?;
        let bytes = |text: &str| {
            let end = text.find(|letter: char| !letter.is_ascii_alphanumeric()).unwrap_or(text.len());
            let amount = &text[..end];
            of_machine(amount.parse().ok().or_else(|| ByteUnits::Standard.parse(amount))?)
        };
        let containers = told.split("Container ").skip(1).filter_map(|rest| {
            let (name, rest) = rest.split_once(" was using ")?;
            let (_, request) = rest.split_once(", request is ")?;
            Some((name, bytes(rest)?, bytes(request)?))
        });
        let (name, used, request) = containers.max_by(|a, b| (a.1 - a.2).total_cmp(&(b.1 - b.2)))?;
        let available = told.split_once("available: ").and_then(|(_, rest)| bytes(rest));
        Some(Self { available, container: printable(name), used, request })
    }
}

const LONGEST_LINE: usize = 4096;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_container_that_used_most_beyond_its_request() {
        let text = "Message:  The node was low on resource: memory. Threshold quantity: 100Mi, available: 61204Ki. Container proxy was using 41112Ki, request is \
                    64Mi, has larger consumption of memory. Container ingest was using 6291456Ki, request is 512Mi, has larger consumption of memory.\n";
        let found = Eviction::find(text).unwrap();
        let mib = 1_048_576.0;
        assert_eq!((&*found.container, found.used, found.request), ("ingest", 6144.0 * mib, 512.0 * mib));
        assert_eq!(found.available, Some(61_204.0 * 1024.0));
        let without =
            "The node was low on resource: memory. Container api was using 1932Mi, which exceeds its request of 0. \n";
        assert_eq!(Eviction::find(without), None, "of another form");
        assert_eq!(
            Eviction::find(
                "The node was low on resource: ephemeral-storage. Container a was using 1Gi, request is 0.\n"
            ),
            None
        );
    }
}
