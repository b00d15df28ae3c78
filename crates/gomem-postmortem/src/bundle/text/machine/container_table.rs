//! What `docker stats`, `kubectl top`, `crictl stats` and `systemd-cgtop` print of containers and units.
//!
//! ```text
//! CONTAINER ID   NAME    CPU %   MEM USAGE / LIMIT   MEM %     NET I/O
//! 3f2a           api-1   11.2%   97.0MiB / 512MiB    18.9%     1.1GB / 802MB
//!
//! POD        NAME   CPU(cores)   MEMORY(bytes)
//! api-7d9    api    12m          345Mi
//! ```

use foldhash::HashMap;
use gomem_table::ByteUnits;

use crate::bundle::text::{
    machine::{machine_bytes::of_machine, process_memory::ProcessMemory},
    printed::printable,
};

/// The memory of the container that grew most, at first and at last; of one reading each, of the largest.
pub(crate) fn container_memory(text: &str) -> Option<ProcessMemory> {
    let mut tool: Option<&ContainerTool> = None;
    let mut readings: HashMap<&str, Readings> = HashMap::default();
    for line in text.lines().filter(|line| line.len() <= LONGEST_LINE) {
        if let Some((name, bytes, limit)) = json_row(line) {
            readings.entry(name).or_insert(Readings::new(&TOOLS[0], bytes)).push(bytes, limit);
            continue;
        }
        if let Some(found) = TOOLS.iter().find(|tool| tool.words.iter().all(|word| line.contains(word))) {
            // What a machine has is no container's.
            tool = Some(found).filter(|_| !OF_NODES.iter().any(|word| line.contains(word)));
            continue;
        }
        let cells: Vec<&str> = line.split_whitespace().collect();
        if tool.is_none() && is_bare_row(&cells) {
            tool = TOOLS.last();
        }
        let Some((tool, name)) = tool.and_then(|tool| Some((tool, *cells.get(tool.name)?))) else { continue };
        let cells = &cells[tool.name + 1..];
        // Words that follow the table have amounts too.
        let is_row =
            cells.first().is_some_and(|cell| is_cores(cell) || tool.has_plain_cpu && cell.parse::<f64>().is_ok());
        if !is_row && !cells.iter().any(|cell| is_percent(cell)) {
            continue;
        }
        // A slice is the sum of its units.
        let name = name.rsplit('/').next().unwrap_or(name);
        if name.is_empty() || name.ends_with(".slice") {
            continue;
        }
        let amounts = with_units(cells);
        let mut bytes = amounts.iter().filter_map(|cell| of_machine(tool.units.parse(cell)?));
        let (first, second) = (bytes.next(), bytes.next());
        let Some(bytes) = first else { continue };
        let limit = second.filter(|_| amounts.iter().any(|cell| cell == "/"));
        readings.entry(name).or_insert(Readings::new(tool, bytes)).push(bytes, limit);
    }
    // Objects of JSON are read one by one: what is of one container has to be known.
    let is_json = text.trim_start().starts_with('{');
    let (name, most) = readings.iter().max_by(|(name, a), (other, b)| {
        let by_growth = (a.last - a.first).total_cmp(&(b.last - b.first));
        by_growth.then(a.last.total_cmp(&b.last)).then(other.cmp(name))
    })?;
    Some(ProcessMemory {
        tool: most.tool,
        process: printable(name),
        pid: is_json.then(|| printable(name)),
        first_bytes: (most.count > 1).then_some(most.first),
        readings: most.count,
        is_rising: most.is_rising,
        resident_bytes: most.last,
        is_container: true,
        limit_bytes: most.limit,
        ..ProcessMemory::default()
    })
}

/// `{"MemUsage":"97.0MiB / 512MiB","Name":"api-1",…}`: `docker stats --format '{{json .}}'`.
fn json_row(line: &str) -> Option<(&str, f64, Option<f64>)> {
    let of = |key: &str| {
        let (_, value) = line.split_once(key)?;
        value.trim_start().strip_prefix('"')?.split('"').next()
    };
    line.starts_with('{').then_some(())?;
    let (used, limit) = of("\"MemUsage\":")?.split_once(" / ")?;
    let bytes = |amount: &str| of_machine(ByteUnits::Standard.parse(amount.trim())?);
    Some((of("\"Name\":").filter(|name| !name.is_empty())?, bytes(used)?, bytes(limit)))
}

