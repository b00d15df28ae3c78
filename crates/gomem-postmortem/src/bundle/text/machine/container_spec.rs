//! What a program may have of memory, as those write it who run it: `GOMEMLIMIT` beside the limit of its container.
//!
//! ```text
//! env:                              limits:                docker run -m 2g -e GOMEMLIMIT=4GiB …
//! - name: GOMEMLIMIT                  memory: 2Gi          MemoryMax=2G
//!   value: "4GiB"                   mem_limit: 2g          Environment=GOMEMLIMIT=4GiB
//! ```

use gomem_table::ByteUnits;

use crate::bundle::text::{machine::machine_bytes::of_machine, printed::printable};

/// One program's, where the text has one of each.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ContainerSpec {
    pub(crate) go_limit: GoLimit,
    pub(crate) container_limit: f64,
}

/// The value of `GOMEMLIMIT`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum GoLimit {
    Bytes(f64),
    /// What Go refuses to start with (`readGOMEMLIMIT` of `runtime/mgcpacer.go`).
    Malformed(String),
}

impl ContainerSpec {
    /// `None` where one is missing, where there are several, and where the one leaves room below the other.
    pub(crate) fn find(text: &str) -> Option<Self> {
        text.contains(NAME).then_some(())?;
        let lines: Vec<&str> = text.lines().map(|line| if line.len() <= LONGEST_LINE { line } else { "" }).collect();
        let go_limit = only(lines.iter().enumerate().filter_map(|(at, line)| go_limit(line, &lines[at + 1..])))?;
        let container_limit =
            only(lines.iter().enumerate().filter_map(|(at, line)| container_limit(line, &lines[at + 1..])))?;
        let has_room = matches!(go_limit, GoLimit::Bytes(bytes) if bytes <= ENOUGH_ROOM * container_limit);
        (!has_room).then_some(Self { go_limit, container_limit })
    }
}

/// The one that all are.
fn only<T: PartialEq>(mut all: impl Iterator<Item = T>) -> Option<T> {
    let first = all.next()?;
    all.all(|other| other == first).then_some(first)
}

/// `GOMEMLIMIT=4GiB`, `GOMEMLIMIT: 4GiB`, or `name: GOMEMLIMIT` with its value on a line below.
fn go_limit(line: &str, below: &[&str]) -> Option<GoLimit> {
    let (before, after) = line.split_once(NAME)?;
    let after = after.trim_start_matches(['"', '\'', '`']);
    let value = match after.trim_start().strip_prefix(['=', ':']) {
        Some(value) => value,
        None if after.trim().is_empty() && before.trim_end_matches(['"', '\'', ' ']).ends_with("name:") => {
            let mut near = below.iter().take(NEAR).map(|line| line.trim());
            near.find_map(|line| line.strip_prefix("value:"))?
        }
        None => return None,
    };
    let value = first_word(value);
    // A template, or a reference, says nothing.
    if !value.starts_with(|letter: char| letter.is_ascii_digit()) {
        return None;
    }
    Some(bytes_of_go(value).map_or_else(|| GoLimit::Malformed(printable(value)), GoLimit::Bytes))
}

/// Whole bytes, alone or with one of these units (`parseByteCount` of `runtime/string.go`).
fn bytes_of_go(text: &str) -> Option<f64> {
    let (number, unit) = text.split_at(text.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(text.len()));
    let number: u64 = number.parse().ok()?;
    let scale = match unit {
        "" => Some(1.0),
        "B" | "KiB" | "MiB" | "GiB" | "TiB" => ByteUnits::Standard.scale(unit),
        _ => None,
    };
    Some(number as f64 * scale?)
}

/// `limits:` with `memory: 2Gi` below, `mem_limit: 2g`, `docker run -m 2g`, `MemoryMax=2G`.
fn container_limit(line: &str, below: &[&str]) -> Option<f64> {
    let line = line.trim().trim_start_matches("- ");
    let amount = |text: &str, units: ByteUnits| of_machine(units.parse(first_word(text))?);
    if let Some(inline) = line.strip_prefix("limits:").or_else(|| line.strip_prefix("Limits:")) {
        let of_inline = inline.split_once("memory:").map(|(_, memory)| memory);
        let mut near = below.iter().take(NEAR).map(|line| line.trim());
        let mut of_lines = near.by_ref().take_while(|line| !line.to_ascii_lowercase().starts_with("requests:"));
        return amount(
            of_inline.or_else(|| of_lines.find_map(|line| line.strip_prefix("memory:")))?,
            ByteUnits::Standard,
        );
    }
    // Docker and systemd count in powers of 1024.
    if let Some(limit) = line.strip_prefix("mem_limit:").or_else(|| line.strip_prefix("MemoryMax=")) {
        // `systemctl show` prints bytes.
        let plain = || of_machine(first_word(limit).parse::<u64>().ok()? as f64);
        return amount(limit, ByteUnits::Binary).or_else(plain);
    }
    let mut words = ["docker run ", "podman run "].iter().find_map(|run| line.split_once(run))?.1.split_whitespace();
    let option = words.find_map(|word| match word {
        "-m" | "--memory" => Some(None),
        word => word.strip_prefix("--memory=").or_else(|| word.strip_prefix("-m=")).map(Some),
    })?;
    amount(option.or_else(|| words.next())?, ByteUnits::Binary)
}

