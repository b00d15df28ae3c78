//! gzip, with a limit on what comes out.

use std::{borrow::Cow, io::Read};

use flate2::bufread::GzDecoder;
use gomem_table::Interruptible;
use libdeflater::{DecompressionError, Decompressor};

use crate::error::{Error, ErrorKind, Limits};

/// The profile's own bytes, and whether other bytes follow a gzip stream.
pub(crate) fn inflate<'a>(bytes: Cow<'a, [u8]>, limits: &Limits) -> Result<(Cow<'a, [u8]>, bool), Error> {
    if !bytes.starts_with(&MAGIC) {
        if bytes.len() as u64 > limits.decompressed_bytes {
            return Err(Error::limit("bytes", limits.decompressed_bytes));
        }
        return Ok((bytes, false));
    }
    match whole(&bytes, limits) {
        Some(inflated) => Ok((Cow::Owned(inflated), false)),
        None => members(&bytes, limits).map(|(inflated, trailing)| (Cow::Owned(inflated), trailing)),
    }
}

/// The fast way, for one sound member whose trailer tells its size truly: what every Go program writes.
fn whole(bytes: &[u8], limits: &Limits) -> Option<Vec<u8>> {
    let trailer: [u8; 4] = bytes.last_chunk().copied()?;
    let size = u64::from(u32::from_le_bytes(trailer));
    // Deflate expands by 1032 at most: a trailer that claims more lies, and is not worth an allocation.
    if size > limits.decompressed_bytes || size > bytes.len() as u64 * 1032 {
        return None;
    }
    let mut inflated = vec![0; usize::try_from(size).ok()?];
    let result: Result<usize, DecompressionError> = Decompressor::new().gzip_decompress(bytes, &mut inflated);
    (result.ok()? == inflated.len() && !has_more(bytes, size)).then_some(inflated)
}

/// libdeflate stops at the end of the first member and does not say where that was. If there is another one, its magic
/// follows the first one's trailer, which ends with the first one's size.
fn has_more(bytes: &[u8], size: u64) -> bool {
    let Ok(size) = u32::try_from(size) else { return true };
    let [a, b, c, d] = size.to_le_bytes();
    memchr::memmem::find(bytes, &[a, b, c, d, MAGIC[0], MAGIC[1]]).is_some()
}

/// Any number of members, one after the other, and perhaps something else behind them. What they inflate to is measured
/// first, so that a bomb costs time until the limit, but no memory.
fn members(bytes: &[u8], limits: &Limits) -> Result<(Vec<u8>, bool), Error> {
    let mut size = 0;
    each_member(bytes, |member| {
        let room = limits.decompressed_bytes - size;
        size += std::io::copy(&mut Interruptible(member).take(room + 1), &mut std::io::sink())?;
        Ok(size <= limits.decompressed_bytes)
    })?;
    if size > limits.decompressed_bytes {
        return Err(Error::limit("bytes after inflating", limits.decompressed_bytes));
    }
    let mut inflated = Vec::with_capacity(size as usize);
    let trailing = each_member(bytes, |member| Interruptible(member).read_to_end(&mut inflated).map(|_| true))?;
    Ok((inflated, trailing))
}

/// Hands over each member until told to stop. Gives whether other bytes follow the last one.
fn each_member(
    bytes: &[u8],
    mut take: impl FnMut(&mut GzDecoder<&[u8]>) -> std::io::Result<bool>,
) -> Result<bool, Error> {
    let mut rest = bytes;
    while rest.starts_with(&MAGIC) {
        let mut member = GzDecoder::new(rest);
        let goes_on = take(&mut member).map_err(|err| {
            let offset = bytes.len() - member.get_ref().len();
            Error::at(ErrorKind::Gzip { problem: err.to_string() }, offset)
        })?;
        if !goes_on {
            break;
        }
        rest = member.into_inner();
    }
    Ok(!rest.is_empty())
}

const MAGIC: [u8; 2] = [0x1f, 0x8b];

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::{Compression, write::GzEncoder};

    use super::*;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn members_are_joined_and_trailing_bytes_are_told() {
        let limits = Limits::default();
        let two = [gzip(b"abc"), gzip(b"def")].concat();
        assert_eq!(inflate(Cow::Borrowed(&two), &limits).unwrap(), (Cow::Borrowed(&b"abcdef"[..]), false));
        let trailing = [gzip(b"abc"), b"xyz".to_vec()].concat();
        assert_eq!(inflate(Cow::Borrowed(&trailing), &limits).unwrap(), (Cow::Borrowed(&b"abc"[..]), true));
        let equal = [gzip(b"abc"), gzip(b"abc")].concat();
        assert_eq!(
            inflate(Cow::Borrowed(&equal), &limits).unwrap(),
            (Cow::Borrowed(&b"abcabc"[..]), false),
            "of one size"
        );
        assert_eq!(inflate(Cow::Borrowed(b"abc"), &limits).unwrap(), (Cow::Borrowed(&b"abc"[..]), false));
    }

    #[test]
    fn a_bomb_stops_at_the_limit() {
        let bomb = gzip(&vec![0; 1 << 20]);
        let err = inflate(Cow::Borrowed(&bomb), &Limits::default().with_decompressed_bytes(1000)).unwrap_err();
        assert_eq!(err.to_string(), "more than 1000 bytes after inflating");
        assert!(err.is_limit());
    }

    #[test]
    fn damage_is_told_with_its_place() {
        let mut bytes = gzip(&(0..200).collect::<Vec<u8>>());
        let cut = bytes.len() - 12;
        bytes.truncate(cut);
        let err = inflate(Cow::Borrowed(&bytes), &Limits::default()).unwrap_err();
        assert!(matches!(err.kind(), ErrorKind::Gzip { .. }), "{err}");
        assert!(err.offset().is_some_and(|offset| offset <= cut as u64));
    }
}
