//! Work on a thread of its own: it ends when nobody waits for it any more, and a panic is an error.

use std::{
    any::Any,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    thread,
};

use gomem_table::Interrupt;
use tokio::sync::{Semaphore, oneshot};

use crate::refusal::Refusal;

/// Where requests are worked on: a few at once, since each may hold a profile or a dump.
#[derive(Debug, Clone)]
pub(crate) struct Bench(Arc<Semaphore>);

impl Default for Bench {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(AT_ONCE)))
    }
}

impl Bench {
    /// Works until it is done or `cancelled` is.
    pub(crate) async fn work<T: Send + 'static>(
        &self,
        cancelled: impl Future<Output = ()>,
        work: impl FnOnce() -> Result<T, Refusal> + Send + 'static,
    ) -> Result<T, Refusal> {
        let place = Arc::clone(&self.0).acquire_owned();
        let interrupt = Ending(Interrupt::new());
        let of_work = interrupt.0.clone();
        let done = async {
            let place = place.await.map_err(|_| Refusal::Cancelled)?;
            let (done, result) = oneshot::channel();
            let task = move || {
                let result = catch_unwind(AssertUnwindSafe(|| of_work.run(work)));
                // Work that was cancelled keeps its place until it ends.
                drop(place);
                let _ = done.send(match result {
                    Ok(Ok(result)) => result,
                    Ok(Err(_)) => Err(Refusal::Cancelled),
                    Err(panic) => Err(Refusal::Panic(text_of(panic.as_ref()))),
                });
            };
            let failed = |problem: &dyn std::fmt::Display| Refusal::Panic(format!("no thread: {problem}"));
            let thread = thread::Builder::new().name("gomem".to_owned()).stack_size(STACK_BYTES);
            thread.spawn(task).map_err(|problem| failed(&problem))?;
            result.await.map_err(|problem| failed(&problem))?
        };
        tokio::select! {
            result = done => result,
            () = cancelled => Err(Refusal::Cancelled),
        }
    }
}

/// Ends the work when nobody waits for it.
struct Ending(Interrupt);

impl Drop for Ending {
    fn drop(&mut self) {
        self.0.interrupt();
    }
}

fn text_of(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "a panic without words".to_owned())
}

const AT_ONCE: usize = 2;
/// What a main thread usually has.
const STACK_BYTES: usize = 8 << 20;

#[cfg(test)]
mod tests {
    use std::{
        future::pending,
        sync::atomic::{AtomicBool, Ordering},
        time::{Duration, Instant},
    };

    use gomem_table::checkpoint;
    use tokio::runtime::{Builder, Runtime};

    use super::*;

    fn runtime() -> Runtime {
        Builder::new_current_thread().build().unwrap()
    }

    #[test]
    fn work_is_done_or_fails_and_a_panic_is_told() {
        let (bench, runtime) = (Bench::default(), runtime());
        assert_eq!(runtime.block_on(bench.work(pending(), || Ok(7))), Ok(7));
        let panic = runtime.block_on(bench.work(pending(), || -> Result<(), Refusal> { panic!("one") }));
        assert_eq!(panic, Err(Refusal::Panic("one".to_owned())));
        assert_eq!(runtime.block_on(bench.work(pending(), || Ok(8))), Ok(8), "it goes on");
    }

    #[test]
    fn what_is_cancelled_ends_and_gives_its_place_back() {
        let (bench, runtime) = (Bench::default(), runtime());
        let ended = Arc::new(AtomicBool::new(false));
        struct Ends(Arc<AtomicBool>);
        impl Drop for Ends {
            fn drop(&mut self) {
                self.0.store(true, Ordering::SeqCst);
            }
        }
        for _ in 0..2 * AT_ONCE {
            let (started, begins) = oneshot::channel::<()>();
            let ends = Ends(Arc::clone(&ended));
            let endless = move || -> Result<(), Refusal> {
                let _ends = ends;
                let _ = started.send(());
                loop {
                    checkpoint();
                }
            };
            let cancelled = async { drop(begins.await) };
            assert_eq!(runtime.block_on(bench.work(cancelled, endless)), Err(Refusal::Cancelled));
        }
        let since = Instant::now();
        while !ended.load(Ordering::SeqCst) {
            assert!(since.elapsed() < Duration::from_secs(20), "the work goes on");
            thread::yield_now();
        }
    }
}
