//! Heap profiles as text, for tests of what grows.

/// A heap profile of one site that keeps 20 MiB more at each step, two seconds apart, and lets go of none: its frames, leaf first, each
/// a function and its place.
///
/// ```
/// let text = gomem_testkit::growing_heap(2, &[("main.keep", "/app/keep.go:9")]);
/// assert!(text.starts_with("heap profile: 40: 41943040 [40: 41943040] @") && text.contains("main.keep+0x1\t/app/keep.go:9"));
/// ```
#[must_use]
pub fn growing_heap(step: u64, frames: &[(&str, &str)]) -> String {
    let values = format!("{0}: {1} [{0}: {1}]", step * 20, (step * 20) << 20);
    let addresses: String = (64..).zip(frames).map(|(address, _)| format!(" {address:#x}")).collect();
    let frames: String = (64..)
        .zip(frames)
        .map(|(address, (function, place))| format!("#\t{address:#x}\t{function}+0x1\t{place}\n"))
        .collect();
    let stats = format!("# runtime.MemStats\n# LastGC = {}\n", (1_700_000_000 + step * 2) * 1_000_000_000);
    format!("heap profile: {values} @ heap/1048576\n{values} @{addresses}\n{frames}\n{stats}")
}
