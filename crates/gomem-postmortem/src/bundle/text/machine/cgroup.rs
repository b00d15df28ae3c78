//! What the files of a control group say of a container's memory, in either version of them.
//!
//! ```text
//! $ cat /sys/fs/cgroup/memory.current
//! 501346304
//! memory.max: 524288000
//! anon 310378496
//! file 170917888
//! kernel 20049920
//! $ cat /sys/fs/cgroup/memory.events
//! oom_kill 3
//! ```

use crate::bundle::text::machine::{machine_bytes::of_machine, process_memory::ProcessMemory};

/// What a text has of one control group's files; `None` where they may be of several, or of several moments.
pub(crate) fn cgroup_memory(text: &str) -> Option<ProcessMemory> {
    let mut files = Files::default();
    let mut asked = Asked::default();
    for line in text.lines().filter(|line| line.len() <= LONGEST_LINE) {
        let line = line.trim().trim_matches('|').trim();
        if line.is_empty() {
            continue;
        }
        if let Some(amount) = amount(line) {
            asked.amounts.push(amount);
            continue;
        }
        files.answer(&mut asked);
        if let Some((name, amount)) = pair(line) {
            asked = Asked::default();
            files.put(name, amount);
        } else if let Some(found) = Asked::find(line) {
            asked = found;
        } else {
            // Of a file of many lines the next may follow.
            files.stat(line, &asked);
            asked.names.clear();
        }
    }
    files.answer(&mut asked);
    files.memory()
}

/// The files of a control group that a text names.
pub(crate) fn files_named(text: &str) -> impl Iterator<Item = &'static str> + '_ {
    let words = text.split(|letter: char| letter.is_whitespace() || AROUND.contains(&letter));
    words.filter_map(|word| {
        let name = word.rsplit('/').next()?;
        let known = FILES.iter().map(|(known, _)| *known).chain(OF_MANY_LINES);
        known.into_iter().find(|known| *known == name)
    })
}

/// A file with one number.
#[derive(Clone, Copy, PartialEq, Eq)]
enum File {
    Usage,
    Peak,
    Limit,
}

impl File {
    fn find(path: &str) -> Option<Self> {
        let name = path.rsplit('/').next()?;
        FILES.iter().find(|(known, _)| *known == name).map(|(_, file)| *file)
    }
}

/// What a command asked for, in its order, and the numbers that came.
#[derive(Default)]
struct Asked<'a> {
    /// What stands before the command: the shell's prompt, and in which container it runs.
    prompt: Option<&'a str>,
    names: Vec<&'a str>,
    amounts: Vec<Amount>,
    /// Whether `memory.events` is what follows.
    has_events: bool,
}

impl<'a> Asked<'a> {
    /// `$ cat memory.current memory.max`, `==> memory.max <==`, `memory.max:`; each name takes a place.
    fn find(line: &'a str) -> Option<Self> {
        let has_events = files_named(line).any(|name| WITH_KILLS.contains(&name));
        let head = line.trim_start_matches("==>").trim_end_matches("<==").trim().trim_matches(AROUND);
        if File::find(head).is_some() || has_events && !head.contains(' ') {
            return Some(Self { names: vec![head], has_events, ..Self::default() });
        }
        let at = line.match_indices("cat ").map(|(at, _)| at).find(|&at| {
            at == 0 || line[..at].ends_with(|letter: char| letter.is_whitespace() || AROUND.contains(&letter))
        })?;
        // What a pipe, a pattern, or another command prints is not known.
        let command = &line[at + "cat ".len()..];
        let is_plain = !command.contains(['|', '>', '<', ';', '&', '*', '?', '{', '[', '$', '(']);
        let words = command.split_whitespace().map(|word| word.trim_matches(AROUND));
        let names = words.filter(|word| is_plain && !word.starts_with('-')).collect();
        Some(Self { prompt: Some(line[..at].trim()), names, amounts: Vec::new(), has_events })
    }
}

/// What the files say; several values of one are of several groups, or moments.
#[derive(Default)]
struct Files<'a> {
    usage: Option<Amount>,
    peak: Option<Amount>,
    limit: Option<Amount>,
    stat: Stat,
    folder: Option<&'a str>,
    prompt: Option<&'a str>,
    are_several: bool,
}

impl<'a> Files<'a> {
    /// Numbers are the files' own where there are as many as were asked for.
    fn answer(&mut self, asked: &mut Asked<'a>) {
        let amounts = std::mem::take(&mut asked.amounts);
        if amounts.is_empty() || amounts.len() != asked.names.len() {
            return;
        }
        if asked.names.iter().any(|name| File::find(name).is_some()) {
            self.is_of(asked.prompt);
        }
        for (name, amount) in asked.names.drain(..).zip(amounts) {
            self.put(name, amount);
        }
    }

