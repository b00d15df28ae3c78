//! How large a function's frame is and which of its words are pointers, by address (`funcspdelta` in `runtime/symtab.go`,
//! `getStackMap` in `runtime/stkframe.go`).

use crate::{functions::Function, layout::Layout};

/// Which words of a part of a frame are pointers.
///
/// ```
/// # let program = gomem_testkit::inflated("testdata/heap/holders-go1.27.3.bin.gz");
/// # let layout = gomem_binary::Layout::decode(&program)?;
/// use gomem_binary::FramePart;
///
/// // Functions of amd64 begin at multiples of 32.
/// let mut functions = layout.extent().step_by(32).filter_map(|address| layout.function(address));
/// let pass_down = functions.find(|function| function.name() == Some("main.passDown")).expect("the program's own");
/// // `func passDown(b *big, done chan int)`: both are pointers.
/// let map = layout.pointer_map(pass_down, FramePart::Arguments, 0).expect("a map");
/// assert_eq!((map.words, map.pointers().collect::<Vec<_>>()), (2, vec![0, 1]));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PointerMap<'a> {
    /// How many words it is of.
    pub words: u32,
    /// A bit for each.
    bits: &'a [u8],
}

/// The parts of a frame that have maps.
///
/// ```
/// # let program = gomem_testkit::inflated("testdata/heap/holders-go1.27.3.bin.gz");
/// # let layout = gomem_binary::Layout::decode(&program)?;
/// use gomem_binary::FramePart;
///
/// // Functions of amd64 begin at multiples of 32.
/// let mut functions = layout.extent().step_by(32).filter_map(|address| layout.function(address));
/// let locked = functions.find(|function| function.name() == Some("main.locked")).expect("the program's own");
/// // `func locked()` takes nothing, and has ten slices of three words.
/// let words = |part| layout.pointer_map(locked, part, 0).map(|map| map.words);
/// assert_eq!((words(FramePart::Arguments), words(FramePart::Locals)), (Some(0), Some(30)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FramePart {
    /// What the function got, in its caller's frame.
    Arguments,
    /// Its own variables, up to where these end.
    Locals,
}

impl PointerMap<'_> {
    /// The numbers of the words that are pointers.
    pub fn pointers(&self) -> impl Iterator<Item = u32> {
        let is_pointer = |word: &u32| self.bits.get(*word as usize / 8).is_some_and(|byte| byte >> (word % 8) & 1 == 1);
        (0..self.words).filter(is_pointer)
    }
}

impl Function<'_> {
    /// The bytes of its frame where `address` is carried out, without those of the address that it returns to.
    #[must_use]
    pub fn frame_bytes(&self, address: u64) -> Option<u64> {
        u64::try_from(self.value(FRAME, address)?).ok()
    }

    /// The bytes of its arguments on the stack; `None` where only its callers know them.
    #[must_use]
    pub fn argument_bytes(&self) -> Option<u32> {
        self.part(ARGUMENT_BYTES).filter(|bytes| *bytes != UNKNOWN)
    }

    /// Where it goes on after a panic that one of its deferred functions recovers.
    #[must_use]
    pub fn recovers_at(&self) -> Option<u64> {
        let offset = self.part(DEFER_RETURN).filter(|offset| *offset != 0)?;
        self.entry().checked_add(u64::from(offset))
    }

    /// Whether nothing called it: stacks end with it.
    #[must_use]
    pub fn is_outermost(&self) -> bool {
        self.flags() & TOP_FRAME != 0
    }

    /// Whether it sets the stack pointer itself, so that its caller's frame cannot be found by its size.
    #[must_use]
    pub fn sets_stack_pointer(&self) -> bool {
        self.flags() & SP_WRITE != 0
    }

    /// Which of its maps holds where `address` is carried out.
    #[must_use]
    pub fn map_number(&self, address: u64) -> Option<u32> {
        u32::try_from(self.position(MAP_NUMBER, address)?).ok()
    }

    fn part(&self, at: usize) -> Option<u32> {
        self.of.u32(self.place.checked_add(at)?)
    }

    fn flags(&self) -> u8 {
        self.place.checked_add(FLAGS).and_then(|at| self.of.table.get(at)).copied().unwrap_or_default()
    }
}

impl Layout {
    /// A map of a part of a function's frame, by its number; `None` where it has none.
    #[must_use]
    pub fn pointer_map(&self, function: Function<'_>, part: FramePart, number: u32) -> Option<PointerMap<'_>> {
        let offset = function.data(part as usize)?;
        let at = self.function_data()?.checked_add(u64::from(offset))?;
        let head = self.bytes_at(at, HEAD)?;
        let (count, words) = (function.number(head, 0)?, function.number(head, 4)?);
        if number >= count {
            return None;
        }
        let bytes = usize::try_from(words).ok()?.div_ceil(8);
        let skipped = (bytes as u64).checked_mul(u64::from(number))?;
        let bits = self.bytes_at(at.checked_add(HEAD as u64)?.checked_add(skipped)?, bytes)?;
        Some(PointerMap { words, bits })
    }
}

/// `_func` in `runtime/runtime2.go`: the same in Go 1.20 to 1.27.
const ARGUMENT_BYTES: usize = 8;
const DEFER_RETURN: usize = 12;
const FRAME: usize = 16;
const FLAGS: usize = 41;
/// `ArgsSizeUnknown` in `internal/abi/symtab.go`.
const UNKNOWN: u32 = 0x8000_0000;
/// `FuncFlagTopFrame` and `FuncFlagSPWrite`.
const TOP_FRAME: u8 = 1;
const SP_WRITE: u8 = 2;
/// `PCDATA_StackMapIndex`.
const MAP_NUMBER: usize = 1;
/// How many maps there are, and of how many words (`stackmap` in `runtime/symtab.go`).
const HEAD: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_are_words() {
        let map = PointerMap { words: 10, bits: &[0b1000_0001, 0b1111_1110] };
        assert_eq!(map.pointers().collect::<Vec<_>>(), [0, 7, 9]);
        assert_eq!(PointerMap { words: 100, bits: &[] }.pointers().count(), 0);
    }
}
