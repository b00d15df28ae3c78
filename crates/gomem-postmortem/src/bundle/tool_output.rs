//! What the system's tools, and the runtime's older traces, print of a process's memory.

use gomem_table::MIB;

use crate::bundle::{
    memory_limiter::MemoryLimiter, oom_report::OomReport, printed::without_controls, stated::StatedMemory,
};

/// What was printed, and where.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ToolOutput {
    /// The file, or the part of it.
    pub(crate) name: String,
    pub(crate) says: Said,
}

/// What it says.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Said {
    Process(ProcessMemory),
    Scavenger(Scavenger),
    Listing(Listing),
    Logged(LoggedMemory),
    Stated(StatedMemory),
    OomReport(OomReport),
    Limiter(MemoryLimiter),
}

/// What a process holds, by the kernel.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct ProcessMemory {
    pub(crate) tool: &'static str,
    pub(crate) process: String,
    /// At first, where there are several readings of the process, and at last.
    pub(crate) first_bytes: Option<f64>,
    pub(crate) resident_bytes: f64,
    /// The most that it ever was.
    pub(crate) peak_bytes: Option<f64>,
    /// Heaps of every kind and stacks, and what is mapped of files.
    pub(crate) anonymous_bytes: Option<f64>,
    pub(crate) file_bytes: Option<f64>,
    /// Of files, or of what other processes have too.
    pub(crate) shared_bytes: Option<f64>,
    pub(crate) swap_bytes: Option<f64>,
    /// Returned by `MADV_FREE`, and not taken yet; in huge pages.
    pub(crate) lazy_free_bytes: Option<f64>,
    pub(crate) huge_page_bytes: Option<f64>,
}

/// `scvg59: inuse: 16, idle: 1018, sys: 1035, released: 0, consumed: 1035 (MB)`: what the scavenger traced up to Go 1.13
/// (`mheap.scavenge` in `runtime/mheap.go`).
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Scavenger {
    pub(crate) inuse_bytes: f64,
    pub(crate) idle_bytes: f64,
    pub(crate) released_bytes: f64,
}

/// The lines of a function with what each took, as `go tool pprof -list` and its web page print them.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Listing {
    pub(crate) function: String,
    pub(crate) file: String,
    /// Of the function, with what it calls; as printed, and of all.
    pub(crate) total: String,
    pub(crate) percent: Option<f64>,
    /// The lines that took most, with what they call: number, amount, text.
    pub(crate) lines: Vec<ListedLine>,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ListedLine {
    pub(crate) line: i64,
    pub(crate) amount: f64,
    pub(crate) shown: String,
    pub(crate) text: String,
}

/// What a program says of itself in its log, as CockroachDB does.
///
/// ```text
/// runtime stats: 2.5 GiB RSS, 60 goroutines, 60 MiB/38 MiB/245 MiB GO alloc/idle/total, 1.8 GiB/2.4 GiB CGO alloc/total, …
/// mallinfo stats: …, uordblks=980 MiB, fordblks=109 MiB, …
/// ```
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct LoggedMemory {
    pub(crate) lines: usize,
    /// Of the first line, where there are several.
    pub(crate) first: Option<Logged>,
    pub(crate) last: Logged,
}

/// One line of it; bytes.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Logged {
    pub(crate) resident: Option<f64>,
    pub(crate) goroutines: Option<f64>,
    pub(crate) go_alloc: Option<f64>,
    pub(crate) go_total: Option<f64>,
    pub(crate) c_alloc: Option<f64>,
    pub(crate) c_total: Option<f64>,
}

/// All that `text` says.
pub(crate) fn said(text: &str) -> Vec<Said> {
    let mut all: Vec<Said> = process_status(text).into_iter().map(Said::Process).collect();
    all.extend(memory_maps(text).map(Said::Process));
    all.extend(process_table(text).map(Said::Process));
    all.extend(scavenger(text).map(Said::Scavenger));
    all.extend(logged(text).map(Said::Logged));
    all.extend(MemoryLimiter::find(text).map(Said::Limiter));
    all.extend(OomReport::find(text).map(Said::OomReport));
    all.extend(listings(text).into_iter().map(Said::Listing));
    all
}

