//! Decoding beside inflating alone: `cargo bench -p gomem-pprof`, with the profile in `GOMEM_BENCH_PROFILE`, or one of the
//! example's.

#![allow(missing_docs, clippy::unwrap_used)]

use std::path::PathBuf;

use gomem_pprof::{DecodeOptions, Profile, TopOptions};
use gomem_testkit::root;

fn main() {
    divan::main();
}

fn bytes() -> Vec<u8> {
    let example = root().join("examples/incident/before/heap-3.pb.gz");
    std::fs::read(std::env::var_os("GOMEM_BENCH_PROFILE").map_or(example, PathBuf::from)).unwrap()
}

fn inflated(bytes: &[u8]) -> Vec<u8> {
    let size = u32::from_le_bytes(*bytes.last_chunk().unwrap()) as usize;
    let mut inflated = vec![0; size];
    libdeflater::Decompressor::new().gzip_decompress(bytes, &mut inflated).unwrap();
    inflated
}

#[divan::bench]
fn inflate(bencher: divan::Bencher<'_, '_>) {
    let bytes = bytes();
    bencher.bench(|| inflated(&bytes));
}

#[divan::bench]
fn decode(bencher: divan::Bencher<'_, '_>) {
    let bytes = bytes();
    bencher.bench(|| Profile::decode(&bytes).unwrap());
}

/// Of bytes that are not gzipped, which the profile keeps.
#[divan::bench]
fn decode_owned(bencher: divan::Bencher<'_, '_>) {
    let raw = inflated(&bytes());
    let options = DecodeOptions::default();
    bencher.with_inputs(|| raw.clone()).bench_values(|raw| Profile::decode_owned(raw, &options).unwrap());
}

#[divan::bench]
fn top(bencher: divan::Bencher<'_, '_>) {
    let profile = Profile::decode(&bytes()).unwrap();
    bencher.bench(|| profile.top(&TopOptions::new(1)).rows().len());
}
