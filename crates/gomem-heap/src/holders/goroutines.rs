//! Goroutines as holders: those that began with one function and wait for one reason are one.

use std::{
    collections::{BTreeMap, HashSet},
    sync::Arc,
};

use gomem_symbol::Symbol;

use crate::{
    holders::{HolderKind, Roots, Tier, stack_objects::StackObjects},
    memory::{Exactness, Goroutine, Snapshot},
    program::{Program, is_runtime},
};

/// Adds goroutines, their frames, and the words that their frames hold; gives the name of each goroutine's group.
pub(super) fn add(roots: &mut Roots, snapshot: &Snapshot, program: &Program) -> Vec<String> {
    let names = names(snapshot, program);
    for ((goroutine, name), number) in snapshot.goroutines.iter().zip(&names).zip(0..) {
        let (kind, tier) = kind(goroutine);
        let holder = roots.holder(kind, name.clone(), tier);
        roots.holders[holder as usize].instances += 1;
        let node = roots.part(roots.node(holder), number, None);
        for root in &goroutine.roots {
            if let Some(target) = snapshot.objects.find(*root) {
                roots.slot(node, 0, target);
            }
        }
        let order = snapshot.target.order;
        let mut frames = Vec::with_capacity(goroutine.frames.len());
        for (frame, depth) in goroutine.frames.iter().zip(0..) {
            let part = roots.part(node, number, Some(depth));
            frames.push(part);
            let content = frame.content(&snapshot.file);
            for offset in frame.pointers.iter().map(|offset| *offset as usize) {
                if let Some(target) = order.word(content, offset).and_then(|value| snapshot.objects.find(value)) {
                    roots.slot(part, offset, target);
                }
            }
        }
        StackObjects::new(snapshot, program, goroutine).for_each_pointer(|frame, offset, value| {
            if let Some(target) = snapshot.objects.find(value) {
                roots.slot(frames[frame], offset, target);
            }
        });
    }
    names
}

/// Adds every word of the frames that looks like a pointer: of variables whose address is taken nothing else tells without the
/// program's file.
pub(super) fn add_conservative(roots: &mut Roots, snapshot: &Snapshot, names: &[String]) {
    let order = snapshot.target.order;
    let is_untold = |(goroutine, _): &(&Goroutine, _)| goroutine.exactness == Exactness::Lists;
    for (goroutine, name) in snapshot.goroutines.iter().zip(names).filter(is_untold) {
        let mut targets = HashSet::new();
        for frame in &goroutine.frames {
            let content = frame.content(&snapshot.file);
            let words = (0..content.len()).step_by(order.word_bytes);
            targets.extend(words.filter_map(|at| snapshot.objects.find(order.word(content, at)?)));
        }
        if targets.is_empty() {
            continue;
        }
        let holder = roots.holder(HolderKind::StackConservative, name.clone(), Tier::Conservative);
        roots.holders[holder as usize].instances += 1;
        let mut targets: Vec<u32> = targets.into_iter().collect();
        targets.sort_unstable();
        for target in targets {
            roots.slot(roots.node(holder), 0, target);
        }
    }
}

fn kind(goroutine: &Goroutine) -> (HolderKind, Tier) {
    if goroutine.is_system { (HolderKind::Runtime, Tier::Runtime) } else { (HolderKind::Goroutine, Tier::User) }
}

/// The name of each goroutine's group: its function, and the reason why it waits where its function alone does not tell groups apart.
fn names(snapshot: &Snapshot, program: &Program) -> Vec<String> {
    let functions: Vec<Arc<str>> = snapshot.goroutines.iter().map(|goroutine| function(goroutine, program)).collect();
    let mut reasons: BTreeMap<&str, HashSet<&str>> = BTreeMap::new();
    for (goroutine, function) in snapshot.goroutines.iter().zip(&functions) {
        reasons.entry(function).or_default().insert(reason(goroutine));
    }
    let name = |(goroutine, function): (&Goroutine, &Arc<str>)| match reasons.get(&**function).map(HashSet::len) {
        Some(2..) => format!("{function} [{}]", reason(goroutine)),
        _ => function.to_string(),
    };
    snapshot.goroutines.iter().zip(&functions).map(name).collect()
}

/// Why it waits; of one that does not, its state.
pub(crate) fn reason(goroutine: &Goroutine) -> &str {
    match goroutine.state() {
        "waiting" if !goroutine.wait_reason.is_empty() => &goroutine.wait_reason,
        state => state,
    }
}

/// The function that it began with: the outermost that is not of the runtime and was not made by the compiler to call another.
pub(crate) fn function(goroutine: &Goroutine, program: &Program) -> Arc<str> {
    let frames = || goroutine.frames.iter().rev();
    let is_launcher =
        |name: &str| is_runtime(name) || name.starts_with("sync.") || Symbol::decode(name).wrapper().is_some();
    let own = frames().find_map(|frame| {
        if !is_launcher(&frame.function) && !program.is_wrapper(frame.entry) {
            return Some(frame.function.clone());
        }
        // What is called may be inlined into what was made to call it.
        let inlined = program.inlined(frame.entry, frame.pc).filter(|name| !is_launcher(name));
        inlined.filter(|_| !is_runtime(&frame.function)).map(Into::into)
    });
    let any = || frames().find(|frame| &*frame.function != "runtime.goexit").or(goroutine.frames.first());
    own.or_else(|| any().map(|frame| frame.function.clone())).unwrap_or_else(|| "goroutine".into())
}
