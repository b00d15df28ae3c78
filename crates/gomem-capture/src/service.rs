//! The service: where it is, what is sent to it, and what it answers.

mod authorities;
mod client;
mod credentials;
mod endpoint;
mod fetch;
mod header;
mod index;
mod reach;
mod secrets;
mod target;

pub use authorities::Authorities;
pub use header::Headers;
pub use reach::{Answer, ListenCheck, Reach, listen_check};
pub use target::Target;

pub(crate) use client::{Client, Problem, ProblemKind};
pub(crate) use endpoint::{AT_THE_END, CPU, Endpoint, Form, HEAP_END, HEAP_START, TRACE};
pub(crate) use index::records_of;
pub(crate) use reach::{addresses, keeps_secrets, warning};
pub(crate) use secrets::Secrets;
pub(crate) use target::shown;
