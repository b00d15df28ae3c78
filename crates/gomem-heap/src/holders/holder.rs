//! Holders.

/// What kind of thing keeps memory.
///
/// ```
/// # let dump = gomem_testkit::inflated("testdata/heap/holders-go1.27.3.dump.gz");
/// # let binary = gomem_testkit::inflated("testdata/heap/holders-go1.27.3.bin.gz");
/// # let options = gomem_heap::HeapOptions::default().with_binary(binary);
/// # let heap = gomem_heap::Heap::decode_with(dump, options)?;
/// use gomem_heap::HolderKind;
///
/// let timers = heap.holdings().iter().filter(|holding| holding.kind == HolderKind::Timer).count();
/// assert!(timers > 0);
/// assert_eq!(HolderKind::FinalizerQueue.name(), "finalizer_queue");
/// # Ok::<(), gomem_heap::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum HolderKind {
    /// A global variable.
    Global,
    /// Goroutines that began with one function and wait for one reason.
    Goroutine,
    /// A function that a timer is to call.
    Timer,
    /// A function that is to run when an object dies: it keeps what the object points to.
    Finalizer,
    /// The same, and the object is dead: it waits for its turn.
    FinalizerQueue,
    /// A function of `runtime.AddCleanup` and its argument.
    Cleanup,
    /// Several holders, none of which keeps it alone.
    Shared,
    /// The runtime's own.
    Runtime,
    /// Words on a goroutine's stack that look like pointers, where nothing says whether they are.
    StackConservative,
    /// Nothing: garbage that no collection has taken yet.
    Unreachable,
}

impl HolderKind {
    /// The names, in the order of [`HolderKind::index`].
    pub const NAMES: &'static [&'static str] = &[
        "global",
        "goroutine",
        "timer",
        "finalizer",
        "finalizer_queue",
        "cleanup",
        "shared",
        "runtime",
        "stack_conservative",
        "unreachable",
    ];

    /// Its place in [`HolderKind::NAMES`].
    #[must_use]
    pub fn index(self) -> u32 {
        self as u32
    }

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::NAMES[self as usize]
    }
}

/// Which roots name an object: the first tier that reaches it. The runtime has lists of all goroutines, processors, pools and
/// timers, and through them would share everything with everyone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Tier {
    User = 1,
    Finalizer,
    Timer,
    Runtime,
    Cleanup,
    Conservative,
    Unreachable,
}

/// Somebody who keeps memory.
#[derive(Debug, Clone)]
pub(crate) struct Holder {
    pub(crate) kind: HolderKind,
    pub(crate) name: String,
    pub(crate) tier: Tier,
    /// How many goroutines, finalizers, … it stands for.
    pub(crate) instances: u64,
    /// The root node that stands for all of it.
    pub(crate) node: u32,
}

/// What a holder, or several together, keep.
///
/// ```
/// # let dump = gomem_testkit::inflated("testdata/heap/holders-go1.27.3.dump.gz");
/// # let binary = gomem_testkit::inflated("testdata/heap/holders-go1.27.3.bin.gz");
/// # let options = gomem_heap::HeapOptions::default().with_binary(binary);
/// # let heap = gomem_heap::Heap::decode_with(dump, options)?;
/// let buffers = heap.holdings().iter().find(|holding| holding.holders == ["main.buffers"]).expect("a global");
/// assert!(buffers.retained_bytes >= 160 << 10 && buffers.reachable_bytes >= Some(buffers.retained_bytes));
/// # Ok::<(), gomem_heap::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Holding {
    /// Their names: one keeps it alone, several share it.
    pub holders: Vec<String>,
    /// What kind of thing they are.
    pub kind: HolderKind,
    /// The bytes that would go with it (with all of them together, when they share): whole slots.
    pub retained_bytes: u64,
    /// The objects.
    pub retained_objects: u64,
    /// The bytes that it reaches at all, shared or not; `None` for those who share, and where counting would take too long.
    pub reachable_bytes: Option<u64>,
    /// Goroutines or functions that the holder stands for.
    pub instances: u64,
}
