//! Bytes → [`Snapshot`].

use std::collections::HashMap;

use foldhash::fast::RandomState;

use crate::{
    dump::{cursor::Cursor, names::Names, objects::ObjectReader, profile, roots, stop::Stop},
    error::{Diagnostic, Error, ErrorKind, Flaw, Limits},
    memory::{
        Counted, Finalizer, Goroutine, Order, OtherRoot, Segment, SegmentKind, Site, Snapshot, SnapshotSource,
        SpanLayout, Target, Type,
    },
};

/// Reads a dump; what it ends early or is damaged in is told in its diagnostics.
pub(crate) fn decode(file: Vec<u8>, limits: &Limits) -> Result<Snapshot, Error> {
    if !file.starts_with(MAGIC) {
        return Err(Error::new(ErrorKind::NotAHeapDump, 0));
    }
    let (target, after) = parameters(&file)?;
    let [known, others @ ..] = SpanLayout::candidates(&target);
    let mut snapshot = read(&file, after, &target, known, limits)?;
    // A version that lays out spans in another way shows in the runtime's own count.
    if snapshot.counted.is_some() && !snapshot.is_as_counted() {
        for layout in others {
            let other = read(&file, after, &target, layout, limits)?;
            if other.is_as_counted() {
                let flaw = Flaw::Layout { go_version: target.go_version.to_string() };
                snapshot = other;
                snapshot.diagnostics.push(Diagnostic { offset: None, flaw });
                break;
            }
        }
    }
    if let Some(counted) = snapshot.counted.filter(|_| !snapshot.is_as_counted()) {
        let Counted { heap_objects, heap_alloc_bytes } = counted;
        let (objects, bytes) = (snapshot.objects.len() as u64, snapshot.objects.total_bytes());
        let flaw = Flaw::Checksum { objects, bytes, heap_objects, heap_alloc_bytes };
        snapshot.diagnostics.push(Diagnostic { offset: None, flaw });
    }
    if snapshot.samples.is_empty() && snapshot.is_complete {
        snapshot.diagnostics.push(Diagnostic { offset: None, flaw: Flaw::NoSamples });
    }
    snapshot.file = file;
    Ok(snapshot)
}

/// The first record, and where the next one begins.
fn parameters(file: &[u8]) -> Result<(Target, usize), Error> {
    let missing = |_: Stop| Error::new(ErrorKind::NoParameters, MAGIC.len());
    let mut cursor = Cursor { bytes: file, at: MAGIC.len() };
    if cursor.number().map_err(missing)? != PARAMETERS {
        return Err(Error::new(ErrorKind::NoParameters, MAGIC.len()));
    }
    let is_big_endian = cursor.flag().map_err(missing)?;
    let at = cursor.at;
    let word_bytes = match cursor.number().map_err(missing)? {
        4 => 4,
        8 => 8,
        found => return Err(Error::new(ErrorKind::PointerBytes { found }, at)),
    };
    cursor.pass(2).map_err(missing)?;
    let mut text = || cursor.text().map(String::from_utf8_lossy).map(Into::into).map_err(missing);
    let (arch, go_version) = (text()?, text()?);
    cursor.pass(1).map_err(missing)?;
    Ok((Target { order: Order { word_bytes, is_big_endian }, arch, go_version }, cursor.at))
}

