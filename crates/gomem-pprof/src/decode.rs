//! Bytes to [`Profile`](crate::Profile): protobuf straight into columns; other forms by the room `legacy`.

mod decoder;
mod entry;
mod ids;
mod known_ids;
mod label_sets;
mod raw_samples;
mod resolve;
mod sample_positions;

#[cfg(test)]
mod edge_tests;
#[cfg(test)]
pub(crate) mod tests;
