//! How much a finding matters.

use gomem_table::named;

/// How much a finding matters.
///
/// ```
/// use gomem_finding::Severity;
///
/// assert_eq!(Severity::Critical.name(), "critical");
/// assert!("fatal".parse::<Severity>().is_err());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
#[repr(u8)]
pub enum Severity {
    /// Good to know.
    #[default]
    Info,
    /// Costs something, or will: worth fixing.
    Warning,
    /// The program is in danger: it ends in an outage.
    Critical,
}

named!(Severity { Info "info", Warning "warning", Critical "critical" });

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_back() {
        for &severity in Severity::ALL {
            assert_eq!(severity.name().parse(), Ok(severity));
        }
        let error = "fatal".parse::<Severity>().unwrap_err();
        assert_eq!(error.to_string(), "\"fatal\" is not one of info, warning, critical");
    }
}
