//! What goes wrong with a profile, and where; and how much is accepted.

mod decode_error;
mod diagnostic;
mod options;
mod usage_error;

pub use decode_error::{Error, ErrorKind};
pub use diagnostic::{Diagnostic, Flaw};
pub use options::{DecodeOptions, Limits};
pub use usage_error::UsageError;
