//! What each page shows, a file each.

mod flame;
mod labels;
mod list;
mod report;
mod shown;
mod sites;
mod sizes;
mod top;

pub(crate) use flame::flame_view;
pub(crate) use labels::labels_view;
pub(crate) use list::list_view;
pub(crate) use report::Narrowed;
pub(crate) use shown::{Question, Shown};
pub(crate) use sites::sites_view;
pub(crate) use sizes::sizes_view;
pub(crate) use top::top_view;
