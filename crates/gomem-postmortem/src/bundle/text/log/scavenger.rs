//! What the scavenger traced: up to Go 1.13 with the GC trace, since then with `GODEBUG=scavtrace=1`.

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

/// `scav 48 KiB work (bg), 0 KiB work (eager), 18432 KiB now, 3% util`: what `scavtrace` writes (`printScavTrace` in
/// `runtime/mgcscavenge.go`); before Go 1.21 `scav 48 KiB work, 18432 KiB total, 3% util`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct ScavengerTrace {
    pub(crate) lines: usize,
    /// What the heap has given back.
    pub(crate) released_bytes: f64,
    /// Of the heap's memory that is not given back, the part that is in use, in percent: the most that the last lines have, as it is
    /// cut to whole ones.
    pub(crate) used_percent: f64,
}

impl ScavengerTrace {
    /// The last of its lines; `None` where there are too few.
    pub(crate) fn find(text: &str) -> Option<Self> {
        let of = |line: &str| {
            let (_, rest) = line
                .split_once("scav ")
                .filter(|(before, _)| !before.ends_with(|letter: char| letter.is_alphanumeric()))?;
            let kibibytes = |item: &str| item.trim().split_once(" KiB ")?.0.parse::<f64>().ok();
            let mut items = rest.trim_end().rsplit(", ");
            let used: f64 = items.next()?.strip_suffix("% util")?.parse().ok()?;
            let released = kibibytes(items.next().filter(|item| item.ends_with(" now") || item.ends_with(" total"))?)?;
            items.next().and_then(kibibytes)?;
            (0.0..=100.0).contains(&used).then_some((released * KIB, used))
        };
        let found: Vec<(f64, f64)> = text.lines().filter_map(of).collect();
        let (released_bytes, _) = *found.last().filter(|_| found.len() >= FEWEST)?;
        let last = &found[found.len() - FEWEST..];
        let used_percent = last.iter().map(|(_, used)| used + 1.0).fold(0.0, f64::max);
        Some(Self { lines: found.len(), released_bytes, used_percent })
    }
}

const KIB: f64 = 1024.0;
/// Between two GCs the part in use may be small for a moment.
const FEWEST: usize = 4;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_scavtrace_writes() {
        let line =
            |used: u32| format!("10:00:01 scav 48 KiB work (bg), 0 KiB work (eager), 2048 KiB now, {used}% util\n");
        let text = [90, 3, 4, 3, 3].map(line).concat();
        let expected = ScavengerTrace { lines: 5, released_bytes: 2.0 * MIB, used_percent: 5.0 };
        assert_eq!(ScavengerTrace::find(&text), Some(expected));
        let before = "scav 16 KiB work, 1024 KiB total, 87% util\n".repeat(4);
        assert_eq!(ScavengerTrace::find(&before).map(|trace| trace.used_percent), Some(88.0));
        for text in ["", "scav 3 KiB work\n", "scav 1 KiB work, 2 KiB total, 300% util\n", &line(3)] {
            assert_eq!(ScavengerTrace::find(&text.repeat(if text.len() > 60 { 1 } else { 9 })), None, "{text}");
        }
    }

    #[test]
    fn what_the_scavenger_traced() {
        let text = "gc 1\nscvg58: inuse: 1, idle: 2, sys: 3, released: 0, consumed: 3 (MB)\nscvg: inuse: 16, idle: 100, sys: 116, \
                    released: 40, consumed: 76 (MB)\n";
        let expected = Scavenger { inuse_bytes: 16.0 * MIB, idle_bytes: 100.0 * MIB, released_bytes: 40.0 * MIB };
        assert_eq!(Scavenger::find(text), Some(expected));
    }
}
