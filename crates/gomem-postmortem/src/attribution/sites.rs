//! What one leaf allocates for one reason, and what a line's sites add up to.

mod account;
mod assist_cost;
mod lifespan;
mod site;
mod site_row;

pub(crate) use account::{Account, Bytes, Call, Entry, Part, accounts};
pub use assist_cost::AssistCost;
pub use lifespan::Lifespan;
pub use site::Site;
pub(crate) use site::{GROWN_OR_COPIED, HeldBefore, LEFT_OUT, NO_LOG, NOT_KNOWN, NOT_LOGGED, OTHER_BUILD};
pub use site_row::predict_savings;
