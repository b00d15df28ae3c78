//! What a process holds, by the kernel: `/proc/PID/status`, `/proc/PID/smaps`, `ps` and `top`.

use foldhash::HashSet;
use gomem_table::{ByteUnits, MIB};

use crate::bundle::text::printed::printable;

/// What a process holds, by the kernel.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct ProcessMemory {
    pub(crate) tool: &'static str,
    pub(crate) process: String,
    /// At first, where there are several readings of the process, and at last.
    pub(crate) first_bytes: Option<f64>,
    /// How many readings there are, where the tool prints one after the other.
    pub(crate) readings: usize,
    pub(crate) resident_bytes: f64,
    /// The most that it ever was.
    pub(crate) peak_bytes: Option<f64>,
    /// Where Go has its heap, by the addresses.
    pub(crate) go_heap_bytes: Option<f64>,
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
    /// Of all processes of the table, where there are several.
    pub(crate) all_bytes: Option<f64>,
    /// Whether it is all of a container, pages of files among it; and its limit.
    pub(crate) is_container: bool,
    pub(crate) limit_bytes: Option<f64>,
    /// Returned by `MADV_FREE`, and not taken yet; in huge pages.
    pub(crate) lazy_free_bytes: Option<f64>,
    pub(crate) huge_page_bytes: Option<f64>,
}

impl ProcessMemory {
    /// All that a text has of processes.
    pub(crate) fn find(text: &str) -> Vec<Self> {
        [process_status(text), memory_maps(text), process_map(text), process_table(text)]
            .into_iter()
            .flatten()
            .collect()
    }
}

/// Bytes that a machine can have; `None` for what is no amount of memory.
pub(crate) fn of_machine(bytes: f64) -> Option<f64> {
    (bytes <= LARGEST_MACHINE).then_some(bytes)
}

/// `/proc/PID/status`: `VmRSS:   10002652 kB`.
fn process_status(text: &str) -> Option<ProcessMemory> {
    let field = |name: &str| text.lines().find_map(|line| kilobytes(line.trim_start().strip_prefix(name)?));
    let name = text.lines().find_map(|line| line.trim_start().strip_prefix("Name:")).unwrap_or_default();
    field("VmPeak:")?;
    Some(ProcessMemory {
        tool: "/proc/PID/status",
        process: printable(name),
        virtual_bytes: field("VmSize:").filter(|&bytes| field("VmRSS:").is_some_and(|held| bytes >= MANY_TIMES * held)),
        resident_bytes: field("VmRSS:")?,
        peak_bytes: field("VmHWM:"),
        anonymous_bytes: field("RssAnon:"),
        file_bytes: field("RssFile:"),
        swap_bytes: field("VmSwap:").filter(|&bytes| bytes > 0.0),
        ..ProcessMemory::default()
    })
}

