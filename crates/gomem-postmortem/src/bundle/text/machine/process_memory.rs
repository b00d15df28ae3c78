//! What a process holds, by the kernel: `/proc/PID/status`, `/proc/PID/smaps`, `ps` and `top`.

use foldhash::HashSet;
use gomem_table::{ByteUnits, MIB};

use crate::bundle::text::{
    machine::{
        machine_bytes::{KIB, of_machine},
        process_columns::{Columns, is_prompt},
    },
    printed::printable,
};

/// What a process holds, by the kernel.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct ProcessMemory {
    pub(crate) tool: &'static str,
    pub(crate) process: String,
    /// Its number, where that is told, and the command that asked: another host has other processes by the same number.
    pub(crate) pid: Option<String>,
    pub(crate) asked: String,
    /// At first, where there are several readings of the process, and at last.
    pub(crate) first_bytes: Option<f64>,
    /// How many readings there are, where the tool prints one after the other, and whether each is more than the one before.
    pub(crate) readings: usize,
    pub(crate) is_rising: bool,
    pub(crate) resident_bytes: f64,
    /// The most that it ever was.
    pub(crate) peak_bytes: Option<f64>,
    /// Where Go has its heap, by the addresses.
    pub(crate) go_heap_bytes: Option<f64>,
    /// In areas that the runtime names, as it does from Go 1.25 on.
    pub(crate) go_named_bytes: Option<f64>,
    /// Heaps of every kind and stacks, and what is mapped of files.
    pub(crate) anonymous_bytes: Option<f64>,
    pub(crate) file_bytes: Option<f64>,
    /// Addresses, where they are many times what is resident.
    pub(crate) virtual_bytes: Option<f64>,
    /// Of files, or of what other processes have too.
    pub(crate) shared_bytes: Option<f64>,
    pub(crate) swap_bytes: Option<f64>,
    /// Of the kernel, for a container; and how often it killed within it.
    pub(crate) kernel_bytes: Option<f64>,
    pub(crate) kills: Option<u64>,
    /// Threads, where they are told.
    pub(crate) threads: Option<u64>,
    /// Handles, as Windows counts them, at first and at last.
    pub(crate) first_handles: Option<u64>,
    pub(crate) handles: Option<u64>,
    /// Of all processes of the table, where there are several.
    pub(crate) all_bytes: Option<f64>,
    /// Whether it is all of a container, pages of files among it; and its limit.
    pub(crate) is_container: bool,
    pub(crate) limit_bytes: Option<f64>,
    /// Arenas of C's malloc, how many and how much of them is resident.
    pub(crate) malloc_arenas: Option<(usize, f64)>,
    /// Returned by `MADV_FREE`, and not taken yet; in huge pages.
    pub(crate) lazy_free_bytes: Option<f64>,
    pub(crate) huge_page_bytes: Option<f64>,
}

impl ProcessMemory {
    /// All that a text has of processes.
    pub(crate) fn find(text: &str) -> Vec<Self> {
        let mut all = process_statuses(text);
        all.extend(memory_maps(text));
        all.extend([process_map(text), process_table(text), task_list(text)].into_iter().flatten());
        all
    }

    /// What readings of one process have in common; `None` where nothing tells which process it is.
    pub(crate) fn key(&self) -> Option<ProcessKey<'_>> {
        let pid = self.pid.as_deref()?;
        Some(ProcessKey { tool: self.tool, process: &self.process, pid, asked: &self.asked })
    }
}

/// One process in one text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct ProcessKey<'a> {
    tool: &'static str,
    process: &'a str,
    pid: &'a str,
    asked: &'a str,
}

/// `/proc/PID/status`, one or several: `VmRSS:   10002652 kB`.
fn process_statuses(text: &str) -> Vec<ProcessMemory> {
    let mut found: Vec<(&str, Vec<&str>)> = vec![("", Vec::new())];
    let mut asked = "";
    for line in text.lines().map(str::trim) {
        if is_prompt(line) {
            asked = line;
        }
        if line.starts_with("Name:") {
            found.push((asked, Vec::new()));
        }
        if let Some((_, lines)) = found.last_mut() {
            lines.push(line);
        }
    }
    found.into_iter().filter_map(|(asked, lines)| process_status(asked, &lines)).collect()
}

