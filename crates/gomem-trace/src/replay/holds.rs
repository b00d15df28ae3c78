//! Which thread had a processor, and how long.

use crate::{
    replay::thread_events::ThreadEvents,
    wire::{Event, TimedEvent},
};

/// A time in which a thread has a processor; a system call ends one and begins another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Hold {
    pub(super) processor: u64,
    /// Orders the times of a processor in a generation, over all threads.
    pub(super) sequence: u64,
    pub(super) begin: u64,
    pub(super) end: u64,
}

/// The times in which a thread has processors.
#[derive(Debug, Default)]
pub(super) struct Holds {
    all: Vec<Hold>,
    open: Option<Hold>,
    is_in_syscall: bool,
}

impl Holds {
    /// Those of a thread.
    pub(super) fn of_thread(thread: &ThreadEvents<'_>) -> Vec<Hold> {
        let mut holds = Self::default();
        thread.iter().for_each(|event| holds.event(&event));
        holds.finish()
    }

    /// Takes the next event of the thread.
    #[inline]
    pub(super) fn event(&mut self, event: &TimedEvent) {
        let [first, second, ..] = event.numbers;
        let begun = match event.event {
            Event::PROC_START => Some((first, second)),
            Event::PROC_STATUS if second == RUNNING || second == SYSCALL => Some((first, 0)),
            Event::GO_SYSCALL_BEGIN => match self.open {
                Some(hold) => Some((hold.processor, first)),
                None => return,
            },
            // A thread that has a processor again tells of it before it tells that the system call is over.
            Event::GO_SYSCALL_END_BLOCKED if !self.is_in_syscall => return,
            Event::PROC_STOP | Event::GO_SYSCALL_END_BLOCKED => None,
            Event::GO_SYSCALL_END => {
                self.is_in_syscall = false;
                return;
            }
            _ => return,
        };
        // What is lost in a system call was taken when nothing was done with it.
        let is_lost = self.is_in_syscall && event.event != Event::PROC_STOP;
        self.close(|hold| if is_lost { hold.begin } else { event.ticks });
        self.is_in_syscall =
            event.event == Event::GO_SYSCALL_BEGIN || event.event == Event::PROC_STATUS && second == SYSCALL;
        self.open =
            begun.map(|(processor, sequence)| Hold { processor, sequence, begin: event.ticks, end: event.ticks });
    }

    /// All of them, when there are no other events.
    pub(super) fn finish(mut self) -> Vec<Hold> {
        // Nobody else has it in this generation, unless it is in a system call.
        self.close(|hold| hold.begin);
        self.all
    }

    #[inline]
    fn close(&mut self, end: impl FnOnce(Hold) -> u64) {
        if let Some(hold) = self.open.take() {
            self.all.push(Hold { end: end(hold), ..hold });
        }
    }
}

/// States of processors, as `tracev2` numbers them.
const RUNNING: u64 = 1;
const SYSCALL: u64 = 3;

#[cfg(test)]
mod tests {
    use super::*;

    fn told(events: &[(u8, u64, u64)]) -> Vec<(u64, u64, u64, u64)> {
        let mut holds = Holds::default();
        for (ticks, (event, first, second)) in (1..).zip(events) {
            holds.event(&TimedEvent { event: *event, ticks, numbers: [*first, *second, 0, 0] });
        }
        let all = holds.finish();
        all.iter().map(|hold| (hold.processor, hold.sequence, hold.begin, hold.end)).collect()
    }

    #[test]
    fn a_system_call_ends_a_hold() {
        let events = [
            (Event::PROC_START, 7, 3),
            (Event::GO_SYSCALL_BEGIN, 4, 0),
            (Event::GO_SYSCALL_END, 0, 0),
            (Event::PROC_STOP, 0, 0),
            (Event::PROC_START, 8, 1),
            (Event::GO_SYSCALL_BEGIN, 2, 0),
            (Event::GO_SYSCALL_END_BLOCKED, 0, 0),
        ];
        assert_eq!(told(&events), [(7, 3, 1, 2), (7, 4, 2, 4), (8, 1, 5, 6), (8, 2, 6, 6)]);
    }

    #[test]
    fn a_hold_that_begins_within_a_system_call_outlives_it() {
        let events = [
            (Event::PROC_START, 7, 3),
            (Event::GO_SYSCALL_BEGIN, 4, 0),
            (Event::PROC_START, 8, 9),
            (Event::GO_SYSCALL_END_BLOCKED, 0, 0),
            (Event::PROC_STOP, 0, 0),
        ];
        assert_eq!(told(&events), [(7, 3, 1, 2), (7, 4, 2, 2), (8, 9, 3, 5)]);
    }
}