/// `api-7d9   12m   345Mi`: `kubectl top pod --no-headers`, or a row that was pasted alone.
fn is_bare_row(cells: &[&str]) -> bool {
    let [_, cpu, memory] = cells else { return false };
    cpu.ends_with('m') && is_cores(cpu) && memory.ends_with('i') && ByteUnits::Standard.parse(memory).is_some()
}

/// `12m`, `2`: of processors, as `kubectl top` prints it.
fn is_cores(cell: &str) -> bool {
    cell.strip_suffix('m').unwrap_or(cell).parse::<u32>().is_ok()
}

/// `11.2%`, as `docker stats` prints it.
fn is_percent(cell: &str) -> bool {
    cell.strip_suffix('%').is_some_and(|number| number.parse::<f64>().is_ok())
}

/// `41.16 MiB/994 MiB` as `41.16MiB / 994MiB`.
fn with_units(cells: &[&str]) -> Vec<String> {
    let mut joined: Vec<String> = Vec::new();
    for cell in cells.iter().flat_map(|cell| cell.split_inclusive('/')).flat_map(|cell| match cell.strip_suffix('/') {
        Some(before) => [before, "/"],
        None => [cell, ""],
    }) {
        let is_unit = ByteUnits::Standard.scale(cell).is_some();
        match joined.last_mut().filter(|last| is_unit && last.ends_with(|letter: char| letter.is_ascii_digit())) {
            Some(number) => number.push_str(cell),
            None if cell.is_empty() => {}
            None => joined.push(cell.to_owned()),
        }
    }
    joined
}

/// A tool that prints a table of containers.
struct ContainerTool {
    command: &'static str,
    /// Of its heading.
    words: &'static [&'static str],
    /// The column of the name.
    name: usize,
    units: ByteUnits,
    /// Whether the CPU's percentage has no mark.
    has_plain_cpu: bool,
}

impl ContainerTool {
    const fn new(command: &'static str, words: &'static [&'static str], name: usize) -> Self {
        Self { command, words, name, units: ByteUnits::Standard, has_plain_cpu: false }
    }
}

struct Readings {
    tool: &'static str,
    first: f64,
    last: f64,
    limit: Option<f64>,
    count: usize,
    is_rising: bool,
}

impl Readings {
    /// Before the first is pushed.
    fn new(tool: &ContainerTool, first: f64) -> Self {
        Self { tool: tool.command, first, last: f64::MIN, limit: None, count: 0, is_rising: true }
    }

    fn push(&mut self, bytes: f64, limit: Option<f64>) {
        self.is_rising &= self.last < bytes;
        (self.last, self.limit, self.count) = (bytes, limit, self.count + 1);
    }
}

const TOOLS: [ContainerTool; 7] = [
    ContainerTool::new("docker stats", &["CONTAINER ID ", "NAME ", "MEM USAGE / LIMIT"], 1),
    // Up to Docker 17 one column, an id or a name; at first without blanks around the bar.
    ContainerTool::new("docker stats", &["CONTAINER ", "CPU %", "MEM USAGE"], 0),
    ContainerTool {
        has_plain_cpu: true,
        ..ContainerTool::new("crictl stats", &["CONTAINER ", "NAME ", "CPU %", "MEM ", "INODES"], 1)
    },
    ContainerTool {
        units: ByteUnits::Binary,
        ..ContainerTool::new("systemd-cgtop", &["Control Group ", "Tasks ", "%CPU ", "Memory "], 0)
    },
    ContainerTool::new("kubectl top pod --containers", &["POD ", "CPU(cores)", "MEMORY(bytes)"], 1),
    ContainerTool::new("kubectl top pod -A", &["NAMESPACE ", "CPU(cores)", "MEMORY(bytes)"], 1),
    ContainerTool::new("kubectl top", &["CPU(cores)", "MEMORY(bytes)"], 0),
];
/// What only the heading of `kubectl top node` has.
const OF_NODES: [&str; 2] = ["MEMORY%", "MEMORY(%)"];
const LONGEST_LINE: usize = 4096;

#[cfg(test)]
mod tests {
    use gomem_table::MIB;

    use super::*;

