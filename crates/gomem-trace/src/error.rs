//! What goes wrong with a trace, and where; and how much is accepted.

mod decode_error;
mod diagnostic;
mod limits;

pub use decode_error::{Error, ErrorKind};
pub use diagnostic::{Diagnostic, Flaw};
pub use limits::Limits;
