//! Heap dumps whose objects point to each other, with roots, a count and samples.

use arbitrary::{Arbitrary, Result, Unstructured};

use super::{name, number, several, varint};

/// A dump as `runtime/heapdump.go` writes it, but for a record that is gone, there twice or cut.
pub(super) fn heap(from: &mut Unstructured<'_>) -> Result<Vec<u8>> {
    let dump = Dump::new(from)?;
    let mut records = vec![dump.parameters(from)?];
    for &(address, bytes) in &dump.objects {
        let (mut content, fields) = dump.content(from, bytes as usize)?;
        if from.ratio(1, 64)? {
            // Of a length only 32 bits say how much is written.
            content = [numbers(&[bytes | 1 << from.int_in_range(32..=63_u32)?]), vec![0; bytes as usize]].concat();
        }
        records.push([numbers(&[OBJECT, address]), content, fields].concat());
    }
    for _ in 0..from.int_in_range(0..=40_u8)? {
        records.push(dump.record(from)?);
    }
    for tag in [DATA, BSS] {
        records.push(dump.variables(from, tag)?);
    }
    records.push(dump.counts(from)?);
    if from.ratio(1, 8)? {
        let (one, other) = (from.choose_index(records.len())?, from.choose_index(records.len())?);
        records[one] = records[other].clone();
    }
    if from.ratio(7, 8)? {
        records.push(numbers(&[END]));
    }
    Ok([b"go1.7 heap dump\n".to_vec(), records.concat()].concat())
}

/// What the records of a dump have in common.
struct Dump {
    word_bytes: usize,
    is_big_endian: bool,
    /// Addresses and sizes.
    objects: Vec<(u64, u64)>,
}

impl Dump {
    fn new(from: &mut Unstructured<'_>) -> Result<Self> {
        const SIZES: [u64; 14] = [8, 16, 24, 32, 48, 64, 96, 128, 512, 576, 1024, 4096, 8192, 40_960];
        let spans = several(from, 8, |from| Ok((*from.choose(&SIZES)?, from.int_in_range(1..=16_u64)?)))?;
        let mut objects = Vec::new();
        for (page, (bytes, count)) in spans.into_iter().enumerate() {
            let start = HEAP + page as u64 * 8 * PAGE;
            // Behind the last of these, a span has what is no object.
            let first = if from.ratio(1, 4)? { (PAGE / bytes).saturating_sub(count) } else { 0 };
            let fitting = (first..first + count).take_while(|slot| (slot + 1) * bytes <= 8 * PAGE);
            objects.extend(fitting.map(|slot| (start + slot * bytes, bytes)));
        }
        Ok(Self { word_bytes: if from.ratio(7, 8)? { 8 } else { 4 }, is_big_endian: from.ratio(1, 8)?, objects })
    }

    fn parameters(&self, from: &mut Unstructured<'_>) -> Result<Vec<u8>> {
        const VERSIONS: [&str; 7] = [
            "go1.21.13",
            "go1.24.11",
            "go1.25.5 X:greenteagc",
            "go1.26.8",
            "go1.26.8-X:nogreenteagc",
            "go1.27.3",
            "devel",
        ];
        let machine = [PARAMETERS, self.is_big_endian.into(), self.word_bytes as u64, HEAP, HEAP + (1 << 26)];
        let (arch, version) = (*from.choose(&["amd64", "arm64", "386", ""])?, *from.choose(&VERSIONS)?);
        Ok([numbers(&machine), text(arch), text(version), numbers(&[2])].concat())
    }

    /// An address: mostly of an object, or of what is in it.
    fn address(&self, from: &mut Unstructured<'_>) -> Result<u64> {
        Ok(match from.int_in_range(0..=7_u8)? {
            0..=4 if !self.objects.is_empty() => {
                let (address, bytes) = *from.choose(&self.objects)?;
                address + if from.ratio(3, 4)? { 0 } else { from.int_in_range(0..=bytes)? }
            }
            5 => CODE + 16 * u64::from(from.int_in_range(0..=7_u8)?),
            6 => OTHERS + 16 * u64::from(from.int_in_range(0..=7_u8)?),
            _ => number(from)? as u64,
        })
    }

    /// Contents with their length, and the list of the pointers in them.
    fn content(&self, from: &mut Unstructured<'_>, bytes: usize) -> Result<(Vec<u8>, Vec<u8>)> {
        let mut content = vec![0; bytes];
        let mut fields = Vec::new();
        for at in (0..bytes).step_by(self.word_bytes).take(from.int_in_range(0..=8)?) {
            let is_pointer = bool::arbitrary(from)?;
            let word = if is_pointer { self.address(from)? } else { number(from)? as u64 };
            let word = if self.is_big_endian {
                word.to_be_bytes()[8 - self.word_bytes..].to_vec()
            } else {
                word.to_le_bytes()[..self.word_bytes].to_vec()
            };
            if let Some(place) = content.get_mut(at..at + self.word_bytes) {
                place.copy_from_slice(&word);
            }
            if is_pointer {
                fields.extend(numbers(&[1, at as u64]));
            }
        }
        fields.extend(numbers(&[0]));
        Ok(([numbers(&[bytes as u64]), content].concat(), fields))
    }

