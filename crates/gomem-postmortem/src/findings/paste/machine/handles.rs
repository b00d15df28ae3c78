//! Handles of a process on Windows: what is opened and not closed.

use gomem_finding::{Evidence, Severity};
use gomem_table::Unit;

use crate::{bundle::ProcessMemory, findings::finding::Finding};

/// Says that they become more, or are many.
pub(crate) fn tell_handles(mut finding: Finding, process: &ProcessMemory) -> Finding {
    let Some(now) = process.handles else { return finding };
    let first = process.first_handles.filter(|&first| now >= first.saturating_mul(2) && now - first >= MANY_MORE);
    let amount = match first {
        Some(first) => format!("Handles: {first} at first, {now} at last"),
        None if now >= MANY => format!("{now} handles"),
        None => return finding,
    };
    finding.title = format!("{amount}; {}", finding.title);
    finding.severity = finding.severity.max(Severity::Warning);
    finding.summary += match first {
        Some(_) => " Something is opened again and again and not closed.",
        None => " So many are mostly what was opened and not closed.",
    };
    finding.summary += " A handle is of a file, a process, a thread, a key of the registry or an event. What it takes is the kernel's, and in no heap profile.";
    finding.action = "See of which kind they are (`handle.exe -s -p PID` of Sysinternals, once more later), and close each on every path: \
                      windows.CloseHandle of what OpenProcess and its like give, Close of keys of the registry, os.Process.Release \
                      where nothing waits for the process."
        .to_owned();
    finding.evidence.push(Evidence::new("handles", now as f64, Unit::Count).with_source("tool output"));
    finding
}

/// Judgements: a service has some hundreds, a large one a few thousand.
const MANY: u64 = 10_000;
const MANY_MORE: u64 = 1000;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::finding::FindingKind;

    #[test]
    fn handles_that_grow_or_are_many() {
        let title = |first_handles: Option<u64>, handles: u64| {
            let finding = Finding::new(FindingKind::Printed, Severity::Info, "50.0 MiB resident".to_owned());
            let process = ProcessMemory { handles: Some(handles), first_handles, ..ProcessMemory::default() };
            let told = tell_handles(finding, &process);
            (told.title, told.severity)
        };
        let plain = || ("50.0 MiB resident".to_owned(), Severity::Info);
        let grown = "Handles: 1204 at first, 98113 at last; 50.0 MiB resident".to_owned();
        assert_eq!(title(Some(1204), 98_113), (grown, Severity::Warning));
        assert_eq!(title(None, 12_000), ("12000 handles; 50.0 MiB resident".to_owned(), Severity::Warning));
        assert_eq!(title(Some(300), 900), plain());
        assert_eq!(title(Some(98_113), 1204), plain());
    }
}
