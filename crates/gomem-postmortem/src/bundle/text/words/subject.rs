//! What a few words over or beside amounts of bytes say that these are of.

/// What amounts are of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Subject {
    /// What a program holds of memory.
    Memory,
    /// What else is counted in bytes, a machine's free memory and a limit among it.
    Other,
    Untold,
}

impl Subject {
    /// Of a name, a heading, or the line above a list.
    pub(crate) fn parse(text: &str) -> Self {
        let words = words(sentence(text));
        let is_size_of = words.windows(2).enumerate().any(|(at, pair)| {
            let is_of_memory = at.checked_sub(1).is_some_and(|at| words[at] == "set" || is_memory(&words[at]));
            matches!(pair[0].as_str(), "size" | "sizes") && pair[1] == "of" && !is_of_memory
        });
        let is_set = |pair: &[String]| matches!(pair[0].as_str(), "working" | "resident") && pair[1] == "set";
        let is_rate =
            |pair: &[String]| pair[0] == "per" && matches!(pair[1].as_str(), "second" | "sec" | "s" | "minute");
        if is_size_of || words.windows(2).any(is_rate) || words.iter().any(|word| OTHERS.contains(&word.as_str())) {
            Self::Other
        } else if words.iter().any(|word| is_memory(word)) || words.windows(2).any(is_set) {
            Self::Memory
        } else {
            Self::Untold
        }
    }

    /// Of the line above what may be `docker stats`: its heading is `MEM USAGE / LIMIT`.
    pub(crate) fn of_docker(text: &str) -> Self {
        let lower = text.to_ascii_lowercase();
        let rest = lower.replace("usage / limit", "usage");
        match Self::parse(&rest) {
            Self::Untold if words(&rest).iter().any(|word| word == "docker") => Self::Memory,
            subject => subject,
        }
    }

    /// Of a name and of what stands above it.
    pub(crate) fn and(self, above: Self) -> Self {
        match (self, above) {
            (Self::Other, _) | (_, Self::Other) => Self::Other,
            (Self::Memory, _) | (_, Self::Memory) => Self::Memory,
            (Self::Untold, Self::Untold) => Self::Untold,
        }
    }
}

/// The last sentence of a line, if it goes on below; of one that only says how it was measured the one before too.
fn sentence(line: &str) -> &str {
    let line = line.trim();
    if line.ends_with(['.', '!', '?']) {
        return "";
    }
    let begins = |line: &str| {
        let end = [". ", "? ", "! ", "; "].iter().filter_map(|mark| line.rfind(mark).map(|at| at + mark.len()));
        end.max().unwrap_or(0)
    };
    let begin = begins(line);
    let first = line[begin..].split_whitespace().next().unwrap_or_default().to_ascii_lowercase();
    let is_of_measuring = MEASURED.contains(&first.as_str());
    let before = line[..begin].trim_end().trim_end_matches(['.', '?', '!', ';']);
    if is_of_measuring { &line[begins(before)..] } else { &line[begin..] }
}

fn words(text: &str) -> Vec<String> {
    let lower = text.to_ascii_lowercase();
    let words = lower.split(|letter: char| !letter.is_ascii_alphanumeric());
    words.filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

fn is_memory(word: &str) -> bool {
    MEMORY.contains(&word)
}

const MEASURED: [&str; 6] = ["sampled", "measured", "taken", "read", "polled", "every"];
const MEMORY: [&str; 10] =
    ["memory", "mem", "memusage", "rss", "wss", "heap", "heapalloc", "heapinuse", "alloc", "inuse"];
const OTHERS: [&str; 72] = [
    // How fast something goes, or how often.
    "rate",
    "rates",
    "allocations",
    "frees",
    "freed",
    "faults",
    // What there is, or may be had: more of it is no leak.
    "free",
    "available",
    "avail",
    "left",
    "remaining",
    "unused",
    "headroom",
    "limit",
    "limits",
    "request",
    "requests",
    "requested",
    "quota",
    "capacity",
    "allocatable",
    "installed",
    "reserved",
    "gomemlimit",
    // Of many, or addresses.
    "total",
    "sum",
    "virtual",
    "virt",
    "vsz",
    "vms",
    "swap",
    "cached",
    "buffers",
    // Of something else.
    "binary",
    "binaries",
    "backup",
    "backups",
    "dump",
    "dumps",
    "image",
    "images",
    "layer",
    "layers",
    "cpu",
    "disk",
    "volume",
    "volumes",
    "pvc",
    "network",
    "bandwidth",
    "upload",
    "uploads",
    "download",
    "downloads",
    "pull",
    "push",
    "traffic",
    "storage",
    "gpu",
    "vram",
    "file",
    "files",
    "build",
    "builds",
    "progress",
    "transfer",
    "rsync",
    "benchmark",
    "benchmarks",
    "input",
    "inputs",
    "throughput",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_of_what_stands_beside_them() {
        for text in [
            "Memory of the controller:",
            "rss",
            "heap_mb",
            "working_set",
            "The memory consumption increased over 3 minutes:",
            "Requests are slow. Memory of the api, it leaks:",
            "It settles at about 2.5 GB RSS. Sampled every 2 s:",
            "Memory usage-data-2026-03-04.csv",
            "Resident set size of the api",
        ] {
            assert_eq!(Subject::parse(text), Subject::Memory, "{text}");
        }
        for text in [
            "Free memory on the node, hourly:",
            "memory limit",
            "Memory Requests",
            "memory available",
            "GOMEMLIMIT and memory: release sizes of the binary",
            "Total memory of the deployment as the autoscaler adds pods:",
            "The heap of the api is about 300 MB. Its CPU in the same minutes:",
            "disk and memory of the node",
            "RSS is 40 MB. Upload by rsync, progress:",
        ] {
            assert_eq!(Subject::parse(text), Subject::Other, "{text}");
        }
        for text in [
            "",
            "remembered",
            "Working capital",
            "Resident population",
            "Heap is stable. Upgrade times:",
            "We had trouble with memory in March.",
            "N is the number of rows, done in so many seconds:",
        ] {
            assert_eq!(Subject::parse(text), Subject::Untold, "{text}");
        }
        for (text, subject) in [
            ("$ docker stats --format '{{.MemUsage}}'", Subject::Memory),
            ("MEM USAGE / LIMIT", Subject::Memory),
            ("mem.log", Subject::Memory),
            ("Memory usage per pod", Subject::Memory),
            ("Memory usage, read every second:", Subject::Memory),
            ("Memory allocation rate", Subject::Other),
            ("Heap bytes per second", Subject::Other),
            ("docker pull of the model, progress:", Subject::Other),
            ("what it did:", Subject::Untold),
        ] {
            assert_eq!(Subject::of_docker(text), subject, "{text}");
        }
    }
}
