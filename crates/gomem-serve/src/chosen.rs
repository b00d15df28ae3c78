//! The profile that a question is about, with what its filters keep.

use std::sync::Arc;

use gomem_postmortem::Contents;
use gomem_pprof::{Filter, Profile, ProfileDiff, SampleType};
use gomem_table::{Unit, percent};

use crate::{
    profiles::NamedProfile,
    query::{PROFILE, Query, SAMPLE_TYPE, SINCE},
    refusal::Refusal,
    window_ends::WindowEnds,
};

/// The profile that a question is about, with what its filters keep.
#[derive(Debug)]
pub(crate) struct Chosen<'a> {
    pub(crate) named: &'a NamedProfile,
    /// The earlier one, which is subtracted.
    pub(crate) earlier: Option<&'a NamedProfile>,
    /// What the filters keep of it.
    kept: Arc<Profile>,
    kept_earlier: Option<Arc<Profile>>,
    /// The difference of both.
    pub(crate) diff: Option<ProfileDiff>,
    /// What is summed, by its place in [`profile`](Self::profile).
    pub(crate) sample_type: usize,
}

impl<'a> Chosen<'a> {
    /// Without a name the latest heap profile; without one, whatever there is.
    pub(crate) fn new(profiles: &'a [NamedProfile], query: &Query) -> Result<Self, Refusal> {
        let latest_heap = || profiles.iter().rfind(|named| named.contents == Contents::Heap);
        let ends = if query.has_window() { Some(window_ends(profiles, query)?) } else { None };
        let named = match (ends, query.profile.as_str()) {
            (Some(ends), _) => ends.last,
            (None, "") => {
                latest_heap().or(profiles.first()).ok_or_else(|| Refusal::missing("the bundle has no profile"))?
            }
            (None, name) => find(profiles, PROFILE, name)?,
        };
        let earlier = match (ends, query.since.as_str()) {
            (Some(ends), _) => ends.before,
            (None, "") => None,
            (None, name) => Some(find(profiles, SINCE, name)?),
        };
        if let Some(earlier) = earlier.filter(|earlier| earlier.contents != named.contents) {
            let message = format!("`{}` is a {}, and {} is not", earlier.name, earlier.contents.name(), named.name);
            return Err(Refusal::parameter(SINCE, message));
        }
        let kept = filtered(&named.profile, &query.filter)?;
        let kept_earlier = earlier.map(|earlier| filtered(&earlier.profile, &query.filter)).transpose()?;
        let diff = kept_earlier.as_ref().map(|earlier| kept.diff(earlier, false)).transpose()?;
        let mut chosen = Self { named, earlier, kept, kept_earlier, diff, sample_type: 0 };
        chosen.sample_type = match query.sample_type.as_str() {
            "" => chosen.profile().default_sample_type(),
            name => chosen.profile().sample_type_index(name).ok_or_else(|| {
                let known = chosen.sample_types().join(", ");
                Refusal::parameter(SAMPLE_TYPE, format!("{} does not count `{name}`; it counts {known}", named.name))
            })?,
        };
        Ok(chosen)
    }

    /// What is looked at: what the filters keep, less the same of the earlier profile.
    pub(crate) fn profile(&self) -> &Profile {
        self.diff.as_ref().map_or(&*self.kept, ProfileDiff::difference)
    }

    /// The profile that sites are of: what was allocated since the earlier one, and what is in use now.
    pub(crate) fn since(&self) -> Result<Arc<Profile>, Refusal> {
        let Some(earlier) = &self.kept_earlier else { return Ok(Arc::clone(&self.kept)) };
        let since = self.kept.since(earlier)?.ok_or_else(|| {
            Refusal::parameter(SINCE, "its counters are ahead of the profile's: it is later, or of another process")
        })?;
        Ok(Arc::new(since))
    }

    /// What is summed.
    pub(crate) fn sample_type_name(&self) -> &str {
        self.profile().sample_types().get(self.sample_type).map_or("", SampleType::name)
    }

    /// Everything that can be summed.
    pub(crate) fn sample_types(&self) -> Vec<&str> {
        self.profile().sample_types().iter().map(SampleType::name).collect()
    }

    /// What is looked at, in a sentence: `inuse_space of heap-3.pb.gz: 54.3 MiB of 70.2 MiB (77.3 %) pass the filters`.
    pub(crate) fn headline(&self, is_filtered: bool) -> String {
        let name = self.sample_type_name();
        let shown = |profile: &Profile, value: i128| in_unit(profile, self.sample_type, value);
        let of = |profile: &Profile| {
            let whole = profile.total(self.sample_type);
            if !is_filtered {
                return shown(profile, whole);
            }
            let kept = profile.own_total(self.sample_type);
            let share =
                if whole == 0 { String::new() } else { format!(" ({})", percent(kept as f64 / whole as f64, 1)) };
            format!("{} of {}{share}", shown(profile, kept), shown(profile, whole))
        };
        let passes = if is_filtered { " pass the filters" } else { " in total" };
        match (&self.diff, self.earlier, &self.kept_earlier) {
            (Some(diff), Some(earlier), Some(_)) => {
                let sums =
                    [diff.base(), diff.current()].map(|profile| shown(profile, profile.own_total(self.sample_type)));
                let passes = if is_filtered { passes } else { "" };
                format!("{name}: {} in {}, {} in {}{passes}", sums[0], earlier.name, sums[1], self.named.name)
            }
            _ => format!("{name} of {}: {}{passes}", self.named.name, of(&self.kept)),
        }
    }
}

/// Of the heap profiles; without any, of those of the first one's kind.
fn window_ends<'a>(profiles: &'a [NamedProfile], query: &Query) -> Result<WindowEnds<'a>, Refusal> {
    for (parameter, name) in [(PROFILE, &query.profile), (SINCE, &query.since)] {
        if !name.is_empty() {
            return Err(Refusal::parameter(parameter, "a window of time says which profiles: choose none here"));
        }
    }
    let is_heap = |named: &&NamedProfile| named.contents == Contents::Heap;
    let first = profiles.iter().find(is_heap).or(profiles.first());
    let of_kind: Vec<&NamedProfile> =
        profiles.iter().filter(|named| first.is_some_and(|first| first.contents == named.contents)).collect();
    WindowEnds::new(&of_kind, query.window()?)
}

fn find<'a>(profiles: &'a [NamedProfile], parameter: &str, name: &str) -> Result<&'a NamedProfile, Refusal> {
    profiles.iter().find(|named| named.name == name).ok_or_else(|| {
        let known: Vec<&str> = profiles.iter().map(|named| named.name.as_str()).collect();
        Refusal::parameter(parameter, format!("the bundle has no profile `{name}`; it has {}", known.join(", ")))
    })
}

fn filtered(profile: &Arc<Profile>, filter: &Filter) -> Result<Arc<Profile>, Refusal> {
    if *filter == Filter::default() { Ok(Arc::clone(profile)) } else { Ok(Arc::new(profile.filter(filter)?)) }
}

fn in_unit(profile: &Profile, sample_type: usize, value: i128) -> String {
    match profile.unit(sample_type) {
        Unit::None | Unit::Count => value.to_string(),
        unit => unit.humanize(value as f64),
    }
}
