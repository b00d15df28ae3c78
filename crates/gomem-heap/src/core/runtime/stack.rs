//! The frames of a stack, and which of their words are pointers (`unwinder` in `runtime/traceback.go`, `scanframeworker` in
//! `runtime/mgcmark.go`).

use gomem_binary::{FramePart, Function};

use crate::{
    core::{
        elf::{
            notes::Machine,
            word::{WORD, words},
        },
        runtime::{names::Names, process::Process, writer::Writer},
    },
    error::Error,
    memory::Frame,
};

/// Where a stack begins to be read.
#[derive(Debug, Clone, Default)]
pub(crate) struct Place {
    pub(crate) pc: u64,
    pub(crate) sp: u64,
    /// What the innermost function returns to, where a register has it.
    pub(crate) returns_to: u64,
    /// Whether it was stopped anywhere, and not where the compiler knows its pointers.
    pub(crate) is_interrupted: bool,
}

/// What a stack holds.
#[derive(Debug, Default)]
pub(crate) struct Stack {
    /// The innermost first.
    pub(crate) frames: Vec<Frame>,
    /// Pointers beside all frames.
    pub(crate) roots: Vec<u64>,
    /// Whether all words of some frames are taken.
    pub(crate) is_interrupted: bool,
}

/// A function that was called, and where its frame lies.
struct Call<'a> {
    function: Function<'a>,
    name: &'a str,
    pc: u64,
    sp: u64,
    /// Where its caller's frame begins.
    end: u64,
}

impl Stack {
    /// Reads a stack between two addresses.
    pub(crate) fn read(
        process: &Process<'_>,
        place: &Place,
        bounds: &std::ops::Range<u64>,
        names: &mut Names,
        writer: &mut Writer,
    ) -> Result<Self, Error> {
        let mut stack = Self { is_interrupted: place.is_interrupted, ..Self::default() };
        let calls = calls(process, place, bounds);
        // All words of the stack from the innermost frame on.
        let end = calls.last().map_or(place.sp, |call| call.end);
        let bytes = end.saturating_sub(place.sp);
        let contents =
            Some(bytes).filter(|bytes| process.take(bytes / WORD)).and_then(|bytes| process.contents(place.sp, bytes));
        let base = writer.write(&contents.unwrap_or_default(), [])?.place;
        let mut pointers = vec![Vec::new(); calls.len()];
        let (mut is_conservative, mut called) = (place.is_interrupted, "");
        for (number, call) in calls.iter().enumerate() {
            let found = call.pointers(process, is_conservative, called);
            is_conservative = is_injected(call.name) && call.name != SIGPANIC;
            stack.is_interrupted |= is_conservative;
            called = call.name;
            for address in found {
                // Arguments lie in the caller's frame.
                let owner = number + calls[number..].iter().take_while(|call| call.end <= address).count();
                match calls.get(owner).and_then(|owner| address.checked_sub(owner.sp)) {
                    Some(offset) => pointers[owner].push(u32::try_from(offset).unwrap_or(u32::MAX)),
                    None => stack.roots.extend(process.word(address)),
                }
            }
        }
        stack.frames = calls
            .iter()
            .zip(pointers)
            .map(|(call, mut pointers)| {
                pointers.sort_unstable();
                pointers.dedup();
                Frame {
                    function: names.get(call.name),
                    entry: call.function.entry().wrapping_add(process.slide),
                    pc: call.pc,
                    sp: call.sp,
                    place: base + (call.sp - place.sp) as usize,
                    length: (call.end - call.sp) as usize,
                    pointers,
                }
            })
            .collect();
        Ok(stack)
    }
}

