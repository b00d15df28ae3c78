//! One expression of a library that is inlined in several places.

use std::sync::Arc;

use foldhash::HashMap;
use gomem_escape::SubjectKind;

use crate::attribution::{place::Place, sites::Site};

/// What tells that sites are of one expression, charged to one line.
type Expression = (Place, Place, Option<Arc<str>>, String);

/// Gives each `&T{}` of a library one reason for all that one line of the user's own makes it allocate.
///
/// What the compiler says of it depends on where it was inlined: the object of a constructor is stored by one caller and
/// passed on by another. Who cannot change the callers sees one expression, and the reason of most of its bytes.
pub(crate) fn agree(sites: &mut [Site]) {
    let mut expressions: HashMap<Expression, Vec<usize>> = HashMap::default();
    for (at, site) in sites.iter().enumerate().filter(|(_, site)| !site.is_own()) {
        if let Some(made) = made(site) {
            let key = (site.place.clone(), site.charged_to.clone(), site.callee.clone(), made.to_owned());
            expressions.entry(key).or_default().push(at);
        }
    }
    for copies in expressions.into_values().filter(|copies| copies.len() > 1) {
        let bytes_of = |reason| {
            let same = copies.iter().filter(|at| sites[**at].reason == reason);
            same.fold(0_i64, |sum, at| sum.saturating_add(sites[*at].bytes))
        };
        let most = copies.iter().copied().max_by_key(|at| (bytes_of(sites[*at].reason), sites[*at].bytes));
        let Some(most) = most.map(|at| sites[at].clone()) else { continue };
        for at in copies {
            let site = &mut sites[at];
            if site.reason != most.reason {
                (site.reason, site.reason_confidence) = (most.reason, most.reason_confidence);
                site.decision.clone_from(&most.decision);
            }
        }
    }
}

/// `T` of `&T{...}`, without the package that is named where it is inlined.
fn made(site: &Site) -> Option<&str> {
    let decision = site.decision.as_ref().filter(|decision| decision.subject_kind == SubjectKind::NewValue)?;
    let name = decision.subject.strip_prefix("new(").unwrap_or(&decision.subject);
    let name = name.split(['{', ')', '[']).next()?.trim_start_matches('&');
    Some(name.rsplit('.').next().unwrap_or(name))
}
