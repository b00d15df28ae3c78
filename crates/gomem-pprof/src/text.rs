//! The older forms of profiles: text, and gperftools' binary CPU profile.
//!
//! Go writes text for `debug=1`. Its `#` lines say what each stack's frames are, so such a profile is symbolised from
//! them, and its heap values, which are as the sampler saw them, are scaled as `runtime/pprof` scales those of the
//! protobuf form.

mod contention;
mod count;
mod cpu;
mod dump;
mod heap;
mod java;
mod lines;
mod maps;
mod stack;
mod thread;

use crate::{
    build::Builder,
    error::{DecodeOptions, Diagnostic, Error, ErrorKind, Flaw},
    profile::{LabelColumns, Profile, SampleType},
};

use lines::{Line, Lines};
use stack::Stack;

/// A form other than protobuf, as the first bytes announce it.
#[derive(Clone, Copy)]
pub(crate) enum Form {
    Heap,
    JavaHeap,
    Contention,
    JavaContention,
    Thread,
    Count,
    Dump,
    Cpu(cpu::Words),
}

impl Form {
    /// What the first bytes say; `None` for what may be protobuf.
    pub(crate) fn sniff(bytes: &[u8]) -> Option<Self> {
        if let Some(words) = cpu::Words::sniff(bytes) {
            return Some(Self::Cpu(words));
        }
        let mut lines = Lines::new(bytes);
        let first = std::iter::from_fn(|| lines.next()).take(MOST_COMMENTS).find(|line| !line.is_space_or_comment())?;
        let text = first.text.trim();
        if heap::is_header(text) {
            return Some(Self::Heap);
        }
        match text {
            "--- heapz 1 ---" => return Some(Self::JavaHeap),
            // The C++ form begins likewise; Java's says so in its second line.
            "--- contentionz 1 ---" if java::is_java(lines) => return Some(Self::JavaContention),
            _ => {}
        }
        if ["--- contentionz ", "--- mutex:", "--- contention:"].iter().any(|prefix| text.starts_with(prefix)) {
            return Some(Self::Contention);
        }
        if text.starts_with("--- threadz ") || text.starts_with("--- Thread ") {
            return Some(Self::Thread);
        }
        if count::header(text).is_some() {
            return Some(Self::Count);
        }
        dump::header(text).is_some().then_some(Self::Dump)
    }

    pub(crate) fn decode(self, bytes: &[u8], options: &DecodeOptions) -> Result<Profile, Error> {
        match self {
            Self::Heap => heap::decode(bytes, options),
            Self::JavaHeap => java::decode_heap(bytes, options),
            Self::Contention => contention::decode(bytes, options),
            Self::JavaContention => java::decode_contention(bytes, options),
            Self::Thread => thread::decode(bytes, options),
            Self::Count => count::decode(bytes, options),
            Self::Dump => dump::decode(bytes, options),
            Self::Cpu(words) => cpu::decode(bytes, words, options),
        }
    }
}

/// What all forms have in common: samples, limits, and flaws with their lines.
struct Text<'o> {
    options: &'o DecodeOptions,
    builder: Builder,
    samples: u64,
}

impl<'o> Text<'o> {
    fn new(options: &'o DecodeOptions, sample_types: &[(&str, &str)]) -> Self {
        let kinds = sample_types.iter().map(|&(name, unit)| SampleType::new(name, unit)).collect();
        let mut builder = Builder::new(kinds);
        builder.header().pprof_compat = options.pprof_compat;
        Self { options, builder, samples: 0 }
    }

    fn set_period(&mut self, name: &str, unit: &str, period: i64) {
        let header = self.builder.header();
        header.period_type = Some(SampleType::new(name, unit));
        header.period = period;
    }

    /// A line that does not read as what it should be: an error for a strict reading, a diagnostic else.
    fn flaw(&mut self, line: &Line<'_>, reason: &'static str) -> Result<(), Error> {
        if self.options.strict {
            return Err(Error::in_line(ErrorKind::Strict(Flaw::Line { reason }), line.offset, line.number));
        }
        self.note(line, reason);
        Ok(())
    }

    /// What is told but not refused: `go tool pprof` does not look at it.
    fn note(&mut self, line: &Line<'_>, reason: &'static str) {
        let most = self.options.limits.diagnostics;
        let header = self.builder.header();
        if (header.diagnostics.len() as u64) < most {
            let (offset, number) = (line.offset as u64, line.number);
            header.diagnostics.push(Diagnostic { offset, line: Some(number), flaw: Flaw::Line { reason } });
        } else {
            header.suppressed_diagnostics += 1;
        }
    }

    fn sample(&mut self, stack: &Stack, values: &[i64], labels: &[LabelColumns]) -> Result<(), Error> {
        let limits = &self.options.limits;
        if stack.depth() as u64 > limits.stack_depth {
            return Err(Error::limit("frames in one sample", limits.stack_depth));
        }
        if self.samples >= limits.samples {
            return Err(Error::limit("samples", limits.samples));
        }
        self.samples += 1;
        let locations = stack.locations(&mut self.builder);
        self.builder.push_sample(&locations, values, labels);
        Ok(())
    }

    fn number_label(&mut self, key: &str, number: i64, unit: &str) -> LabelColumns {
        let builder = &mut self.builder;
        LabelColumns { key: builder.string(key.as_bytes()), text: 0, number, unit: builder.string(unit.as_bytes()) }
    }

    fn text_label(&mut self, key: &str, text: &str) -> LabelColumns {
        let builder = &mut self.builder;
        LabelColumns { key: builder.string(key.as_bytes()), text: builder.string(text.as_bytes()), number: 0, unit: 0 }
    }
}

/// How many lines of comments are looked through for the first that says something.
const MOST_COMMENTS: usize = 100;

#[cfg(test)]
mod tests;
