//! The facts of a function, as a table keeps them: numbers, with lines counted from that of the function.

use std::sync::Arc;

use gomem_finding::Confidence;
use gomem_symbol::Wrapper;

use crate::{
    decide::{Cause, Certainty, Decision, POOL_PUT, Step},
    model::{HeapDecision, StackBuffer},
    std_library::streams::{Reader, Writer, folded, unfolded},
    text::{SubjectKind, Variant},
};

/// Something that the compiler says of a line.
#[derive(Debug)]
pub(crate) enum Fact {
    Heap(HeapDecision),
    StackBuffer(StackBuffer),
    /// `go f(x)`, of which the arguments are kept.
    Wrapped(u32, Option<Wrapper>),
    /// `text += more`.
    Addition(u32),
}

/// Texts by number.
pub(crate) trait Texts {
    fn number(&mut self, text: &str) -> u64;
}

impl Fact {
    pub(crate) fn line(&self) -> u32 {
        match self {
            Self::Heap(row) => row.line.unwrap_or(0),
            Self::StackBuffer(row) => row.line.unwrap_or(0),
            Self::Wrapped(line, _) | Self::Addition(line) => *line,
        }
    }

    /// Writes it as numbers, each with its column, its line counted from `start`.
    pub(crate) fn encode(&self, start: u32, texts: &mut impl Texts, numbers: &mut Vec<(u8, u64)>) {
        let line = folded(i64::from(self.line()) - i64::from(start));
        numbers.push((LINE, line));
        let mut put = |column, number| numbers.push((column, number));
        match self {
            Self::Heap(row) => {
                put(TAG, HEAP);
                put(COLUMN, u64::from(row.column.unwrap_or(0)));
                put(SUBJECT, texts.number(&row.subject));
                put(KIND, row.subject_kind as u64);
                put(CAUSE, row.cause as u64);
                let moved = u64::from(row.decision == Decision::MovedToHeap);
                put(MISC, moved | (row.cause_confidence as u64) << 1 | (row.alloc_certainty as u64) << 3);
                put(SINK, texts.number(&row.sink));
                put(DECIDING, row.deciding_step.as_ref().map_or(0, |step| 1 + texts.number(step)));
                put(CALLEES, row.inlined_callees.len() as u64);
                row.inlined_callees.iter().for_each(|callee| put(CALLEE, texts.number(callee)));
                let steps: Vec<&Step> = row.steps.iter().filter(|step| is_kept(step, row)).collect();
                put(STEPS, steps.len() as u64);
                for step in steps {
                    put(FROM, texts.number(&step.from));
                    put(WHY, texts.number(&step.why));
                    put(AT, folded(i64::from(step.line.unwrap_or(0)) - i64::from(start)));
                }
            }
            Self::StackBuffer(row) => {
                put(TAG, STACK_BUFFER);
                put(COLUMN, u64::from(row.column.unwrap_or(0)));
                put(SUBJECT, texts.number(&row.subject));
                put(KIND, row.subject_kind as u64);
                put(MISC, row.alloc_certainty as u64);
                put(CALLEES, row.inlined_callees.len() as u64);
                row.inlined_callees.iter().for_each(|callee| put(CALLEE, texts.number(callee)));
            }
            Self::Wrapped(_, wrapper) => {
                put(TAG, WRAPPED);
                put(MISC, wrapper.map_or(0, |wrapper| 1 + u64::from(wrapper == Wrapper::Defer)));
            }
            Self::Addition(_) => put(TAG, ADDITION),
        }
    }

    /// Reads one of a function in `file` that begins at line 0.
    pub(crate) fn decode(columns: &mut Reader<'_>, texts: &[Arc<str>]) -> Option<Self> {
        let line = unfolded(columns.next(LINE.into())?);
        let text = |number: u64| texts.get(usize::try_from(number).ok()?).cloned();
        // Lines stay relative until they are placed: those before the function wrap around.
        let relative = |line: i64| u32::try_from(line & i64::from(u32::MAX)).ok();
        let line = relative(line)?;
        let callees = |columns: &mut Reader<'_>| {
            let count = columns.small(CALLEES.into())?;
            (0..count).map(|_| text(columns.next(CALLEE.into())?)).collect::<Option<Vec<_>>>()
        };
        let of = |number: u32| (number > 0).then_some(number);
        Some(match columns.next(TAG.into())? {
            HEAP => {
                let column = of(columns.small(COLUMN.into())?);
                let subject = text(columns.next(SUBJECT.into())?)?;
                let subject_kind = *KINDS.get(columns.small(KIND.into())? as usize)?;
                let cause = *CAUSES.get(columns.small(CAUSE.into())? as usize)?;
                let misc = columns.small(MISC.into())? as usize;
                let sink = text(columns.next(SINK.into())?)?;
                let deciding = columns.next(DECIDING.into())?;
                let inlined_callees = callees(columns)?;
                let count = columns.small(STEPS.into())?;
                let step = |columns: &mut Reader<'_>| {
                    let (from, why) = (text(columns.next(FROM.into())?)?, text(columns.next(WHY.into())?)?);
                    let line = Some(relative(unfolded(columns.next(AT.into())?))?);
                    Some(Step { from, why, file: Arc::default(), line, column: None })
                };
                Self::Heap(HeapDecision {
                    package: Arc::default(),
                    variant: Variant::Plain,
                    file: Arc::default(),
                    line: Some(line),
                    column,
                    function: None,
                    subject,
                    decision: if misc & 1 == 1 { Decision::MovedToHeap } else { Decision::EscapesToHeap },
                    subject_kind,
                    cause,
                    cause_confidence: *CONFIDENCES.get(misc >> 1 & 3)?,
                    alloc_certainty: *CERTAINTIES.get(misc >> 3)?,
                    sink,
                    deciding_step: if deciding == 0 { None } else { Some(text(deciding - 1)?) },
                    steps: (0..count).map(|_| step(columns)).collect::<Option<_>>()?,
                    store: None,
                    stored_by: None,
                    advice: String::new(),
                    copies: 1,
                    leaks: Vec::new(),
                    inlined_callees,
                    absolute_file: None,
                    inlined_from: Vec::new(),
                })
            }
            STACK_BUFFER => Self::StackBuffer(StackBuffer {
                package: Arc::default(),
                variant: Variant::Plain,
                file: Arc::default(),
                line: Some(line),
                column: of(columns.small(COLUMN.into())?),
                subject: text(columns.next(SUBJECT.into())?)?,
                subject_kind: *KINDS.get(columns.small(KIND.into())? as usize)?,
                alloc_certainty: *CERTAINTIES.get(columns.small(MISC.into())? as usize)?,
                copies: 1,
                inlined_callees: callees(columns)?,
            }),
            WRAPPED => {
                let wrapper = match columns.small(MISC.into())? {
                    0 => None,
                    1 => Some(Wrapper::Go),
                    _ => Some(Wrapper::Defer),
                };
                Self::Wrapped(line, wrapper)
            }
            ADDITION => Self::Addition(line),
            _ => return None,
        })
    }
}

