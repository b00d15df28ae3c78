//! Whether two samples differ, told by the order of their values alone.

use std::cmp::Ordering;

use crate::normal::normal_share_within;

/// The chance that two samples of one distribution differ in their ranks as much as these do: the two-sided p of Mann's and
/// Whitney's test, as `benchstat` computes it. Small samples have the exact distribution, with ties (Klotz 1966); large ones
/// the normal approximation, with corrections for ties and for continuity. Where samples of two sizes have ties `benchstat`
/// takes the distribution for symmetric, which it is not; this does not.
///
/// `None` where nothing can be told: a sample is empty, or all values are equal.
///
/// ```
/// use gomem_statistics::mann_whitney;
///
/// assert!(mann_whitney(&[1.0, 2.0, 3.0, 4.0], &[5.0, 6.0, 7.0, 8.0]).unwrap() < 0.03);
/// assert_eq!(mann_whitney(&[1.0, 1.0], &[1.0]), None);
/// ```
#[must_use]
pub fn mann_whitney(first: &[f64], second: &[f64]) -> Option<f64> {
    let (n1, n2) = (first.len(), second.len());
    if n1 == 0 || n2 == 0 {
        return None;
    }
    let mut merged: Vec<(f64, bool)> =
        first.iter().map(|value| (*value, true)).chain(second.iter().map(|value| (*value, false))).collect();
    merged.sort_by(|one, other| one.0.total_cmp(&other.0));
    let groups: Vec<&[(f64, bool)]> = merged.chunk_by(|one, other| one.0 == other.0).collect();
    if groups.len() == 1 {
        return None;
    }
    // Twice the number of pairs in which the value of the first sample is greater; equal ones count for one.
    let (mut twice_u, mut second_before) = (0, 0);
    for group in &groups {
        let own = group.iter().filter(|(_, is_first)| *is_first).count();
        twice_u += own * (2 * second_before + (group.len() - own));
        second_before += group.len() - own;
    }
    let sizes: Vec<usize> = groups.iter().map(|group| group.len()).collect();
    let largest_exact = if sizes.iter().all(|size| *size == 1) { EXACT } else { EXACT_WITH_TIES };
    let p = if n1.max(n2) <= largest_exact {
        // With ties and samples of two sizes the distribution has no symmetry: what counts is the tail that U is in, seen from
        // the sample whose U is the smaller.
        let other = 2 * n1 * n2 - twice_u;
        match twice_u.cmp(&other) {
            Ordering::Equal => 1.0,
            Ordering::Less => 2.0 * share_up_to(twice_u, n1, n2, &sizes),
            Ordering::Greater => 2.0 * share_up_to(other, n2, n1, &sizes),
        }
    } else {
        approximation(twice_u as f64 / 2.0, n1 as f64, n2 as f64, &sizes)?
    };
    Some(p.min(1.0))
}

/// The least p that [`mann_whitney`] has of samples of these sizes: every value of one is above all of the other. So many values
/// have to be there before anything can be told.
///
/// ```
/// use gomem_statistics::{least_p, mann_whitney};
///
/// assert_eq!(mann_whitney(&[1.0, 2.0, 3.0], &[4.0, 5.0, 6.0]), Some(least_p(3, 3)));
/// assert_eq!(least_p(0, 3), 1.0);
/// ```
#[must_use]
pub fn least_p(first: usize, second: usize) -> f64 {
    (2.0 / choose(first + second, first)).min(1.0)
}

/// The share of all ways to pick the first sample whose doubled U is at most `most`.
fn share_up_to(most: usize, n1: usize, n2: usize, sizes: &[usize]) -> f64 {
    // ways[picked][doubled U]: of the groups so far.
    let mut ways = vec![vec![0.0_f64; most + 1]; n1 + 1];
    ways[0][0] = 1.0;
    let mut before = 0;
    for &size in sizes {
        let mut next = vec![vec![0.0_f64; most + 1]; n1 + 1];
        for picked in 0..=n1.min(before) {
            let others = before - picked;
            if others > n2 {
                continue;
            }
            for more in 0..=size.min(n1 - picked) {
                let added = more * (2 * others + (size - more));
                if added > most {
                    continue;
                }
                let choices = choose(size, more);
                for at in 0..=most - added {
                    next[picked + more][at + added] += ways[picked][at] * choices;
                }
            }
        }
        before += size;
        ways = next;
    }
    ways[n1].iter().sum::<f64>() / choose(n1 + n2, n1)
}

