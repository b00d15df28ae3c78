//! What PowerShell's `Get-Process` shows on Windows, of which version 5 has handles, and 7 megabytes.
//!
//! ```text
//! Handles  NPM(K)    PM(K)      WS(K)     CPU(s)     Id  SI ProcessName
//! -------  ------    -----      -----     ------     --  -- -----------
//!    1204      31    61240      58312     812.42   5120   0 collector
//! ```

use gomem_table::MIB;

use crate::bundle::text::{
    machine::{
        machine_bytes::{KIB, of_machine},
        process_memory::ProcessMemory,
    },
    printed::printable,
};

/// The process that holds most, at first and at last where it is shown several times.
pub(crate) fn process_list(text: &str) -> Option<ProcessMemory> {
    let mut columns = None;
    let mut rows: Vec<Row<'_>> = Vec::new();
    for line in text.lines().filter(|line| line.len() <= LONGEST_LINE) {
        let cells: Vec<&str> = line.split_whitespace().collect();
        if let Some(found) = Columns::find(&cells) {
            columns = Some(found);
        } else if let Some(columns) = &columns {
            rows.extend(columns.row(&cells));
        }
    }
    let largest = rows.iter().max_by(|a, b| a.bytes.total_cmp(&b.bytes))?;
    let of_process: Vec<&Row<'_>> = rows.iter().filter(|row| row.key() == largest.key()).collect();
    let (first, last) = (of_process.first()?, of_process.last()?);
    let is_several = of_process.len() > 1;
    Some(ProcessMemory {
        tool: "Get-Process",
        process: printable(largest.name),
        pid: Some(largest.pid.to_owned()),
        resident_bytes: last.bytes,
        first_bytes: is_several.then_some(first.bytes),
        readings: of_process.len(),
        is_rising: is_several && of_process.windows(2).all(|pair| pair[0].bytes < pair[1].bytes),
        handles: last.handles,
        first_handles: first.handles.filter(|_| is_several),
        ..ProcessMemory::default()
    })
}

/// Where the cells of a row are: a process of another user has no time of the CPU, so that some are told from the end.
struct Columns {
    handles: Option<usize>,
    working_set: usize,
    /// Bytes of one.
    scale: f64,
    pid_from_end: usize,
}

impl Columns {
    fn find(heading: &[&str]) -> Option<Self> {
        let at = |name: &str| heading.iter().position(|cell| *cell == name);
        let (working_set, scale) = match (at("WS(K)"), at("WS(M)")) {
            (Some(at), _) => (at, KIB),
            (None, at) => (at?, MIB),
        };
        let is_of_it = heading.last() == Some(&"ProcessName") && at("NPM(K)").is_some();
        let pid = at("Id").filter(|_| is_of_it)?;
        Some(Self { handles: at("Handles"), working_set, scale, pid_from_end: heading.len() - pid })
    }

    fn row<'a>(&self, cells: &[&'a str]) -> Option<Row<'a>> {
        let pid = cells.get(cells.len().checked_sub(self.pid_from_end)?)?;
        pid.parse::<u32>().ok()?;
        let held: f64 = cells.get(self.working_set)?.replace(',', ".").parse().ok()?;
        let bytes = of_machine(held * self.scale).filter(|&bytes| bytes > 0.0)?;
        let handles = self.handles.and_then(|at| cells.get(at)?.parse().ok());
        Some(Row { name: cells.last()?, pid, bytes, handles })
    }
}

struct Row<'a> {
    name: &'a str,
    pid: &'a str,
    bytes: f64,
    handles: Option<u64>,
}

impl Row<'_> {
    fn key(&self) -> (&str, &str) {
        (self.name, self.pid)
    }
}

const LONGEST_LINE: usize = 1024;

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "Handles  NPM(K)    PM(K)      WS(K)     CPU(s)     Id  SI ProcessName\n-------  ------    -----      -----     ------     --  -- -----------\n";

    #[test]
    fn readings_of_one_process() {
        let row = |handles: u32| format!("{handles:7}      31    61240      51200     812.42   5120   0 agent\n");
        let other = "   71       3     1024       2048              88   0 conhost\n";
        let found = process_list(&format!("{HEAD}{}{other}\n{HEAD}{}", row(1204), row(98_113))).unwrap();
        assert_eq!((&*found.process, found.pid.as_deref(), found.resident_bytes), ("agent", Some("5120"), 50.0 * MIB));
        assert_eq!((found.first_handles, found.handles, found.readings), (Some(1204), Some(98_113), 2));
        let alone = process_list(&format!("{HEAD}{other}")).unwrap();
        assert_eq!((alone.handles, alone.first_handles, alone.resident_bytes), (Some(71), None, 2.0 * MIB));
        let seven = " NPM(K)    PM(M)      WS(M)     CPU(s)      Id  SI ProcessName\n ------    -----      -----     ------      --  -- -----------\n     31    59,80      50,00     812,42    5120   0 agent\n";
        let found = process_list(seven).unwrap();
        assert_eq!((found.resident_bytes, found.handles), (50.0 * MIB, None));
    }

    #[test]
    fn other_tables_are_none() {
        for text in [HEAD, "Handles WS(K) Id\n1 2 3\n", "PID RSS COMMAND\n1 2 a\n"] {
            assert_eq!(process_list(text), None, "{text}");
        }
    }
}
