//! The inputs that are kept, and a few damaged copies of each, through every fuzz target: on stable Rust, in seconds.

use std::{fs, path::Path};

/// The kept inputs of a corpus, and the same with bytes changed, cut off and doubled; always the same ones.
fn replay(corpus: &str, run: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(corpus);
    let mut seeds: Vec<_> = fs::read_dir(&folder)
        .unwrap_or_else(|problem| panic!("{}: {problem}", folder.display()))
        .map(|entry| entry.expect("a readable folder").path())
        .filter(|path| path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"seed-")))
        .collect();
    seeds.sort();
    assert!(!seeds.is_empty(), "no input is kept in {corpus}");
    let mut random = fastrand::Rng::with_seed(1);
    for path in seeds {
        let seed = fs::read(&path).expect("a readable file");
        run(&seed);
        for _ in 0..DAMAGED_COPIES {
            run(&damaged(&seed, &mut random));
        }
    }
}

fn damaged(seed: &[u8], random: &mut fastrand::Rng) -> Vec<u8> {
    let mut bytes = seed.to_vec();
    for _ in 0..random.usize(1..=4) {
        let at = random.usize(..=bytes.len());
        match random.u8(..4) {
            0 => bytes.truncate(at),
            1 => bytes.extend_from_within(at..),
            2 => bytes.insert(at, random.u8(..)),
            _ => {
                if let Some(byte) = bytes.get_mut(at) {
                    *byte = random.u8(..);
                }
            }
        }
    }
    bytes
}

/// Made inputs, out of those that are kept and of bytes that are always the same.
fn shaped(corpus: &str, run: fn(&[u8])) {
    replay(corpus, run);
    let mut random = fastrand::Rng::with_seed(2);
    for _ in 0..MADE {
        let bytes: Vec<u8> = (0..random.usize(64..2048)).map(|_| random.u8(..)).collect();
        run(&bytes);
    }
}

const MADE: usize = 300;
const DAMAGED_COPIES: usize = 20;

#[test]
fn pprof() {
    replay("pprof", gomem_fuzz::pprof);
}

#[test]
fn escape() {
    replay("escape", gomem_fuzz::escape);
}

#[test]
fn heap() {
    replay("heap", gomem_fuzz::heap);
}

#[test]
fn core() {
    replay("core", gomem_fuzz::core);
}

#[test]
fn trace() {
    replay("trace", gomem_fuzz::trace);
}

#[test]
fn metrics() {
    replay("metrics", gomem_fuzz::metrics);
}

#[test]
fn gctrace() {
    replay("gctrace", gomem_fuzz::gctrace);
}

#[test]
fn gogc() {
    replay("gogc", gomem_fuzz::gogc);
}

#[test]
fn bundle() {
    replay("bundle", gomem_fuzz::bundle);
}

#[test]
fn profile() {
    replay("pprof", gomem_fuzz::profile);
}

#[test]
fn filter() {
    replay("filter", gomem_fuzz::filter);
}

#[test]
fn report() {
    replay("bundle", gomem_fuzz::report);
}

#[test]
fn symbol() {
    replay("symbol", gomem_fuzz::symbol);
}

#[test]
fn transport() {
    replay("transport", gomem_fuzz::transport);
}

#[test]
fn pprof_of_the_right_shape() {
    shaped("pprof_shaped", gomem_fuzz::pprof_shaped);
}

#[test]
fn metrics_of_the_right_shape() {
    shaped("metrics_shaped", gomem_fuzz::metrics_shaped);
}

#[test]
fn bundle_of_the_right_shape() {
    shaped("bundle_shaped", gomem_fuzz::bundle_shaped);
}

#[test]
fn heap_of_the_right_shape() {
    shaped("heap_shaped", gomem_fuzz::heap_shaped);
}

#[test]
fn trace_of_the_right_shape() {
    shaped("trace_shaped", gomem_fuzz::trace_shaped);
}
