//! Work that another thread can end.
//!
//! Decoders, joins and tables work in long loops of many kinds. Each calls [`checkpoint`] once in a while; whoever started the
//! work by [`Interrupt::run`] can end it from another thread, however deep it is. The work's thread unwinds, so that
//! everything that it holds is dropped, and no function on the way has to pass on that it was ended.

use std::{
    cell::RefCell,
    fmt,
    io::{self, Read},
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

/// Ends the work that runs with it.
///
/// ```
/// use gomem_table::{Interrupt, checkpoint};
///
/// let interrupt = Interrupt::new();
/// let other = interrupt.clone();
/// std::thread::spawn(move || other.interrupt());
/// let endless = interrupt.run(|| loop {
///     checkpoint();
/// });
/// assert!(endless.is_err());
/// ```
#[derive(Debug, Clone, Default)]
pub struct Interrupt(Arc<AtomicBool>);

/// The work was ended.
///
/// ```
/// use gomem_table::{Interrupt, Interrupted, checkpoint};
///
/// let interrupt = Interrupt::new();
/// interrupt.interrupt();
/// assert!(matches!(interrupt.run(checkpoint), Err(Interrupted)));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Interrupted;

impl fmt::Display for Interrupted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the work was interrupted")
    }
}

impl std::error::Error for Interrupted {}

impl Interrupt {
    /// Not interrupted yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// What ends the work of this thread, to run other threads for it with; one of its own where nothing does.
    ///
    /// ```
    /// use gomem_table::{Interrupt, checkpoint};
    ///
    /// let interrupt = Interrupt::new();
    /// interrupt.interrupt();
    /// interrupt.run(|| {
    ///     let current = Interrupt::current();
    ///     let ended = std::thread::spawn(move || current.run(checkpoint)).join();
    ///     assert!(ended.unwrap().is_err());
    /// }).unwrap();
    /// ```
    #[must_use]
    pub fn current() -> Self {
        RUNNING.with_borrow(Option::clone).unwrap_or_default()
    }

    /// Ends the work at its next checkpoint.
    pub fn interrupt(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Works on this thread until done or interrupted. A panic of the work is passed on.
    ///
    /// # Errors
    /// When it was interrupted.
    ///
    /// ```
    /// use gomem_table::{Interrupt, checkpoint};
    ///
    /// let interrupt = Interrupt::new();
    /// assert_eq!(interrupt.run(|| 42).unwrap(), 42);
    /// interrupt.interrupt();
    /// let ended = interrupt.run(|| loop {
    ///     checkpoint();
    /// });
    /// assert!(ended.is_err());
    /// ```
    pub fn run<T>(&self, work: impl FnOnce() -> T) -> Result<T, Interrupted> {
        let before = RUNNING.replace(Some(self.clone()));
        // What the work was about is dropped with it, so that nobody sees it half done.
        let result = catch_unwind(AssertUnwindSafe(work));
        RUNNING.set(before);
        result.map_err(|panic| match panic.downcast::<Interrupted>() {
            Ok(interrupted) => *interrupted,
            Err(panic) => resume_unwind(panic),
        })
    }
}

/// Ends the work on this thread here, if it was interrupted. It costs about what a few additions do.
///
/// ```
/// // Long work asks now and then whether it was interrupted; outside of `Interrupt::run` it never is.
/// for _ in 0..3 {
///     gomem_table::checkpoint();
/// }
/// ```
#[inline]
pub fn checkpoint() {
    let is_over = RUNNING.with_borrow(|running| running.as_ref().is_some_and(|flag| flag.0.load(Ordering::Relaxed)));
    if is_over {
        end();
    }
}

/// Reading with a [`checkpoint`] each mebibyte: what is inflated or parsed out of it ends there.
///
/// ```
/// use std::io::Read;
///
/// use gomem_table::Interruptible;
///
/// let mut text = String::new();
/// Interruptible("abc".as_bytes()).read_to_string(&mut text)?;
/// assert_eq!(text, "abc");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Interruptible<R>(pub R);

impl<R: Read> Read for Interruptible<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        checkpoint();
        // A large buffer would be filled in one go.
        let most = into.len().min(1 << 20);
        self.0.read(&mut into[..most])
    }
}

/// No hook is called, as nothing went wrong.
#[cold]
fn end() -> ! {
    resume_unwind(Box::new(Interrupted))
}

thread_local! {
    static RUNNING: RefCell<Option<Interrupt>> = const { RefCell::new(None) };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_ends_at_a_checkpoint_and_only_its_own() {
        let (outer, inner) = (Interrupt::new(), Interrupt::new());
        let result = outer.run(|| {
            inner.interrupt();
            let ended = inner.run(checkpoint);
            checkpoint();
            ended
        });
        assert_eq!(result, Ok(Err(Interrupted)));
        checkpoint();
        outer.interrupt();
        assert_eq!(outer.run(|| 1), Ok(1), "done before a checkpoint");
    }

    #[test]
    fn a_panic_stays_one() {
        let panic = catch_unwind(|| Interrupt::new().run(|| panic!("one"))).unwrap_err();
        assert_eq!(panic.downcast_ref::<&str>(), Some(&"one"));
    }
}