fn read(file: &[u8], after: usize, target: &Target, layout: SpanLayout, limits: &Limits) -> Result<Snapshot, Error> {
    let mut records = Records {
        objects: ObjectReader::new(target.order, layout, limits.objects),
        names: Names::default(),
        order: target.order,
        segments: Vec::new(),
        goroutines: Vec::new(),
        finalizers: Vec::new(),
        threads: Vec::new(),
        other_roots: Vec::new(),
        types: HashMap::default(),
        itabs: HashMap::default(),
        sites: Vec::new(),
        site_of_bucket: HashMap::default(),
        samples: Vec::new(),
        counted: None,
    };
    let mut cursor = Cursor { bytes: file, at: after };
    let (mut last, mut start) = (PARAMETERS, after);
    let end = loop {
        start = if cursor.at > after { cursor.at } else { start };
        match records.read(&mut cursor, &mut last) {
            Ok(true) => {}
            Ok(false) => {
                start = cursor.at;
                break None;
            }
            Err(Stop::Cut) => break Some(Flaw::Cut { after: name(last), missing: missing(last) }),
            Err(Stop::Damaged(problem)) => break Some(Flaw::Damaged { problem, missing: missing(last) }),
            Err(Stop::Refused(error)) => return Err(error),
        }
    };
    let end = end.map(|flaw| Diagnostic { offset: Some(start as u64), flaw });
    Ok(records.finish(target.clone(), end, start))
}

/// What was read so far.
struct Records<'a> {
    objects: ObjectReader,
    names: Names<'a>,
    order: Order,
    segments: Vec<Segment>,
    goroutines: Vec<Goroutine>,
    finalizers: Vec<Finalizer>,
    threads: Vec<u64>,
    other_roots: Vec<OtherRoot>,
    types: HashMap<u64, Type, RandomState>,
    itabs: HashMap<u64, u64, RandomState>,
    sites: Vec<Site>,
    site_of_bucket: HashMap<u64, u32, RandomState>,
    /// Addresses of objects, and buckets.
    samples: Vec<(u64, u64)>,
    counted: Option<Counted>,
}

impl<'a> Records<'a> {
    /// One record; gives whether others may follow.
    #[inline]
    fn read(&mut self, cursor: &mut Cursor<'a>, last: &mut u64) -> Result<bool, Stop> {
        let tag = cursor.number()?;
        if tag == OBJECT {
            *last = tag;
            return self.objects.read(cursor).map(|()| true);
        }
        if tag == END {
            return Ok(false);
        }
        if name(tag).is_empty() {
            return Err(Stop::Damaged("a record of an unknown kind"));
        }
        *last = tag;
        match tag {
            OTHER_ROOT => {
                let description = self.names.get(cursor.text()?);
                let address = cursor.number()?;
                self.other_roots.push(OtherRoot { description, address, is_of_runtime: false });
            }
            TYPE => {
                let address = cursor.number()?;
                let _bytes = cursor.number()?;
                let name = self.names.get(cursor.text()?);
                cursor.flag()?;
                self.types.insert(address, Type { name });
            }
            GOROUTINE => self.goroutines.push(roots::goroutine(cursor, &mut self.names)?),
            FRAME => {
                let frame = roots::frame(cursor, &mut self.names, self.order)?;
                let goroutine = self.goroutines.last_mut().ok_or(Stop::Damaged("a frame of no goroutine"))?;
                goroutine.frames.push(frame);
            }
            FINALIZER | QUEUED_FINALIZER => {
                self.finalizers.push(roots::finalizer(cursor, tag == QUEUED_FINALIZER)?);
            }
            ITAB => {
                let address = cursor.number()?;
                self.itabs.insert(address, cursor.number()?);
            }
            OS_THREAD => {
                self.threads.push(cursor.number()?);
                cursor.pass(2)?;
            }
            MEM_STATS => self.counted = Some(counted(cursor)?),
            DATA | BSS => {
                let kind = if tag == DATA { SegmentKind::Data } else { SegmentKind::Bss };
                if self.segments.iter().any(|segment| segment.kind == kind) {
                    return Err(Stop::Damaged("a second record of the same global variables"));
                }
                self.segments.push(roots::segment(cursor, kind, self.order)?);
            }
            DEFER | PANIC => {
                cursor.pass(if tag == DEFER { 4 } else { 3 })?;
                let root = cursor.number()?;
                cursor.pass(2)?;
                if let Some(goroutine) = self.goroutines.last_mut().filter(|_| root != 0) {
                    goroutine.roots.push(root);
                }
            }
            BUCKET => {
                let (id, site) = profile::bucket(cursor, &mut self.names)?;
                self.site_of_bucket.insert(id, self.sites.len() as u32);
                self.sites.push(site);
            }
            SAMPLE => {
                let object = cursor.number()?;
                self.samples.push((object, cursor.number()?));
            }
            _ => return Err(Stop::Damaged("a second record of the machine")),
        }
        Ok(true)
    }