/// `/proc/PID/status`: `VmRSS:   10002652 kB`.
fn process_status(text: &str) -> Option<ProcessMemory> {
    let field = |name: &str| text.lines().find_map(|line| kilobytes(line.trim_start().strip_prefix(name)?));
    let name = text.lines().find_map(|line| line.strip_prefix("Name:")).unwrap_or_default();
    field("VmPeak:")?;
    Some(ProcessMemory {
        tool: "/proc/PID/status",
        process: printable(name),
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

/// `ps` and `top`: of the process that holds most, at first and at last.
fn process_table(text: &str) -> Option<ProcessMemory> {
    let mut columns: Option<Columns> = None;
    let mut rows: Vec<Row> = Vec::new();
    for line in text.lines() {
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
        if let Some(bytes) = columns.bytes(resident).filter(|_| is_number(pid)) {
            let command = cells.get(columns.command).map(|name| printable(name)).unwrap_or_default();
            let shared_bytes = columns.shared.and_then(|shared| columns.bytes(cells.get(shared)?));
            rows.push(Row { pid: (*pid).to_owned(), bytes, shared_bytes, command });
        }
    }
    let columns = columns?;
    let largest = rows.iter().max_by(|a, b| a.bytes.total_cmp(&b.bytes))?;
    let mut of_process = rows.iter().filter(|row| row.pid == largest.pid);
    let first = of_process.next()?;
    let last = of_process.next_back();
    Some(ProcessMemory {
        tool: columns.tool,
        process: first.command.rsplit('/').next().unwrap_or_default().to_owned(),
        first_bytes: last.map(|_| first.bytes),
        resident_bytes: last.unwrap_or(first).bytes,
        shared_bytes: last.unwrap_or(first).shared_bytes.filter(|&bytes| bytes >= MIB),
        ..ProcessMemory::default()
    })
}

/// Of one process.
struct Row {
    pid: String,
    bytes: f64,
    shared_bytes: Option<f64>,
    command: String,
}

struct Columns {
    tool: &'static str,
    resident: usize,
    shared: Option<usize>,
    pid: usize,
    command: usize,
}

impl Columns {
    /// `USER PID %CPU %MEM VSZ RSS TTY STAT START TIME COMMAND`.
    const PS: Self = Self { tool: "ps", resident: 5, shared: None, pid: 1, command: 10 };

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
        Some(Self { tool, resident, shared, pid, command: at(&["COMMAND", "CMD", "Command"]).unwrap_or(usize::MAX) })
    }

    /// Kilobytes unless a letter says otherwise: `186104`, `355m`, `8.8g`.
    fn bytes(&self, cell: &str) -> Option<f64> {
        let (number, scale) = match cell.trim_end_matches(|letter: char| letter.is_ascii_alphabetic()) {
            number if number.len() == cell.len() => (number, 1.0),
            number => (
                number,
                match cell[number.len()..].to_ascii_lowercase().as_str() {
                    "k" => 1.0,
                    "m" => 1024.0,
                    "g" => 1024.0 * 1024.0,
                    "t" => 1024.0 * 1024.0 * 1024.0,
                    _ => return None,
                },
            ),
        };
        let number: f64 = number.parse().ok()?;
        (number.is_finite() && number >= 0.0).then_some(number * scale * KIB)
    }
}

fn scavenger(text: &str) -> Option<Scavenger> {
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
        Some(Scavenger { inuse_bytes: inuse * MIB, idle_bytes: field("idle: ")?, released_bytes: field("released: ")? })
    };
    text.lines().rev().find_map(of)
}

fn logged(text: &str) -> Option<LoggedMemory> {
    let of_runtime = text.lines().filter_map(|line| Some(logged_line(line.split_once("runtime stats: ")?.1)));
    let mut found: Vec<Logged> = of_runtime.filter(|line| line.go_alloc.is_some()).collect();
    let lines = found.len();
    let mut last = found.pop().unwrap_or_default();
    let of_malloc = |name: &str| {
        let (_, value) = text.rsplit_once(name)?;
        amount(value.split([',', '\n']).next()?)
    };
    if last.c_alloc.is_none() && text.contains("mallinfo stats: ") {
        last.c_alloc = of_malloc("uordblks=");
        last.c_total = last.c_alloc.zip(of_malloc(" fordblks=")).map(|(used, free)| used + free);
    }
    let first = if found.is_empty() { None } else { Some(found.swap_remove(0)) };
    (lines > 0 || last.c_alloc.is_some()).then_some(LoggedMemory { lines: lines.max(1), first, last })
}

fn logged_line(text: &str) -> Logged {
    let mut line = Logged::default();
    for item in text.split(", ") {
        let amounts = |unit: &str| {
            let (values, _) = item.split_once(unit)?;
            let mut values = values.split('/');
            let first = amount(values.next()?);
            Some((first, values.next_back().and_then(amount).or(first)))
        };
        if let Some((alloc, total)) = amounts(" CGO alloc") {
            (line.c_alloc, line.c_total) = (alloc, total);
        } else if let Some((alloc, total)) = amounts(" GO alloc").or_else(|| amounts(" Go alloc")) {
            (line.go_alloc, line.go_total) = (alloc, total);
        } else if let Some((resident, _)) = amounts(" RSS") {
            line.resident = resident;
        } else if let Some((active, _)) = amounts(" active") {
            line.go_alloc = active;
        } else if let Some((count, _)) = item.split_once(" goroutines") {
            line.goroutines = count.trim().parse().ok();
        }
    }
    line
}

/// `2.5 GiB`, `12.04MiB`, `176 B`.
fn amount(text: &str) -> Option<f64> {
    let text = text.trim();
    let unit = text.find(|letter: char| letter.is_ascii_alphabetic())?;
    let scale = ["B", "KiB", "MiB", "GiB", "TiB"].iter().position(|name| *name == &text[unit..])?;
    let number: f64 = text[..unit].trim().parse().ok().filter(|number: &f64| number.is_finite() && *number >= 0.0)?;
    Some(number * KIB.powi(i32::try_from(scale).ok()?))
}

/// `ROUTINE ======== main.f in /src/a.go`, or on the web page the function and its file in two lines, then
/// `  4MB  43.93GB (flat, cum) 66.55% of Total` and the lines.
fn listings(text: &str) -> Vec<Listing> {
    let lines: Vec<&str> = text.lines().collect();
    let mut found = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let Some((amounts, share)) = line.split_once(" (flat, cum)") else { continue };
        let Some(total) = amounts.split_whitespace().next_back() else { continue };
        let before = |back: usize| at.checked_sub(back).and_then(|at| lines.get(at)).map_or("", |line| line.trim());
        let head = (1..=3).map(before).find(|line| line.starts_with("ROUTINE ="));
        let (function, file) = match head {
            Some(head) => {
                head.trim_start_matches("ROUTINE").trim_start_matches([' ', '=']).split_once(" in ").unwrap_or_default()
            }
            None => {
                let mut words = (1..=4).map(before).filter(|line| !line.is_empty());
                let file = words.next().unwrap_or_default();
                (words.next().unwrap_or_default(), file)
            }
        };
        if function.is_empty() || !file.contains('/') {
            continue;
        }
        let percent = share.split('%').next().and_then(|number| number.trim().parse().ok());
        let mut of_lines: Vec<ListedLine> =
            lines[at + 1..].iter().take_while(|line| !line.trim().is_empty()).filter_map(|line| listed(line)).collect();
        of_lines.sort_by(|a, b| b.amount.total_cmp(&a.amount));
        of_lines.truncate(MOST_LISTED);
        if found.len() < MOST_LISTINGS && !of_lines.is_empty() {
            found.push(Listing {
                function: printable(function),
                file: printable(file),
                total: printable(total),
                percent,
                lines: of_lines,
            });
        }
    }
    found
}

