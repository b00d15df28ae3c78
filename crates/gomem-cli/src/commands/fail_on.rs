//! `--fail-on`: the findings that fail a command.

use clap::{
    Args,
    builder::{PossibleValuesParser, TypedValueParser},
};
use gomem_finding::Severity;

/// Which findings fail the command.
#[derive(Debug, Args)]
pub(crate) struct FailOn {
    /// Exit with 1 when a finding is at least this severe.
    #[arg(long, value_name = "SEVERITY", value_parser = severity())]
    fail_on: Option<Severity>,
}

impl FailOn {
    /// The exit code, by the worst finding.
    pub(crate) fn code(&self, worst: Option<Severity>) -> u8 {
        u8::from(self.fail_on.is_some_and(|least| worst >= Some(least)))
    }
}

fn severity() -> impl TypedValueParser<Value = Severity> {
    PossibleValuesParser::new(Severity::NAMES).try_map(|name| name.parse::<Severity>())
}
