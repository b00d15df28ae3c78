//! The columns of `ps` and `top`, by their heading, by the options that asked for them, or by the form of a row.

use gomem_table::ByteUnits;

use crate::bundle::text::machine::machine_bytes::{KIB, of_machine};

/// Which cells of a row say what.
pub(super) struct Columns {
    pub(super) tool: &'static str,
    pub(super) resident: usize,
    pub(super) shared: Option<usize>,
    pub(super) virtual_size: Option<usize>,
    /// Without one a process is known by its command.
    pub(super) pid: Option<usize>,
    pub(super) command: usize,
    /// Whether no heading names them, but the options of `ps`.
    pub(super) is_asked: bool,
}

impl Columns {
    /// `USER PID %CPU %MEM VSZ RSS TTY STAT START TIME COMMAND`.
    const PS: Self = Self {
        tool: "ps",
        resident: 5,
        shared: None,
        virtual_size: Some(4),
        pid: Some(1),
        command: 10,
        is_asked: false,
    };

    /// `PID USER PR NI VIRT RES SHR S %CPU %MEM TIME+ COMMAND`.
    const TOP: Self = Self {
        tool: "top",
        resident: 5,
        shared: Some(6),
        virtual_size: Some(4),
        pid: Some(0),
        command: 11,
        is_asked: false,
    };

    /// By a row of a table whose heading was left out.
    pub(super) fn by_row(cells: &[&str]) -> Option<Self> {
        if Self::is_row_of_ps(cells) {
            return Some(Self::PS);
        }
        Self::is_row_of_top(cells).then_some(Self::TOP)
    }

    fn is_row_of_top(cells: &[&str]) -> bool {
        let [pid, _, priority, nice, virtual_size, resident, shared, state, cpu, share, time, _, ..] = cells else {
            return false;
        };
        let is_number = |cell: &str| cell.parse::<f64>().is_ok();
        let is_time = time.split_once(':').is_some_and(|(minutes, seconds)| is_number(minutes) && is_number(seconds));
        pid.parse::<u32>().is_ok()
            && (*priority == "rt" || priority.parse::<i32>().is_ok())
            && nice.parse::<i32>().is_ok()
            && [virtual_size, resident, shared].iter().all(|size| Self::bytes(size).is_some())
            && matches!(*state, "R" | "S" | "D" | "T" | "I" | "Z")
            && is_number(cpu)
            && is_number(share)
            && is_time
    }

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
    pub(super) fn find(cells: &[&str]) -> Option<Self> {
        let at = |names: &[&str]| cells.iter().position(|cell| names.contains(cell));
        let command = at(&["COMMAND", "CMD", "Command"]);
        let pid = at(&["PID"]);
        if pid.is_none() && (command.is_none() || cells.len() > MOST_CHOSEN) {
            return None;
        }
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
            command: command.unwrap_or(usize::MAX),
            is_asked: false,
        })
    }

    /// `ps -eo rss,comm | grep api`, whose heading was left out: the columns that were asked for.
    pub(super) fn asked(cells: &[&str]) -> Option<Self> {
        let ps = cells.iter().position(|cell| *cell == "ps")?;
        (ps == 0 || is_prompt(cells[0])).then_some(())?;
        let option = (ps + 1..cells.len()).find(|&at| cells[at].starts_with('-') && cells[at].ends_with('o'))?;
        let names: Vec<&str> = cells.get(option + 1)?.split(',').map(|name| name.trim_end_matches('=')).collect();
        let at = |known: &[&str]| names.iter().position(|name| known.contains(name));
        let (resident, command) = (at(&["rss", "rssize", "rsz"])?, at(&["comm", "cmd", "args", "command", "ucmd"])?);
        Some(Self {
            tool: "ps",
            resident,
            shared: None,
            virtual_size: at(&["vsz", "vsize"]),
            pid: at(&["pid"]),
            command,
            is_asked: true,
        })
    }

    /// The command of a row that has no more cells than that needs.
    pub(super) fn command_of<'a>(&self, cells: &[&'a str]) -> Option<&'a str> {
        cells.get(self.command).copied().filter(|_| cells.len() == self.command.max(self.resident) + 1)
    }

    /// Kilobytes unless a letter says otherwise: `186104`, `355m`, `8.8g`. `None` for more than a machine has.
    pub(super) fn bytes(cell: &str) -> Option<f64> {
        let kilobytes = || cell.parse().ok().filter(|number: &f64| *number >= 0.0).map(|number| number * KIB);
        of_machine(ByteUnits::Binary.parse(cell).or_else(kilobytes)?)
    }
}

/// Whether a line is one that a shell was given: `$ ps aux`, `root@host:~# cat /proc/1/status`.
pub(super) fn is_prompt(line: &str) -> bool {
    line.split_whitespace().next().is_some_and(|word| word.ends_with(['$', '#', '%', '>', '❯']))
}

/// Columns that somebody chose; a table of more has a PID.
const MOST_CHOSEN: usize = 4;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_tell_their_table() {
        let tool = |row: &str| Columns::by_row(&row.split_whitespace().collect::<Vec<_>>()).map(|columns| columns.tool);
        let top = " 8123 app       20   0   1.9g   412m  18m S   5.2  5.1   1:22.14 gateway";
        assert_eq!(tool(top), Some("top"));
        assert_eq!(tool("root 811 0.5 9.2 12411 4096 ? Ssl 10:00 3:11 /usr/bin/api"), Some("ps"));
        assert_eq!(tool(&top.replace("1:22.14", "gateway")), None);
        assert_eq!(tool("8123 of 20 0 files were read in S 5.2 5.1 1:22 minutes"), None);
    }
}
