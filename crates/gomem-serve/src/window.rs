//! A window of time, told by the moments at which profiles were taken.

use gomem_table::rfc3339;

use crate::{
    profiles::NamedProfile,
    query::{FROM, TO},
    refusal::Refusal,
};

/// The profiles at the ends of a window: a profile counts what was up to its moment, so that a window is what lies between
/// two of them.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Window<'a> {
    /// The last one that was taken until its end.
    pub(crate) last: &'a NamedProfile,
    /// The last one that was taken until it began; `None` where it begins with the program.
    pub(crate) before: Option<&'a NamedProfile>,
}

impl<'a> Window<'a> {
    /// Of profiles of one kind, in order of time; a time that is empty is no end.
    pub(crate) fn new(profiles: &[&'a NamedProfile], from: &str, to: &str) -> Result<Self, Refusal> {
        let until = |parameter: &str, text: &str| {
            let moment = moment(text).ok_or_else(|| {
                Refusal::parameter(parameter, format!("`{text}` is no time: write it as 2026-11-08 09:30:00, in UTC"))
            })?;
            // A window of days or minutes has all of its first and of its last one.
            let is_until = |taken: &str| {
                let taken = taken.get(..moment.len()).unwrap_or(taken);
                taken < moment.as_str() || (taken == moment && (parameter == TO || moment.len() >= SECONDS))
            };
            let found = profiles.iter().rfind(|named| taken_at(named).is_some_and(|taken| is_until(&taken)));
            found.copied().ok_or_else(|| {
                let first = profiles.iter().find_map(|named| taken_at(named));
                let told = first.map_or_else(
                    || "the profiles do not say when they were taken".to_owned(),
                    |first| format!("no profile was taken until then; the first is of {}", first.replace('T', " ")),
                );
                Refusal::parameter(parameter, told)
            })
        };
        let last = match to {
            "" => profiles.last().copied().ok_or_else(|| Refusal::missing("the bundle has no profile"))?,
            text => until(TO, text)?,
        };
        let before = if from.is_empty() { None } else { Some(until(FROM, from)?) };
        if before.is_some_and(|before| before.name == last.name) {
            return Err(Refusal::parameter(FROM, format!("no profile was taken in the window but {}", last.name)));
        }
        if before.is_some_and(|before| taken_at(before) > taken_at(last)) {
            return Err(Refusal::parameter(FROM, "the window ends before it begins"));
        }
        Ok(Self { last, before })
    }
}

/// When a profile was taken, without the zone: `2026-11-08T09:30:00.123`.
fn taken_at(named: &NamedProfile) -> Option<String> {
    let nanos = named.profile.as_of_nanos()?;
    Some(rfc3339(nanos / 1_000_000).trim_end_matches('Z').to_owned())
}

/// A time as it is compared: what is given of `2026-11-08T09:30:00.123`, at least the day.
fn moment(text: &str) -> Option<String> {
    let text = text.trim().trim_end_matches('Z').replacen(' ', "T", 1);
    let is_like = |(letter, of): (char, char)| if of == '0' { letter.is_ascii_digit() } else { letter == of };
    let is_whole = [10, 16, 19, 23].contains(&text.len()) && text.chars().zip(TEMPLATE.chars()).all(is_like);
    is_whole.then_some(text)
}

/// `2026-11-08T09:30:00`: what pages show of a profile's time.
const SECONDS: usize = 19;
const TEMPLATE: &str = "0000-00-00T00:00:00.000";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_people_write_them() {
        for (text, read) in [
            ("2026-11-08 09:30:00", Some("2026-11-08T09:30:00")),
            (" 2026-11-08T09:30Z ", Some("2026-11-08T09:30")),
            ("2026-11-08", Some("2026-11-08")),
            ("2026-11-08T09:30:00.123Z", Some("2026-11-08T09:30:00.123")),
            ("2026-11-8", None),
            ("yesterday!", None),
            ("2026-11-08 9:30", None),
            ("", None),
        ] {
            assert_eq!(moment(text).as_deref(), read, "{text}");
        }
    }
}
