//! What a dump costs grows with its size, whatever is in it.

#![allow(clippy::unwrap_used)]

use gomem_heap::Heap;
use gomem_testkit::assert_linear;

/// A dump by its size.
type Input = fn(usize) -> Vec<u8>;

#[test]
fn dumps_of_every_kind() {
    let kinds: [(&str, Input); 10] = [
        ("objects in a list", |count| {
            let objects = (0..count).flat_map(|at| object(at, 16, &[place(at + 1)]));
            dump(objects.collect(), &[place(0)], &[])
        }),
        ("objects far from each other", |count| {
            let objects = (0..count).flat_map(|at| object(at * 1000, 16, &[]));
            dump(objects.collect(), &[], &[])
        }),
        ("objects that all point to one", |count| {
            let objects = (0..count).flat_map(|at| object(at, 16, &[place(count)])).chain(object(count, 16, &[]));
            let roots: Vec<u64> = (0..count).map(place).collect();
            dump(objects.collect(), &roots, &[])
        }),
        ("objects that two share with the next", |count| {
            let objects = (0..count).flat_map(|at| object(at, 16, &[place(at + 1), place(at + 2)]));
            dump(objects.collect(), &[place(0), place(1)], &[])
        }),
        ("objects each shared by eighty goroutines", |count| {
            let heads = count / 80;
            let objects = (0..heads).flat_map(|at| object(at, 16, &[])).collect();
            let goroutines = (0..count).flat_map(|at| goroutine(at, &[place(at % heads)]));
            dump(objects, &[], &goroutines.collect::<Vec<u8>>())
        }),
        ("goroutines", |count| {
            let goroutines = (0..count).flat_map(|at| goroutine(at, &[place(at)]));
            dump((0..count).flat_map(|at| object(at, 16, &[])).collect(), &[], &goroutines.collect::<Vec<u8>>())
        }),
        ("frames of one goroutine", |count| {
            let frames = (0..count).flat_map(|at| frame(at, &[place(at), place(0)]));
            let stack = goroutine(0, &[]).into_iter().chain(frames);
            dump((0..count).flat_map(|at| object(at, 16, &[])).collect(), &[], &stack.collect::<Vec<u8>>())
        }),
        ("maps with one directory", |count| {
            // 48 bytes: entries, a seed, the directory, its length.
            let maps = (0..count).flat_map(|at| {
                record(1, &[place(3 * at), 48], &[&words(&[9, 1, DIRECTORY, count as u64, 0, 0]), &[1, 16, 0]])
            });
            let table = record(1, &[TABLE, 32], &[&words(&[0, 0, 0, 0]), &[1, 16, 0]]);
            let directory: Vec<u8> = words(&vec![TABLE; count]);
            let fields: Vec<u8> = (0..count).flat_map(|at| [vec![1], numbers(&[8 * at as u64])].concat()).collect();
            let directory = record(1, &[DIRECTORY, directory.len() as u64], &[&directory, &fields, &[0]]);
            dump([maps.collect(), table, directory].concat(), &[DIRECTORY], &[])
        }),
        ("samples of as many sites", |count| {
            let objects = (0..count).flat_map(|at| object(at, 16, &[]));
            let bucket = |at: usize| record(16, &[at as u64, 16, 1], &[b"\x01f\x01g", &numbers(&[at as u64, 1, 0])]);
            let samples = (0..count).flat_map(|at| [bucket(at), record(17, &[place(at), at as u64], &[])].concat());
            dump(objects.collect(), &[place(0)], &samples.collect::<Vec<u8>>())
        }),
        ("finalizers, and objects in a ring", |count| {
            let objects = (0..count).flat_map(|at| object(at, 16, &[place((at + 1) % count)]));
            let finalizers = (0..count).flat_map(|at| record(7, &[place(at), place(at), 1, 0, 0], &[]));
            dump(objects.collect(), &[], &finalizers.collect::<Vec<u8>>())
        }),
    ];
    for (name, input) in kinds {
        assert_linear(name, 2_000, input, |bytes| {
            let heap = Heap::decode(bytes.clone()).unwrap();
            for table in Heap::TABLES {
                std::hint::black_box(table.table(&heap));
            }
            std::hint::black_box((heap.diff(&heap), heap.to_pprof(), heap.redacted()));
        });
    }
}

/// Objects, global variables that point to these addresses, and other records.
fn dump(objects: Vec<u8>, roots: &[u64], others: &[u8]) -> Vec<u8> {
    let machine = record(6, &[0, 8, HEAP, HEAP + (1 << 30)], &[b"\x05amd64\x09go1.21.13", &[2]]);
    let data = words(roots);
    let fields: Vec<u8> = (0..roots.len()).flat_map(|at| [vec![1], numbers(&[8 * at as u64])].concat()).collect();
    let data = record(12, &[0x80_0000, data.len() as u64], &[&data, &fields, &[0]]);
    [b"go1.7 heap dump\n".to_vec(), machine, objects, data, others.to_vec(), vec![0]].concat()
}

/// The address of the slot of 16 bytes at this place.
fn place(at: usize) -> u64 {
    HEAP + 16 * at as u64
}

fn object(at: usize, bytes: u64, pointers: &[u64]) -> Vec<u8> {
    let mut content = words(pointers);
    content.resize(bytes as usize, 0);
    let fields: Vec<u8> = (0..pointers.len()).flat_map(|at| [1, 8 * at as u8]).collect();
    record(1, &[place(at), bytes], &[&content, &fields, &[0]])
}

/// A goroutine of a function of its own, with a frame.
fn goroutine(at: usize, pointers: &[u64]) -> Vec<u8> {
    let waits = [at as u64 + 1, 0, at as u64, 0, 4, 0, 0, 0, 0];
    [record(4, &waits, &[&numbers(&[0, 0, 0, 0])]), frame(at, pointers)].concat()
}

fn frame(at: usize, pointers: &[u64]) -> Vec<u8> {
    let content = words(pointers);
    let name = format!("main.f{at}");
    let code = CODE + 16 * at as u64;
    let rest = [numbers(&[code, code, code, name.len() as u64]), name.into_bytes()].concat();
    let fields: Vec<u8> = (0..pointers.len()).flat_map(|at| [1, 8 * at as u8]).collect();
    record(5, &[STACK + 64 * at as u64, 0, 0, content.len() as u64], &[&content, &rest, &fields, &[0]])
}

fn record(tag: u64, first: &[u64], rest: &[&[u8]]) -> Vec<u8> {
    [numbers(&[tag]), numbers(first), rest.concat()].concat()
}

fn words(words: &[u64]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_le_bytes()).collect()
}

fn numbers(numbers: &[u64]) -> Vec<u8> {
    let mut out = Vec::new();
    for &number in numbers {
        let mut rest = number;
        while rest > 0x7f {
            out.push(rest as u8 | 0x80);
            rest >>= 7;
        }
        out.push(rest as u8);
    }
    out
}

const HEAP: u64 = 0xc0_0000_0000;
const DIRECTORY: u64 = HEAP + (1 << 28);
const TABLE: u64 = HEAP + (1 << 29);
const STACK: u64 = 0x7f00_0000_0000;
const CODE: u64 = 0x40_0000;
