//! What holds what a line makes, where that is made again and again: each is kept itself.

use std::sync::Arc;

use gomem_escape::{EscapeLog, HeapDecision, Step};
use gomem_symbol::Symbol;

use crate::findings::keeping::final_store::{final_store_of, storing_step};

/// The object that something is stored in, of which there are many.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Owner {
    made: Arc<str>,
    /// The statement that keeps each of them.
    store: Arc<str>,
    /// Whether the function that stores something in it makes it.
    is_made_there: bool,
}

impl Owner {
    /// The owner of what `made` is about, which `step` stores.
    pub(crate) fn find(made: &HeapDecision, step: &Step, log: &EscapeLog) -> Option<Self> {
        Self::in_function(made, step, log).or_else(|| Self::of_receiver(made, step, log))
    }

    /// What the function makes, and gives to who keeps it: `c.frames = append(c.frames, f)`, then `all = append(all, c)`.
    fn in_function(made: &HeapDecision, step: &Step, log: &EscapeLog) -> Option<Self> {
        let last =
            final_store_of(made, log).filter(|last| !std::ptr::eq(last.made, made) && last.step.from != step.from)?;
        let subject = &last.made.subject;
        let name = subject.strip_prefix('&').and_then(|literal| literal.split('{').next()).unwrap_or(subject);
        Some(Self { made: name.into(), store: Arc::clone(&last.step.from), is_made_there: true })
    }

    /// The receiver of the method that stores it, where another function makes it again and again and stores each.
    fn of_receiver(made: &HeapDecision, step: &Step, log: &EscapeLog) -> Option<Self> {
        let symbol = Symbol::decode_in_package("", made.function.as_deref()?);
        let owner = symbol.receiver()?.trim_start_matches('*').to_owned();
        let (target, _) = step.from.split_once(" = ")?;
        // Into a field of what is pointed to: `s.cache[path]`.
        let is_field = target.split_once('.').is_some_and(|(name, _)| name.chars().all(char::is_alphanumeric));
        let literal = format!("&{owner}{{");
        let is_made = |other: &&HeapDecision| {
            other.package == made.package
                && other.function.as_deref() != Some("init")
                && other.subject.starts_with(&*literal)
        };
        let is_kept = |store: &&Step| {
            let target = store.from.split_once(" = ").map(|(target, _)| target);
            store.from != step.from
                && target.is_some_and(|target| target.contains('[') || store.from.contains("append("))
        };
        let made_by = log.heap_decisions().iter().filter(|_| is_field).filter(is_made);
        let store = made_by.filter_map(storing_step).find(is_kept)?;
        Some(Self { made: owner.into(), store: Arc::clone(&store.from), is_made_there: false })
    }

    /// Who keeps each of them, and what to do about that.
    pub(crate) fn words(&self) -> String {
        let Self { made, store, is_made_there } = self;
        if *is_made_there {
            return format!(
                "The `{made}` that holds it is made there too, and `{store}` keeps each of those. Bound that: delete entries when they are done, or evict \
                 by age or size."
            );
        }
        format!(
            "Each `{made}` is kept itself, by `{store}`: where one is made for each request or run, what it holds goes only when it is deleted there. \
             Where there is one for all, bound it: delete entries when they are done, or evict by age or size."
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What an inlined constructor makes, in the function that keeps it.
    const LOG: &str = "# example.com/app\n\
        ./a.go:22:34: append(c.frames, ~r0) escapes to heap in ingest:\n\
        ./a.go:22:34:   flow: {heap} ← &{storage for append(c.frames, ~r0)}:\n\
        ./a.go:22:34:     from append(c.frames, ~r0) (spill) at ./a.go:22:34\n\
        ./a.go:22:34:     from c.frames = append(c.frames, ~r0) (assign) at ./a.go:22:34\n\
        ./a.go:22:54: append(library, c) escapes to heap in ingest:\n\
        ./a.go:22:54:   flow: {heap} ← &{storage for append(library, c)}:\n\
        ./a.go:22:54:     from append(library, c) (spill) at ./a.go:22:54\n\
        ./a.go:22:54:     from library = append(library, c) (assign) at ./a.go:22:46\n\
        ./a.go:22:34: make([]byte, 4000) escapes to heap in ingest:\n\
        ./a.go:22:34:   flow: ~r0 ← &{storage for make([]byte, 4000)}:\n\
        ./a.go:22:34:     from make([]byte, 4000) (spill) at ./a.go:22:34\n\
        ./a.go:22:34:     from frame{...} (struct literal element) at ./a.go:22:34\n\
        ./a.go:22:34:     from ~r0 = frame{...} (assign-pair) at ./a.go:22:34\n\
        ./a.go:22:34:   flow: {heap} ← ~r0:\n\
        ./a.go:22:34:     from append(c.frames, ~r0) (call parameter) at ./a.go:22:34\n\
        ./a.go:22:34: &clip{} escapes to heap in ingest:\n\
        ./a.go:22:34:   flow: c ← &{storage for &clip{}}:\n\
        ./a.go:22:34:     from &clip{} (spill) at ./a.go:22:34\n\
        ./a.go:22:34:     from c := &clip{} (assign) at ./a.go:22:34\n\
        ./a.go:22:34:   flow: {heap} ← c:\n\
        ./a.go:22:34:     from append(library, c) (call parameter) at ./a.go:22:54\n\
        ./a.go:22:34: &clip{} escapes to heap\n\
        ./a.go:22:34: make([]byte, 4000) escapes to heap\n\
        ./a.go:22:34: append escapes to heap\n\
        ./a.go:22:54: append escapes to heap\n";

    #[test]
    fn what_is_made_to_hold_it_is_kept_itself() {
        let log = EscapeLog::decode(LOG.as_bytes()).unwrap();
        let made = |subject: &str| log.heap_decisions().iter().find(|decision| &*decision.subject == subject).unwrap();
        let slice = made("make([]byte, 4000)");
        let owner = Owner::find(slice, storing_step(slice).unwrap(), &log).unwrap();
        assert_eq!((&*owner.made, &*owner.store), ("clip", "library = append(library, c)"));
        let clip = made("&clip{}");
        assert_eq!(Owner::find(clip, storing_step(clip).unwrap(), &log), None, "it is kept as it is");
    }
}
