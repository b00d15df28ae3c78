//! Whose call keeps the goroutines that a library starts for itself.

use gomem_symbol::Symbol;

use crate::{attribution::Site, findings::wait::package_of};

/// The call of a line of the program, of the package whose `count` goroutines begin with `entry`, that keeps most, and as many; else
/// the call of another package that ends there, as by an interface.
pub(super) fn user_of<'s>(entry: &str, count: i64, sites: &'s [Site]) -> Option<&'s Site> {
    let fewest = (count as f64 / AS_MANY).max(1.0);
    let as_many = || {
        let charged = sites.iter().filter(|site| site.callee.is_some() && site.reached_from.is_none());
        charged.filter(|site| site.inuse_objects as f64 >= fewest)
    };
    let ends_there = |site: &&Site| package_of(&site.place.function) == package_of(entry);
    // A method of the type whose method the goroutines run is nearer than what else the package does.
    let receiver = |function: &str| Symbol::decode(function).receiver().map(str::to_owned);
    let of_entry = receiver(entry);
    let is_near = |site: &Site| of_entry.is_some() && site.callee.as_deref().and_then(receiver) == of_entry;
    let of_package = as_many().filter(|site| is_of(site, entry)).max_by_key(|site| (is_near(site), site.inuse_bytes));
    of_package.or_else(|| as_many().filter(ends_there).max_by_key(|site| site.inuse_bytes))
}

/// Whether the line calls the package that `entry` is of.
pub(super) fn is_of(site: &Site, entry: &str) -> bool {
    site.callee.as_deref().is_some_and(|callee| package_of(callee) == package_of(entry))
}

/// The sampler's counts, and profiles that are taken a little before or after.
pub(super) const AS_MANY: f64 = 2.5;
