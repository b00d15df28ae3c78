//! What `systemctl status` shows of a unit's memory, where the unit has a limit.
//!
//! ```text
//! ● relayd.service - relay daemon
//!      Memory: 3.9G (high: 4.0G max: 4.2G available: 74.3M peak: 4.0G)
//! ```

use gomem_table::ByteUnits;

use crate::bundle::text::{
    machine::{machine_bytes::of_machine, process_memory::ProcessMemory},
    printed::printable,
};

/// What the unit holds, with pages of files, and the lower of its limits.
pub(crate) fn unit_status(text: &str) -> Option<ProcessMemory> {
    let mut unit = "";
    for line in text.lines().filter(|line| line.len() <= LONGEST_LINE) {
        let line = line.trim();
        let named = line.trim_start_matches(['●', '○', '×', '*', ' ']).split_once(".service - ").map(|(name, _)| name);
        unit = named.filter(|name| !name.is_empty() && !name.contains(' ')).unwrap_or(unit);
        let Some((held, limits)) = line.strip_prefix("Memory: ").and_then(|rest| rest.split_once(" (")) else {
            continue;
        };
        // What systemd calls G is binary.
        let bytes = |amount: &str| of_machine(ByteUnits::Binary.parse(amount)?);
        let of = |name: &str| {
            let (_, value) = limits.split_once(name)?;
            bytes(value.split([' ', ')']).next()?)
        };
        let limit = [of("high: "), of("max: ")].into_iter().flatten().reduce(f64::min);
        let resident = bytes(held).filter(|&held| held > 0.0);
        if let (Some(resident_bytes), Some(limit), false) = (resident, limit, unit.is_empty()) {
            return Some(ProcessMemory {
                tool: "systemctl status",
                process: format!("{}.service", printable(unit)),
                resident_bytes,
                peak_bytes: of("peak: "),
                is_container: true,
                limit_bytes: Some(limit),
                ..ProcessMemory::default()
            });
        }
    }
    None
}

const LONGEST_LINE: usize = 512;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_unit_is_held_against_the_lower_limit() {
        let text = "● relayd.service - relay daemon\n     Active: active (running)\n     Memory: 3.5G (high: 4.0G max: 4.2G available: 74.3M peak: 4.0G)\n";
        let found = unit_status(text).unwrap();
        let gib = 1024.0 * 1024.0 * 1024.0;
        assert_eq!(
            (&*found.process, found.resident_bytes, found.limit_bytes),
            ("relayd.service", 3.5 * gib, Some(4.0 * gib))
        );
        for text in [
            "● relayd.service - relay daemon\n     Memory: 3.9G (peak: 4.0G)\n",
            "● relayd.service - relay daemon\n     Memory: 0B (max: 8.0G peak: 8.0G)\n",
            "Memory: 3.9G (max: 4.2G)\n",
            "● relayd.service - relay daemon\n     Memory: 3.9G\n",
        ] {
            assert_eq!(unit_status(text), None, "{text}");
        }
    }
}