/// A value without its quotes, and without what follows it.
fn first_word(text: &str) -> &str {
    let is_end = |letter: char| letter.is_whitespace() || matches!(letter, '"' | '\'' | '`' | ',' | '}' | ')' | '\\');
    let text = text.trim_start().trim_start_matches(['"', '\'', '`']);
    &text[..text.find(is_end).unwrap_or(text.len())]
}

const NAME: &str = "GOMEMLIMIT";
/// How many lines below its head a value may stand.
const NEAR: usize = 4;
const LONGEST_LINE: usize = 4096;
/// Of the container's limit: the program's file, cgo and the kernel need some.
const ENOUGH_ROOM: f64 = 0.97;

#[cfg(test)]
mod tests {
    use gomem_table::MIB;

    use super::*;

    const GIB: f64 = 1024.0 * MIB;

    #[test]
    fn a_limit_beside_that_of_the_container() {
        let spec = |go: f64, container: f64| {
            Some(ContainerSpec { go_limit: GoLimit::Bytes(go * GIB), container_limit: container * GIB })
        };
        let values = "env:\n  - name: GOMEMLIMIT\n    value: \"4GiB\"\nresources:\n  requests:\n    memory: 512Mi\n  limits:\n    cpu: 2\n    memory: 2Gi\n";
        assert_eq!(ContainerSpec::find(values), spec(4.0, 2.0));
        for text in [
            "docker run -d -m 2g -e GOMEMLIMIT=4GiB api:1\n",
            "docker run --memory=2g --env GOMEMLIMIT=4GiB api:1\n",
            "environment:\n  GOMEMLIMIT: 4GiB\nmem_limit: 2g\n",
            "Environment=GOMEMLIMIT=4096MiB\nMemoryMax=2G\n",
            "MemoryMax=2147483648\nEnvironment=GOMEMLIMIT=4GiB GOGC=100\n",
            "limits: {cpu: 1, memory: 2Gi}\nGOMEMLIMIT: '4GiB'\n",
            "    Limits:\n      cpu:     1\n      memory:  2Gi\n    Environment:\n      GOMEMLIMIT:  4GiB\n",
        ] {
            assert_eq!(ContainerSpec::find(text), spec(4.0, 2.0), "{text}");
        }
        let malformed = |value: &str| ContainerSpec::find(&format!("GOMEMLIMIT={value}\nMemoryMax=2G\n"));
        for value in ["1500Mi", "1.5GiB", "1GB", "90%"] {
            let found = malformed(value).map(|spec| spec.go_limit);
            assert_eq!(found, Some(GoLimit::Malformed(value.to_owned())));
        }
        assert_eq!(malformed("2147483648").unwrap().go_limit, GoLimit::Bytes(2048.0 * MIB));
    }

    #[test]
    fn what_leaves_room_or_is_not_known_is_none() {
        for text in [
            "GOMEMLIMIT=1800MiB\nMemoryMax=2G\n",
            "GOMEMLIMIT=off\nMemoryMax=2G\n",
            "GOMEMLIMIT={{ .Values.limit }}\nMemoryMax=2G\n",
            "- name: GOMEMLIMIT\n  valueFrom:\n    resourceFieldRef:\n      resource: limits.memory\nlimits:\n  memory: 2Gi\n",
            "GOMEMLIMIT=4GiB\n",
            "MemoryMax=2G\n",
            // Of two programs it is not known which is whose.
            "GOMEMLIMIT=4GiB\nMemoryMax=2G\nMemoryMax=8G\n",
            "GOMEMLIMIT=4GiB\nGOMEMLIMIT=1GiB\nMemoryMax=2G\n",
            "Set GOMEMLIMIT to 90 % of the limit.\nlimits:\n  memory: 2Gi\n",
            "GOMEMLIMIT=4GiB\nlimits:\n  cpu: 1\nrequests:\n  memory: 2Gi\n",
        ] {
            assert_eq!(ContainerSpec::find(text), None, "{text}");
        }
    }
}
