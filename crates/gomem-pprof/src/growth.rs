//! How each site's value goes over a series of profiles: the one answer to "does this site grow".

mod growth;
mod options;
mod site;
mod snapshot;

pub use growth::Growth;
pub use options::{GrowthError, GrowthOptions};
pub use site::SiteGrowth;