    fn finish(self, target: Target, flaw: Option<Diagnostic>, end: usize) -> Snapshot {
        let (objects, phantoms, mut diagnostics) = self.objects.finish();
        let mut samples: Vec<(u32, u32)> = self
            .samples
            .iter()
            .filter_map(|(address, bucket)| Some((objects.find(*address)?, *self.site_of_bucket.get(bucket)?)))
            .collect();
        samples.sort_unstable();
        samples.dedup_by_key(|(object, _)| *object);
        let is_complete = flaw.is_none();
        diagnostics.extend(flaw);
        Snapshot {
            source: SnapshotSource::HeapDump,
            file: Vec::new(),
            target,
            objects,
            segments: self.segments,
            goroutines: self.goroutines,
            finalizers: self.finalizers,
            cleanups: None,
            threads: self.threads,
            processors: Vec::new(),
            other_roots: self.other_roots,
            types: self.types,
            itabs: self.itabs,
            sites: self.sites,
            samples,
            counted: self.counted,
            mem_profile_rate: None,
            is_complete,
            phantoms,
            end,
            diagnostics,
        }
    }
}

fn counted(cursor: &mut Cursor<'_>) -> Result<Counted, Stop> {
    let mut counted = Counted { heap_objects: 0, heap_alloc_bytes: 0 };
    for index in 0..MEM_STATS_NUMBERS {
        let number = cursor.number()?;
        match index {
            HEAP_ALLOC => counted.heap_alloc_bytes = number,
            HEAP_OBJECTS => counted.heap_objects = number,
            _ => {}
        }
    }
    Ok(counted)
}

/// What a record is of; empty when there is none of this kind.
fn name(tag: u64) -> &'static str {
    match tag {
        OBJECT => "objects",
        OTHER_ROOT => "other roots",
        TYPE => "types",
        GOROUTINE => "goroutines",
        FRAME => "frames",
        PARAMETERS => "parameters",
        FINALIZER => "finalizers",
        ITAB => "tables of methods",
        OS_THREAD => "threads",
        MEM_STATS => "counts",
        QUEUED_FINALIZER => "queued finalizers",
        DATA | BSS => "global variables",
        DEFER => "deferred calls",
        PANIC => "panics",
        BUCKET => "allocation sites",
        SAMPLE => "samples",
        _ => "",
    }
}

/// What is not in a dump that ends in records of this kind, which come in a fixed order.
fn missing(last: u64) -> &'static str {
    match last {
        PARAMETERS | TYPE | ITAB | OBJECT => {
            "objects, all that keeps them, the runtime's count and allocation sites are"
        }
        GOROUTINE | FRAME | DEFER | PANIC => {
            "goroutines, global variables, finalizers, counts and allocation sites are"
        }
        OS_THREAD | DATA => "global variables, finalizers, the runtime's count and allocation sites are",
        BSS | FINALIZER | QUEUED_FINALIZER => "finalizers, the runtime's count and allocation sites are",
        MEM_STATS | BUCKET => "allocation sites are",
        _ => "samples are",
    }
}

pub(crate) const MAGIC: &[u8] = b"go1.7 heap dump\n";

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
/// The numbers of `runtime.MemStats` that are written, and two of them.
const MEM_STATS_NUMBERS: usize = 281;
const HEAP_ALLOC: usize = 6;
const HEAP_OBJECTS: usize = 11;
