//! What holders keep as a profile in pprof's own form (`proto/profile.proto` of google/pprof): a stack begins with the holder, and each
//! step is a frame. So every reader of profiles shows a heap dump.

use std::collections::{BTreeMap, HashMap};

use crate::{heap::Heap, memory::SiteFrame, tables::StepRow};

impl Heap {
    /// A profile of `retained_space` and `retained_objects`: what each holder keeps, in its steps. All of it together is the heap.
    #[must_use]
    pub fn to_pprof(&self) -> Vec<u8> {
        let mut encoder = Encoder::with_kinds(&["retained_objects", "retained_space"]);
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
                encoder.sample(&stack, &[own.0, own.1]);
            }
            encoder.sample(&[root], &[rest.0, rest.1]);
            first += of_holding.len();
        }
        encoder.finish("retained_space")
    }
}

impl Heap {
    /// Of each holding, by its number, a heap profile of what it keeps: whole stacks, as far as objects were sampled. What was allocated
    /// and freed a dump does not say, so that `alloc_space` is `inuse_space`.
    #[must_use]
    pub fn site_profiles(&self) -> Vec<(usize, Vec<u8>)> {
        let mut encoders: BTreeMap<u32, Encoder> = BTreeMap::new();
        for share in self.site_shares() {
            let Some(site) = share.site.map(|site| &self.sites()[site as usize]) else { continue };
            let encoder = encoders.entry(share.holding).or_insert_with(|| {
                Encoder::with_kinds(&["alloc_objects", "alloc_space", "inuse_objects", "inuse_space"])
            });
            // What is inlined has the name of the function that it is inlined into.
            let calls = site.frames.chunk_by(|inner, outer| inner.function == outer.function);
            // A dump has no addresses of calls: what a line makes in one size is taken for one.
            let stack: Vec<u64> = calls
                .zip(0..)
                .map(|(lines, at)| encoder.call(lines, if at == 0 { site.slot_bytes } else { 0 }))
                .collect();
            let objects = share.bytes.div_ceil(site.slot_bytes.max(1));
            encoder.sample(&stack, &[objects, share.bytes, objects, share.bytes]);
        }
        encoders.into_iter().map(|(number, encoder)| (number as usize, encoder.finish("inuse_space"))).collect()
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
    functions: HashMap<(u64, u64), u64>,
    calls: HashMap<(u64, Vec<(u64, u64)>), u64>,
}

impl Encoder {
    fn with_kinds(names: &[&str]) -> Self {
        let mut encoder = Self::default();
        for name in names {
            let unit = if name.ends_with("_objects") { "count" } else { "bytes" };
            let kind = [(1, encoder.text(name)), (2, encoder.text(unit))];
            encoder.profile.message(1, |message| kind.iter().for_each(|(field, text)| message.number(*field, *text)));
        }
        encoder
    }

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

    /// The number of a place with all that is inlined there, the innermost line first, where it makes objects of so many bytes.
    fn call(&mut self, lines: &[SiteFrame], bytes: u64) -> u64 {
        let lines: Vec<(u64, u64)> = lines
            .iter()
            .map(|line| {
                let (name, file) = (self.text(&line.function), self.text(&line.file));
                let next = self.functions.len() as u64 + 1;
                let id = *self.functions.entry((name, file)).or_insert(next);
                if id == next {
                    self.profile.message(5, |function| {
                        for (field, value) in [(1, id), (2, name), (3, name), (4, file)] {
                            function.number(field, value);
                        }
                    });
                }
                (id, line.line)
            })
            .collect();
        let next = self.calls.len() as u64 + 1;
        let id = *self.calls.entry((bytes, lines.clone())).or_insert(next);
        if id == next {
            self.profile.message(4, |location| {
                location.number(1, id);
                for (function, line) in lines {
                    location.message(4, |at| {
                        at.number(1, function);
                        at.number(2, line);
                    });
                }
            });
        }
        id
    }

    fn sample(&mut self, stack: &[u64], values: &[u64]) {
        if values.iter().any(|value| *value > 0) {
            self.profile.message(2, |sample| {
                stack.iter().for_each(|location| sample.number(1, *location));
                values.iter().for_each(|value| sample.number(2, *value));
            });
        }
    }

    fn finish(mut self, main: &str) -> Vec<u8> {
        self.profile.bytes(6, b"");
        for text in std::mem::take(&mut self.table) {
            self.profile.bytes(6, text.as_bytes());
        }
        let kind = self.texts.get(main).copied().unwrap_or_default();
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