fn process_status(asked: &str, lines: &[&str]) -> Option<ProcessMemory> {
    let value = |name: &str| lines.iter().find_map(|line| line.strip_prefix(name)).map(str::trim);
    let field = |name: &str| kilobytes(value(name)?);
    field("VmPeak:")?;
    Some(ProcessMemory {
        tool: "/proc/PID/status",
        process: printable(value("Name:").unwrap_or_default()),
        pid: value("Pid:").map(str::to_owned),
        asked: asked.to_owned(),
        virtual_bytes: field("VmSize:").filter(|&bytes| field("VmRSS:").is_some_and(|held| bytes >= MANY_TIMES * held)),
        resident_bytes: field("VmRSS:")?,
        peak_bytes: field("VmHWM:"),
        anonymous_bytes: field("RssAnon:"),
        file_bytes: field("RssFile:"),
        swap_bytes: field("VmSwap:").filter(|&bytes| bytes > 0.0),
        threads: value("Threads:").and_then(|count| count.parse().ok()),
        ..ProcessMemory::default()
    })
}

/// `/proc/PID/smaps` and `smaps_rollup`, one or several: an address that comes again is of the next one.
fn memory_maps(text: &str) -> Vec<ProcessMemory> {
    let (mut begins, mut seen) = (vec![0], HashSet::default());
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        if let Some(area) = MappedArea::begin(line.trim_start())
            && !seen.insert(area.addresses.start)
        {
            begins.push(at);
            seen = std::iter::once(area.addresses.start).collect();
        }
        at += line.len();
    }
    let ends = begins[1..].iter().copied().chain([text.len()]);
    begins.iter().zip(ends).filter_map(|(&begin, end)| memory_map(&text[begin..end])).collect()
}

/// The sum over all areas.
fn memory_map(text: &str) -> Option<ProcessMemory> {
    let sum = |name: &str| {
        let found = text.lines().filter_map(|line| kilobytes(line.trim_start().strip_prefix(name)?));
        found.fold(None, |sum: Option<f64>, bytes| Some(sum.unwrap_or(0.0) + bytes))
    };
    sum("Private_Dirty:")?;
    let anonymous = sum("Anonymous:");
    let resident = sum("Rss:")?;
    let areas = MappedArea::all(text);
    let go_heap: f64 = areas.iter().filter(|area| area.is_of_go()).map(|area| area.resident).sum();
    Some(ProcessMemory {
        go_heap_bytes: (go_heap > 0.0).then_some(go_heap),
        malloc_arenas: MappedArea::malloc_arenas(&areas),
        go_named_bytes: areas
            .iter()
            .filter(|area| area.is_named)
            .map(|area| area.resident)
            .reduce(|sum, more| sum + more),
        tool: if text.contains("[rollup]") { "/proc/PID/smaps_rollup" } else { "/proc/PID/smaps" },
        resident_bytes: resident,
        anonymous_bytes: anonymous,
        file_bytes: anonymous.map(|anonymous| (resident - anonymous).max(0.0)),
        swap_bytes: sum("Swap:").filter(|&bytes| bytes > 0.0),
        lazy_free_bytes: sum("LazyFree:").filter(|&bytes| bytes > 0.0),
        huge_page_bytes: sum("AnonHugePages:").filter(|&bytes| bytes > 0.0),
        ..ProcessMemory::default()
    })
}

/// One area of `/proc/PID/smaps`.
struct MappedArea {
    addresses: std::ops::Range<u64>,
    is_writable: bool,
    /// Of no file, and without a name.
    is_anonymous: bool,
    /// By Go's runtime.
    is_named: bool,
    resident: f64,
}