/// The functions of a stack, the innermost first, as far as it can be told.
fn calls<'a>(process: &Process<'a>, place: &Place, bounds: &std::ops::Range<u64>) -> Vec<Call<'a>> {
    let mut calls: Vec<Call<'a>> = Vec::new();
    let (mut pc, mut sp, mut returns_to) = (place.pc, place.sp, place.returns_to);
    while calls.len() < MOST_FRAMES && process.take(FRAME_STEPS) && bounds.contains(&sp) && sp % WORD == 0 {
        let in_file = pc.wrapping_sub(process.slide);
        // What never returns may end with its last call.
        let function = process.program.function_around(in_file);
        let Some((function, name)) = function.and_then(|function| Some((function, function.name()?))) else { break };
        if function.sets_stack_pointer() && !calls.is_empty() {
            break;
        }
        let Some(size) = function.frame_bytes(in_file) else { break };
        let pushed = if process.machine == Machine::Amd64 { WORD } else { 0 };
        let end = match sp.checked_add(size).and_then(|end| end.checked_add(pushed)) {
            Some(end) if end <= bounds.end && (end > sp || process.machine == Machine::Arm64) => end,
            _ => break,
        };
        let caller = match process.machine {
            Machine::Amd64 => process.word(end - WORD),
            Machine::Arm64 if returns_to == 0 || (calls.is_empty() && sp < end) => process.word(sp),
            Machine::Arm64 => Some(returns_to),
        };
        let is_outermost = function.is_outermost();
        calls.push(Call { function, name, pc, sp, end });
        let Some(caller) = caller.filter(|caller| !is_outermost && *caller != 0) else { break };
        (pc, sp, returns_to) = (caller, end, 0);
        // A signal's handler puts the address that it interrupted in a frame of its own.
        if process.machine == Machine::Arm64 && is_injected(name) {
            let saved = process.word(sp);
            sp = sp.saturating_add(INJECTED);
            let in_file = pc.wrapping_sub(process.slide);
            let next = process.program.function_around(in_file);
            if next.and_then(|next| next.frame_bytes(in_file)) == Some(0) {
                returns_to = saved.unwrap_or_default();
            }
        }
    }
    calls
}