    /// A root, a name or a sample.
    fn record(&self, from: &mut Unstructured<'_>) -> Result<Vec<u8>> {
        let tag = *from.choose(&[
            OTHER_ROOT,
            TYPE,
            GOROUTINE,
            GOROUTINE,
            FRAME,
            FRAME,
            FRAME,
            FINALIZER,
            ITAB,
            OS_THREAD,
            QUEUED_FINALIZER,
            DEFER,
            PANIC,
            BUCKET,
            BUCKET,
            SAMPLE,
            SAMPLE,
            SAMPLE,
        ])?;
        let mut out = numbers(&[tag]);
        let mut addresses = |count: usize, from: &mut Unstructured<'_>| -> Result<()> {
            (0..count).try_for_each(|_| self.address(from).map(|address| varint(&mut out, address)))
        };
        match tag {
            OTHER_ROOT => {
                out.extend(text(&name(from)?));
                varint(&mut out, self.address(from)?);
            }
            TYPE => {
                addresses(1, from)?;
                out.extend([numbers(&[16]), text(&name(from)?), numbers(&[0])].concat());
            }
            GOROUTINE => {
                addresses(2, from)?;
                out.extend(numbers(&[from.int_in_range(0..=9)?, CODE, from.int_in_range(0..=9)?]));
                out.extend(numbers(&[bool::arbitrary(from)?.into(), 0, number(from)? as u64]));
                out.extend(text(from.choose(&["chan receive", "select", "", "preempted", "dumping heap"])?));
                (0..4).try_for_each(|_| self.address(from).map(|address| varint(&mut out, address)))?;
            }
            FRAME => {
                addresses(1, from)?;
                out.extend(numbers(&[0, 0]));
                let bytes = 8 * from.int_in_range(0..=12)?;
                let (content, fields) = self.content(from, bytes)?;
                let entry = CODE + 16 * u64::from(from.int_in_range(0..=7_u8)?);
                out.extend([content, numbers(&[entry, entry + 4, entry + 4]), text(&name(from)?), fields].concat());
            }
            BUCKET => {
                out.extend(numbers(&[from.int_in_range(0..=3)?, number(from)? as u64]));
                let frames = several(from, 3, |from| {
                    Ok([text(&name(from)?), text(&name(from)?), numbers(&[number(from)? as u64])].concat())
                })?;
                out.extend([numbers(&[frames.len() as u64]), frames.concat(), numbers(&[3, 1])].concat());
            }
            SAMPLE => {
                addresses(1, from)?;
                out.extend(numbers(&[from.int_in_range(0..=3)?]));
            }
            FINALIZER | QUEUED_FINALIZER => addresses(5, from)?,
            DEFER => addresses(7, from)?,
            PANIC => addresses(6, from)?,
            OS_THREAD => addresses(3, from)?,
            _ => addresses(2, from)?,
        }
        Ok(out)
    }

    /// Global variables.
    fn variables(&self, from: &mut Unstructured<'_>, tag: u64) -> Result<Vec<u8>> {
        let address = numbers(&[tag, self.address(from)?]);
        let bytes = 8 * from.int_in_range(0..=24)?;
        let (content, fields) = self.content(from, bytes)?;
        Ok([address, content, fields].concat())
    }

    /// The runtime's count, that of these objects most of the time.
    fn counts(&self, from: &mut Unstructured<'_>) -> Result<Vec<u8>> {
        let mut counts = [0; 281];
        counts[6] = self.objects.iter().map(|(_, bytes)| bytes).sum();
        counts[11] = self.objects.len() as u64;
        if from.ratio(1, 4)? {
            counts[*from.choose(&[6, 11])?] = number(from)? as u64;
        }
        Ok([numbers(&[MEM_STATS]), numbers(&counts)].concat())
    }
}

fn numbers(numbers: &[u64]) -> Vec<u8> {
    let mut out = Vec::new();
    numbers.iter().for_each(|&number| varint(&mut out, number));
    out
}

fn text(text: &str) -> Vec<u8> {
    [numbers(&[text.len() as u64]), text.as_bytes().to_vec()].concat()
}

const PAGE: u64 = 8192;
const HEAP: u64 = 0xc0_0000_0000;
/// Functions, and what is neither of them nor of the heap.
const CODE: u64 = 0x40_1000;
const OTHERS: u64 = 0x50_0000;

const END: u64 = 0;
const OBJECT: u64 = 1;
const OTHER_ROOT: u64 = 2;
const TYPE: u64 = 3;
const GOROUTINE: u64 = 4;
const FRAME: u64 = 5;
const PARAMETERS: u64 = 6;
const FINALIZER: u64 = 7;
const ITAB: u64 = 8;
const OS_THREAD: u64 = 9;
const MEM_STATS: u64 = 10;
const QUEUED_FINALIZER: u64 = 11;
const DATA: u64 = 12;
const BSS: u64 = 13;
const DEFER: u64 = 14;
const PANIC: u64 = 15;
const BUCKET: u64 = 16;
const SAMPLE: u64 = 17;
