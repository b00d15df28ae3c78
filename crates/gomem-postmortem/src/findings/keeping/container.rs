//! A container of the program that grows with what is kept, where nothing says who keeps it.

use gomem_escape::Cause;
use gomem_symbol::Symbol;

use crate::attribution::{Place, Reason, Site};

/// A map that is filled, or a slice that is appended to, beside what is kept: its memory for each of the objects is that of an
/// element.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Container {
    place: Place,
    is_map: bool,
    bytes_each: i64,
}

impl Container {
    /// The one container that may hold the objects of `site`: of the same package, kept as they are, with the room of one element
    /// for each. Of several nothing is known.
    pub(crate) fn find(site: &Site, all: &[Site]) -> Option<Self> {
        let package = |site: &Site| Symbol::decode(site.charged_to.function()).package().to_owned();
        let of_site = package(site);
        let is_beside =
            |other: &&Site| other.is_own() && other.charged_to != site.charged_to && package(other) == of_site;
        let mut found = all.iter().filter(is_beside).filter(|other| is_filled_with(site, other));
        let container = found.next().filter(|_| found.next().is_none())?;
        Some(Self {
            place: container.charged_to.clone(),
            is_map: container.reason == Some(Reason::MapGrowth),
            bytes_each: container.inuse_bytes / site.inuse_objects.max(1),
        })
    }

    /// The line that fills it.
    pub(crate) fn place(&self) -> &Place {
        &self.place
    }

    pub(crate) fn words(&self) -> String {
        let Self { place, is_map, bytes_each } = self;
        let (what, how, end) = match is_map {
            true => (
                "map",
                "fills",
                "Delete each from it when it is done with, on every path: a timeout, an error, a client that is gone",
            ),
            false => ("slice", "appends to", "Take each out of it when it is done with, and set its element to nil"),
        };
        format!(
            "The {what} that {} {how} at {} most likely holds them: it has {bytes_each} B in use for each of these objects, the room of an \
             element. {end}. A heap dump tells for sure (runtime/debug.WriteHeapDump, then `gomem heap`).",
            place.short_function(),
            place.short()
        )
    }
}

fn is_container(site: &Site) -> bool {
    matches!(site.reason, Some(Reason::MapGrowth | Reason::Compiler(Cause::SliceGrowth)))
}

/// Whether what is in use of the container is more than chance shows, and about an element for each object.
fn is_filled_with(site: &Site, container: &Site) -> bool {
    container.inuse_bytes >= LEAST_BYTES && is_of_one_element(site, container)
}

/// Whether a container has about an element for each object, and stays: what it outgrew is garbage.
pub(crate) fn is_of_one_element(site: &Site, container: &Site) -> bool {
    let each = container.inuse_bytes as f64 / site.inuse_objects.max(1) as f64;
    let most = if container.reason == Some(Reason::MapGrowth) { OUTGROWN_BY_MAP } else { OUTGROWN_BY_SLICE };
    let stays = container.inuse_bytes.saturating_mul(most) >= container.bytes;
    is_container(container) && stays && (SMALLEST_ELEMENT..=LARGEST_ELEMENT).contains(&each)
}

/// All that a map took while it grew, in what it has now: it doubles.
const OUTGROWN_BY_MAP: i64 = 4;
/// The same of a slice: a long one grows by a quarter (`nextslicecap` in `runtime/slice.go`), and the sum of all is five times
/// the last.
const OUTGROWN_BY_SLICE: i64 = 6;
/// In bytes: a pointer in a slice.
const SMALLEST_ELEMENT: f64 = 8.0;
/// In bytes: a key and a value of some words in a map that is half full.
const LARGEST_ELEMENT: f64 = 200.0;
/// What the sampler shows by chance is less.
const LEAST_BYTES: i64 = 4 << 20;