impl Call<'_> {
    /// The addresses of the pointers that it has on the stack.
    fn pointers(&self, process: &Process<'_>, is_conservative: bool, called: &str) -> Vec<u64> {
        let mut found = Vec::new();
        let pushed = if process.machine == Machine::Amd64 { WORD } else { 0 };
        let mut variables_end = self.end - pushed.min(self.end - self.sp);
        // The frame of its caller is kept before them.
        if variables_end > self.sp {
            variables_end -= WORD.min(variables_end - self.sp);
        }
        let arguments = self.end + if process.machine == Machine::Amd64 { 0 } else { WORD };
        if is_conservative || (is_injected(self.name) && self.name != SIGPANIC) {
            found.extend((self.sp..variables_end).step_by(WORD as usize));
            let bytes = u64::from(self.function.argument_bytes().unwrap_or_default());
            found.extend((arguments..arguments.saturating_add(bytes)).step_by(WORD as usize));
            return found;
        }
        let Some(at) = self.continues_at(process, called) else { return found };
        let number = self.function.map_number(at).unwrap_or_default();
        let map = |part| process.program.pointer_map(self.function, part, number);
        if let Some(map) = map(FramePart::Locals)
            && let Some(start) =
                variables_end.checked_sub(u64::from(map.words) * WORD).filter(|start| *start >= self.sp)
        {
            found.extend(map.pointers().map(|word| start + u64::from(word) * WORD));
        }
        match self.function.argument_bytes() {
            Some(0) => {}
            Some(bytes) => {
                let most = bytes / WORD as u32;
                let pointers = map(FramePart::Arguments);
                let words =
                    pointers.iter().flat_map(gomem_binary::PointerMap::pointers).take_while(|word| *word < most);
                found.extend(words.map(|word| arguments + u64::from(word) * WORD));
            }
            None => {
                self.push_method_arguments(process, arguments, &mut found);
                self.push_register_arguments(process, variables_end, &mut found);
            }
        }
        found
    }

    /// The instruction whose map holds: that of the call; after a panic, where deferred functions have run.
    fn continues_at(&self, process: &Process<'_>, called: &str) -> Option<u64> {
        let at = if called == SIGPANIC {
            self.function.recovers_at()?.checked_add(1)?
        } else {
            self.pc.wrapping_sub(process.slide)
        };
        Some(if at > self.function.entry() { at - 1 } else { at })
    }

    /// What functions that package reflect makes got: only the function value tells (`reflectMethodValue` in `runtime/stkframe.go`).
    fn push_method_arguments(&self, process: &Process<'_>, arguments: u64, found: &mut Vec<u64>) {
        let read = || {
            let first = if process.machine == Machine::Amd64 { self.sp } else { self.sp.checked_add(WORD)? };
            let method = process.word(first)?;
            let map = process.word(method.checked_add(WORD)?)?;
            let (count, bits) = (process.number(map, 4)?, process.word(map.checked_add(WORD)?)?);
            let bytes = process.bytes(bits, count.min(MOST_ARGUMENTS).div_ceil(8))?;
            let is_own = process.word(method)? == self.function.entry().wrapping_add(process.slide);
            is_own.then_some((count.min(MOST_ARGUMENTS), bytes))
        };
        let Some((count, bits)) = read() else { return };
        let is_pointer = |word: &u64| bits.get((word / 8) as usize).is_some_and(|byte| byte >> (word % 8) & 1 == 1);
        found.extend((0..count).filter(is_pointer).map(|word| arguments.saturating_add(word * WORD)));
    }

    /// What such functions got in registers, which they keep in a variable of their frame that all of them have alike.
    fn push_register_arguments(&self, process: &Process<'_>, variables_end: u64, found: &mut Vec<u64>) {
        let read = || {
            let record = process.variable("runtime.methodValueCallFrameObjs")?;
            let number = |at: u64| Some(u32::try_from(process.number(record.checked_add(at)?, 4)?).ok()?.cast_signed());
            let pointer_bytes = u64::try_from(number(8)?).ok().filter(|bytes| *bytes <= MOST_ARGUMENTS)?;
            let constants = process.field(process.variable("runtime.firstmoduledata")?, "runtime.moduledata rodata")?;
            let mask = process
                .bytes(constants.checked_add(number(12)?.cast_unsigned().into())?, pointer_bytes.div_ceil(64))?;
            let start = variables_end.checked_add_signed(number(0)?.into()).filter(|start| *start >= self.sp)?;
            Some((start, pointer_bytes / WORD, mask))
        };
        let Some((start, count, mask)) = read() else { return };
        let is_pointer = |word: &u64| mask.get((word / 8) as usize).is_some_and(|byte| byte >> (word % 8) & 1 == 1);
        found.extend((0..count).filter(is_pointer).map(|word| start.saturating_add(word * WORD)));
    }
}

/// Whether a function was put on the stack by a signal, as if it had been called.
fn is_injected(name: &str) -> bool {
    [SIGPANIC, "runtime.asyncPreempt", "runtime.debugCallV2"].contains(&name)
}

/// The words of a stack that may be a part of a signal's context.
pub(crate) fn signal_context(process: &Process<'_>, sp: u64, signal_stack: &std::ops::Range<u64>) -> Option<Vec<u8>> {
    let contents = process.contents(sp, signal_stack.end.checked_sub(sp)?)?;
    let all: Vec<u64> = words(&contents).collect();
    let size = signal_stack.end - signal_stack.start;
    // Its stack: where it begins, flags, and its size.
    let is_context = |at: &usize| all.get(at + 2) == Some(&signal_stack.start) && all.get(at + 4) == Some(&size);
    let at = (0..all.len()).find(is_context)?;
    Some(contents.get(at * WORD as usize..)?.to_vec())
}

const SIGPANIC: &str = "runtime.sigpanic";
/// What a signal's handler puts on the stack of arm64.
const INJECTED: u64 = 16;
const MOST_FRAMES: usize = 1_000_000;
/// What a frame costs beside its words: its function's tables are read up to where it is.
const FRAME_STEPS: u64 = 8;
const MOST_ARGUMENTS: u64 = 1 << 16;
