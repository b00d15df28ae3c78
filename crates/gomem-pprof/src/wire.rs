//! Bytes: gzip with a limit, protobuf's fields and numbers, and its messages for writing.

mod fields;
mod inflate;
mod numbers;
mod varint;

pub(crate) mod proto;

pub(crate) use fields::{Wire, short_field};
pub(crate) use inflate::inflate;
pub(crate) use numbers::{Numbers, SAMPLE_TAG, STACK_TAG, VALUES_TAG, count, packed_field, packed_fields, write_field};
