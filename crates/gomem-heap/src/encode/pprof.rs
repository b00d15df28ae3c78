//! What holders keep as a profile in pprof's own form (`proto/profile.proto` of google/pprof): a stack begins with the holder, and each
//! step is a frame. So every reader of profiles shows a heap dump.

use std::collections::HashMap;

use crate::{heap::Heap, tables::StepRow};

impl Heap {
    /// A profile of `retained_space` and `retained_objects`: what each holder keeps, in its steps. All of it together is the heap.
    #[must_use]
    pub fn to_pprof(&self) -> Vec<u8> {
        let mut encoder = Encoder::default();
        for (name, unit) in [("retained_objects", "count"), ("retained_space", "bytes")] {
            let kind = [(1, encoder.text(name)), (2, encoder.text(unit))];
            encoder.profile.message(1, |message| kind.iter().for_each(|(field, text)| message.number(*field, *text)));
        }
        let steps = self.steps(None);
        let mut first = 0;
        for holding in self.holdings().iter().filter(|holding| holding.retained_bytes > 0) {
            let of_holding = steps[first..].iter().take_while(|step| step.holders == holding.holders).count();
            let of_holding = &steps[first..first + of_holding];
            let root = encoder.location(&holding.holders.join(" and "), None);
            let mut rest = (holding.retained_objects, holding.retained_bytes);
            for step in of_holding {
                let mut stack = Vec::new();
                let mut at = Some(step);
                while let Some(step) = at {
                    stack.push(encoder.location(&frame(step), step.site.as_ref()));
                    at = step.parent.and_then(|parent| steps.get(usize::try_from(parent).ok()?));
                }
                stack.push(root);
                let own = (step.objects.min(rest.0), step.own_bytes.min(rest.1));
                rest = (rest.0 - own.0, rest.1 - own.1);
                encoder.sample(&stack, own);
            }
            encoder.sample(&[root], rest);
            first += of_holding.len();
        }
        encoder.finish()
    }
}

/// What a frame is called: a size alone tells nothing.
fn frame(step: &StepRow) -> String {
    match &step.site {
        Some((file, line)) if step.is_untyped() => {
            format!("{} of {}:{line}", step.label, file.rsplit('/').next().unwrap_or(file))
        }
        _ => step.label.clone(),
    }
}

/// A profile as it is written.
#[derive(Default)]
struct Encoder {
    profile: Message,
    texts: HashMap<String, u64>,
    table: Vec<String>,
    locations: HashMap<(u64, u64, u64), u64>,
}

impl Encoder {
    /// The number of a text; 0 is the empty one.
    fn text(&mut self, text: &str) -> u64 {
        if text.is_empty() {
            return 0;
        }
        if let Some(number) = self.texts.get(text) {
            return *number;
        }
        self.table.push(text.to_owned());
        let number = self.table.len() as u64;
        self.texts.insert(text.to_owned(), number);
        number
    }

    /// The number of a place, with a function of its own.
    fn location(&mut self, name: &str, site: Option<&(String, u64)>) -> u64 {
        let name = self.text(name);
        let (file, line) = site.map_or((0, 0), |(file, line)| (self.text(file), *line));
        let next = self.locations.len() as u64 + 1;
        let id = *self.locations.entry((name, file, line)).or_insert(next);
        if id == next {
            self.profile.message(5, |function| {
                for (field, value) in [(1, id), (2, name), (3, name), (4, file)] {
                    function.number(field, value);
                }
            });
            self.profile.message(4, |location| {
                location.number(1, id);
                location.message(4, |at| {
                    at.number(1, id);
                    at.number(2, line);
                });
            });
        }
        id
    }

    fn sample(&mut self, stack: &[u64], (objects, bytes): (u64, u64)) {
        if bytes > 0 || objects > 0 {
            self.profile.message(2, |sample| {
                stack.iter().for_each(|location| sample.number(1, *location));
                sample.number(2, objects);
                sample.number(2, bytes);
            });
        }
    }

    fn finish(mut self) -> Vec<u8> {
        self.profile.bytes(6, b"");
        for text in std::mem::take(&mut self.table) {
            self.profile.bytes(6, text.as_bytes());
        }
        let kind = self.texts.get("retained_space").copied().unwrap_or_default();
        self.profile.number(14, kind);
        self.profile.0
    }
}

/// A message of protobuf.
#[derive(Default)]
struct Message(Vec<u8>);

impl Message {
    fn varint(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.0.push((value & 0x7f) as u8 | 0x80);
            value >>= 7;
        }
        self.0.push(value as u8);
    }

    fn number(&mut self, field: u64, value: u64) {
        self.varint(field << 3);
        self.varint(value);
    }

    fn bytes(&mut self, field: u64, bytes: &[u8]) {
        self.varint(field << 3 | 2);
        self.varint(bytes.len() as u64);
        self.0.extend_from_slice(bytes);
    }

    fn message(&mut self, field: u64, fill: impl FnOnce(&mut Self)) {
        let mut message = Self::default();
        fill(&mut message);
        self.bytes(field, &message.0);
    }
}
