//! Commands that talk to what runs: a live service, a browser, an agent.

pub(crate) mod capture;
pub(crate) mod interrupt;
#[cfg(feature = "mcp")]
pub(crate) mod mcp;
#[cfg(feature = "serve")]
pub(crate) mod serve;
