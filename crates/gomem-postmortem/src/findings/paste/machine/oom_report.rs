//! A report of the kernel that lacks its end: whom it killed is not known.

use gomem_finding::{Confidence, Severity};
use gomem_table::{MIB, Unit};

use crate::{
    bundle::OomReport,
    findings::{
        finding::{Finding, FindingKind},
        sentence::bytes,
    },
};

/// What such a report says, and what of it is missing.
pub(crate) fn out_of_memory(report: &OomReport, name: &str) -> Finding {
    let asker = report.asker.as_ref().map_or_else(String::new, |asker| format!(" when `{asker}` asked for more"));
    let whose = match (report.is_of_group, report.is_of_machine) {
        (true, _) => "a container was at its limit of memory",
        (false, true) => "the machine's memory ended",
        (false, false) => "memory ended",
    };
    let title = format!("By the kernel's report {whose}{asker}; whom it killed is not in the text");
    let mut finding = Finding::new(FindingKind::Printed, Severity::Warning, title);
    let what = if report.is_for_file && report.is_of_machine && !report.is_of_group {
        "The page was wanted for a file that is read: memory was so short that pages of programs had to be read again."
    } else if report.is_for_file {
        "The page was wanted for a file that is written or read: pages of files count towards a container's limit too, and those that \
         are not written yet cannot be dropped."
    } else if report.asker.is_none() {
        "The text is the middle of the report."
    } else {
        "Who asks last need not be the one that holds the memory."
    };
    finding.summary = format!("{name}: {what}");
    if let Some(machine) = report.machine_bytes {
        finding.summary += &format!(" The machine has {}.", bytes(machine));
    }
    match report.free_swap {
        Some(free) if free < SMALL_SWAP => {
            finding.summary += " No swap is left: all that is anonymous had to stay in memory.";
        }
        Some(free) => finding.summary += &format!(" {} of swap were left.", bytes(free)),
        None => {}
    }
    if let Some((largest, bytes)) = &report.largest {
        finding.summary += &format!(
            " Of the {} processes that the text shows the largest is `{largest}` with {} resident (of pages of 4 KiB).",
            report.processes,
            Unit::Bytes.humanize(*bytes)
        );
    }
    finding.action = "Give the rest of the report (`dmesg | grep -A60 oom-killer`): “memory: usage …, limit …” has the limit, the table of \
                      processes who held it, and “Killed process … anon-rss:…” who was killed and how large it was. If that is the Go \
                      program, scrapes of /metrics and a heap profile from before say what it held."
        .to_owned();
    finding.confidence = Confidence::Medium;
    finding
}

const SMALL_SWAP: f64 = MIB;
