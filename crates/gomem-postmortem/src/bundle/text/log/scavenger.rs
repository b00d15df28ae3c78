//! What the scavenger of Go up to 1.13 traced.

use gomem_table::MIB;

/// `scvg59: inuse: 16, idle: 1018, sys: 1035, released: 0, consumed: 1035 (MB)`: what the scavenger traced up to Go 1.13
/// (`mheap.scavenge` in `runtime/mheap.go`).
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Scavenger {
    pub(crate) inuse_bytes: f64,
    pub(crate) idle_bytes: f64,
    pub(crate) released_bytes: f64,
}

impl Scavenger {
    /// The last of its lines.
    pub(crate) fn find(text: &str) -> Option<Self> {
        let of = |line: &str| {
            let (head, rest) = line.trim().split_once(": inuse: ")?;
            head.ends_with(|letter: char| letter.is_ascii_digit() || letter == 'g').then_some(())?;
            head.contains("scvg").then_some(())?;
            let field = |name: &str| {
                let (_, value) = rest.split_once(name)?;
                let end = value.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(value.len());
                value[..end].parse::<f64>().ok().map(|megabytes| megabytes * MIB)
            };
            let end = rest.find(',')?;
            let inuse: f64 = rest[..end].parse().ok()?;
            Some(Self { inuse_bytes: inuse * MIB, idle_bytes: field("idle: ")?, released_bytes: field("released: ")? })
        };
        text.lines().rev().find_map(of)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_scavenger_traced() {
        let text = "gc 1\nscvg58: inuse: 1, idle: 2, sys: 3, released: 0, consumed: 3 (MB)\nscvg: inuse: 16, idle: 100, sys: 116, \
                    released: 40, consumed: 76 (MB)\n";
        let expected = Scavenger { inuse_bytes: 16.0 * MIB, idle_bytes: 100.0 * MIB, released_bytes: 40.0 * MIB };
        assert_eq!(Scavenger::find(text), Some(expected));
    }
}
