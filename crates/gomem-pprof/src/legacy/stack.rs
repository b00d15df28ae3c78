//! A stack, by its addresses and by what Go says of its frames.

use std::collections::HashSet;

use super::lines::{Line, Lines};
use crate::model::{Builder, FunctionColumns, LineColumns, LocationId, NewLocation};

/// A stack, leaf first.
#[derive(Default)]
pub(super) struct Stack {
    /// Of the calls themselves, not of what follows them.
    pub(super) addresses: Vec<u64>,
    /// The frames, where they are known; they are more than the addresses where functions were inlined, and fewer where
    /// Go left out its own.
    pub(super) frames: Vec<Frame>,
}

/// A frame as the text has it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Frame {
    pub(super) address: u64,
    /// Where the machine code of the function begins that holds it, where that is known.
    pub(super) entry: Option<u64>,
    pub(super) function: String,
    pub(super) file: String,
    pub(super) line: i64,
    /// Whether it was inlined into the next frame, where that is known.
    pub(super) inlined: bool,
}

impl Stack {
    /// A stack whose addresses are those of the instructions after the calls.
    pub(super) fn from_returns(addresses: &[u64]) -> Self {
        Self { addresses: addresses.iter().map(|address| address.wrapping_sub(1)).collect(), frames: Vec::new() }
    }

    /// Takes the `#` lines that follow a sample. Gives the one with labels, too. A page that takes `#` for a mark of its own leaves
    /// the frames without it.
    pub(super) fn take_frames<'a>(&mut self, lines: &mut Lines<'a>) -> Option<Line<'a>> {
        let mut labels = None;
        while let Some(line) =
            lines.peek().filter(|line| line.text.starts_with('#') || Frame::is_without_mark(&line.text))
        {
            if line.text.starts_with("# runtime.MemStats") {
                break;
            }
            lines.next();
            match Frame::decode(&line.text) {
                Some(frame) => self.frames.push(frame),
                None if line.text.starts_with("# labels: ") => labels = Some(line),
                None => {}
            }
        }
        labels
    }

    pub(super) fn depth(&self) -> usize {
        self.frames.len().max(self.addresses.len())
    }

    pub(super) fn locations(&self, builder: &mut Builder) -> Vec<LocationId> {
        let mut locations = Vec::with_capacity(self.depth());
        if self.frames.is_empty() {
            for &address in &self.addresses {
                let new = NewLocation { address, mapping: None, is_folded: false, lines: &[] };
                locations.push(builder.location(&new));
            }
            return locations;
        }
        let mut rest = self.frames.as_slice();
        while let Some(length) = Frame::inlined_length(rest) {
            let (one, others) = rest.split_at(length);
            let lines: Vec<LineColumns> = one.iter().filter_map(|frame| frame.columns(builder)).collect();
            let address = one.first().map_or(0, |frame| frame.address);
            locations.push(builder.location(&NewLocation { address, mapping: None, is_folded: false, lines: &lines }));
            rest = others;
        }
        locations
    }
}

impl Frame {
    /// `# 0x4a1b2c main.work+0x2c /src/main.go:12`, with tabs between
    pub(super) fn decode(line: &str) -> Option<Self> {
        let line = line.strip_prefix('#').or_else(|| Some(line).filter(|line| Self::is_without_mark(line)))?;
        let mut parts = line.split('\t').map(str::trim).filter(|part| !part.is_empty());
        let address = parts.next().and_then(hexadecimal);
        let (address, function, place) = match (address, parts.next(), parts.next()) {
            (Some(address), Some(function), Some(place)) => (address, function, place),
            (Some(address), None, None) => {
                return Some(Self { address, ..Self::default() });
            }
            // Tabs that became spaces on the way.
            _ => {
                let mut words = line.split_whitespace();
                (hexadecimal(words.next()?)?, words.next()?, words.next()?)
            }
        };
        let (function, offset) = match function.rsplit_once('+') {
            Some((function, offset)) => (function, hexadecimal(offset)),
            None => (function, None),
        };
        let entry = offset.map(|offset| address.wrapping_sub(offset));
        let (file, line) = place.rsplit_once(':')?;
        let (function, file) = (function.to_owned(), file.to_owned());
        Some(Self { address, entry, function, file, line: line.parse().ok()?, inlined: false })
    }

    /// Whether a line is such a frame without its `#`: indented, and with its offset and place.
    fn is_without_mark(line: &str) -> bool {
        let mut words = line.split_whitespace();
        let (address, function, place) = (words.next(), words.next(), words.next());
        let has_offset = |function: &str| function.rsplit_once('+').is_some_and(|(_, by)| hexadecimal(by).is_some());
        let is_place = |place: &str| {
            place.rsplit_once(':').is_some_and(|(file, line)| !file.is_empty() && line.parse::<u32>().is_ok())
        };
        line.starts_with([' ', '\t'])
            && words.next().is_none()
            && address.is_some_and(|address| hexadecimal(address).is_some())
            && function.is_some_and(has_offset)
            && place.is_some_and(is_place)
    }

    /// How many frames from the first make one location: those that were inlined into each other. They are in one
    /// function's machine code, and none of them is there twice, for nothing is inlined into itself.
    fn inlined_length(frames: &[Self]) -> Option<usize> {
        let first = frames.first()?;
        let mut length = 1;
        let mut functions = HashSet::from([first.function.as_str()]);
        while let Some(next) = frames.get(length) {
            let same_entry = next.entry.is_some() && next.entry == first.entry;
            let is_new = functions.insert(&next.function);
            if !(frames[length - 1].inlined || (same_entry && is_new)) {
                break;
            }
            length += 1;
        }
        Some(length)
    }

    fn columns(&self, builder: &mut Builder) -> Option<LineColumns> {
        if self.function.is_empty() {
            return None;
        }
        let name = builder.string(self.function.as_bytes());
        let filename = builder.string(self.file.as_bytes());
        let function = builder.function(FunctionColumns { name, system_name: name, filename, start_line: 0 });
        Some(LineColumns { function: Some(function), line: self.line, column: 0 })
    }
}

fn hexadecimal(text: &str) -> Option<u64> {
    u64::from_str_radix(text.strip_prefix("0x")?, 16).ok()
}
