//! All of it: profiles and scrapes of one service, into one folder.
//!
//! Threads ask, and the caller's thread writes: when the caller wants to stop, nobody else holds a file.

use std::{ops::ControlFlow, path::Path, sync::mpsc::sync_channel};

use crate::{
    bundle::{Folder, Manifest},
    capture::{
        asker::Asker,
        options::CaptureOptions,
        writer::{Progress, Writer},
    },
    error::Error,
};

/// What was taken.
///
/// ```
/// use std::ops::ControlFlow;
///
/// use gomem_capture::{CaptureOptions, Target, capture};
///
/// // Nothing listens there, so nothing is captured, and the error says what failed.
/// let options = CaptureOptions::new(Target::parse("http://127.0.0.1:9")?).with_seconds(1);
/// let folder = std::env::temp_dir().join("gomem-captures-nothing");
/// let captured = capture(&options, &folder, &mut |_| ControlFlow::Continue(()));
/// assert!(captured.map(|capture| capture.manifest_json()).is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Capture {
    manifest: Manifest,
}

impl Capture {
    /// What the bundle says of itself.
    #[must_use]
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// `manifest.json`, as it was written.
    #[must_use]
    pub fn manifest_json(&self) -> String {
        self.manifest.to_json()
    }
}

/// Takes a bundle into an empty or new folder. `watch` is called several times a second and can stop it.
///
/// # Errors
/// When a secret would go unencrypted, when the folder is not empty or cannot be written, or when not a single answer could be stored. An endpoint that
/// fails among others is in the manifest's [`failed`](Manifest::failed).
///
/// ```
/// use std::ops::ControlFlow;
///
/// use gomem_capture::{CaptureOptions, Error, Target, capture};
///
/// let options = CaptureOptions::new(Target::parse("http://127.0.0.1:9")?).with_seconds(1);
/// let folder = std::env::temp_dir().join("gomem-captures-nothing-either");
/// let error = capture(&options, &folder, &mut |_| ControlFlow::Continue(())).unwrap_err();
/// assert!(matches!(error, Error::Nothing { .. }));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn capture(
    options: &CaptureOptions,
    directory: &Path,
    watch: &mut dyn FnMut(Progress<'_>) -> ControlFlow<()>,
) -> Result<Capture, Error> {
    options.check_secrecy()?;
    let folder = Folder::create(directory)?;
    let metrics = options.metrics_target();
    let mut writer = Writer::new(folder, options, &metrics);
    let (events, received) = sync_channel(QUEUE);
    let asker = Asker::new(options, &metrics, events);
    let stop = asker.stopper();
    asker.start(metrics);
    let outcome = writer.follow(&received, options, watch);
    stop();
    outcome?;
    Ok(Capture { manifest: writer.finish(options)? })
}

/// Answers that wait for being written.
const QUEUE: usize = 2;
