//! Progress on standard error, which shows on a terminal only.

use std::{thread, time::Duration};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Over an expected time in milliseconds.
pub(crate) fn progress_of_time(milliseconds: u64) -> ProgressBar {
    let bar = styled(Some(milliseconds), "{elapsed:>4} {bar:40} {percent:>3} %  {msg}");
    bar.set_draw_target(ProgressDrawTarget::stderr());
    bar
}

/// Over bytes that are read.
pub(crate) fn progress_of_bytes(bytes: u64) -> ProgressBar {
    shown_late(styled(Some(bytes), "{bar:40} {percent:>3} %  {bytes}  {bytes_per_sec}  {msg}"))
}

/// Over work whose size is not known, until it is done.
pub(crate) fn busy<T>(message: String, work: impl FnOnce() -> T) -> T {
    let bar = shown_late(styled(None, "{spinner} {msg} ({elapsed})").with_message(message));
    bar.enable_steady_tick(Duration::from_millis(100));
    let done = work();
    bar.finish_and_clear();
    done
}

/// What is done in an instant needs no bar.
fn shown_late(bar: ProgressBar) -> ProgressBar {
    let late = bar.clone();
    thread::spawn(move || {
        thread::sleep(Duration::from_millis(300));
        if !late.is_finished() {
            late.set_draw_target(ProgressDrawTarget::stderr());
        }
    });
    bar
}

fn styled(length: Option<u64>, template: &str) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(length, ProgressDrawTarget::hidden());
    match ProgressStyle::with_template(template) {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}
