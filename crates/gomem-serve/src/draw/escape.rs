//! Text within HTML.

use gomem_symbol::{Outlet, name_for};

/// Text that stays text, in an element or in an attribute.
pub(super) fn escape(text: &str) -> String {
    name_for(Outlet::Html, text).into_owned()
}
