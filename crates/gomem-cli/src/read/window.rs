//! Windows of time.

use clap::Args;
use gomem_metrics::{Window, WindowEnd, WindowError};

use crate::failure::Failure;

/// The part of a recording that is looked at.
#[derive(Debug, Args)]
pub(crate) struct WindowOptions {
    /// Look at what is known to be from this time on: `2026-11-08 09:30`, in UTC or with a zone, or seconds since the Unix
    /// epoch.
    #[arg(long, value_name = "TIME", default_value = "", hide_default_value = true)]
    from: String,
    /// Look at what is known to be from until then; a day or a minute is meant with all of it.
    #[arg(long, value_name = "TIME", default_value = "", hide_default_value = true)]
    to: String,
}

impl WindowOptions {
    /// Whether a part is asked for.
    pub(crate) fn is_set(&self) -> bool {
        !self.from.is_empty() || !self.to.is_empty()
    }

    pub(crate) fn window(&self) -> Result<Window, Failure> {
        Window::parse(&self.from, &self.to).map_err(|problem| {
            let option = match problem {
                WindowError::NoTime { end: WindowEnd::To, .. } => "--to",
                _ => "--from",
            };
            Failure::Usage(format!("{option}: {problem}"))
        })
    }
}
