//! What every input goes through: inflating, and finding out its form.

use std::borrow::Cow;

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
    ///
    /// ```
    /// # let text = b"heap profile: 1: 4096 [3: 12288] @ heap/1048576\n\
    /// #              1: 4096 [3: 12288] @ 0x401000 0x402000\n\
    /// #              #\t0x401000\tmain.parse+0x10\t/src/app/parse.go:12\n\
    /// #              #\t0x402000\tmain.main+0x20\t/src/app/main.go:7\n\n";
    /// # let profile = gomem_pprof::Profile::decode(text)?;
    /// let text = b"goroutine profile: total 2\n2 @ 0x10\n#\t0xf\tmain.wait+0xf\t/src/app/main.go:3\n";
    /// let profile = gomem_pprof::Profile::decode(text)?;
    /// assert_eq!(profile.kind(), "goroutine");
    /// assert!(gomem_pprof::Profile::decode(b"<html>").is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn decode(bytes: &[u8]) -> Result<Self, Error> {
        Self::decode_with(bytes, &DecodeOptions::default())
    }

    /// [`decode`](Self::decode), with options.
    ///
    /// # Errors
    /// As for [`decode`](Self::decode); with [`strict`](DecodeOptions::strict), for every flaw too.
    ///
    /// ```
    /// # let text = b"heap profile: 1: 4096 [3: 12288] @ heap/1048576\n\
    /// #              1: 4096 [3: 12288] @ 0x401000 0x402000\n\
    /// #              #\t0x401000\tmain.parse+0x10\t/src/app/parse.go:12\n\
    /// #              #\t0x402000\tmain.main+0x20\t/src/app/main.go:7\n\n";
    /// # let profile = gomem_pprof::Profile::decode(text)?;
    /// use gomem_pprof::{DecodeOptions, Limits, Profile};
    ///
    /// let limits = Limits::default().with_decompressed_bytes(1 << 20);
    /// let profile = Profile::decode_with(text, &DecodeOptions::default().with_limits(limits))?;
    /// assert_eq!(profile.samples().len(), 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn decode_with(bytes: &[u8], options: &DecodeOptions) -> Result<Self, Error> {
        Self::decode_either(Cow::Borrowed(bytes), options)
    }

    /// [`decode_with`](Self::decode_with) of bytes that the profile may keep: one that is not gzipped is not copied.
    ///
    /// # Errors
    /// As for [`decode_with`](Self::decode_with).
    ///
    /// ```
    /// # let text = b"heap profile: 1: 4096 [3: 12288] @ heap/1048576\n\
    /// #              1: 4096 [3: 12288] @ 0x401000\n\
    /// #              #\t0x401000\tmain.parse+0x10\t/src/app/parse.go:12\n\n";
    /// # let profile = gomem_pprof::Profile::decode(text)?;
    /// use gomem_pprof::{DecodeOptions, Profile};
    ///
    /// let bytes = profile.encode_raw();
    /// let same = Profile::decode_owned(bytes, &DecodeOptions::default())?;
    /// assert_eq!(same.total(0), profile.total(0));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn decode_owned(bytes: Vec<u8>, options: &DecodeOptions) -> Result<Self, Error> {
        Self::decode_either(Cow::Owned(bytes), options)
    }

    fn decode_either(bytes: Cow<'_, [u8]>, options: &DecodeOptions) -> Result<Self, Error> {
        if bytes.is_empty() {
            return Err(Error::new(ErrorKind::Empty));
        }
        let (length, (inflated, trailing)) = (bytes.len(), inflate(bytes, &options.limits)?);
        if let Some(form) = Form::sniff(&inflated) {
            return form.decode(&inflated, options);
        }
        if let Some(kind) = announced(&inflated) {
            return Err(Error::new(kind));
        }
        let mut decoder = Decoder::new(options, inflated.len());
        if trailing {
            decoder.flaw(length, Flaw::TrailingBytes)?;
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
        (b"go 1.", "an execution trace", "`gomem trace` reads it"),
    ];
    let (_, format, instead) = known.into_iter().find(|(magic, ..)| bytes.starts_with(magic))?;
    Some(ErrorKind::Unsupported { format, instead })
}
