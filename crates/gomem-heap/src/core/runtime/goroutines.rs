//! Goroutines, where each of them stood (`g` and `m` in `runtime/runtime2.go`).

use std::{collections::HashMap, sync::Arc};

use crate::{
    core::{
        elf::{
            notes::{Registers, Thread},
            word::WORD,
        },
        runtime::{
            names::Names,
            process::Process,
            stack::{Place, Stack, signal_context},
            writer::Writer,
        },
    },
    error::Error,
    memory::{Exactness, Goroutine, SCAN},
    program::is_runtime,
};

/// The addresses of the runtime's records of threads.
pub(crate) fn threads(process: &Process<'_>) -> Vec<u64> {
    let first = process.variable("runtime.allm").and_then(|list| process.word(list)).unwrap_or_default();
    process.list(first, "runtime.m alllink")
}

/// The addresses of the runtime's records of processors.
pub(crate) fn processors(process: &Process<'_>) -> Vec<u64> {
    process.variable("runtime.allp").and_then(|list| process.slice(list)).unwrap_or_default()
}

/// All goroutines that have not ended.
pub(crate) fn goroutines(
    process: &Process<'_>,
    names: &mut Names,
    writer: &mut Writer,
) -> Result<Option<Vec<Goroutine>>, Error> {
    let list = process.variable("runtime.allgs").and_then(|list| process.slice(list));
    let Some(list) = list else { return Ok(None) };
    let threads: HashMap<u64, &Thread> = process.notes.threads.iter().map(|thread| (thread.id, thread)).collect();
    let mut reader = Reader { process, threads, names, writer };
    let all: Result<Vec<_>, Error> = list.into_iter().map(|address| reader.goroutine(address)).collect();
    Ok(Some(all?.into_iter().flatten().collect()))
}

struct Reader<'a, 'b> {
    process: &'a Process<'a>,
    threads: HashMap<u64, &'a Thread>,
    names: &'b mut Names,
    writer: &'b mut Writer,
}

impl Reader<'_, '_> {
    /// A goroutine; nothing of one that has ended.
    fn goroutine(&mut self, address: u64) -> Result<Option<Goroutine>, Error> {
        let process = self.process;
        let Some(record) = process.record(address, "runtime.g") else { return Ok(None) };
        let field = |name: &str| record.field(name).unwrap_or_default();
        let status = field("atomicstatus") & !SCAN;
        if [IDLE, DEAD, DEAD_EXTRA].contains(&status) || !process.take(GOROUTINE_STEPS) {
            return Ok(None);
        }
        let bounds = field("stack.lo")..field("stack.hi");
        let thread = field("m");
        let mut roots: Vec<u64> = vec![field("sched.ctxt")];
        self.push_deferred(field("_defer"), &mut roots);
        self.push_panics(field("_panic"), &mut roots);
        let scheduled = || Place {
            pc: field("sched.pc"),
            sp: field("sched.sp"),
            returns_to: field("sched.lr"),
            is_interrupted: status == COPY_STACK,
        };
        let place = match field("syscallsp") {
            0 if status != RUNNING => scheduled(),
            0 => match self.running(thread, &bounds) {
                Some((place, registers)) => {
                    roots.extend(registers);
                    place.unwrap_or_else(scheduled)
                }
                None => Place { is_interrupted: true, ..scheduled() },
            },
            sp => Place { pc: field("syscallpc"), sp, ..Place::default() },
        };
        let stack = Stack::read(process, &place, &bounds, self.names, self.writer)?;
        roots.extend(stack.roots);
        roots.retain(|root| *root != 0);
        let is_own =
            |name: &str| stack.frames.iter().any(|frame| !is_runtime(&frame.function) && &*frame.function != name);
        let start = process.program.function_around(field("startpc").wrapping_sub(process.slide));
        let is_system = is_system(start.and_then(|function| function.name()).unwrap_or_default(), is_own);
        let exactness = if stack.is_interrupted { Exactness::Interrupted } else { Exactness::Exact };
        let wait_reason = self.wait_reason(field("waitreason"));
        Ok(Some(Goroutine {
            address,
            id: field("goid"),
            created_at: field("gopc"),
            status,
            is_system,
            wait_reason,
            roots,
            thread,
            exactness,
            frames: stack.frames,
        }))
    }

