//! The profiles at the ends of a window of time.

use gomem_metrics::Window;
use gomem_table::rfc3339;

use crate::{
    profiles::NamedProfile,
    query::{FROM, TO},
    refusal::Refusal,
};

/// The profiles at the ends of a window: a profile counts what was up to its moment, so that a window is what lies between
/// two of them.
#[derive(Debug, Clone, Copy)]
pub(crate) struct WindowEnds<'a> {
    /// The last one that was taken until its end.
    pub(crate) last: &'a NamedProfile,
    /// The last one that was taken until it began; `None` where it begins with the program.
    pub(crate) before: Option<&'a NamedProfile>,
}

impl<'a> WindowEnds<'a> {
    /// Of profiles of one kind, in order of time.
    pub(crate) fn new(profiles: &[&'a NamedProfile], window: Window) -> Result<Self, Refusal> {
        let until = |parameter: &str, is_until: &dyn Fn(i64) -> bool| {
            let found = profiles.iter().rfind(|named| taken_at(named).is_some_and(is_until));
            found.copied().ok_or_else(|| {
                let first = profiles.iter().find_map(|named| taken_at(named)).map(rfc3339);
                let told = match first.as_deref().and_then(|first| first.split('.').next()) {
                    None => "the profiles do not say when they were taken".to_owned(),
                    Some(first) => {
                        format!("no profile was taken until then; the first is of {}", first.replace('T', " "))
                    }
                };
                Refusal::parameter(parameter, told)
            })
        };
        let last = match window.to_ms() {
            None => profiles.last().copied().ok_or_else(|| Refusal::missing("the bundle has no profile"))?,
            Some(to) => until(TO, &|taken| taken <= to)?,
        };
        let before = window.from_ms().map(|_| until(FROM, &|taken| window.begins_after(taken))).transpose()?;
        if before.is_some_and(|before| before.name == last.name) {
            return Err(Refusal::parameter(FROM, format!("no profile was taken in the window but {}", last.name)));
        }
        Ok(Self { last, before })
    }
}

/// In milliseconds since the Unix epoch.
fn taken_at(named: &NamedProfile) -> Option<i64> {
    Some(named.profile.as_of_nanos()?.div_euclid(1_000_000))
}
