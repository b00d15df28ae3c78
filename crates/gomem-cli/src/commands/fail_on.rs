//! `--fail-on`: the findings that fail a command.

use std::io::Write;

use clap::{
    Args,
    builder::{PossibleValuesParser, TypedValueParser},
};
use gomem_finding::Severity;

use crate::commands::gate;

/// Which findings fail the command.
#[derive(Debug, Args)]
pub(crate) struct FailOn {
    /// Exit with 1 when a finding is at least this severe.
    #[arg(long, value_name = "SEVERITY", value_parser = severity())]
    fail_on: Option<Severity>,
}

impl FailOn {
    /// The exit code, by the worst finding; says so when the gate failed.
    pub(crate) fn code(&self, worst: Option<Severity>, err: &mut dyn Write) -> u8 {
        let failed = self.fail_on.filter(|&least| worst >= Some(least));
        gate::failed(failed.map(Severity::name).into_iter(), err)
    }
}

fn severity() -> impl TypedValueParser<Value = Severity> {
    PossibleValuesParser::new(Severity::NAMES).try_map(|name| name.parse::<Severity>())
}