impl MappedArea {
    fn all(text: &str) -> Vec<Self> {
        let mut areas: Vec<Self> = Vec::new();
        for line in text.lines() {
            let line = line.trim_start();
            match (Self::begin(line), line.strip_prefix("Rss:").and_then(kilobytes)) {
                (Some(area), _) => areas.push(area),
                (None, Some(bytes)) => {
                    if let Some(area) = areas.last_mut() {
                        area.resident = bytes;
                    }
                }
                (None, None) => {}
            }
        }
        areas
    }

    /// `7f6670000000-7f667238e000 rw-p 00000000 00:00 0    [anon: Go: heap]`.
    fn begin(line: &str) -> Option<Self> {
        let mut cells = line.split_whitespace();
        let (begin, end) = cells.next()?.split_once('-')?;
        let address = |text: &str| u64::from_str_radix(text, 16).ok();
        let mode = cells.next().filter(|mode| mode.len() == 4)?;
        let name = cells.nth(3).unwrap_or_default();
        Some(Self {
            addresses: address(begin)?..address(end)?,
            is_writable: mode.starts_with("rw"),
            is_anonymous: name.is_empty() || name == "[anon:",
            is_named: name == "[anon:" && cells.next() == Some("Go:"),
            resident: 0.0,
        })
    }

    fn is_of_go(&self) -> bool {
        self.is_anonymous && GO_ARENAS.iter().any(|arenas| arenas.contains(&self.addresses.start))
    }

    /// glibc reserves 64 MiB at a multiple of that for each (`HEAP_MAX_SIZE` of `malloc/arena.c`), and opens it from its begin on.
    fn malloc_arenas(areas: &[Self]) -> Option<(usize, f64)> {
        let is_arena = |pair: &&[Self]| {
            let [used, rest] = pair else { return false };
            let begin = used.addresses.start;
            used.is_writable
                && used.is_anonymous
                && !rest.is_writable
                && begin % MALLOC_ARENA == 0
                && used.addresses.end == rest.addresses.start
                && rest.addresses.end - begin == MALLOC_ARENA
        };
        let found: Vec<f64> = areas.windows(2).filter(is_arena).map(|pair| pair[0].resident).collect();
        let resident: f64 = found.iter().sum();
        (resident >= LEAST_OF_ARENAS).then_some((found.len(), resident))
    }
}

/// `pmap -x`: `000000c000000000 12779520 9599484 9599484 rw---   [ anon ]`, in kilobytes.
fn process_map(text: &str) -> Option<ProcessMemory> {
    let area = |line: &str| {
        let mut cells = line.split_whitespace();
        let address = cells.next().filter(|cell| cell.len() >= FEWEST_DIGITS)?;
        let address = u64::from_str_radix(address, 16).ok()?;
        let mut kilobytes = || cells.next()?.parse::<u64>().ok();
        let [_, resident, _] = [kilobytes()?, kilobytes()?, kilobytes()?];
        let is_mode = |cell: &&str| cell.len() >= 4 && cell.bytes().all(|byte| b"rwxsp-R".contains(&byte));
        cells.next().filter(is_mode)?;
        let is_anonymous = matches!(cells.next(), None | Some("[" | "[anon]"));
        Some((address, resident as f64 * KIB, is_anonymous))
    };
    let areas: Vec<(u64, f64, bool)> = text.lines().filter_map(area).collect();
    let sum = |is_of: &dyn Fn(&(u64, f64, bool)) -> bool| -> f64 {
        areas.iter().filter(|area| is_of(area)).map(|area| area.1).sum()
    };
    let anonymous = sum(&|area| area.2);
    let all = of_machine(sum(&|_| true))?;
    let go_heap = sum(&|area| area.2 && GO_ARENAS.iter().any(|arenas| arenas.contains(&area.0)));
    if areas.is_empty()
        && let Some(resident_bytes) = map_total(text)
    {
        return Some(ProcessMemory { tool: "pmap", resident_bytes, ..ProcessMemory::default() });
    }
    (areas.len() >= FEWEST_AREAS).then(|| ProcessMemory {
        tool: "pmap",
        resident_bytes: all,
        go_heap_bytes: (go_heap > 0.0).then_some(go_heap),
        anonymous_bytes: Some(anonymous),
        file_bytes: Some(all - anonymous),
        ..ProcessMemory::default()
    })
}