    fn is_of(&mut self, prompt: Option<&'a str>) {
        self.are_several |= prompt.is_some_and(|prompt| *self.prompt.get_or_insert(prompt) != prompt);
    }

    fn put(&mut self, path: &'a str, amount: Amount) {
        let Some(file) = File::find(path) else { return };
        if let Some((folder, _)) = path.rsplit_once('/') {
            self.are_several |= *self.folder.get_or_insert(folder) != folder;
        }
        let field = match file {
            File::Usage => &mut self.usage,
            File::Peak => &mut self.peak,
            File::Limit => &mut self.limit,
        };
        self.are_several |= *field.get_or_insert(amount) != amount;
    }

    fn stat(&mut self, line: &str, asked: &Asked<'a>) {
        self.are_several |= !self.stat.read(line, asked.has_events);
        if self.stat.is_whole() && !asked.names.is_empty() {
            self.is_of(asked.prompt);
        }
    }

    fn memory(self) -> Option<ProcessMemory> {
        let [usage, peak, limit] = [self.usage, self.peak, self.limit].map(|amount| amount.and_then(Amount::bytes));
        let stat = self.stat;
        let sum = stat.sum();
        let now = usage.or(sum)?;
        let is_known = usage.is_some() && (limit.is_some() || peak.is_some()) || stat.is_whole();
        // No group takes more than its limit, or than its peak.
        let contradicts = [peak, limit].into_iter().flatten().any(|most| now > SLACK * most)
            || peak.zip(limit).is_some_and(|(peak, limit)| peak > SLACK * limit)
            || sum.is_some_and(|sum| sum > SLACK * now);
        (is_known && !contradicts && !self.are_several).then(|| ProcessMemory {
            tool: "the control group",
            resident_bytes: now,
            peak_bytes: peak,
            limit_bytes: limit,
            anonymous_bytes: stat.anonymous,
            file_bytes: stat.file,
            kernel_bytes: stat.kernel,
            kills: stat.kills.filter(|&kills| kills > 0),
            is_container: true,
            ..ProcessMemory::default()
        })
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Amount {
    Bytes(f64),
    Unlimited,
}

impl Amount {
    /// No limit is written as `max`, or as more than any machine has.
    fn bytes(self) -> Option<f64> {
        match self {
            Self::Bytes(bytes) => of_machine(bytes),
            Self::Unlimited => None,
        }
    }
}

/// `memory.max: 524288000`, which begins the line.
fn pair(line: &str) -> Option<(&str, Amount)> {
    let line = line.trim_start_matches(['-', '*', '`', ' ']);
    let (path, rest) = line.split_once([':', '=', ' ', '\t', '|', '`', '*'])?;
    File::find(path)?;
    let mut words = rest.trim_start_matches([':', '=', ' ', '\t', '|', '`', '*']).split_whitespace();
    let amount = amount(words.next()?.trim_matches(['`', '*']))?;
    words.next().is_none_or(|word| word == "bytes" || word.starts_with('(')).then_some((path, amount))
}

/// A whole number of bytes, and nothing else.
fn amount(word: &str) -> Option<Amount> {
    if word == "max" {
        return Some(Amount::Unlimited);
    }
    let is_number = !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| word.parse().ok().map(Amount::Bytes)).flatten()
}

/// `memory.stat`, of which the names of version 1 that count children begin with `total_`, and `memory.events`.
#[derive(Default)]
struct Stat {
    anonymous: Option<f64>,
    file: Option<f64>,
    kernel: Option<f64>,
    reclaimable: Option<f64>,
    kills: Option<u64>,
}

impl Stat {
    /// Whether the line contradicts no line before.
    fn read(&mut self, line: &str, is_of_events: bool) -> bool {
        let mut words = line.split_whitespace();
        let (Some(name), Some(value), None) = (words.next(), words.next(), words.next()) else { return true };
        let Some(Amount::Bytes(value)) = amount(value) else { return true };
        let field = match name {
            "anon" | "total_rss" => &mut self.anonymous,
            "file" | "total_cache" => &mut self.file,
            "kernel" => &mut self.kernel,
            "inactive_file" | "total_inactive_file" => &mut self.reclaimable,
            // `/proc/vmstat` counts all of the machine's.
            "oom_kill" if is_of_events => return *self.kills.get_or_insert(value as u64) == value as u64,
            _ => return true,
        };
        let Some(value) = of_machine(value) else { return true };
        *field.get_or_insert(value) == value
    }

    /// Other tables have words such as `file` too.
    fn is_whole(&self) -> bool {
        self.anonymous.is_some() && self.file.is_some() && self.reclaimable.is_some()
    }

