//! How the cost of work grows with its input.

use rustix::time::{ClockId, clock_gettime};

/// Does work on inputs of doubling sizes, and fails when a doubling costs more than 2.5 times as much on average. What counts
/// is the CPU time of this thread, so that what else the machine does says little.
///
/// # Panics
/// When it grows faster.
pub fn assert_linear<I>(what: &str, smallest: usize, input: impl Fn(usize) -> I, work: impl Fn(&I)) {
    let mut costs = Vec::new();
    for doubling in 0..=DOUBLINGS {
        let input = input(smallest << doubling);
        let cost = || {
            let begin = thread_nanos();
            work(&input);
            thread_nanos() - begin
        };
        let least = (0..REPEATS).map(|_| cost()).min().unwrap_or(0);
        costs.push(least.max(LEAST_NANOS));
    }
    let growth = costs[costs.len() - 1] as f64 / costs[0] as f64;
    let a_doubling = growth.powf(1.0 / f64::from(DOUBLINGS));
    println!("{what}: {a_doubling:.2} a doubling, {costs:?} ns from {smallest} on");
    assert!(a_doubling <= MOST, "{what}: {a_doubling:.2} times the cost a doubling: {costs:?} ns from {smallest} on");
}

/// What this thread has run for.
fn thread_nanos() -> u64 {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    u64::try_from(time.tv_sec).unwrap_or(0) * 1_000_000_000 + u64::try_from(time.tv_nsec).unwrap_or(0)
}

const DOUBLINGS: u32 = 3;
const REPEATS: usize = 2;
/// Twice as much costs twice as much, with the memory's caches and luck on top.
const MOST: f64 = 2.5;
/// Less than this is the clock's own.
const LEAST_NANOS: u64 = 200_000;

#[cfg(test)]
mod tests {
    use super::*;

    fn squares(size: &usize) {
        let rows: Vec<u64> = (0..*size as u64).collect();
        let sum: u64 = rows.iter().map(|row| rows.iter().filter(|other| **other < *row).count() as u64).sum();
        std::hint::black_box(sum);
    }

    #[test]
    fn what_is_linear_passes() {
        assert_linear(
            "a sum",
            400_000,
            |size| vec![1_u64; size],
            |rows| {
                std::hint::black_box(rows.iter().sum::<u64>());
            },
        );
    }

    #[test]
    #[should_panic(expected = "times the cost a doubling")]
    fn what_is_quadratic_fails() {
        assert_linear("pairs", 500, |size| size, squares);
    }
}
