//! A recorded core with words of it and of its program changed, as the bytes say: it is refused, or each object is
//! somebody's.

use std::{io::Cursor, sync::LazyLock};

use gomem_heap::{Heap, HeapOptions, Limits};
use gomem_testkit::inflated;

/// The recorded cores: pointers by bitmaps and old maps, and then by what is in spans and Swiss maps.
static SEEDS: LazyLock<[Seed; 2]> = LazyLock::new(|| ["go1.21.13", "go1.27.3"].map(Seed::new));

struct Seed {
    core: Words,
    binary: Words,
}

/// A file, and where its words are that are not zero.
struct Words {
    bytes: Vec<u8>,
    places: Vec<usize>,
}

/// The first byte says which core, and the others what of it or of its program is changed.
pub fn core(bytes: &[u8]) {
    let Some((&first, edits)) = bytes.split_first() else { return };
    let seed = &SEEDS[usize::from(first) % SEEDS.len()];
    let (mut core, mut binary) = (seed.core.bytes.clone(), seed.binary.bytes.clone());
    for edit in edits.chunks_exact(EDIT) {
        if edit[0] & OF_BINARY == 0 {
            seed.core.change(&mut core, edit);
        } else {
            seed.binary.change(&mut binary, edit);
        }
    }
    let options =
        HeapOptions::default().with_binary(binary).with_limits(Limits::default().with_inflated_bytes(256 << 20));
    let _ = Heap::redact_core(Cursor::new(&core), &options);
    let Ok(heap) = Heap::decode_with(core, options) else { return };
    let sums = heap.holdings().iter().fold((0, 0_u64), |(objects, bytes), holding| {
        (objects + holding.retained_objects, bytes + holding.retained_bytes)
    });
    assert_eq!(sums, (heap.objects(), heap.bytes()));
    for table in Heap::TABLES {
        let _ = table.table(&heap);
    }
    let _ = heap.to_pprof();
    assert!(heap.redacted().is_none());
}

impl Seed {
    fn new(go: &str) -> Self {
        let file = |ending: &str| inflated(format!("testdata/heap/holders-{go}.{ending}.gz"));
        Self { core: Words::new(without_zeros(&file("core"))), binary: Words::new(file("bin")) }
    }
}

/// A core without the mebibytes of zeros that it mostly is made of.
fn without_zeros(core: &[u8]) -> Vec<u8> {
    let half = |at: usize| u16::from_le_bytes(core[at..at + 2].try_into().unwrap());
    let word = |at: usize| u64::from_le_bytes(core[at..at + 8].try_into().unwrap());
    let headers = (0..usize::from(half(56))).map(|number| word(32) as usize + number * HEADER);
    // Kind and flags, address, contents.
    let mut parts: Vec<(&[u8], u64, &[u8])> = Vec::new();
    for at in headers {
        let (start, address, bytes) = (word(at + 8) as usize, word(at + 16), word(at + 32) as usize);
        let step = if core[at] == LOAD { 1 << 20 } else { bytes.max(1) };
        let pieces = core[start..start + bytes].chunks(step).zip((address..).step_by(step));
        let set = pieces.filter(|(piece, _)| piece.iter().any(|byte| *byte != 0));
        parts.extend(set.map(|(piece, address)| (&core[at..at + 8], address, piece)));
    }
    let mut out = core[..HEAD].to_vec();
    out[32..40].copy_from_slice(&(HEAD as u64).to_le_bytes());
    out[56..58].copy_from_slice(&(parts.len() as u16).to_le_bytes());
    let mut place = (HEAD + HEADER * parts.len()) as u64;
    for (kind, address, piece) in &parts {
        out.extend_from_slice(kind);
        let bytes = piece.len() as u64;
        [place, *address, 0, bytes, bytes, 1].iter().for_each(|word| out.extend(word.to_le_bytes()));
        place += bytes;
    }
    parts.iter().for_each(|(.., piece)| out.extend_from_slice(piece));
    out
}

impl Words {
    fn new(bytes: Vec<u8>) -> Self {
        let words = bytes.chunks_exact(8).enumerate();
        let places = words.filter(|(_, word)| *word != [0; 8]).map(|(at, _)| 8 * at).collect();
        Self { bytes, places }
    }

    /// One of all places, or one near the beginning or the end: headers and what the runtime keeps for itself are there.
    fn choose(&self, how: u8, number: usize) -> usize {
        let near = (number >> 8) % (1 << (number % 18)) % self.places.len();
        match how & NEAR_EITHER {
            NEAR_BEGINNING => near,
            NEAR_END => self.places.len() - 1 - near,
            _ => number % self.places.len(),
        }
    }

    /// Changes a word of a copy, or cuts it there.
    fn change(&self, copy: &mut Vec<u8>, edit: &[u8]) {
        let number = |at: usize| u32::from_le_bytes([edit[at], edit[at + 1], edit[at + 2], edit[at + 3]]) as usize;
        let word_at = |at: usize| u64::from_le_bytes(self.bytes[at..at + 8].try_into().unwrap());
        let at = self.places[self.choose(edit[0], number(1))];
        let word = match edit[0] % 8 {
            0 => u64::MAX >> (number(5) % 64),
            1 => number(5) as u64,
            2 | 3 => word_at(at) ^ 1 << (number(5) % 64),
            4 => return copy.truncate(at.max(1 << 16)),
            // What leads elsewhere leads to the wrong place.
            _ => word_at(self.places[number(5) % self.places.len()]),
        };
        if let Some(place) = copy.get_mut(at..at + 8) {
            place.copy_from_slice(&word.to_le_bytes());
        }
    }
}

/// The head of an ELF file, and one of its program headers.
const HEAD: usize = 64;
const HEADER: usize = 56;
/// The kind of memory (`PT_LOAD`).
const LOAD: u8 = 1;
/// What is done, where, and with what.
const EDIT: usize = 9;
/// The bit that says of which file.
const OF_BINARY: u8 = 8;
/// The bits that say where.
const NEAR_BEGINNING: u8 = 16;
const NEAR_END: u8 = 32;
const NEAR_EITHER: u8 = NEAR_BEGINNING | NEAR_END;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cores_without_zeros_say_the_same() {
        for (seed, go) in SEEDS.iter().zip(["go1.21.13", "go1.27.3"]) {
            let read = |core: Vec<u8>| {
                let options = HeapOptions::default().with_binary(seed.binary.bytes.clone());
                let heap = Heap::decode_with(core, options).unwrap();
                (heap.objects(), heap.bytes(), heap.diagnostics().to_vec(), heap.holdings().to_vec())
            };
            let whole = inflated(format!("testdata/heap/holders-{go}.core.gz"));
            assert!(seed.core.bytes.len() * 4 < whole.len());
            assert_eq!(read(seed.core.bytes.clone()), read(whole));
        }
    }
}
