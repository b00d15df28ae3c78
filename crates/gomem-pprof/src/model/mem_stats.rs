//! `runtime.MemStats`, as it stands at the end of a text heap profile.

use gomem_table::{Definition, Table, TableSchema, ToTable, Unit};

/// What the runtime said of its memory when the profile was taken: names as in `runtime.MemStats`, in the order of the
/// text. `MaxRSS` comes from the operating system.
///
/// ```
/// use gomem_pprof::{MemStat, Profile};
///
/// let text = b"heap profile: 0: 0 [0: 0] @ heap/1048576\n\n# runtime.MemStats\n# Alloc = 4096\n# NumGC = 7\n";
/// let profile = Profile::decode(text)?;
/// let stats = profile.mem_stats().expect("a text has them at its end");
/// assert_eq!(stats.value("NumGC"), Some(&MemStat::Integer(7)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Default)]
pub struct MemStats {
    values: Vec<(String, MemStat)>,
}

/// One value.
///
/// ```
/// use gomem_pprof::{MemStat, Profile};
///
/// let text = b"heap profile: 0: 0 [0: 0] @ heap/1048576\n\n# runtime.MemStats\n# NumGC = 7\n# GCCPUFraction = 0.25\n";
/// let profile = Profile::decode(text)?;
/// assert_eq!(profile.mem_stats().and_then(|stats| stats.value("GCCPUFraction")), Some(&MemStat::Fraction(0.25)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum MemStat {
    /// A number of bytes, objects, cycles or nanoseconds.
    Integer(i64),
    /// A share.
    Fraction(f64),
    /// The last pauses.
    List(Vec<i64>),
    /// A setting.
    Flag(bool),
}

impl MemStats {
    /// Reads `# Name = value` lines up to the first that is none.
    pub(crate) fn decode(lines: &mut dyn Iterator<Item = String>) -> Self {
        let mut stats = Self::default();
        for line in lines {
            let Some((name, value)) = line.strip_prefix("# ").and_then(|line| line.split_once(" = ")) else { break };
            let integer = |text: &str| text.trim().parse::<i64>().ok();
            if let Some((inuse, sys)) = value.split_once(" / ") {
                // `# Stack = 327680 / 327680`: in use, and from the system.
                for (what, value) in [("Inuse", inuse), ("Sys", sys)] {
                    if let Some(value) = integer(value) {
                        stats.values.push((format!("{name}{what}"), MemStat::Integer(value)));
                    }
                }
                continue;
            }
            let list = value.strip_prefix('[').and_then(|list| list.strip_suffix(']'));
            let found = match (list, value) {
                (Some(list), _) => Some(MemStat::List(list.split_whitespace().filter_map(integer).collect())),
                (None, "true" | "false") => Some(MemStat::Flag(value == "true")),
                (None, value) => {
                    integer(value).map(MemStat::Integer).or_else(|| value.trim().parse().ok().map(MemStat::Fraction))
                }
            };
            if let Some(found) = found {
                stats.values.push((name.to_owned(), found));
            }
        }
        stats
    }

    /// A value by its name: `HeapAlloc`.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<&MemStat> {
        self.values.iter().find(|(known, _)| known == name).map(|(_, value)| value)
    }

    /// Names and values.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &MemStat)> {
        self.values.iter().map(|(name, value)| (name.as_str(), value))
    }

    /// What its table promises: a column for each value in the text.
    #[must_use]
    pub fn schema(&self) -> TableSchema {
        self.definition().schema()
    }

    fn definition(&self) -> Definition<'_, ()> {
        let mut definition =
            Definition::new("mem_stats", "one row").about("what the runtime said of its memory, one column a value");
        for (name, value) in self.iter() {
            let (own, doc, unit) = (name.to_owned(), "as `runtime.MemStats` has it", unit(name));
            definition = match *value {
                MemStat::Integer(value) => definition.int64(own, unit, doc, move |()| value),
                MemStat::Fraction(value) => definition.float64(own, Unit::Fraction, doc, move |()| value),
                MemStat::Flag(value) => definition.bool(own, doc, move |()| value),
                MemStat::List(ref values) => {
                    definition.int64s(own, Unit::Nanoseconds, doc, move |()| values.iter().copied())
                }
            };
        }
        definition
    }
}

/// One row.
impl ToTable for MemStats {
    fn to_table(&self) -> Table {
        self.definition().table([()])
    }
}

fn unit(name: &str) -> Unit {
    match name {
        "Lookups" | "Mallocs" | "Frees" | "HeapObjects" | "NumGC" | "NumForcedGC" => Unit::Count,
        "LastGC" | "PauseTotalNs" => Unit::Nanoseconds,
        _ => Unit::Bytes,
    }
}
