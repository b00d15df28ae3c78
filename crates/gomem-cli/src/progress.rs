//! Progress on standard error, which shows on a terminal only.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Over an expected time in milliseconds.
pub(crate) fn clock(milliseconds: u64) -> ProgressBar {
    styled(Some(milliseconds), "{elapsed:>4} {bar:40} {percent:>3} %  {msg}")
}

/// Over bytes that are read.
pub(crate) fn bytes(bytes: u64) -> ProgressBar {
    styled(Some(bytes), "{bar:40} {percent:>3} %  {bytes}  {bytes_per_sec}  {msg}")
}

/// Over work whose size is not known, until it is done.
pub(crate) fn busy<T>(message: String, work: impl FnOnce() -> T) -> T {
    let bar = styled(None, "{spinner} {msg} ({elapsed})").with_message(message);
    bar.enable_steady_tick(Duration::from_millis(100));
    let done = work();
    bar.finish_and_clear();
    done
}

fn styled(length: Option<u64>, template: &str) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(length, ProgressDrawTarget::stderr());
    match ProgressStyle::with_template(template) {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}