    fn sum(&self) -> Option<f64> {
        self.is_whole().then(|| [self.anonymous, self.file, self.kernel].into_iter().flatten().sum())
    }
}

const FILES: [(&str, File); 6] = [
    ("memory.current", File::Usage),
    ("memory.usage_in_bytes", File::Usage),
    ("memory.peak", File::Peak),
    ("memory.max_usage_in_bytes", File::Peak),
    ("memory.max", File::Limit),
    ("memory.limit_in_bytes", File::Limit),
];
const OF_MANY_LINES: [&str; 4] = ["memory.stat", "memory.events", "memory.events.local", "memory.oom_control"];
const WITH_KILLS: [&str; 3] = ["memory.events", "memory.events.local", "memory.oom_control"];
/// What may stand around a name.
const AROUND: [char; 9] = ['`', '*', '"', '\'', ',', ':', '=', '|', '~'];
/// Files are read one after the other.
const SLACK: f64 = 1.1;
const LONGEST_LINE: usize = 4096;

#[cfg(test)]
mod tests {
    use gomem_table::MIB;

    use super::*;

    #[test]
    fn files_of_both_versions() {
        let first = "sh-4.2$ cat memory.usage_in_bytes\n104857600\nsh-4.2$ cat memory.max_usage_in_bytes\n209715200\n\
                     sh-4.2$ cat memory.limit_in_bytes\n419430400\n";
        let found = cgroup_memory(first).unwrap();
        let mebibytes = |bytes: Option<f64>| bytes.map(|bytes| bytes / MIB);
        assert_eq!((found.resident_bytes / MIB, mebibytes(found.peak_bytes)), (100.0, Some(200.0)));
        assert_eq!((mebibytes(found.limit_bytes), found.first_bytes), (Some(400.0), None));
        let second = "# cat memory.current memory.max\n157286400\nmax\nmemory.peak:209715200\n# cat memory.stat\n\
                      anon 52428800\nfile 104857600\nkernel 1048576\ninactive_file 41943040\n\
                      # cat memory.events\nlow 0\noom_kill 3\n";
        let found = cgroup_memory(second).unwrap();
        assert_eq!((mebibytes(found.peak_bytes), found.resident_bytes / MIB), (Some(200.0), 150.0));
        assert_eq!((found.limit_bytes, found.kills), (None, Some(3)));
        assert_eq!(mebibytes(found.file_bytes), Some(100.0));
        let alone = cgroup_memory("total_cache 104857600\ntotal_rss 52428800\ntotal_inactive_file 4096\n").unwrap();
        assert_eq!(alone.resident_bytes / MIB, 150.0);
    }

    #[test]
    fn each_name_takes_a_place() {
        let swap = "$ cat memory.current memory.swap.current memory.max\n104857600\n0\n209715200\n";
        assert_eq!(cgroup_memory(swap).unwrap().limit_bytes, Some(200.0 * MIB));
        let high = "$ cat memory.current memory.high memory.max\n104857600\n94371840\nmax\n";
        assert_eq!(cgroup_memory(high), None);
        let pids = "$ cat pids.current memory.current memory.max\n12\n104857600\n209715200\n";
        assert_eq!(cgroup_memory(pids).unwrap().resident_bytes, 100.0 * MIB);
        let fewer = "$ cat memory.current memory.low memory.max\n104857600\n209715200\n";
        assert_eq!(cgroup_memory(fewer), None);
    }

    #[test]
    fn several_groups_are_none() {
        for text in [
            "a$ cat memory.current memory.max\n1048576\n2097152\nb$ cat memory.current memory.max\n3145728\n4194304\n",
            "a$ cat memory.current\n1048576\nb$ cat memory.max\n2097152\n",
            "/a/memory.current: 1048576\n/b/memory.max: 2097152\n",
            "memory.current: 4194304\nmemory.max: 2097152\n",
        ] {
            assert_eq!(cgroup_memory(text), None, "{text}");
        }
    }

    #[test]
    fn the_machine_counts_kills_too() {
        let text = "memory.current: 1048576\nmemory.max: 2097152\n$ cat /proc/vmstat\noom_kill 3\n";
        assert_eq!(cgroup_memory(text).unwrap().kills, None);
    }

    #[test]
    fn words_alone_are_no_files() {
        for text in [
            "",
            "memory.current\n",
            "see memory.max of the cgroup\n7\n",
            "file 100\nanon 7\n",
            "memory.current: 12 MB\n",
            "jvm.memory.max 209715200\njvm.memory.current 199229440\n",
            "memory.current_x: 7\nmemory.max: 9\n",
            "memory.usage_in_bytes: 99999999999999999999\nmemory.limit_in_bytes: 1\n",
        ] {
            assert_eq!(cgroup_memory(text), None, "{text}");
        }
    }
}
