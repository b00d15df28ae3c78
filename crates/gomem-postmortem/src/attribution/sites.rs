//! What one leaf allocates for one reason, and what a line's sites add up to.

mod account;
mod assist_cost;
mod explanation;
mod lifespan;
mod site;
mod site_row;

pub(crate) use account::{Account, Bytes, Call, Entry, Part, accounts};
pub use assist_cost::AssistCost;
pub use explanation::Explanation;
pub use lifespan::Lifespan;
pub(crate) use site::HeldBefore;
pub use site::Site;
pub use site_row::predict_savings;