    #[test]
    fn readings_of_containers_are_first_and_last() {
        let docker = "CONTAINER ID   NAME    CPU %   MEM USAGE / LIMIT   MEM %\n\
                      3f2a   api-1   11.2%   97.0MiB / 512MiB   18.9%   1.1GB / 802MB\n8b11   db-1   1.2%   212.3MiB / 1GiB   20.7%\n\
                      CONTAINER ID   NAME    CPU %   MEM USAGE / LIMIT   MEM %\n\
                      3f2a   api-1   12.2%   494.5MiB / 512MiB   96.6%   1.2GB / 802MB\n8b11   db-1   1.2%   211MiB / 1GiB   20.7%\n";
        let old = "CONTAINER           CPU %               MEM USAGE/LIMIT     MEM %               NET I/O\n\
                   api                 0.59%               288.2 MiB/994 MiB   28.99%              25.82 KiB/6.33 KiB\n\
                   db                  0.12%               1.625 MiB/994 MiB   0.16%               337.7 KiB/284.2 KiB\n";
        let spaced = "CONTAINER           CPU %               MEM USAGE / LIMIT   MEM %\n\
                      api                 0.59%               288.2MiB / 994MiB   28.99%\n";
        let pods = "NAME      CPU(cores)   MEMORY(bytes)\napi-7d9   12m   345Mi\ndb-0   3m   80Mi\n";
        for (text, tool, name, first, last, limit) in [
            (docker, "docker stats", "api-1", Some(97.0), 494.5, Some(512.0)),
            (old, "docker stats", "api", None, 288.2, Some(994.0)),
            (spaced, "docker stats", "api", None, 288.2, Some(994.0)),
            (pods, "kubectl top", "api-7d9", None, 345.0, None),
            (&format!("{pods}then the heap takes 12GB\n"), "kubectl top", "api-7d9", None, 345.0, None),
            (
                "POD       NAME   CPU(cores)   MEMORY(bytes)\napi-7d9   api   12m   345Mi\n",
                TOOLS[4].command,
                "api",
                None,
                345.0,
                None,
            ),
            (
                "NAMESPACE NAME CPU(cores) MEMORY(bytes)\nprod api-7d9 12m 345Mi\n",
                TOOLS[5].command,
                "api-7d9",
                None,
                345.0,
                None,
            ),
            ("It is\n\napi-7d9   12m   345Mi\n", "kubectl top", "api-7d9", None, 345.0, None),
            (
                "CONTAINER       NAME      CPU %   MEM       DISK      INODES   SWAP\n02ab33aa91f10   gateway   1.12    524.288MB   81.92kB   22   0B\n",
                "crictl stats",
                "gateway",
                None,
                500.0,
                None,
            ),
            (
                "Control Group                     Tasks   %CPU   Memory  Input/s Output/s\n/   412   31.2     7.1G        -        -\n\
                 system.slice   301   28.1     6.4G        -        -\nsystem.slice/agent.service   22   11.3     4.5G        -        -\n",
                "systemd-cgtop",
                "agent.service",
                None,
                4608.0,
                None,
            ),
        ] {
            let found = container_memory(text).unwrap();
            assert_eq!((found.tool, found.process.as_str(), found.resident_bytes), (tool, name, last * MIB), "{text}");
            assert_eq!((found.first_bytes, found.limit_bytes), (first.map(|at| at * MIB), limit.map(|at| at * MIB)));
        }
        for text in [
            "NAME   CPU(cores)   MEMORY(bytes)\nerror: metrics not available yet\n",
            "took 12m 345M\n",
            "NAME CPU(cores) CPU% MEMORY(bytes) MEMORY%\nnode-1 250m 12% 3345Mi 44%\n",
            "a 12m 9000000Gi\n",
        ] {
            assert_eq!(container_memory(text), None, "{text}");
        }
    }

    #[test]
    fn rows_of_json_are_readings() {
        let row = |name: &str, used: &str| {
            format!("{{\"CPUPerc\":\"1.2%\",\"MemUsage\":\"{used}MiB / 512MiB\",\"Name\":\"{name}\"}}\n")
        };
        let text = [row("api", "97"), row("db", "30"), row("api", "401"), row("db", "31")].concat();
        let found = container_memory(&text).unwrap();
        assert_eq!((&*found.process, found.first_bytes, found.resident_bytes), ("api", Some(97.0 * MIB), 401.0 * MIB));
        assert_eq!((found.limit_bytes, found.readings, found.is_rising), (Some(512.0 * MIB), 2, true));
        assert_eq!(container_memory("{\"MemUsage\":\"much\",\"Name\":\"api\"}\n"), None);
    }
}
