//! What the kernel wrote when memory ended, where the line is missing that says whom it killed (`mm/oom_kill.c`).
//!
//! ```text
//! dd invoked oom-killer: gfp_mask=0x101cca(GFP_HIGHUSER_MOVABLE|__GFP_WRITE), order=0, oom_score_adj=936
//!  mem_cgroup_out_of_memory+0xbd/0xe0             a group of processes is at its limit
//!  __filemap_add_folio+0x31a/0x3c0                the page was one of a file
//! [  31337]  1000 31337   480914     2241   262144        0           100 api
//! ```
//!
//! A row of the table has, behind the process's id: uid, tgid, total_vm, rss, …, oom_score_adj, name; in pages.

use gomem_table::ByteUnits;

use crate::bundle::text::{machine::machine_bytes::of_machine, printed::without_controls};

/// What such a report says of itself.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct OomReport {
    /// Whose request could not be met; it need not be the one that was killed.
    pub(crate) asker: Option<String>,
    /// Whether a group of processes was at its limit.
    pub(crate) is_of_group: bool,
    /// Whether the report shows the machine's own memory.
    pub(crate) is_of_machine: bool,
    /// Whether the page was wanted for a file.
    pub(crate) is_for_file: bool,
    /// Swap that was left, and all memory of the machine; bytes.
    pub(crate) free_swap: Option<f64>,
    pub(crate) machine_bytes: Option<f64>,
    /// The rows that the text has, and the largest: its name and resident bytes.
    pub(crate) processes: usize,
    pub(crate) largest: Option<(String, f64)>,
}

impl OomReport {
    /// `None` where the text has no such report, or says whom the kernel killed.
    pub(crate) fn find(text: &str) -> Option<Self> {
        let mut report = Self::default();
        let mut is_report = false;
        // Of a report without its head: one line may be of anything.
        let mut marks = 0_usize;
        for line in text.lines().filter(|line| line.len() <= LONGEST_LINE) {
            if line.contains("Killed process ") {
                return None;
            }
            if let Some((before, _)) = line.split_once(" invoked oom-killer: gfp_mask=0x") {
                is_report = true;
                report.asker = before.split([' ', ':']).next_back().map(|name| without_controls(name, LONGEST_NAME));
            } else if let Some(Row { name, bytes, .. }) = Row::parse(line) {
                report.processes += 1;
                if report.largest.as_ref().is_none_or(|(_, most)| bytes > *most) {
                    report.largest = Some((without_controls(name, LONGEST_NAME), bytes));
                }
            } else if line.contains("+0x") {
                is_report |= line.contains("oom_kill_process") || line.contains("out_of_memory+");
                report.is_of_group |= line.contains("mem_cgroup_out_of_memory") || line.contains("try_charge_memcg");
                report.is_of_machine |= line.contains("__alloc_pages_slowpath");
                report.is_for_file |= FILE_PAGES.iter().any(|function| line.contains(function));
            } else if let Some((_, rest)) = line.split_once("Free swap  = ") {
                let bytes = rest.find("kB").and_then(|end| ByteUnits::Binary.parse(&rest[..end + 2]));
                report.free_swap = bytes.and_then(of_machine);
                marks += 1;
            } else if let Some((before, _)) = line.split_once(" pages RAM") {
                let pages = before.split_whitespace().next_back().and_then(|pages| pages.parse::<u64>().ok());
                report.machine_bytes = pages.and_then(|pages| of_machine(pages as f64 * PAGE));
                marks += 1;
            } else if line.contains("lowmem_reserve[]:") || line.contains(" total pagecache pages") {
                report.is_of_machine = true;
                marks += 1;
            } else if line.contains("total_vm") && line.contains("oom_score_adj") && line.contains("tgid") {
                marks += 2;
            } else if line.contains("memory: usage ") && line.contains("kB, limit ") {
                (is_report, report.is_of_group) = (true, true);
            }
        }
        (is_report || marks >= FEWEST_MARKS || report.processes >= FEWEST_ROWS).then_some(report)
    }
}

/// What the table of processes says of those beside the one that was killed.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct ProcessTable {
    /// The largest: names, and resident bytes.
    pub(crate) largest: Vec<(String, f64)>,
    /// What all of them have.
    pub(crate) all_bytes: f64,
    /// `oom_score_adj` of the one that was killed, where it has the table's own.
    pub(crate) score_of_killed: Option<i64>,
}

impl ProcessTable {
    /// The table right before the line that says that `killed` was; `None` where there is none.
    pub(crate) fn find(before: &str, killed: &str) -> Option<Self> {
        let report = before.rfind(" invoked oom-killer: ").map_or(before, |at| &before[at..]);
        let mut rows: Vec<Row<'_>> =
            report.lines().filter(|line| line.len() <= LONGEST_LINE).filter_map(Row::parse).collect();
        rows.sort_by(|a, b| b.bytes.total_cmp(&a.bytes));
        let score_of_killed = rows.iter().find(|row| row.name == killed).map(|row| row.score);
        let largest =
            rows.iter().take(SHOWN).map(|row| (without_controls(row.name, LONGEST_NAME), row.bytes)).collect();
        let all_bytes = rows.iter().map(|row| row.bytes).sum();
        (!rows.is_empty()).then_some(Self { largest, all_bytes, score_of_killed })
    }
}

/// A row of the table of processes.
struct Row<'a> {
    name: &'a str,
    /// What is resident.
    bytes: f64,
    /// `oom_score_adj`.
    score: i64,
}