/// `         .    43.92GB   1020:   text` of `-list`, `  1020   .   43.92GB   text` of the page.
fn listed(line: &str) -> Option<ListedLine> {
    let mut words = line.split_whitespace();
    let [first, second, third] = [words.next()?, words.next()?, words.next()?];
    let (cum, number) = match third.split_once(':') {
        Some((number, _)) if number.parse::<i64>().is_ok() => (second, number),
        _ => (third, first),
    };
    let text = match third.split_once(':') {
        Some(_) if cum == second => line.split_once(':').map_or("", |(_, rest)| rest),
        // The same amount may stand twice.
        _ => {
            let after = |text: &'_ str, word: &str| text.find(word).map(|at| at + word.len());
            let at = after(line, first).and_then(|at| Some(at + after(&line[at..], second)?));
            at.and_then(|at| Some(at + after(&line[at..], third)?)).map_or("", |at| &line[at..])
        }
    };
    Some(ListedLine {
        line: number.parse().ok()?,
        amount: gomem_pprof::printed_amount(cum)?,
        shown: cum.to_owned(),
        text: printable(text.trim()),
    })
}

/// `  10002652 kB`.
fn kilobytes(text: &str) -> Option<f64> {
    text.trim().strip_suffix("kB")?.trim().parse::<u64>().ok().map(|number| number as f64 * KIB)
}

