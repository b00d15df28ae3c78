//! What allocates, by leaf and reason.
//!
//! | room | holds |
//! |---|---|
//! | `evidence` | what log, sizes, names and a CPU profile say of an allocation |
//! | `sites` | [`Site`]: what one leaf allocates for one reason, and what a line's sites add up to |
//! | `join` | [`attribute`]: from a profile to its sites |

mod evidence;
mod held;
mod join;
mod options;
mod place;
mod reason;
mod sites;

pub use evidence::{BuildMatch, StdBasis, StdRelease};
pub(crate) use evidence::{Compiler, NamedFunction, Record};
pub(crate) use held::attribute_holding;
pub use held::{HeldSite, attribute_heap};
pub(crate) use join::{assumptions, first_frame, latest_sites};
pub use join::{attribute, join_trace};
pub use options::AttributeOptions;
pub use place::Place;
pub use reason::Reason;
pub(crate) use sites::{Account, Bytes, Call, Entry, Part, accounts};
pub use sites::{AssistCost, Explanation, Lifespan, Site, predict_savings};
