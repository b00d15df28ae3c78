//! Stacks that the runtime cut off, continued by what other stacks know.

use foldhash::HashMap;

use crate::{
    error::{Diagnostic, Flaw},
    model::{LocationId, Profile},
};

impl Profile {
    /// Continues stacks that the runtime cut off at its greatest depth, which otherwise seem to begin in the middle of the
    /// program. What is missing is taken from a stack with the same 24 frames in a row, if all that have them go
    /// on alike; recursion makes them differ, and such stacks stay as they are. Each repair is a
    /// [diagnostic](Self::diagnostics).
    ///
    /// Go keeps 32 frames up to Go 1.22 and 128 since (`maxStack` in `runtime/mprof.go`, `GODEBUG=profstackdepth`), 64 in
    /// CPU profiles (`maxCPUProfStack` in `runtime/cpuprof.go`), and `runtime/pprof` hides some of the innermost.
    ///
    /// ```
    /// # let text = b"heap profile: 1: 4096 [3: 12288] @ heap/1048576\n\
    /// #              1: 4096 [3: 12288] @ 0x401000 0x402000\n\
    /// #              #\t0x401000\tmain.parse+0x10\t/src/app/parse.go:12\n\
    /// #              #\t0x402000\tmain.main+0x20\t/src/app/main.go:7\n\n";
    /// # let profile = gomem_pprof::Profile::decode(text)?;
    /// assert_eq!(profile.repair_truncated_stacks().samples().len(), 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn repair_truncated_stacks(&self) -> Self {
        let mut profile = self.clone();
        let mut stacks: Vec<Vec<LocationId>> = self.samples().map(|sample| sample.locations().collect()).collect();
        let truncated = self.truncated();
        let mut added = vec![0; stacks.len()];
        // What was repaired may serve others, which were cut off further in.
        for _ in 0..MOST_ROUNDS {
            let longer = continuations(&stacks, &truncated);
            if longer.is_empty() {
                break;
            }
            for (sample, outer) in longer {
                added[sample] += outer.len();
                stacks[sample].extend(outer);
            }
        }
        for (sample, frames) in added.into_iter().enumerate().filter(|&(_, frames)| frames > 0) {
            profile.diagnostics.push(Diagnostic { offset: 0, line: None, flaw: Flaw::Truncated { sample, frames } });
        }
        let mut longer = stacks.into_iter();
        profile.restack(|_, stack| {
            stack.extend(longer.next().unwrap_or_default());
            true
        });
        profile
    }

    /// The frames that the runtime keeps of a stack at most, where the deepest stacks of the profile reach one of its
    /// limits: 32, 64 or 128. How near they come is not exact: `runtime/pprof` hides functions of the runtime at the leaf.
    #[must_use]
    pub fn stack_limit(&self) -> Option<usize> {
        let deepest = self.samples().map(|sample| sample.frames().count()).max()?;
        LIMITS.into_iter().find(|&limit| (limit - MOST_HIDDEN..=limit + MOST_INLINED).contains(&deepest))
    }

    /// The samples whose stacks are as deep as the runtime lets them be.
    fn truncated(&self) -> Vec<usize> {
        let Some(limit) = self.stack_limit() else { return Vec::new() };
        let depths = self.samples().map(|sample| sample.frames().count()).enumerate();
        depths.filter(|&(_, depth)| depth + MOST_HIDDEN >= limit).map(|(sample, _)| sample).collect()
    }
}

