//! Functions that wait to be called: by timers, and when an object has died.

use std::cell::RefCell;

use crate::{
    graph::{Edges, Reach},
    holders::{HolderKind, Roots, Tier},
    memory::{Cleanup, Snapshot},
    program::{Program, is_runtime},
};

/// Adds functions that timers call: those of users that the processors' lists of timers lead to.
pub(super) fn add_timers(roots: &mut Roots, snapshot: &Snapshot, program: &Program, edges: &Edges, reach: &mut Reach) {
    let found = RefCell::new(Vec::new());
    let is_waiting = |object: u32| {
        let Some(name) = closure(snapshot, program, object).filter(|name| !is_runtime(name)) else { return false };
        found.borrow_mut().push((object, name.to_owned()));
        true
    };
    let processors: Vec<u32> = roots
        .slots
        .iter()
        .filter(|slot| roots.holder_of(slot.node).name == PROCESSORS)
        .map(|slot| slot.target)
        .collect();
    reach.spread(edges, processors, SEARCH, is_waiting);
    reach.forget(SEARCH);
    let mut found = found.into_inner();
    found.sort_unstable();
    found.dedup();
    for (object, name) in found {
        let holder = roots.holder(HolderKind::Timer, name, Tier::Timer);
        roots.holders[holder as usize].instances += 1;
        roots.slot(roots.node(holder), 0, object);
    }
}

/// Adds what `runtime.AddCleanup` keeps.
pub(super) fn add_cleanups(
    roots: &mut Roots,
    snapshot: &Snapshot,
    program: &Program,
    edges: &Edges,
    reach: &mut Reach,
) {
    let found = match &snapshot.cleanups {
        Some(cleanups) => cleanups.iter().flat_map(|cleanup| recorded(snapshot, program, cleanup)).collect(),
        None => unrecorded(snapshot, program, edges, reach),
    };
    for (object, name) in found {
        let holder = roots.holder(HolderKind::Cleanup, name, Tier::Cleanup);
        roots.holders[holder as usize].instances += 1;
        roots.slot(roots.node(holder), 0, object);
    }
}

/// The function of a cleanup and its argument, under the name of the program's own function.
fn recorded(snapshot: &Snapshot, program: &Program, cleanup: &Cleanup) -> Vec<(u32, String)> {
    let objects = [cleanup.function, cleanup.argument].into_iter().filter_map(|address| snapshot.objects.find(address));
    let captured = || captured_function(snapshot, program, snapshot.objects.find(cleanup.function)?);
    let own = || program.function(cleanup.code).filter(|name| !name.starts_with(ADD_CLEANUP)).map(str::to_owned);
    let name = own().or_else(captured).unwrap_or_else(|| ADD_CLEANUP.to_owned());
    objects.map(|object| (object, name.clone())).collect()
}

/// What looks like cleanups where there is no record of them: closures of it that nothing points to (Go 1.24 and 1.25), and
/// its copies of arguments (since 1.26), of which only samples tell.
fn unrecorded(snapshot: &Snapshot, program: &Program, edges: &Edges, reach: &mut Reach) -> Vec<(u32, String)> {
    let mut found: Vec<(u32, String)> = Vec::new();
    for object in 0..snapshot.objects.len() as u32 {
        let is_cleanup = || closure(snapshot, program, object).is_some_and(|name| name.starts_with(ADD_CLEANUP));
        if !reach.is_reached(object) && is_cleanup() {
            let name = captured_function(snapshot, program, object).unwrap_or_else(|| ADD_CLEANUP.to_owned());
            found.push((object, name));
        }
    }
    reach.spread(edges, found.iter().map(|(object, _)| *object), SEARCH, |_| false);
    for (object, site) in &snapshot.samples {
        let site = &snapshot.sites[*site as usize];
        if site.is_cleanup && !reach.is_reached(*object) {
            let name = site.leaf().map_or_else(|| ADD_CLEANUP.to_owned(), |frame| frame.function.to_string());
            found.push((*object, name));
        }
    }
    reach.forget(SEARCH);
    found
}

/// The function of a function value that has variables of its own: its first word is where the code begins.
pub(crate) fn closure<'a>(snapshot: &Snapshot, program: &'a Program, object: u32) -> Option<&'a str> {
    program.function(snapshot.word(object, 0)?)
}

/// The function of the first function value that a closure has, by itself or in a variable that it shares.
fn captured_function(snapshot: &Snapshot, program: &Program, object: u32) -> Option<String> {
    let order = snapshot.target.order;
    let pointee = |value: u64| match snapshot.objects.find(value) {
        Some(object) => snapshot.word(object, 0),
        None => order.word(program.constant(value, order.word_bytes)?, 0),
    };
    let function = |value: u64| program.function(pointee(value)?);
    let words = snapshot.content(object).len() / order.word_bytes;
    (1..words).find_map(|index| {
        let value = snapshot.word(object, index * order.word_bytes)?;
        function(value).or_else(|| function(pointee(value)?)).map(str::to_owned)
    })
}

/// The runtime's list of processors, each of which has a list of timers.
const PROCESSORS: &str = "runtime.allp";
const ADD_CLEANUP: &str = "runtime.AddCleanup";
/// The mark of what is only looked through.
const SEARCH: u8 = 100;
