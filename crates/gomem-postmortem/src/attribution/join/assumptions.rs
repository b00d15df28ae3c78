//! What attribution takes for granted, for want of a file that says it.

use crate::{
    attribution::{StdBasis, StdRelease},
    bundle::{Bundle, Remark},
};

/// What a reader should know of the attribution of a bundle's latest heap profile, by the release of its standard library.
pub(crate) fn assumptions(bundle: &Bundle, std: Option<StdRelease>) -> Vec<Remark> {
    let Some(heap) = bundle.latest_heap() else { return Vec::new() };
    let mut told = Vec::new();
    if bundle.escapes().is_none() && bundle.binary().is_none() {
        told.push("whose code is yours is guessed by names; the program's file in the bundle says it".to_owned());
    }
    told.extend(std.filter(|release| release.basis != StdBasis::Same).map(|release| release.note()));
    told.into_iter().map(|text| Remark { name: heap.name.clone(), text }).collect()
}
