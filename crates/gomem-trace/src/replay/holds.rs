//! Which thread had a processor, and how long.

use crate::{replay::thread_events::ThreadEvents, wire::Event};

/// A time in which a thread has a processor; a system call ends one and begins another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Hold {
    pub(super) processor: u64,
    /// Orders the times of a processor in a generation, over all threads.
    pub(super) sequence: u64,
    pub(super) thread: usize,
    pub(super) begin: u64,
    pub(super) end: u64,
}

/// The times in which a thread has processors.
pub(super) fn holds(thread: usize, events: &ThreadEvents<'_>) -> Vec<Hold> {
    let (mut all, mut open, mut is_in_syscall) = (Vec::new(), None::<Hold>, false);
    for event in events.iter() {
        let [first, second, ..] = event.numbers;
        let begun = match event.event {
            Event::PROC_START => Some((first, second)),
            Event::PROC_STATUS if second == RUNNING || second == SYSCALL => Some((first, 0)),
            Event::GO_SYSCALL_BEGIN => match open {
                Some(hold) => Some((hold.processor, first)),
                None => continue,
            },
            Event::PROC_STOP | Event::GO_SYSCALL_END_BLOCKED => None,
            Event::GO_SYSCALL_END => {
                is_in_syscall = false;
                continue;
            }
            _ => continue,
        };
        if let Some(hold) = open.take() {
            // What is lost in a system call was taken when nothing was done with it.
            let is_lost = is_in_syscall && event.event != Event::PROC_STOP;
            all.push(Hold { end: if is_lost { hold.begin } else { event.ticks }, ..hold });
        }
        is_in_syscall =
            event.event == Event::GO_SYSCALL_BEGIN || event.event == Event::PROC_STATUS && second == SYSCALL;
        open = begun.map(|(processor, sequence)| Hold {
            processor,
            sequence,
            thread,
            begin: event.ticks,
            end: event.ticks,
        });
    }
    // Nobody else has it in this generation, unless it is in a system call.
    all.extend(open);
    all
}

/// States of processors, as `tracev2` numbers them.
const RUNNING: u64 = 1;
const SYSCALL: u64 = 3;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::Batch;

    #[test]
    fn a_system_call_ends_a_hold() {
        let data = [
            [Event::PROC_START, 1, 7, 3].as_slice(),
            &[Event::GO_SYSCALL_BEGIN, 1, 4, 0],
            &[Event::GO_SYSCALL_END, 1],
            &[Event::PROC_STOP, 1],
            &[Event::PROC_START, 1, 8, 1],
            &[Event::GO_SYSCALL_BEGIN, 1, 2, 0],
            &[Event::GO_SYSCALL_END_BLOCKED, 9],
        ]
        .concat();
        let batch = Batch { generation: 1, thread: 5, ticks: 0, experiment: None, data: 0..data.len() };
        let batches = [&batch];
        let events = ThreadEvents::new(5, &batches, &data, 0);
        let told: Vec<_> =
            holds(0, &events).iter().map(|hold| (hold.processor, hold.sequence, hold.begin, hold.end)).collect();
        assert_eq!(told, [(7, 3, 1, 2), (7, 4, 2, 4), (8, 1, 5, 6), (8, 2, 6, 6)]);
    }
}
