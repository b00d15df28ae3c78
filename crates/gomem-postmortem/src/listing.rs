//! Sources beside what their lines cost, and what the compiler decided there.
//!
//! | file | holds |
//! |---|---|
//! | `excerpt` | what of a function is shown where there is little room |
//! | `line` | a line of a listing, and what the compiler decided there |
//! | `listing` | [`Listing`]: the functions whose names match, with their lines |
//! | `table` | one row a line |

mod excerpt;
mod line;
mod listing;
mod table;

pub use line::{LineDecision, ListedLine};
pub use listing::{FunctionListing, Listing, ListingError, ListingOptions};
