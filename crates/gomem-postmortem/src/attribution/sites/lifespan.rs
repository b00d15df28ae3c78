//! How long the objects of a site live, by an execution trace.

use std::sync::Arc;

use gomem_trace::LifetimeRow;

/// How long the objects of a site live, by the births and deaths of an execution trace. It has no lines, so that what is known is
/// of a type and a size.
///
/// ```
/// # let bundle = gomem_testkit::root().join("testdata/traces/pools/bundle");
/// use gomem_postmortem::{Bundle, Report};
///
/// let report = Report::from_bundle(&Bundle::open(&bundle)?);
/// let dies_young = |line| {
///     let site = report.sites().iter().find(|site| site.place.line == line)?;
///     site.lifespan.as_deref()?.dies_young()
/// };
/// // A pool would save the frames of line 32. The sessions of line 36 are still in use when GC runs.
/// assert_eq!((dies_young(32), dies_young(36)), (Some(true), Some(false)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Lifespan {
    /// The type, with the last name of its package only.
    pub type_name: Arc<str>,
    /// How many objects of it were born and either died at the first GC or outlived it.
    pub objects: u64,
    /// The share of them that died at the first GC.
    pub dead_at_first_gc_fraction: f64,
    /// The share of the type's objects that the site makes, by the heap profile.
    pub site_fraction: f64,
}

impl Lifespan {
    /// Whether nearly all of the site's objects die at the first GC. `None` where other sites make so many of the type that
    /// it may be either.
    #[must_use]
    pub fn dies_young(&self) -> Option<bool> {
        if self.objects < FEWEST || self.site_fraction <= 0.0 {
            return None;
        }
        let (dead, share) = (self.dead_at_first_gc_fraction, self.site_fraction.min(1.0));
        let (least, most) = (1.0 - (1.0 - dead) / share, dead / share);
        match (least >= YOUNG, most < YOUNG) {
            (true, _) => Some(true),
            (_, true) => Some(false),
            _ => None,
        }
    }
}

const YOUNG: f64 = LifetimeRow::POOL_DEAD_FRACTION;
/// So many have a standard deviation of three in a hundred.
const FEWEST: u64 = 100;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn others_of_the_type_may_be_the_old_ones() {
        let lives = |dead, site_fraction, objects| {
            Lifespan { type_name: "main.T".into(), objects, dead_at_first_gc_fraction: dead, site_fraction }
                .dies_young()
        };
        assert_eq!(lives(0.95, 1.0, 1000), Some(true));
        assert_eq!(lives(0.95, 0.2, 1000), None, "all of the site's may be among the twentieth");
        assert_eq!(lives(0.99, 0.5, 1000), Some(true));
        assert_eq!(lives(0.1, 0.5, 1000), Some(false));
        assert_eq!(lives(0.5, 0.5, 1000), None);
        assert_eq!(lives(1.0, 1.0, 99), None);
        assert_eq!(lives(1.0, 0.0, 1000), None);
    }
}