/// The last line alone: `total kB         341260  318204  309876`.
fn map_total(text: &str) -> Option<f64> {
    let mut numbers = text.lines().find_map(|line| line.trim().strip_prefix("total kB"))?.split_whitespace();
    let mut kilobytes = || numbers.next()?.parse::<u64>().ok();
    let [_, resident, _] = [kilobytes()?, kilobytes()?, kilobytes()?];
    of_machine(resident as f64 * KIB)
}

/// `ps` and `top`: of the process that holds most, at first and at last.
fn process_table(text: &str) -> Option<ProcessMemory> {
    let mut columns: Option<Columns> = None;
    let mut rows: Vec<Row> = Vec::new();
    let mut asked = "";
    for line in text.lines() {
        if is_prompt(line) {
            asked = line.trim();
        }
        // What somebody chose of a table is told from other words by standing right below.
        if line.trim().is_empty() && columns.as_ref().is_some_and(|columns| columns.pid.is_none() || columns.is_asked) {
            columns = None;
        }
        // Who pastes a table may set a row in bold.
        let line = line.trim().trim_matches('*');
        let cells: Vec<&str> = line.split_whitespace().collect();
        if let Some(found) = Columns::find(&cells).or_else(|| Columns::asked(&cells)) {
            columns = Some(found);
            continue;
        }
        // `ps aux | grep api` leaves the heading out.
        columns = columns.or_else(|| Columns::by_row(&cells));
        let Some(columns) = &columns else { continue };
        let pid = columns.pid.map_or_else(|| columns.command_of(&cells), |pid| cells.get(pid).copied());
        let Some((resident, known_by)) = cells.get(columns.resident).zip(pid) else { continue };
        let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        if let Some(bytes) = Columns::bytes(resident).filter(|_| columns.pid.is_none() || is_number(known_by)) {
            let pid = columns.pid.map(|_| known_by.to_owned());
            let command = cells.get(columns.command).map(|name| printable(name)).unwrap_or_default();
            let shared_bytes = columns.shared.and_then(|shared| Columns::bytes(cells.get(shared)?));
            let virtual_bytes = columns.virtual_size.and_then(|size| Columns::bytes(cells.get(size)?));
            let tool = columns.tool;
            rows.push(Row { tool, pid, asked: asked.to_owned(), bytes, shared_bytes, virtual_bytes, command });
        }
    }
    let largest = rows.iter().max_by(|a, b| a.bytes.total_cmp(&b.bytes))?;
    let of_process: Vec<&Row> = rows.iter().filter(|row| row.pid.is_some() && row.key() == largest.key()).collect();
    let first = of_process.first().copied().unwrap_or(largest);
    let last = of_process.get(1..).and_then(|later| later.last().copied());
    let mut known: HashSet<(Option<&str>, &str, &str)> = HashSet::default();
    // Of each process its last row.
    let last_rows: Vec<&Row> = rows.iter().rev().filter(|row| known.insert(row.key())).collect();
    let all: f64 = last_rows.iter().map(|row| row.bytes).sum();
    Some(ProcessMemory {
        all_bytes: (last_rows.len() > 1).then_some(all),
        tool: largest.tool,
        pid: largest.pid.clone(),
        asked: largest.asked.clone(),
        process: first.command.rsplit('/').next().unwrap_or_default().to_owned(),
        first_bytes: last.map(|_| first.bytes),
        readings: of_process.len(),
        is_rising: of_process.windows(2).all(|pair| pair[0].bytes < pair[1].bytes),
        resident_bytes: last.unwrap_or(first).bytes,
        shared_bytes: last.unwrap_or(first).shared_bytes.filter(|&bytes| bytes >= MIB),
        virtual_bytes: last.unwrap_or(first).virtual_bytes.filter(|&bytes| bytes >= MANY_TIMES * largest.bytes),
        ..ProcessMemory::default()
    })
}