/// What the stacks that were cut off go on with.
fn continuations(stacks: &[Vec<LocationId>], truncated: &[usize]) -> Vec<(usize, Vec<LocationId>)> {
    // By the outermost frames, what other stacks have beyond them, and the last stack that has them; `None`
    // once two stacks differ, or one has them twice.
    let mut known: HashMap<&[LocationId], (Option<&[LocationId]>, usize)> = HashMap::default();
    for &sample in truncated {
        if let Some(outermost) = stacks[sample].last_chunk::<SHARED>() {
            known.insert(outermost, (Some(&[]), usize::MAX));
        }
    }
    for (sample, stack) in stacks.iter().enumerate() {
        for (begin, shared) in stack.windows(SHARED).enumerate() {
            let beyond = &stack[begin + SHARED..];
            if let Some((found, last)) = known.get_mut(shared) {
                *found = match *found {
                    _ if *last == sample => None,
                    // One may be the longer form of the other, as some are cut off themselves.
                    Some(other) if beyond.starts_with(other) => Some(beyond),
                    Some(other) if other.starts_with(beyond) => Some(other),
                    _ => None,
                };
                *last = sample;
            }
        }
    }
    let beyond = |&sample: &usize| {
        let outermost = stacks[sample].last_chunk::<SHARED>()?;
        let beyond = known.get(&outermost[..])?.0.filter(|beyond| !beyond.is_empty())?;
        Some((sample, beyond.to_vec()))
    };
    truncated.iter().filter_map(beyond).collect()
}

/// How many frames in a row two stacks share to be the same path through the program.
const SHARED: usize = 24;

/// The depths at which the runtime cuts stacks off.
const LIMITS: [usize; 3] = [32, 64, 128];

/// How many of the innermost frames `runtime/pprof` hides: those of the allocator.
const MOST_HIDDEN: usize = 6;

/// How many frames more than the limit a stack has when functions were inlined into its last one (measured).
const MOST_INLINED: usize = 1;

/// How often what was repaired is used for further repairs.
const MOST_ROUNDS: usize = 16;

#[cfg(test)]
mod tests {
    use crate::{Profile, decode::tests::profile_of};

    fn stack(names: impl Iterator<Item = usize>) -> Vec<String> {
        names.map(|number| format!("main.f{number}")).collect()
    }

    fn of(stacks: &[Vec<String>]) -> Profile {
        let stacks: Vec<(Vec<&str>, i64)> =
            stacks.iter().map(|stack| (stack.iter().map(String::as_str).collect(), 1)).collect();
        profile_of(&stacks.iter().map(|(stack, value)| (stack.as_slice(), *value)).collect::<Vec<_>>())
    }

    fn roots(profile: &Profile) -> Vec<String> {
        let root = |sample: crate::Sample<'_>| sample.frames().last()?.function().map(|root| root.name().to_owned());
        profile.samples().map(|sample| root(sample).unwrap_or_default()).collect()
    }

    #[test]
    fn what_was_cut_off_is_continued() {
        // Leaf first: f0 is main. The second lost f0 to f4, the third lost f0 to f9 and is continued by the second.
        let stacks = [stack((0..30).rev()), stack((5..37).rev()), stack((10..42).rev())];
        let profile = of(&stacks);
        assert_eq!(roots(&profile), ["main.f0", "main.f5", "main.f10"]);
        let repaired = profile.repair_truncated_stacks();
        assert_eq!(roots(&repaired), ["main.f0"; 3]);
        assert_eq!(repaired.samples().nth(2).unwrap().locations().len(), 42);
        let told: Vec<String> = repaired.diagnostics().iter().map(|found| found.flaw.to_string()).collect();
        assert_eq!(
            told,
            [
                "the stack of sample 1 was cut off; 5 frames were added from a stack like it",
                "the stack of sample 2 was cut off; 10 frames were added from a stack like it"
            ]
        );
    }

    #[test]
    fn what_goes_on_in_two_ways_stays() {
        let mut other = stack((0..30).rev());
        *other.last_mut().unwrap() = "main.other".to_owned();
        let ambiguous = of(&[stack((0..30).rev()), other, stack((1..33).rev())]);
        let repaired = ambiguous.repair_truncated_stacks();
        assert_eq!(roots(&repaired), roots(&ambiguous));
        assert!(repaired.diagnostics().is_empty());
        let recursive = of(&[vec!["main.f".to_owned(); 32], vec!["main.f".to_owned(); 30]]);
        assert_eq!(roots(&recursive.repair_truncated_stacks()), roots(&recursive));
        let shallow = of(&[stack((0..20).rev()), stack((5..26).rev())]);
        assert_eq!(roots(&shallow.repair_truncated_stacks()), roots(&shallow), "nothing was cut off");
    }
}
