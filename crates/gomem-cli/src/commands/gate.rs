//! What gates say.

use std::{fmt, io::Write};

/// Says which gates failed, if any; gives the exit code.
pub(crate) fn failed(gates: impl Iterator<Item = impl fmt::Display>, err: &mut dyn Write) -> u8 {
    let failed: Vec<String> = gates.map(|gate| gate.to_string()).collect();
    if !failed.is_empty() {
        let _ = writeln!(err, "gomem: failed: {}", crate::show::one_line(&failed.join(", ")));
    }
    u8::from(!failed.is_empty())
}
