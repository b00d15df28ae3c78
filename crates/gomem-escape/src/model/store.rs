//! Where something is stored that goes to the heap.

use std::sync::Arc;

use crate::decide::Step;

/// The statement that stores something in what is on the heap: a field, an element, a map, a channel, a variable of a package.
///
/// ```
/// # let log = "# example.com/app\n\
/// #     ./a.go:7:6: r escapes to heap in load:\n\
/// #     ./a.go:7:6:   flow: {heap} ← &r:\n\
/// #     ./a.go:7:6:     from &r (address-of) at ./a.go:9:14\n\
/// #     ./a.go:7:6:     from byID[r.ID] = &r (assign) at ./a.go:9:12\n\
/// #     ./a.go:7:6: moved to heap: r\n";
/// # let log = gomem_escape::EscapeLog::decode(log.as_bytes())?;
/// let store = log.heap_decisions()[0].store.as_ref().expect("the map keeps it");
/// assert_eq!((&*store.step.from, store.step.line), ("byID[r.ID] = &r", Some(9)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Store {
    /// The last step of its flow to the heap.
    pub step: Step,
    /// The package of the statement.
    pub package: Arc<str>,
    /// The function that stores it as its parameter, without its package; `None` where that is the function that makes it.
    pub function: Option<Arc<str>>,
}

#[cfg(test)]
mod tests {
    use crate::EscapeLog;

    const LOG: &str = "# example.com/app\n\
        ./a.go:4:24: parameter given leaks to {heap} for (*store).put with derefs=0:\n\
        ./a.go:4:24:   flow: {heap} ← given:\n\
        ./a.go:4:24:     from s.all[name] = given (assign) at ./a.go:5:14\n\
        ./a.go:4:24: leaking param: given\n\
        ./a.go:7:6: r escapes to heap in load:\n\
        ./a.go:7:6:   flow: {heap} ← &r:\n\
        ./a.go:7:6:     from &r (address-of) at ./a.go:8:9\n\
        ./a.go:7:6:     from decode(&r) (call parameter) at ./a.go:8:8\n\
        ./a.go:7:6: r escapes to heap in load:\n\
        ./a.go:7:6:   flow: {heap} ← &r:\n\
        ./a.go:7:6:     from &r (address-of) at ./a.go:9:14\n\
        ./a.go:7:6:     from byID[r.ID] = &r (assign) at ./a.go:9:12\n\
        ./a.go:7:6: moved to heap: r\n\
        ./a.go:12:15: &item{} escapes to heap in fill:\n\
        ./a.go:12:15:   flow: {heap} ← &{storage for &item{}}:\n\
        ./a.go:12:15:     from &item{} (spill) at ./a.go:12:15\n\
        ./a.go:12:15:     from (*store).put(s, name, &item{}) (call parameter) at ./a.go:12:7\n\
        ./a.go:12:15: &item{} escapes to heap\n\
        ./a.go:15:9: &item{} escapes to heap in make:\n\
        ./a.go:15:9:   flow: ~r0 ← &{storage for &item{}}:\n\
        ./a.go:15:9:     from &item{} (spill) at ./a.go:15:9\n\
        ./a.go:15:9:     from ~r0 = &item{} (assign) at ./a.go:15:2\n\
        ./a.go:15:9: &item{} escapes to heap\n";

    #[test]
    fn a_store_is_on_any_flow_and_in_who_is_given_it() {
        let log = EscapeLog::decode(LOG.as_bytes()).expect("a log");
        let [r, given, returned] = log.heap_decisions() else { panic!("three decisions") };
        let store = r.store.as_ref().expect("a store");
        assert_eq!((&*store.step.from, store.step.line, &store.function), ("byID[r.ID] = &r", Some(9), &None));
        assert_eq!(r.callee(), Some("decode"), "the first flow explains it, as before");
        let store = given.store.as_ref().expect("a store");
        assert_eq!((&*store.step.from, store.function.as_deref()), ("s.all[name] = given", Some("(*store).put")));
        assert_eq!(returned.store, None, "a result is no store");
        assert_eq!(log.leaks()[0].store.as_ref().map(|step| &*step.from), Some("s.all[name] = given"));
    }
}
