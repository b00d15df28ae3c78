//! What `memory.events` of a control group counts, where no other file of it is shown.
//!
//! ```text
//! low 0
//! high 0
//! max 1120
//! oom 5
//! oom_kill 3
//! ```

use crate::bundle::text::machine::cgroup::cgroup_memory;

/// How often it came to its limit, and how many of its processes the kernel killed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct GroupEvents {
    pub(crate) at_limit: u64,
    pub(crate) kills: u64,
}

impl GroupEvents {
    /// `None` where nothing happened too.
    pub(crate) fn find(text: &str) -> Option<Self> {
        let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
        let of = |line: &str, name: &str| line.strip_prefix(name)?.strip_prefix(' ')?.parse::<u64>().ok();
        let at = |lines: &[&str]| {
            let [max, oom, kills] = lines else { return None };
            of(oom, "oom")?;
            Some(Self { at_limit: of(max, "max")?, kills: of(kills, "oom_kill")? })
        };
        let found = lines.windows(3).find_map(at)?;
        (found.at_limit > 0 && cgroup_memory(text).is_none()).then_some(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_alone() {
        let events = "$ cat memory.events\nlow 0\nhigh 0\nmax 1120\noom 5\noom_kill 3\noom_group_kill 0\n";
        assert_eq!(GroupEvents::find(events), Some(GroupEvents { at_limit: 1120, kills: 3 }));
        assert_eq!(
            GroupEvents::find(&format!(
                "{events}$ cat /sys/fs/cgroup/memory.current\n501346304\n$ cat /sys/fs/cgroup/memory.max\n524288000\n"
            )),
            None,
            "told with the rest"
        );
        assert_eq!(GroupEvents::find("max 0\noom 0\noom_kill 0\n"), None);
        assert_eq!(GroupEvents::find("max 9\noom of it\noom_kill 3\n"), None);
    }
}
