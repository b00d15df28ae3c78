//! What `systemctl show` prints of a unit: its memory, its limit, and how its last run ended.
//!
//! ```text
//! $ systemctl show relayd -p MemoryCurrent,MemoryPeak,MemoryMax,NRestarts,Result
//! MemoryCurrent=2098790400
//! MemoryMax=2147483648
//! Result=oom-kill
//! ```

use foldhash::HashMap;

use crate::bundle::text::{
    machine::{machine_bytes::of_machine, process_memory::ProcessMemory},
    printed::printable,
};

/// What the unit holds, and the lower of its limits. Of several units it is the last.
pub(crate) fn unit_properties(text: &str) -> Option<ProcessMemory> {
    let (mut asked, mut id) = ("", "");
    let mut properties: HashMap<&str, &str> = HashMap::default();
    for line in text.lines().map(str::trim).filter(|line| line.len() <= LONGEST_LINE) {
        if let Some((_, options)) = line.split_once("systemctl show ") {
            let unit = unit_asked(options).unwrap_or_default();
            // One unit is often asked for one property after the other.
            if unit != asked {
                (asked, id) = (unit, "");
                properties.clear();
            }
        }
        let Some((name, value)) = line.split_once('=') else { continue };
        if name == "Id" {
            id = value;
        } else if NAMES.contains(&name) {
            properties.insert(name, value);
        }
    }
    let unit = if id.is_empty() { asked } else { id };
    let is_name = !unit.is_empty() && unit.bytes().all(|byte| byte.is_ascii_graphic());
    // What is not set is `infinity`, and of a unit that does not run `[not set]`.
    let bytes = |name: &str| of_machine(properties.get(name)?.parse::<u64>().ok()? as f64).filter(|&bytes| bytes > 0.0);
    let limit = [bytes("MemoryHigh"), bytes("MemoryMax")].into_iter().flatten().reduce(f64::min);
    let is_killed = properties.get("Result") == Some(&"oom-kill");
    let peak = bytes("MemoryPeak");
    let resident = bytes("MemoryCurrent").or(peak.filter(|_| is_killed))?;
    is_name.then(|| ProcessMemory {
        tool: "systemctl show",
        process: format!("{}.service", printable(unit.strip_suffix(".service").unwrap_or(unit))),
        resident_bytes: resident,
        peak_bytes: peak,
        swap_bytes: bytes("MemorySwapCurrent"),
        is_container: true,
        kills: is_killed.then_some(1),
        limit_bytes: limit,
        ..ProcessMemory::default()
    })
}

/// The first word that is no option, nor what one is of: `-p MemoryCurrent relayd`.
fn unit_asked(options: &str) -> Option<&str> {
    let mut is_of_option = false;
    options.split_whitespace().find(|word| {
        let is_unit = !is_of_option && !word.starts_with('-');
        is_of_option = matches!(*word, "-p" | "-P" | "--property" | "-t" | "--type");
        is_unit
    })
}

const NAMES: [&str; 6] = ["MemoryCurrent", "MemoryPeak", "MemoryHigh", "MemoryMax", "MemorySwapCurrent", "Result"];
const LONGEST_LINE: usize = 4096;

#[cfg(test)]
mod tests {
    use gomem_table::MIB;

    use super::*;

    #[test]
    fn a_unit_by_its_id_or_by_what_was_asked() {
        let of = |text: &str| {
            let found = unit_properties(text)?;
            let mib = |bytes: f64| bytes / MIB;
            Some((found.process, mib(found.resident_bytes), found.limit_bytes.map(mib), found.kills.is_some()))
        };
        let shown = "MemoryCurrent=104857600\nMemoryPeak=209715200\nMemoryHigh=infinity\nMemoryMax=209715200\nResult=oom-kill\n";
        let name = || "relayd.service".to_owned();
        for head in
            ["$ systemctl show -p MemoryCurrent relayd\n", "# systemctl show relayd.service\n", "Id=relayd.service\n"]
        {
            assert_eq!(of(&format!("{head}{shown}")), Some((name(), 100.0, Some(200.0), true)), "{head}");
        }
        // It does not run now.
        let ended =
            "Id=relayd.service\nMemoryCurrent=[not set]\nMemoryPeak=209715200\nMemoryMax=infinity\nResult=oom-kill\n";
        assert_eq!(of(ended), Some((name(), 200.0, None, true)));
        let more = format!(
            "$ systemctl show relayd -p MemoryCurrent\n{shown}$ systemctl show relayd -p Environment\nEnvironment=\n"
        );
        assert_eq!(of(&more), Some((name(), 100.0, Some(200.0), true)));
        let other = format!("$ systemctl show a\n{shown}$ systemctl show relayd\nMemoryCurrent=104857600\n");
        assert_eq!(of(&other), Some((name(), 100.0, None, false)));
        for text in [
            shown,
            "Id=relayd.service\nMemoryMax=209715200\nResult=success\n",
            "Id=relayd.service\nMemoryCurrent=[not set]\nMemoryPeak=209715200\nResult=success\n",
            "Id=relayd.service\nMemoryCurrent=18446744073709551615\n",
        ] {
            assert_eq!(of(text), None, "{text}");
        }
    }
}
