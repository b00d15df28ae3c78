//! What every input goes through: inflating, and finding out its form.

use crate::{
    error::{DecodeOptions, Error, ErrorKind, Flaw},
    legacy::Form,
    model::Profile,
    wire::{Wire, inflate},
};

use super::decoder::Decoder;

impl Profile {
    /// Reads a profile, gzipped or not. What can be repaired is repaired; [`diagnostics`](Self::diagnostics)
    /// lists it.
    ///
    /// # Errors
    /// When the bytes are no profile, are damaged, or a limit is reached.
    pub fn decode(bytes: &[u8]) -> Result<Self, Error> {
        Self::decode_with(bytes, &DecodeOptions::default())
    }

    /// [`decode`](Self::decode), with options.
    ///
    /// # Errors
    /// As for [`decode`](Self::decode); with [`strict`](DecodeOptions::strict), for every flaw too.
    pub fn decode_with(bytes: &[u8], options: &DecodeOptions) -> Result<Self, Error> {
        if bytes.is_empty() {
            return Err(Error::new(ErrorKind::Empty));
        }
        let (inflated, trailing) = inflate(bytes, &options.limits)?;
        if let Some(form) = Form::sniff(&inflated) {
            return form.decode(&inflated, options);
        }
        if let Some(kind) = announced(&inflated) {
            return Err(Error::new(kind));
        }
        let mut decoder = Decoder::new(options, inflated.len());
        if trailing {
            decoder.flaw(bytes.len(), Flaw::TrailingBytes)?;
        }
        decoder.messages(Wire::new(&inflated))?;
        decoder.finish(inflated)
    }
}

/// What the first bytes say when they say something other than protobuf.
fn announced(bytes: &[u8]) -> Option<ErrorKind> {
    let known: [(&[u8], &'static str, &'static str); 3] = [
        (b"<!DOCTYPE", "an HTML page", "check the URL it was fetched from"),
        (b"<html", "an HTML page", "check the URL it was fetched from"),
        (b"go 1.", "an execution trace", "`go tool trace` reads it"),
    ];
    let (_, format, instead) = known.into_iter().find(|(magic, ..)| bytes.starts_with(magic))?;
    Some(ErrorKind::Unsupported { format, instead })
}