    /// Where a goroutine that is running stands, and the registers that may hold its pointers. No place where it was left for the thread's
    /// own stack; nothing where its thread is not known.
    fn running(&self, thread: u64, bounds: &std::ops::Range<u64>) -> Option<(Option<Place>, Vec<u64>)> {
        let process = self.process;
        let field = |name: &str| process.field(thread, name);
        let registers = &self.threads.get(&field("runtime.m procid")?)?.registers;
        let interrupted = |registers: &Registers| {
            let is_code = process.program.function_around(registers.pc.wrapping_sub(process.slide)).is_some();
            let place = Place {
                pc: registers.pc,
                sp: registers.sp,
                returns_to: registers.link(process.machine),
                is_interrupted: true,
            };
            is_code.then(|| (Some(place), registers.all.clone()))
        };
        if bounds.contains(&registers.sp) {
            // The kernel's own code in the process has no functions: where it was called is kept.
            let in_kernel = || {
                let (pc, sp) = (field("runtime.m vdsoPC")?, field("runtime.m vdsoSP")?);
                let place = Place { pc, sp, returns_to: 0, is_interrupted: true };
                bounds.contains(&sp).then(|| (Some(place), registers.all.clone()))
            };
            return interrupted(registers).or_else(in_kernel);
        }
        let signal = field("runtime.m gsignal").filter(|signal| *signal != 0)?;
        let signal_stack = process.field(signal, "runtime.g stack.lo")?..process.field(signal, "runtime.g stack.hi")?;
        if signal_stack.contains(&registers.sp) {
            let context = signal_context(process, registers.sp, &signal_stack)?;
            let before = process.machine.interrupted(&context)?;
            if bounds.contains(&before.sp) {
                return interrupted(&before);
            }
        }
        Some((None, Vec::new()))
    }

    /// Functions that are to run when a function ends, and their records.
    fn push_deferred(&self, first: u64, roots: &mut Vec<u64>) {
        for deferred in self.process.list(first, "runtime._defer link") {
            roots.extend(self.process.field(deferred, "runtime._defer fn"));
            if self.process.field(deferred, "runtime._defer heap") == Some(1) {
                roots.push(deferred);
            }
        }
    }

    /// The values of panics: an interface's second word.
    fn push_panics(&self, first: u64, roots: &mut Vec<u64>) {
        for panic in self.process.list(first, "runtime._panic link") {
            let value = self.process.field_address(panic, "runtime._panic arg");
            roots.extend(value.and_then(|value| self.process.word(value.checked_add(WORD)?)));
        }
    }

    fn wait_reason(&mut self, number: u64) -> Arc<str> {
        let read = || {
            let names = self.process.variable("runtime.waitReasonStrings").filter(|_| number < MOST_REASONS)?;
            let text = names.checked_add(number * 2 * WORD)?;
            let bytes = self.process.word(text.checked_add(WORD)?).filter(|bytes| *bytes <= LONGEST)?;
            String::from_utf8(self.process.bytes(self.process.word(text)?, bytes)?).ok()
        };
        let reason = read().unwrap_or_default();
        self.names.get(&reason)
    }
}

/// Whether a goroutine is the runtime's own, by the function that it began with (`isSystemGoroutine` in `runtime/traceback.go`).
fn is_system(start: &str, has_own_frames: impl Fn(&str) -> bool) -> bool {
    match start {
        "runtime.main" | "runtime.handleAsyncEvent" | "runtime.corostart" => false,
        "runtime.runfinq" | "runtime.runFinalizers" | "runtime.runCleanups" => !has_own_frames(start),
        _ => start.starts_with("runtime."),
    }
}

/// States (`runtime/runtime2.go`), the same in Go 1.21 to 1.27.
const IDLE: u64 = 0;
const RUNNING: u64 = 2;
const DEAD: u64 = 6;
const COPY_STACK: u64 = 8;
pub(crate) const DEAD_EXTRA: u64 = 11;
/// What a goroutine costs beside its frames.
const GOROUTINE_STEPS: u64 = 8;
/// There are about forty reasons, of a few words each.
const MOST_REASONS: u64 = 64;
const LONGEST: u64 = 256;
