//! Who keeps memory: roots with names, in tiers, and what each of them keeps.

mod closures;
mod globals;
mod goroutines;
mod holder;
mod ownership;
mod roots;
mod runtime_words;
mod sites;
mod stack_objects;

pub(crate) use closures::closure;
pub(crate) use goroutines::function;
pub(crate) use holder::{Holder, Tier};
pub use holder::{HolderKind, Holding};
pub(crate) use ownership::Ownership;
pub use ownership::RootChoice;
pub(crate) use roots::{RootSlot, Roots};
pub use sites::SiteShare;
pub(crate) use sites::{profile_rate, shares};
pub(crate) use stack_objects::StackObjects;
