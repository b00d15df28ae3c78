//! Goroutines: how many there are, what they wait for, and what they hold.

pub(crate) mod bursts;
pub(crate) mod crowd_stacks;
pub(crate) mod ended;
pub(crate) mod goroutines;
pub(crate) mod in_order;
pub(crate) mod stuck_finalizer;
pub(crate) mod stuck_lock;
pub(crate) mod wait;
pub(crate) mod wait_times;
pub(crate) mod waiting;
