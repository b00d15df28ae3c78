//! Ctrl-C.

use std::sync::{
    Once,
    atomic::{AtomicBool, Ordering},
};

/// Set by the first Ctrl-C or SIGTERM; a second one ends the process, should what is being done last long.
pub(super) fn interrupted() -> &'static AtomicBool {
    static INTERRUPTED: AtomicBool = AtomicBool::new(false);
    static HANDLER: Once = Once::new();
    HANDLER.call_once(|| {
        // Another program that runs this as a library may handle it already: then it stays so.
        let _ = ctrlc::try_set_handler(|| {
            if INTERRUPTED.swap(true, Ordering::Relaxed) {
                std::process::exit(EXIT_INTERRUPTED.into());
            }
        });
    });
    &INTERRUPTED
}

/// What shells expect of a process that SIGINT ended.
pub(super) const EXIT_INTERRUPTED: u8 = 130;
