//! A profile in the making, out of lines of text.

use super::{lines::Line, stack::Stack};
use crate::{
    error::{DecodeOptions, Diagnostic, Error, ErrorKind, Flaw},
    model::{Builder, LabelColumns, SampleType},
};

/// What all forms have in common: samples, limits, and flaws with their lines.
pub(super) struct TextProfile<'o> {
    pub(super) options: &'o DecodeOptions,
    pub(super) builder: Builder,
    pub(super) samples: u64,
}

impl<'o> TextProfile<'o> {
    pub(super) fn new(options: &'o DecodeOptions, sample_types: &[(&str, &str)]) -> Self {
        let kinds = sample_types.iter().map(|&(name, unit)| SampleType::new(name, unit)).collect();
        let mut builder = Builder::new(kinds);
        builder.header().pprof_compat = options.pprof_compat;
        Self { options, builder, samples: 0 }
    }

    pub(super) fn set_period(&mut self, name: &str, unit: &str, period: i64) {
        let header = self.builder.header();
        header.period_type = Some(SampleType::new(name, unit));
        header.period = period;
    }

    /// A line that does not read as what it should be: an error for a strict reading, a diagnostic else.
    pub(super) fn flaw(&mut self, line: &Line<'_>, problem: &'static str) -> Result<(), Error> {
        if self.options.strict {
            return Err(Error::in_line(ErrorKind::Strict(Flaw::Line { problem }), line.offset, line.number));
        }
        self.note(line, problem);
        Ok(())
    }

    /// A diagnostic for what is not refused: `go tool pprof` does not look at it.
    pub(super) fn note(&mut self, line: &Line<'_>, problem: &'static str) {
        let most = self.options.limits.diagnostics;
        let header = self.builder.header();
        if (header.diagnostics.len() as u64) < most {
            let (offset, number) = (line.offset as u64, line.number);
            header.diagnostics.push(Diagnostic { offset, line: Some(number), flaw: Flaw::Line { problem } });
        } else {
            header.suppressed_diagnostics += 1;
        }
    }

    pub(super) fn sample(&mut self, stack: &Stack, values: &[i64], labels: &[LabelColumns]) -> Result<(), Error> {
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

    pub(super) fn number_label(&mut self, key: &str, number: i64, unit: &str) -> LabelColumns {
        let builder = &mut self.builder;
        LabelColumns { key: builder.string(key.as_bytes()), text: 0, number, unit: builder.string(unit.as_bytes()) }
    }

    pub(super) fn text_label(&mut self, key: &str, text: &str) -> LabelColumns {
        let builder = &mut self.builder;
        LabelColumns { key: builder.string(key.as_bytes()), text: builder.string(text.as_bytes()), number: 0, unit: 0 }
    }
}