/// Without what a terminal would obey.
fn printable(text: &str) -> String {
    without_controls(text.trim(), LONGEST)
}

const KIB: f64 = 1024.0;
const LONGEST: usize = 160;
const MOST_LISTED: usize = 3;
const MOST_LISTINGS: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn processes_are_read_by_their_columns() {
        let ps = "USER PID %CPU %MEM VSZ RSS TT STAT STARTED TIME COMMAND\nme 9 0 0 1 2048 s0 S 1 0:01 /bin/sh\n\
                  me 7 1 3 99 1024 s0 S 1 0:02 /usr/bin/api -v\n$ ps\nUSER PID %CPU %MEM VSZ RSS TT STAT STARTED TIME COMMAND\n\
                  me 7 1 3 99 4096 s0 S 1 0:02 /usr/bin/api -v\n";
        let Some(Said::Process(found)) = said(ps).into_iter().next() else { panic!() };
        assert_eq!((found.tool, found.process.as_str()), ("ps", "api"));
        assert_eq!((found.first_bytes, found.resident_bytes), (Some(MIB), 4.0 * MIB));
        let top = "  PID USER PR NI VIRT RES SHR S %CPU %MEM TIME+ COMMAND\n 19 root 20 0 16.2g 8.5g 2160 D 16 89.8 361:08 disco\n";
        let Some(Said::Process(found)) = said(top).into_iter().next() else { panic!() };
        assert_eq!((found.tool, found.resident_bytes, found.first_bytes), ("top", 8.5 * 1024.0 * MIB, None));
        let top = "PID USER PR NI VIRT RES SHR S %CPU %MEM TIME+ COMMAND\n 1 root 20 0 16.2g 4.5g 1.0g S 1 9 0:02 db\n";
        let Some(Said::Process(found)) = said(top).into_iter().next() else { panic!() };
        assert_eq!(found.shared_bytes, Some(1024.0 * MIB));
        let row = "$ ps aux | grep api\nweb  2030  0.1  4.4 149516 81920 ?  Ssl  Feb21   2:40 /opt/api -v\n";
        let Some(Said::Process(found)) = said(row).into_iter().next() else { panic!() };
        assert_eq!((found.process.as_str(), found.resident_bytes), ("api", 80.0 * MIB));
        assert_eq!(said("web 2030 0.1 4.4 149516 81920 of 9 rows at 2:40 now\n"), []);
        assert_eq!(said("PID of the RSS feed\n7 8 9\n"), []);
    }

    #[test]
    fn the_kernels_own_files() {
        let status = "Name:\tapi\nVmPeak:\t 9000 kB\nVmHWM:\t 4096 kB\nVmRSS:\t 2048 kB\nRssAnon:\t 1024 kB\nRssFile:\t 1024 kB\nVmSwap:\t 0 kB\n";
        let Some(Said::Process(found)) = said(status).into_iter().next() else { panic!() };
        assert_eq!((found.resident_bytes, found.peak_bytes, found.swap_bytes), (2.0 * MIB, Some(4.0 * MIB), None));
        let maps = "c000000000-c004000000 rw-p 0 00:00 0 [anon: Go: heap]\nRss: 2048 kB\nPrivate_Dirty: 8 kB\nAnonymous: 1024 kB\n\
                    LazyFree: 512 kB\n7f-80 r--p 0 00:00 0 /x\nRss: 1024 kB\nPrivate_Dirty: 0 kB\nAnonymous: 0 kB\nLazyFree: 0 kB\n";
        let Some(Said::Process(found)) = said(maps).into_iter().next() else { panic!() };
        assert_eq!((found.resident_bytes, found.file_bytes), (3.0 * MIB, Some(2.0 * MIB)));
        assert_eq!(found.lazy_free_bytes, Some(0.5 * MIB));
    }

    #[test]
    fn what_the_scavenger_traced() {
        let text = "gc 1\nscvg58: inuse: 1, idle: 2, sys: 3, released: 0, consumed: 3 (MB)\nscvg: inuse: 16, idle: 100, sys: 116, \
                    released: 40, consumed: 76 (MB)\n";
        let expected = Scavenger { inuse_bytes: 16.0 * MIB, idle_bytes: 100.0 * MIB, released_bytes: 40.0 * MIB };
        assert_eq!(said(text), [Said::Scavenger(expected)]);
    }

    #[test]
    fn what_a_program_logs_of_itself() {
        let log = "I1 runtime.go:160  runtime stats: 740 MiB RSS, 187 goroutines, 320 MiB active, 0.00cgo/sec\n\
                   I1 runtime.go:228  runtime stats: 2.5 GiB RSS, 60 goroutines, 60 MiB/38 MiB/245 MiB GO alloc/idle/total, 1.8 GiB/2.4 \
                   GiB CGO alloc/total, 898cgo/sec\n";
        let Some(Said::Logged(found)) = said(log).into_iter().next() else { panic!() };
        assert_eq!((found.lines, found.first.unwrap().go_alloc), (2, Some(320.0 * MIB)));
        let last = found.last;
        assert_eq!((last.resident, last.goroutines), (Some(2560.0 * MIB), Some(60.0)));
        assert_eq!((last.go_alloc, last.go_total), (Some(60.0 * MIB), Some(245.0 * MIB)));
        assert_eq!((last.c_alloc, last.c_total), (Some(1.8 * 1024.0 * MIB), Some(2.4 * 1024.0 * MIB)));
        let malloc = "x mallinfo stats: ordblks=1.6 KiB, uordblks=980 MiB, fordblks=20 MiB, keepcost=10 KiB\n";
        let Some(Said::Logged(found)) = said(malloc).into_iter().next() else { panic!() };
        assert_eq!((found.last.c_alloc, found.last.c_total), (Some(980.0 * MIB), Some(1000.0 * MIB)));
        assert_eq!(said("runtime stats: all is well, 7 goroutines\n"), []);
    }

    #[test]
    fn listings_of_both_forms() {
        let list = "Total: 20MB\nROUTINE ======================== main.load in /src/load.go\n      2MB       14MB (flat, cum) 70.00% of Total\n         \
                    .          .     11:func load() {\n      2MB        2MB     12:\ta := make([]int, 9)\n         .       12MB     \
                    13:\tparse(a)\n";
        let page = "example.org/api.(*API).targets\n/src/api.go\n\n  Total:      6MB    3GB (flat, cum) 66.55%\n   20   .   .   if x {\n   21   .   \
                    3GB   y.Map()\n";
        for (text, function, line, shown, source) in [
            (list, "main.load", 13, "12MB", "parse(a)"),
            (page, "example.org/api.(*API).targets", 21, "3GB", "y.Map()"),
        ] {
            let Some(Said::Listing(found)) = said(text).into_iter().next() else { panic!("{text}") };
            let first = &found.lines[0];
            assert_eq!((found.function.as_str(), first.line, first.shown.as_str()), (function, line, shown));
            assert_eq!(first.text, source);
        }
    }
}