impl<'a> Row<'a> {
    fn parse(line: &'a str) -> Option<Self> {
        let (before, rest) = line.rsplit_once(']')?;
        let pid = before.rsplit_once('[')?.1.trim();
        let is_number = |cell: &str| !cell.is_empty() && cell.bytes().all(|byte| byte.is_ascii_digit());
        if !is_number(pid) {
            return None;
        }
        let cells: Vec<&str> = rest.split_whitespace().collect();
        let numbers = cells.iter().take_while(|cell| is_number(cell.trim_start_matches('-'))).count();
        let name = cells.get(numbers).filter(|_| numbers >= FEWEST_NUMBERS)?;
        let pages: u64 = cells.get(RESIDENT)?.parse().ok()?;
        Some(Self { name, bytes: of_machine(pages as f64 * PAGE)?, score: cells.get(numbers - 1)?.parse().ok()? })
    }
}

const SHOWN: usize = 3;
const FEWEST_MARKS: usize = 2;
/// Of the table alone.
const FEWEST_ROWS: usize = 3;
/// `uid tgid total_vm rss nr_ptes swapents oom_score_adj`; newer kernels have more between.
const FEWEST_NUMBERS: usize = 7;
const RESIDENT: usize = 3;
/// Of the machines that containers run on, but for some of ARM.
const PAGE: f64 = 4096.0;
const FILE_PAGES: [&str; 3] = ["__filemap_add_folio", "add_to_page_cache", "pagecache_get_page"];
const LONGEST_LINE: usize = 4096;
const LONGEST_NAME: usize = 80;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_without_its_end() {
        let text = "[62.1] cp invoked oom-killer: gfp_mask=0x1(GFP_X), order=0, oom_score_adj=9\n[62.2]  out_of_memory+0x3dc/0x5c0\n\
                    [62.3]  try_charge_memcg+0x827/0xa90\n[62.4]  __filemap_add_folio+0x31a/0x3c0\n\
                    Nov 1 07:06:06 node kernel: [ 5300] 1000  5300   480914     2048   262144        0           100 api\n\
                    kernel: [ 5301] 1000 5301 4965 256 288 161 0 81920 0 100 sh\n";
        let report = OomReport::find(text).unwrap();
        assert_eq!(report.asker.as_deref(), Some("cp"));
        assert!(report.is_of_group && report.is_for_file);
        assert_eq!((report.processes, report.largest), (2, Some(("api".to_owned(), 8_388_608.0))));
    }

    #[test]
    fn the_middle_of_a_report_has_the_machines_memory() {
        let text = "k: [1.1] lowmem_reserve[]: 0 0 0\nk: [1.2] 4519 total pagecache pages\nk: [1.3] Free swap  = 0kB\n\
                    k: [1.4] 262144 pages RAM\n[1.5] [ 5300] 1000  5300   480914     2048   262144        0           0 api\n\
                    [1.6] [ 5301] 1000  5301   480914  99999999999999   262144        0           0 absurd\n";
        let report = OomReport::find(text).unwrap();
        assert!(report.is_of_machine && !report.is_of_group);
        assert_eq!((report.free_swap, report.machine_bytes), (Some(0.0), Some(1_073_741_824.0)));
        assert_eq!(report.largest, Some(("api".to_owned(), 8_388_608.0)));
        assert_eq!(OomReport::find("Free swap  = 0kB\n"), None);
        let row = |pid: u32, pages: u32| format!("k: [7.1] [ {pid}] 1000 {pid} 480914 {pages} 262144 0 0 api\n");
        let table = OomReport::find(&(row(7, 12) + &row(8, 2048) + &row(9, 3))).unwrap();
        assert_eq!((table.processes, table.largest), (3, Some(("api".to_owned(), 8_388_608.0))));
    }

    #[test]
    fn the_table_says_who_held_the_memory() {
        let row =
            |name: &str, pages: u32, score: i32| format!("[7.1] [ 9] 1000 9 480914 {pages} 262144 0 {score} {name}\n");
        let earlier = format!("a invoked oom-killer: gfp_mask=0x1\n{}", row("big", 9_999_999, 0));
        let text = [
            earlier,
            "b invoked oom-killer: gfp_mask=0x1\n".to_owned(),
            row("api", 2048, 800),
            row("java", 8192, 0),
            row("sh", 256, 0),
            row("su", 16, 0),
        ]
        .concat();
        let table = ProcessTable::find(&text, "api").unwrap();
        let mib = 1_048_576.0;
        assert_eq!(
            table.largest,
            [("java".to_owned(), 32.0 * mib), ("api".to_owned(), 8.0 * mib), ("sh".to_owned(), mib)]
        );
        assert_eq!((table.score_of_killed, table.all_bytes), (Some(800), 41.0625 * mib));
        assert_eq!(ProcessTable::find("nothing\n", "api"), None);
    }

    #[test]
    fn what_is_no_report_or_a_whole_one() {
        for text in [
            "",
            "Then `api invoked oom-killer: gfp_mask=..` is in the log\n",
            "pr_warn(\"%s invoked oom-killer: gfp_mask=%#x(%pGg), order=%d\\n\",\n",
            "the oom-killer was invoked\n[ 12 ] 1 2 3 4\n",
            "main.f+0x12 of a goroutine\n[5300] 1000 5300 480914 2048 262144 0 100 api\n",
            "x invoked oom-killer: order=0\nMemory cgroup out of memory: Killed process 7 (x) total-vm:1kB, anon-rss:9kB\n",
        ] {
            assert_eq!(OomReport::find(text), None, "{text}");
        }
    }
}