/// Of large samples; `None` where all values are equal.
fn approximation(u: f64, n1: f64, n2: f64, sizes: &[usize]) -> Option<f64> {
    let ties: f64 = sizes.iter().map(|size| (*size as f64).powi(3) - *size as f64).sum();
    let n = n1 + n2;
    let deviation = (n1 * n2 * ((n + 1.0) - ties / (n * (n - 1.0))) / 12.0).sqrt();
    let off = u - n1 * n2 / 2.0;
    let corrected = if off == 0.0 { 0.0 } else { off.abs() - 0.5 };
    (deviation > 0.0).then(|| 1.0 - normal_share_within(corrected.max(0.0) / deviation))
}

fn choose(n: usize, k: usize) -> f64 {
    (0..k.min(n - k)).fold(1.0, |product, step| product * (n - step) as f64 / (step + 1) as f64)
}

/// The largest samples of the exact distribution: those of `stats.MannWhitneyExactLimit` in go-moremath.
const EXACT: usize = 50;
/// The same where values are equal: `stats.MannWhitneyTiesExactLimit`.
const EXACT_WITH_TIES: usize = 25;

#[cfg(test)]
mod tests {
    use super::*;

    /// All ways to pick, counted one by one.
    fn counted(first: &[f64], second: &[f64]) -> f64 {
        let all: Vec<f64> = first.iter().chain(second).copied().collect();
        let twice_u = |is_first: &dyn Fn(usize) -> bool| {
            let mut sum = 0;
            for (at, value) in all.iter().enumerate().filter(|(at, _)| is_first(*at)) {
                for (_, other) in all.iter().enumerate().filter(|(other, _)| *other != at && !is_first(*other)) {
                    sum += if value > other { 2 } else { usize::from(value == other) };
                }
            }
            sum
        };
        let whole = 2 * first.len() * second.len();
        let found = twice_u(&|at| at < first.len());
        let (mut below, mut above, mut ways) = (0.0, 0.0, 0.0_f64);
        for mask in (0_u32..1 << all.len()).filter(|mask| mask.count_ones() as usize == first.len()) {
            ways += 1.0;
            let other = twice_u(&|at| mask & (1 << at) != 0);
            below += f64::from(u8::from(other <= found));
            above += f64::from(u8::from(other >= found));
        }
        let tail: f64 = if 2 * found < whole { below } else { above };
        if 2 * found == whole { 1.0 } else { (2.0 * tail / ways).min(1.0) }
    }

    #[test]
    fn small_samples_are_exact() {
        for (first, second) in [
            (&[1.0, 2.0, 3.0][..], &[4.0, 5.0, 6.0][..]),
            (&[1.0, 5.0, 2.0, 9.0], &[4.0, 3.0, 8.0]),
            (&[1.0, 1.0, 2.0, 2.0], &[2.0, 3.0, 3.0]),
            (&[2.0, 2.0, 2.0], &[1.0, 1.0, 1.0, 2.0, 1.0, 2.0]),
            (&[1.0, 2.0, 1.0, 2.0, 1.0], &[2.0, 2.0]),
            (&[7.0, 7.0, 7.0, 8.0, 9.0], &[7.0, 8.0, 8.0, 8.0, 9.0]),
            (&[1.0], &[2.0]),
        ] {
            let p = mann_whitney(first, second).unwrap();
            assert!((p - counted(first, second)).abs() < 1e-12, "{first:?} {second:?}: {p}");
        }
        assert_eq!(mann_whitney(&[], &[1.0]), None);
        assert_eq!(mann_whitney(&[2.0; 40], &[2.0; 40]), None);
    }

    #[test]
    fn the_approximation_meets_the_exact_distribution() {
        let first: Vec<f64> = (0..50).map(f64::from).collect();
        let second: Vec<f64> = (0..50).map(|n| f64::from(n) + 8.5).collect();
        let exact = mann_whitney(&first, &second).unwrap();
        let sizes = vec![1; 100];
        let near = approximation(U_OF_THESE, 50.0, 50.0, &sizes).unwrap();
        assert!((exact - near).abs() < 2e-3, "{exact} {near}");
    }

    /// Pairs in which a value of the first sample is greater: 41 · 42 / 2 less those beyond its end.
    const U_OF_THESE: f64 = 861.0;
}
