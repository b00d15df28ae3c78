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

    /// A method that puts its second parameter into an object, which a map keeps.
    const PART: &str = "# example.com/app\n\
        ./a.go:27:12: &item{...} escapes to heap in (*shards).set:\n\
        ./a.go:27:12:   flow: {heap} ← &{storage for &item{...}}:\n\
        ./a.go:27:12:     from &item{...} (spill) at ./a.go:27:12\n\
        ./a.go:27:12:     from sh.m[k] = &item{...} (assign) at ./a.go:27:10\n\
        ./a.go:23:7: parameter s leaks to {heap} for (*shards).set with derefs=1:\n\
        ./a.go:23:7:   flow: {heap} ← *s:\n\
        ./a.go:23:7:     from (*sync.Mutex).lockSlow(s.mu) (call parameter) at ./a.go:25:12\n\
        ./a.go:23:33: parameter v leaks to {storage for &item{...}} for (*shards).set with derefs=0:\n\
        ./a.go:23:33:   flow: {storage for &item{...}} ← v:\n\
        ./a.go:23:33:     from item{...} (struct literal element) at ./a.go:27:17\n\
        ./a.go:23:7: leaking param content: s\n\
        ./a.go:23:33: leaking param: v\n\
        ./a.go:27:12: &item{...} escapes to heap\n\
        ./a.go:30:93: make([]byte, 8000) escapes to heap in main:\n\
        ./a.go:30:93:   flow: ~r0 ← &{storage for make([]byte, 8000)}:\n\
        ./a.go:30:93:     from make([]byte, 8000) (spill) at ./a.go:30:93\n\
        ./a.go:30:93:     from ~r0 = make([]byte, 8000) (assign-pair) at ./a.go:30:93\n\
        ./a.go:30:93:   flow: {heap} ← ~r0:\n\
        ./a.go:30:93:     from (*shards).set(s, uint32(i), ~r0) (call parameter) at ./a.go:30:75\n\
        ./a.go:30:93: make([]byte, 8000) escapes to heap\n";

    #[test]
    fn what_is_put_into_an_object_is_stored_where_that_is() {
        let log = EscapeLog::decode(PART.as_bytes()).expect("a log");
        let store = log.heap_decisions()[1].store.as_ref().expect("a store");
        let told = (&*store.step.from, store.function.as_deref());
        assert_eq!(told, ("sh.m[k] = &item{...}", Some("(*shards).set")));
    }

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
