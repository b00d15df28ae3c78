//! What each function of the program has in use.

use std::sync::Arc;

use foldhash::HashMap;

use crate::attribution::{Place, Site};

/// What a function has in use, by its own lines and by what they call.
pub(crate) struct FunctionInUse {
    pub(crate) bytes: i64,
    /// Where most of it is made, and how much that is.
    pub(crate) place: Place,
    largest: i64,
}

impl FunctionInUse {
    /// Of all functions, by name.
    pub(crate) fn by_name(sites: &[Site]) -> HashMap<Arc<str>, Self> {
        let mut found: HashMap<Arc<str>, Self> = HashMap::default();
        for site in sites.iter().filter(|site| site.reached_from.is_none()) {
            let place = &site.charged_to;
            let function = found.entry(place.function().into()).or_insert_with(|| Self {
                bytes: 0,
                place: place.clone(),
                largest: site.inuse_bytes,
            });
            function.bytes = function.bytes.saturating_add(site.inuse_bytes);
            if site.inuse_bytes > function.largest {
                (function.largest, function.place) = (site.inuse_bytes, place.clone());
            }
        }
        found
    }
}
