//! What the files of a control group say of a container's memory, in either version of them.
//!
//! ```text
//! $ cat /sys/fs/cgroup/memory.current /sys/fs/cgroup/memory.max
//! 501346304
//! memory.max: 524288000
//! anon 310378496
//! file 170917888
//! kernel 20049920
//! oom_kill 3
//! ```

use crate::bundle::text::process_memory::{ProcessMemory, of_machine};

/// What a text has of one control group's files.
pub(crate) fn cgroup_memory(text: &str) -> Option<ProcessMemory> {
    let (mut files, mut stat) = (Files::default(), Stat::default());
    // The file that the line before asked for.
    let mut asked: Vec<File> = Vec::new();
    for line in text.lines().filter(|line| line.len() <= LONGEST_LINE) {
        let line = line.trim().trim_matches('|').trim();
        if line.is_empty() {
            continue;
        }
        if let Some(amount) = amount(line).filter(|_| !asked.is_empty()) {
            files.put(asked.remove(0), amount);
            continue;
        }
        asked.clear();
        for (name, file) in FILES {
            let Some((before, rest)) = line.split_once(name) else { continue };
            // `memory.max` begins `memory.max_usage_in_bytes`.
            if before.ends_with(|letter: char| letter.is_ascii_alphanumeric())
                || rest.starts_with(|letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '.'))
            {
                continue;
            }
            let rest = rest.trim_start_matches([':', '=', ' ', '\t', '|', '`', '*']);
            match rest.split_whitespace().next().map(amount) {
                Some(Some(amount)) => files.put(file, amount),
                // A command may ask for several.
                _ => asked.push(file),
            }
        }
        asked.sort_by_key(|file| FILES.iter().find(|(_, known)| known == file).and_then(|(name, _)| line.find(name)));
        stat.read(line);
    }
    let sum = stat.sum();
    let last = *files.usage.last().or(sum.as_ref())?;
    let is_known = !files.usage.is_empty() && (files.limit.is_some() || files.peak.is_some()) || stat.is_whole();
    is_known.then(|| ProcessMemory {
        tool: "the control group",
        first_bytes: (files.usage.len() > 1).then(|| files.usage[0]),
        readings: files.usage.len(),
        resident_bytes: last,
        peak_bytes: files.peak,
        limit_bytes: files.limit,
        anonymous_bytes: stat.anonymous,
        file_bytes: stat.file,
        kernel_bytes: stat.kernel,
        kills: stat.kills,
        is_container: true,
        ..ProcessMemory::default()
    })
}

/// Whether a text has such a file.
pub(crate) fn names_file(text: &str) -> bool {
    FILES.iter().any(|(name, _)| text.contains(name))
}

/// A file with one number.
#[derive(Clone, Copy, PartialEq, Eq)]
enum File {
    Usage,
    Peak,
    Limit,
}

/// What the files with one number say; of the usage each reading.
#[derive(Default)]
struct Files {
    usage: Vec<f64>,
    peak: Option<f64>,
    limit: Option<f64>,
}

impl Files {
    /// No limit is written as `max`, or as more than any machine has.
    fn put(&mut self, file: File, amount: Amount) {
        let bytes = match amount {
            Amount::Bytes(bytes) => of_machine(bytes),
            Amount::Unlimited => None,
        };
        match file {
            File::Usage => self.usage.extend(bytes),
            File::Peak => self.peak = bytes.or(self.peak),
            File::Limit => self.limit = bytes.or(self.limit),
        }
    }
}

enum Amount {
    Bytes(f64),
    Unlimited,
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
    fn read(&mut self, line: &str) {
        let mut words = line.split_whitespace();
        let (Some(name), Some(value), None) = (words.next(), words.next(), words.next()) else { return };
        let Some(Amount::Bytes(value)) = amount(value) else { return };
        let field = match name {
            "anon" | "total_rss" => &mut self.anonymous,
            "file" | "total_cache" => &mut self.file,
            "kernel" => &mut self.kernel,
            "inactive_file" | "total_inactive_file" => &mut self.reclaimable,
            "oom_kill" => return self.kills = Some(value as u64).filter(|&kills| kills > 0),
            _ => return,
        };
        *field = of_machine(value);
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
const LONGEST_LINE: usize = 4096;

#[cfg(test)]
mod tests {
    use gomem_table::MIB;

    use super::*;

    #[test]
    fn files_of_both_versions() {
        let first = "sh-4.2$ cat memory.usage_in_bytes\n104857600\nsh-4.2$ cat memory.max_usage_in_bytes\n209715200\n\
                     $ cat memory.limit_in_bytes\n9223372036854771712\n$ cat memory.limit_in_bytes\n419430400\n";
        let found = cgroup_memory(first).unwrap();
        let mebibytes = |bytes: Option<f64>| bytes.map(|bytes| bytes / MIB);
        assert_eq!((found.resident_bytes / MIB, mebibytes(found.peak_bytes)), (100.0, Some(200.0)));
        assert_eq!((mebibytes(found.limit_bytes), found.first_bytes), (Some(400.0), None));
        let second = "# cat memory.current memory.max\n104857600\nmax\nmemory.peak:209715200\nmemory.current=157286400\n\
                      anon 52428800\nfile 104857600\nkernel 1048576\ninactive_file 41943040\noom_kill 3\n";
        let found = cgroup_memory(second).unwrap();
        assert_eq!((mebibytes(found.first_bytes), found.resident_bytes / MIB), (Some(100.0), 150.0));
        assert_eq!((found.limit_bytes, found.kills), (None, Some(3)));
        assert_eq!(mebibytes(found.file_bytes), Some(100.0));
        let alone = cgroup_memory("total_cache 104857600\ntotal_rss 52428800\ntotal_inactive_file 4096\n").unwrap();
        assert_eq!(alone.resident_bytes / MIB, 150.0);
    }

    #[test]
    fn words_alone_are_no_files() {
        for text in [
            "",
            "memory.current\n",
            "see memory.max of the cgroup\n7\n",
            "file 100\nanon 7\n",
            "memory.current: 12 MB\n",
            "memory.current_x: 7\nmemory.max: 9\n",
            "memory.usage_in_bytes: 99999999999999999999\nmemory.limit_in_bytes: 1\n",
        ] {
            assert_eq!(cgroup_memory(text), None, "{text}");
        }
    }
}
