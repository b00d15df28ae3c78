//! Heap dumps, as `runtime/debug.WriteHeapDump` writes them (`runtime/heapdump.go`): one format from Go 1.7 to 1.27.
//!
//! ```text
//! "go1.7 heap dump\n", then records until the tag 0; a record is a tag and its fields
//! number   unsigned LEB128
//! bytes    number (length), so many bytes
//! pointers (number (kind), number (offset))*, 0      kind 1 is a pointer; 2 and 3 are interfaces, and are not written
//!
//!  0 end
//!  1 object      address, bytes, pointers                        the bytes of the slot, not of what was asked for
//!  2 other root  description, pointer                            is not written
//!  3 type        address, size, name, whether an interface's word points to it
//!  4 goroutine   address, sp, id, created at, status, is system, is background, waits since, wait reason, context,
//!                thread, defer, panic
//!  5 frame       sp, depth, sp of the callee, bytes, entry, pc, continues at, function, pointers
//!  6 parameters  is big endian, pointer size, heap's start, heap's end, architecture, version, processors
//!  7 finalizer   object, function value, code, type of its parameter, type of the object;   11 the same, queued
//!  8 itab        address, type
//!  9 OS thread   address, id, the system's id
//! 10 MemStats    281 numbers
//! 12 data        address, bytes, pointers;   13 bss the same
//! 14 defer       address, goroutine, sp, pc, function value, code, next
//! 15 panic       address, goroutine, type, value, defer, next
//! 16 bucket      id, size, number of frames, (function, file, line)*, allocations, frees
//! 17 sample      object, bucket
//! ```
//!
//! What records mean changed in three places: slots that are no objects ([`crate::memory::SpanLayout`]), types in front of objects since 1.22, and
//! cleanups since 1.24, which have no record.

mod cursor;
mod decode;
mod names;
mod objects;
mod profile;
mod roots;
mod stop;

pub(crate) use decode::{MAGIC, decode};