/// Of a flow a table keeps what tells what an object is: that it is appended, stored as an element, declared, boxed, or an
/// argument of a call.
fn is_kept(step: &Step, row: &HeapDecision) -> bool {
    let is_last_call = || row.callee().is_some_and(|callee| callee == POOL_PUT || callee.starts_with("runtime."));
    step.from.starts_with("append(")
        || step.from.contains("] = ")
        || step.from.strip_suffix(&*row.subject).is_some_and(|left| left.ends_with(" := "))
        || (step.is_interface_conversion() && step.from == row.subject)
        || (&*step.why == "call parameter" && is_last_call())
}

/// How many columns there are.
pub(crate) const COLUMNS: usize = 15;
const LINE: u8 = 0;
const TAG: u8 = 1;
const COLUMN: u8 = 2;
const SUBJECT: u8 = 3;
const KIND: u8 = 4;
const CAUSE: u8 = 5;
const MISC: u8 = 6;
const SINK: u8 = 7;
const DECIDING: u8 = 8;
const CALLEES: u8 = 9;
const CALLEE: u8 = 10;
const STEPS: u8 = 11;
const FROM: u8 = 12;
const WHY: u8 = 13;
const AT: u8 = 14;

const HEAP: u64 = 0;
const STACK_BUFFER: u64 = 1;
const WRAPPED: u64 = 2;
const ADDITION: u64 = 3;

pub(crate) fn write(numbers: &[(u8, u64)], into: &mut Writer) {
    numbers.iter().for_each(|(column, number)| into.put(usize::from(*column), *number));
}

const CONFIDENCES: [Confidence; 3] = [Confidence::Low, Confidence::Medium, Confidence::High];
const CERTAINTIES: [Certainty; 4] = [Certainty::None, Certainty::Maybe, Certainty::Yes, Certainty::RuntimeSized];
const CAUSES: [Cause; 24] = [
    Cause::InterfaceBoxing,
    Cause::ConstantBoxing,
    Cause::VariadicSlice,
    Cause::ReturnedPointer,
    Cause::ClosureCapture,
    Cause::EscapingClosure,
    Cause::MethodValue,
    Cause::Goroutine,
    Cause::DeferInLoop,
    Cause::UnknownCallee,
    Cause::LeakingCallee,
    Cause::StoredInHeap,
    Cause::ContainerElement,
    Cause::ChannelSend,
    Cause::TooLarge,
    Cause::UnknownSize,
    Cause::SliceGrowth,
    Cause::StringConversion,
    Cause::Concatenation,
    Cause::Reflection,
    Cause::MapCreation,
    Cause::LoopVariable,
    Cause::TypeParameter,
    Cause::Other,
];
const KINDS: [SubjectKind; 15] = [
    SubjectKind::Variable,
    SubjectKind::FuncLiteral,
    SubjectKind::VariadicSlice,
    SubjectKind::NewValue,
    SubjectKind::CompositeValue,
    SubjectKind::SliceLiteral,
    SubjectKind::MapLiteral,
    SubjectKind::MakeSlice,
    SubjectKind::MakeMap,
    SubjectKind::Append,
    SubjectKind::Conversion,
    SubjectKind::Concatenation,
    SubjectKind::Constant,
    SubjectKind::MethodValue,
    SubjectKind::Value,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_those_of_the_variants() {
        assert!(CAUSES.iter().enumerate().all(|(number, cause)| *cause as usize == number));
        assert!(KINDS.iter().enumerate().all(|(number, kind)| *kind as usize == number));
        assert!(CONFIDENCES.iter().enumerate().all(|(number, one)| *one as usize == number));
        assert!(CERTAINTIES.iter().enumerate().all(|(number, one)| *one as usize == number));
        assert_eq!((CAUSES.len(), KINDS.len()), (Cause::NAMES.len(), SubjectKind::NAMES.len()));
    }
}
