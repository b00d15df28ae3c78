//! What gates are made of, and what they say.

use std::{fmt, io::Write};

/// `5%`: no less than nothing.
pub(crate) fn percent(text: &str) -> Option<f64> {
    let percent = text.strip_suffix('%')?.trim().parse().ok();
    percent.filter(|percent: &f64| percent.is_finite() && *percent >= 0.0)
}

/// Says which gates failed, if any; gives the exit code.
pub(crate) fn failed(gates: impl Iterator<Item = impl fmt::Display>, err: &mut dyn Write) -> u8 {
    let failed: Vec<String> = gates.map(|gate| gate.to_string()).collect();
    if !failed.is_empty() {
        let _ = writeln!(err, "gomem: failed: {}", crate::show::one_line(&failed.join(", ")));
    }
    u8::from(!failed.is_empty())
}