/// Windows' `tasklist`, the process that holds most: `overlay.exe   8812 Services   0  2,412,332 K`.
fn task_list(text: &str) -> Option<ProcessMemory> {
    let is_heading = |line: &&str| line.contains("Image Name") && line.contains("PID") && line.contains("Mem Usage");
    let rows = text.lines().skip_while(|line| !is_heading(line)).skip(1).filter_map(|line| {
        let cells: Vec<&str> = line.split_whitespace().collect();
        // With `/V` more columns follow.
        let end = cells.iter().position(|cell| *cell == "K")?;
        let [name, pid, .., amount] = cells[..end] else { return None };
        let amount: f64 = amount.replace([',', '.'], "").parse().ok()?;
        let pid = Some(pid).filter(|pid| pid.bytes().all(|byte| byte.is_ascii_digit()))?;
        Some((name.to_string(), pid.to_owned(), of_machine(amount * KIB)?))
    });
    let (name, pid, resident_bytes) = rows.max_by(|a, b| a.2.total_cmp(&b.2))?;
    let process = printable(&name);
    Some(ProcessMemory { tool: "tasklist", process, pid: Some(pid), resident_bytes, ..ProcessMemory::default() })
}

/// Of one process.
struct Row {
    tool: &'static str,
    pid: Option<String>,
    asked: String,
    bytes: f64,
    shared_bytes: Option<f64>,
    virtual_bytes: Option<f64>,
    command: String,
}

impl Row {
    /// What rows of one process have in common.
    fn key(&self) -> (Option<&str>, &str, &str) {
        (self.pid.as_deref(), &self.command, &self.asked)
    }
}

/// `  10002652 kB`.
fn kilobytes(text: &str) -> Option<f64> {
    of_machine(ByteUnits::Binary.parse(text.trim())?)
}

