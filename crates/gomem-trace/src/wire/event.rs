//! The types of events: their numbers, names, and how many arguments follow the time.

/// The number of a type of events, as `internal/trace/tracev2` has it.
#[derive(Debug)]
pub(crate) struct Event;

macro_rules! events {
    ($($constant:ident = $number:literal $name:literal $arguments:literal;)*) => {
        impl Event {
            $(#[allow(dead_code, reason = "the list is whole")]
            pub(crate) const $constant: u8 = $number;)*

            /// The name of a type; empty when there is none.
            pub(crate) fn name(number: u8) -> &'static str {
                match number {
                    $($number => $name,)*
                    _ => "",
                }
            }
        }

        /// By type, how many numbers follow the time.
        const ARGUMENTS: [u8; 256] = {
            let mut arguments = [NOT_TIMED; 256];
            $(arguments[$number] = $arguments;)*
            arguments
        };
    };
}

/// Stands where a type has no time, or does not exist.
const NOT_TIMED: u8 = u8::MAX;

events! {
    EVENT_BATCH = 1 "EventBatch" 255;
    STACKS = 2 "Stacks" 255;
    STACK = 3 "Stack" 255;
    STRINGS = 4 "Strings" 255;
    STRING = 5 "String" 255;
    CPU_SAMPLES = 6 "CPUSamples" 255;
    CPU_SAMPLE = 7 "CPUSample" 255;
    FREQUENCY = 8 "Frequency" 255;
    PROCS_CHANGE = 9 "ProcsChange" 2;
    PROC_START = 10 "ProcStart" 2;
    PROC_STOP = 11 "ProcStop" 0;
    PROC_STEAL = 12 "ProcSteal" 3;
    PROC_STATUS = 13 "ProcStatus" 2;
    GO_CREATE = 14 "GoCreate" 3;
    GO_CREATE_SYSCALL = 15 "GoCreateSyscall" 1;
    GO_START = 16 "GoStart" 2;
    GO_DESTROY = 17 "GoDestroy" 0;
    GO_DESTROY_SYSCALL = 18 "GoDestroySyscall" 0;
    GO_STOP = 19 "GoStop" 2;
    GO_BLOCK = 20 "GoBlock" 2;
    GO_UNBLOCK = 21 "GoUnblock" 3;
    GO_SYSCALL_BEGIN = 22 "GoSyscallBegin" 2;
    GO_SYSCALL_END = 23 "GoSyscallEnd" 0;
    GO_SYSCALL_END_BLOCKED = 24 "GoSyscallEndBlocked" 0;
    GO_STATUS = 25 "GoStatus" 3;
    STW_BEGIN = 26 "STWBegin" 2;
    STW_END = 27 "STWEnd" 0;
    GC_ACTIVE = 28 "GCActive" 1;
    GC_BEGIN = 29 "GCBegin" 2;
    GC_END = 30 "GCEnd" 1;
    GC_SWEEP_ACTIVE = 31 "GCSweepActive" 1;
    GC_SWEEP_BEGIN = 32 "GCSweepBegin" 1;
    GC_SWEEP_END = 33 "GCSweepEnd" 2;
    GC_MARK_ASSIST_ACTIVE = 34 "GCMarkAssistActive" 1;
    GC_MARK_ASSIST_BEGIN = 35 "GCMarkAssistBegin" 1;
    GC_MARK_ASSIST_END = 36 "GCMarkAssistEnd" 0;
    HEAP_ALLOC = 37 "HeapAlloc" 1;
    HEAP_GOAL = 38 "HeapGoal" 1;
    GO_LABEL = 39 "GoLabel" 1;
    USER_TASK_BEGIN = 40 "UserTaskBegin" 4;
    USER_TASK_END = 41 "UserTaskEnd" 2;
    USER_REGION_BEGIN = 42 "UserRegionBegin" 3;
    USER_REGION_END = 43 "UserRegionEnd" 3;
    USER_LOG = 44 "UserLog" 4;
    GO_SWITCH = 45 "GoSwitch" 2;
    GO_SWITCH_DESTROY = 46 "GoSwitchDestroy" 2;
    GO_CREATE_BLOCKED = 47 "GoCreateBlocked" 3;
    GO_STATUS_STACK = 48 "GoStatusStack" 4;
    EXPERIMENTAL_BATCH = 49 "ExperimentalBatch" 255;
    SYNC = 50 "Sync" 255;
    CLOCK_SNAPSHOT = 51 "ClockSnapshot" 255;
    END_OF_GENERATION = 52 "EndOfGeneration" 255;
    SPAN = 128 "Span" 3;
    SPAN_ALLOC = 129 "SpanAlloc" 3;
    SPAN_FREE = 130 "SpanFree" 1;
    HEAP_OBJECT = 131 "HeapObject" 2;
    HEAP_OBJECT_ALLOC = 132 "HeapObjectAlloc" 2;
    HEAP_OBJECT_FREE = 133 "HeapObjectFree" 1;
    GOROUTINE_STACK = 134 "GoroutineStack" 2;
    GOROUTINE_STACK_ALLOC = 135 "GoroutineStackAlloc" 2;
    GOROUTINE_STACK_FREE = 136 "GoroutineStackFree" 1;
}

impl Event {
    /// How many numbers follow the time of a timed event of this type.
    #[inline]
    pub(crate) fn arguments(number: u8) -> Option<usize> {
        let arguments = ARGUMENTS[usize::from(number)];
        (arguments != NOT_TIMED).then_some(usize::from(arguments))
    }
}

/// How many events of each type there are.
#[derive(Debug, Clone)]
pub(crate) struct Counts([u64; 256]);

impl Default for Counts {
    fn default() -> Self {
        Self([0; 256])
    }
}

impl Counts {
    #[inline]
    pub(crate) fn add(&mut self, event: u8) {
        self.0[usize::from(event)] += 1;
    }

    /// How many there are of a type.
    pub(crate) fn of(&self, event: u8) -> u64 {
        self.0[usize::from(event)]
    }

    /// Adds so many of some types.
    pub(crate) fn merge(&mut self, others: impl IntoIterator<Item = (u8, u64)>) {
        for (event, count) in others {
            self.0[usize::from(event)] += count;
        }
    }

    pub(crate) fn total(&self) -> u64 {
        self.0.iter().sum()
    }

    /// Types that occur, by number.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (u8, u64)> + '_ {
        (0..=u8::MAX).zip(self.0).filter(|(_, count)| *count > 0)
    }
}