/// `/proc/PID/smaps` and `smaps_rollup`: the sum over all areas.
fn memory_maps(text: &str) -> Option<ProcessMemory> {
    let sum = |name: &str| {
        let found = text.lines().filter_map(|line| kilobytes(line.trim_start().strip_prefix(name)?));
        found.fold(None, |sum: Option<f64>, bytes| Some(sum.unwrap_or(0.0) + bytes))
    };
    sum("Private_Dirty:")?;
    let anonymous = sum("Anonymous:");
    let resident = sum("Rss:")?;
    Some(ProcessMemory {
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
    (areas.len() >= FEWEST_AREAS).then(|| ProcessMemory {
        tool: "pmap",
        resident_bytes: all,
        go_heap_bytes: (go_heap > 0.0).then_some(go_heap),
        anonymous_bytes: Some(anonymous),
        file_bytes: Some(all - anonymous),
        ..ProcessMemory::default()
    })
}

/// `ps` and `top`: of the process that holds most, at first and at last.
fn process_table(text: &str) -> Option<ProcessMemory> {
    let mut columns: Option<Columns> = None;
    let mut rows: Vec<Row> = Vec::new();
    for line in text.lines() {
        // Who pastes a table may set a row in bold.
        let line = line.trim().trim_matches('*');
        let cells: Vec<&str> = line.split_whitespace().collect();
        if let Some(found) = Columns::find(&cells) {
            columns = Some(found);
            continue;
        }
        if columns.is_none() && Columns::is_row_of_ps(&cells) {
            // `ps aux | grep api` leaves the heading out.
            columns = Some(Columns::PS);
        }
        let Some(columns) = &columns else { continue };
        let Some((resident, pid)) = cells.get(columns.resident).zip(cells.get(columns.pid)) else { continue };
        let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        if let Some(bytes) = Columns::bytes(resident).filter(|_| is_number(pid)) {
            let command = cells.get(columns.command).map(|name| printable(name)).unwrap_or_default();
            let shared_bytes = columns.shared.and_then(|shared| Columns::bytes(cells.get(shared)?));
            let virtual_bytes = columns.virtual_size.and_then(|size| Columns::bytes(cells.get(size)?));
            rows.push(Row { pid: (*pid).to_owned(), bytes, shared_bytes, virtual_bytes, command });
        }
    }
    let columns = columns?;
    let largest = rows.iter().max_by(|a, b| a.bytes.total_cmp(&b.bytes))?;
    let mut of_process = rows.iter().filter(|row| row.pid == largest.pid);
    let first = of_process.next()?;
    let last = of_process.next_back();
    let mut known: HashSet<&str> = HashSet::default();
    // Of each process its last row.
    let last_rows: Vec<&Row> = rows.iter().rev().filter(|row| known.insert(&row.pid)).collect();
    let all: f64 = last_rows.iter().map(|row| row.bytes).sum();
    Some(ProcessMemory {
        all_bytes: (last_rows.len() > 1).then_some(all),
        tool: columns.tool,
        process: first.command.rsplit('/').next().unwrap_or_default().to_owned(),
        first_bytes: last.map(|_| first.bytes),
        resident_bytes: last.unwrap_or(first).bytes,
        shared_bytes: last.unwrap_or(first).shared_bytes.filter(|&bytes| bytes >= MIB),
        virtual_bytes: last.unwrap_or(first).virtual_bytes.filter(|&bytes| bytes >= MANY_TIMES * largest.bytes),
        ..ProcessMemory::default()
    })
}

/// Of one process.
struct Row {
    pid: String,
    bytes: f64,
    shared_bytes: Option<f64>,
    virtual_bytes: Option<f64>,
    command: String,
}

struct Columns {
    tool: &'static str,
    resident: usize,
    shared: Option<usize>,
    virtual_size: Option<usize>,
    pid: usize,
    command: usize,
}

impl Columns {
    /// `USER PID %CPU %MEM VSZ RSS TTY STAT START TIME COMMAND`.
    const PS: Self = Self { tool: "ps", resident: 5, shared: None, virtual_size: Some(4), pid: 1, command: 10 };

    fn is_row_of_ps(cells: &[&str]) -> bool {
        let [_, pid, cpu, share, virtual_size, resident, terminal, state, _, time, _, ..] = cells else { return false };
        let number = |cell: &str| cell.parse::<u64>().ok();
        let is_percent = |cell: &str| cell.contains('.') && cell.parse::<f64>().is_ok();
        let is_state = state.len() <= 5 && state.starts_with(['R', 'S', 'D', 'T', 'I', 'Z']);
        let is_terminal = *terminal == "?" || terminal.starts_with("pts/") || terminal.starts_with("tty");
        let is_time = time.split_once(':').is_some_and(|(minutes, _)| minutes.parse::<u64>().is_ok());
        let sizes = number(virtual_size).zip(number(resident));
        let is_large_enough = sizes.is_some_and(|(virtual_size, resident)| virtual_size >= resident);
        number(pid).is_some()
            && is_percent(cpu)
            && is_percent(share)
            && is_large_enough
            && is_terminal
            && is_state
            && is_time
    }

    /// `PID USER … VIRT RES SHR … COMMAND` of `top`, `USER PID %CPU %MEM VSZ RSS … COMMAND` of `ps`.
    fn find(cells: &[&str]) -> Option<Self> {
        let at = |names: &[&str]| cells.iter().position(|cell| names.contains(cell));
        let pid = at(&["PID"])?;
        let (tool, resident) = match at(&["RSS"]) {
            Some(resident) => ("ps", resident),
            None => ("top", at(&["RES"]).filter(|_| at(&["VIRT"]).is_some())?),
        };
        let shared = at(&["SHR"]).filter(|_| tool == "top");
        let virtual_size = at(&["VIRT", "VSZ"]);
        Some(Self {
            tool,
            resident,
            shared,
            virtual_size,
            pid,
            command: at(&["COMMAND", "CMD", "Command"]).unwrap_or(usize::MAX),
        })
    }

    /// Kilobytes unless a letter says otherwise: `186104`, `355m`, `8.8g`. `None` for more than a machine has.
    fn bytes(cell: &str) -> Option<f64> {
        let kilobytes = || cell.parse().ok().filter(|number: &f64| *number >= 0.0).map(|number| number * KIB);
        of_machine(ByteUnits::Binary.parse(cell).or_else(kilobytes)?)
    }
}

/// `  10002652 kB`.
fn kilobytes(text: &str) -> Option<f64> {
    of_machine(ByteUnits::Binary.parse(text.trim())?)
}

pub(super) const KIB: f64 = 1024.0;
/// A judgement: nobody asks about addresses that are fewer.
const MANY_TIMES: f64 = 8.0;
/// Where `mallocinit` of `runtime/malloc.go` asks for arenas on 64-bit Linux: `0x00c0<<32`, on arm64 `0x0040<<32`, and what follows.
const GO_ARENAS: [std::ops::Range<u64>; 2] = [0x00c0_0000_0000..0x00ff_0000_0000, 0x0040_0000_0000..0x0050_0000_0000];
const FEWEST_DIGITS: usize = 8;
const FEWEST_AREAS: usize = 3;
/// The largest have half of it.
const LARGEST_MACHINE: f64 = 64.0 * 1024.0 * 1024.0 * MIB;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn processes_are_read_by_their_columns() {
        let ps = "USER PID %CPU %MEM VSZ RSS TT STAT STARTED TIME COMMAND\nme 9 0 0 1 2048 s0 S 1 0:01 /bin/sh\n\
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
    fn areas_of_go_are_known_by_their_addresses() {
        let map = "Address           Kbytes     RSS   Dirty Mode  Mapping\n0000000000400000   14560    1024       0 r-x-- server\n\
                   000000c000000000 65536 40960 40960 rw---   [ anon ]\n00007fa44bae7000  2048  2048  2048 rw---   [ anon ]\n";
        let found = ProcessMemory::find(map).remove(0);
        assert_eq!((found.resident_bytes, found.go_heap_bytes), (43.0 * MIB, Some(40.0 * MIB)));
        assert_eq!((found.anonymous_bytes, found.file_bytes), (Some(42.0 * MIB), Some(MIB)));
        assert_eq!(ProcessMemory::find("deadbeef 1 2 3 users\n00000007 1 2 3 rw---\n"), []);
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