/// A judgement: nobody asks about addresses that are fewer.
const MANY_TIMES: f64 = 8.0;
/// Where `mallocinit` of `runtime/malloc.go` asks for arenas on 64-bit Linux: `0x00c0<<32`, on arm64 `0x0040<<32`, and what follows.
const GO_ARENAS: [std::ops::Range<u64>; 2] = [0x00c0_0000_0000..0x00ff_0000_0000, 0x0040_0000_0000..0x0050_0000_0000];
const MALLOC_ARENA: u64 = 64 << 20;
/// Any program with a C library has some.
const LEAST_OF_ARENAS: f64 = 64.0 * MIB;
const FEWEST_DIGITS: usize = 8;
const FEWEST_AREAS: usize = 3;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn processes_are_read_by_their_columns() {
        let ps = "$ ps\nUSER PID %CPU %MEM VSZ RSS TT STAT STARTED TIME COMMAND\nme 9 0 0 1 2048 s0 S 1 0:01 /bin/sh\n\
                  me 7 1 3 99 1024 s0 S 1 0:02 /usr/bin/api -v\n$ ps\nUSER PID %CPU %MEM VSZ RSS TT STAT STARTED TIME COMMAND\n\
                  me 7 1 3 99 4096 s0 S 1 0:02 /usr/bin/api -v\n";
        let found = ProcessMemory::find(ps).remove(0);
        assert_eq!((found.tool, found.process.as_str()), ("ps", "api"));
        assert_eq!((found.first_bytes, found.resident_bytes), (Some(MIB), 4.0 * MIB));
        let top = "  PID USER PR NI VIRT RES SHR S %CPU %MEM TIME+ COMMAND\n 19 root 20 0 16.2g 8.5g 2160 D 16 89.8 361:08 disco\n";
        let found = ProcessMemory::find(top).remove(0);
        assert_eq!((found.tool, found.resident_bytes, found.first_bytes), ("top", 8.5 * 1024.0 * MIB, None));
        let top = "PID USER PR NI VIRT RES SHR S %CPU %MEM TIME+ COMMAND\n 1 root 20 0 16.2g 4.5g 1.0g S 1 9 0:02 db\n";
        let found = ProcessMemory::find(top).remove(0);
        assert_eq!(found.shared_bytes, Some(1024.0 * MIB));
        let many = |pid: usize| format!("me {pid} 0 0 1 {} s0 S 1 0:01 /bin/sh\n", if pid == 0 { 9000 } else { 1 });
        let ps = "USER PID %CPU %MEM VSZ RSS TT STAT STARTED TIME COMMAND\n".to_owned();
        let found = ProcessMemory::find(&(ps + &(0..300).map(many).collect::<String>())).remove(0);
        assert_eq!(found.all_bytes, Some(9299.0 * KIB), "all of the table, the largest too");
        let row = "$ ps aux | grep api\nweb  2030  0.1  4.4 149516 81920 ?  Ssl  Feb21   2:40 /opt/api -v\n";
        let found = ProcessMemory::find(row).remove(0);
        assert_eq!((found.process.as_str(), found.resident_bytes), ("api", 80.0 * MIB));
        assert_eq!(ProcessMemory::find("web 2030 0.1 4.4 149516 81920 of 9 rows at 2:40 now\n"), []);
        assert_eq!(ProcessMemory::find("PID of the RSS feed\n7 8 9\n"), []);
    }

    #[test]
    fn columns_that_were_asked_for() {
        for (text, process, mebibytes) in [
            ("$  ps -eo rss,comm | grep api\n81920 .api-wrapped\n", ".api-wrapped", 80.0),
            ("$ ps -o rss,vsz,comm -p 7\n   RSS    VSZ COMMAND\n 81920 341260 pilot\n", "pilot", 80.0),
            ("$ pmap -x 7 | tail -1\ntotal kB         341260   81920  309876\n", "", 80.0),
        ] {
            let found = ProcessMemory::find(text).remove(0);
            assert_eq!((found.process.as_str(), found.resident_bytes), (process, mebibytes * MIB), "{text}");
        }
        for text in [
            "see ps -o of the manual\n81920 words\n",
            "$ ps -eo pid,comm\n7 api\n",
            "RSS feeds and a COMMAND\n7 8 9\n",
            "total kB of it\n",
            // Words, and numbers that stand further below.
            "You can run ps -eo rss,comm to see what is resident.\n20480000 requests\n",
            "$ ps -eo rss,comm\n\nIn all\n20480000 requests\n",
        ] {
            assert_eq!(ProcessMemory::find(text), [], "{text}");
        }
    }

    #[test]
    fn arenas_of_malloc_are_known_by_their_size() {
        let area = |begin: u64, used: u64| {
            let (open, end) = (begin + used, begin + MALLOC_ARENA);
            format!(
                "{begin:x}-{open:x} rw-p 00000000 00:00 0 \nRss: {} kB\nPrivate_Dirty: 8 kB\nAnonymous: 8 kB\n\
                 {open:x}-{end:x} ---p 00000000 00:00 0 \nRss: 0 kB\nPrivate_Dirty: 0 kB\nAnonymous: 0 kB\n",
                used >> 10
            )
        };
        let text = |step: u64| (0..4).map(|n| area(0x7f66_0000_0000 + n * step, 40 << 20)).collect::<String>();
        let heap =
            "c000000000-c004000000 rw-p 00000000 00:00 0 \nRss: 2048 kB\nPrivate_Dirty: 8 kB\nAnonymous: 2048 kB\n";
        let found = ProcessMemory::find(&(heap.to_owned() + &text(MALLOC_ARENA))).remove(0);
        assert_eq!((found.malloc_arenas, found.go_heap_bytes), (Some((4, 160.0 * MIB)), Some(2.0 * MIB)));
        // At other addresses they are somebody else's.
        assert_eq!(ProcessMemory::find(&text(MALLOC_ARENA + 4096)).remove(0).malloc_arenas, None);
    }

    #[test]
    fn areas_of_go_are_known_by_their_addresses() {
        let map = "Address           Kbytes     RSS   Dirty Mode  Mapping\n0000000000400000   14560    1024       0 r-x-- server\n\
                   000000c000000000 65536 40960 40960 rw---   [ anon ]\n00007fa44bae7000  2048  2048  2048 rw---   [ anon ]\n";
        let found = ProcessMemory::find(map).remove(0);
        assert_eq!((found.resident_bytes, found.go_heap_bytes), (43.0 * MIB, Some(40.0 * MIB)));
        assert_eq!((found.anonymous_bytes, found.file_bytes), (Some(42.0 * MIB), Some(MIB)));
        assert_eq!(ProcessMemory::find("deadbeef 1 2 3 users\n00000007 1 2 3 rw---\n"), []);
    }

    #[test]
    fn windows_lists_its_tasks() {
        let list = "Image Name                     PID Session Name        Session#    Mem Usage\n\
                    ========================= ======== ================ =========== ============\n\
                    overlay.exe                   8812 Services                   0  2,412,332 K\nsmall.exe 12 Services 0 1,100 K\n";
        let found = ProcessMemory::find(list).remove(0);
        assert_eq!((found.process.as_str(), found.resident_bytes), ("overlay.exe", 2_412_332.0 * KIB));
        assert_eq!(ProcessMemory::find("overlay.exe 8812 Services 0 2,412,332 K\n"), []);
    }

    #[test]
    fn several_readings_are_one_only_of_one_process() {
        let status = |asked: &str, pid: u32, held: u32| {
            format!("{asked}\nName:\tapi\nPid:\t{pid}\nVmPeak:\t 9000 kB\nVmRSS:\t {held} kB\n")
        };
        let found = ProcessMemory::find(&(status("$ cat a", 7, 1024) + &status("$ cat a", 7, 2048)));
        assert_eq!(found.iter().map(|found| found.resident_bytes).collect::<Vec<_>>(), [MIB, 2.0 * MIB]);
        assert_eq!(found[0].key(), found[1].key());
        for other in [status("$ cat a", 8, 2048), status("$ kubectl exec b -- cat a", 7, 2048)] {
            let found = ProcessMemory::find(&(status("$ cat a", 7, 1024) + &other));
            assert_ne!(found[0].key(), found[1].key(), "{other}");
        }
        // Without a number nothing tells which process it is.
        let commands = "$ ps -eo rss,comm\n1024 api\n\n$ ps -eo rss,comm\n2048 api\n";
        let found = ProcessMemory::find(commands).remove(0);
        assert_eq!((found.first_bytes, found.resident_bytes, found.key()), (None, 2.0 * MIB, None));
        let map = "c000000000-c010000000 rw-p 00000000 00:00 0\nRss: 2048 kB\nPrivate_Dirty: 8 kB\nAnonymous: 2048 kB\n\
                   7f0000000000-7f0000001000 r--p 00000000 08:01 1 /x\nRss: 1024 kB\nPrivate_Dirty: 0 kB\nAnonymous: 0 kB\n";
        let found = ProcessMemory::find(&map.repeat(3));
        assert_eq!(found.iter().map(|found| found.resident_bytes).collect::<Vec<_>>(), [3.0 * MIB; 3]);
    }

    #[test]
    fn the_kernels_own_files() {
        let status = "Name:\tapi\nVmPeak:\t 9000 kB\nVmHWM:\t 4096 kB\nVmRSS:\t 2048 kB\nRssAnon:\t 1024 kB\nRssFile:\t 1024 kB\nVmSwap:\t 0 kB\n";
        let found = ProcessMemory::find(status).remove(0);
        assert_eq!((found.resident_bytes, found.peak_bytes, found.swap_bytes), (2.0 * MIB, Some(4.0 * MIB), None));
        let maps = "c000000000-c004000000 rw-p 0 00:00 0 [anon: Go: heap]\nRss: 2048 kB\nPrivate_Dirty: 8 kB\nAnonymous: 1024 kB\n\
                    LazyFree: 512 kB\n7f-80 r--p 0 00:00 0 /x\nRss: 1024 kB\nPrivate_Dirty: 0 kB\nAnonymous: 0 kB\nLazyFree: 0 kB\n";
        let found = ProcessMemory::find(maps).remove(0);
        assert_eq!((found.resident_bytes, found.file_bytes), (3.0 * MIB, Some(2.0 * MIB)));
        assert_eq!(found.lazy_free_bytes, Some(0.5 * MIB));
    }
}
