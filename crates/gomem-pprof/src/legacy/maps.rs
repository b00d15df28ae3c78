//! The mapped files at the end of a profile, in the form of `/proc/self/maps` and shorter ones.

use std::{borrow::Cow, collections::BTreeSet, ops::Range, sync::LazyLock};

use regex::Regex;

use super::{lines::Lines, text_profile::TextProfile};
use crate::{
    error::Error,
    model::{MappingColumns, Profile},
    pattern::constant,
};

/// Reads on to the mapped files, if there are any, and ends the profile with them.
pub(super) fn finish(text: TextProfile<'_>, mut lines: Lines<'_>) -> Result<Profile, Error> {
    // The heading may have been taken already.
    let mut ahead = lines;
    while let Some(line) = ahead.next() {
        if line.is_memory_map() {
            lines = ahead;
            break;
        }
    }
    finish_here(text, lines)
}

/// Ends the profile with the mapped files that are next.
pub(super) fn finish_here(mut text: TextProfile<'_>, mut lines: Lines<'_>) -> Result<Profile, Error> {
    let mut mappings: Vec<Entry> = Vec::new();
    let mut attributes = Attributes::default();
    while let Some(line) = lines.next() {
        let line = LOG_PREFIX.replace(&line.text, "");
        match Entry::decode(&attributes.expand(&line)?) {
            Some(entry) if entry.is_executable => mappings.push(entry),
            Some(_) => {}
            None => attributes.add(&line)?,
        }
        if mappings.len() as u64 > text.options.limits.entries {
            return Err(Error::limit("mappings", text.options.limits.entries));
        }
    }
    for Entry { start, limit, file_offset, file, build_id, .. } in joined(mappings) {
        let (filename, build_id) = (text.builder.string(file.as_bytes()), text.builder.string(build_id.as_bytes()));
        text.builder.mapping(MappingColumns { start, limit, file_offset, filename, build_id, has: [false; 4] });
    }
    let mut profile = text.builder.finish();
    place(&mut profile);
    Ok(profile)
}

/// What later lines have `$name` for: `name=value`.
#[derive(Default)]
struct Attributes(Vec<(String, String)>);

impl Attributes {
    /// Takes a line that may be one. Its value stays as it is, so that none is made of others without end.
    fn add(&mut self, line: &str) -> Result<(), Error> {
        let Some((name, value)) = line.split_once('=') else { return Ok(()) };
        let name = name.trim();
        if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
            return Ok(());
        }
        if self.0.len() >= MOST_ATTRIBUTES {
            return Err(Error::limit("names of paths in the memory map", MOST_ATTRIBUTES as u64));
        }
        self.0.push((name.to_owned(), value.trim().to_owned()));
        Ok(())
    }

    /// A line with the values in place of the names; of several the first one counts.
    fn expand<'l>(&self, line: &'l str) -> Result<Cow<'l, str>, Error> {
        let (mut expanded, mut rest) = (String::new(), line);
        while let Some((before, after)) = rest.split_once('$').filter(|_| !self.0.is_empty()) {
            expanded += before;
            rest = after;
            match self.0.iter().find_map(|(name, value)| Some((after.strip_prefix(name.as_str())?, value))) {
                Some((behind, value)) => {
                    expanded += value;
                    rest = behind;
                }
                None => expanded.push('$'),
            }
            if expanded.len() > MOST_LINE_BYTES {
                return Err(Error::limit("bytes of a line of the memory map", MOST_LINE_BYTES as u64));
            }
        }
        if rest.len() == line.len() {
            return Ok(line.into());
        }
        expanded += rest;
        Ok(expanded.into())
    }
}

/// One line.
struct Entry {
    start: u64,
    limit: u64,
    file_offset: u64,
    file: String,
    build_id: String,
    is_executable: bool,
}

impl Entry {
    fn decode(line: &str) -> Option<Self> {
        let (groups, [permissions, file_offset, file, build_id]) = match PROC_MAPS.captures(line) {
            Some(groups) => (groups, [3, 4, 5, 0]),
            None => (BRIEF_MAPS.captures(line)?, [3, 5, 4, 6]),
        };
        let group = |index: usize| groups.get(index).filter(|_| index > 0).map_or("", |group| group.as_str());
        let number = |text: &str| if text.is_empty() { Some(0) } else { u64::from_str_radix(text, 16).ok() };
        Some(Self {
            start: number(group(1))?,
            limit: number(group(2))?,
            file_offset: number(group(file_offset))?,
            file: group(file).to_owned(),
            build_id: group(build_id).to_owned(),
            is_executable: group(permissions).is_empty() || group(permissions).contains('x'),
        })
    }

    /// Whether `next` goes on with the same file.
    fn continues(&self, next: &Self) -> bool {
        let agree = |one: &str, other: &str| one.is_empty() || other.is_empty() || one == other;
        let distance = self.limit.wrapping_sub(self.start);
        agree(&self.file, &next.file)
            && agree(&self.build_id, &next.build_id)
            && self.limit == next.start
            && (self.file_offset == 0
                || next.file_offset == 0
                || self.file_offset.wrapping_add(distance) == next.file_offset)
    }
}

/// Ranges of one file that follow each other as one, and the program before its libraries.
fn joined(entries: Vec<Entry>) -> Vec<Entry> {
    let mut joined: Vec<Entry> = Vec::new();
    for entry in entries {
        match joined.last_mut() {
            Some(last) if last.continues(&entry) => {
                last.limit = entry.limit;
                if !entry.file.is_empty() {
                    last.file = entry.file;
                }
                if !entry.build_id.is_empty() {
                    last.build_id = entry.build_id;
                }
            }
            _ => joined.push(entry),
        }
    }
    let is_program = |entry: &Entry| {
        let file = entry.file.replace("(deleted)", "");
        let file = file.trim();
        !file.is_empty() && !file.starts_with('[') && !LIBRARY.is_match(file)
    };
    if let Some(program) = joined.iter().position(is_program) {
        joined.swap(0, program);
    }
    if joined.len() > 1 && joined[0].file.starts_with("/anon_hugepage") && joined[0].limit == joined[1].start {
        joined.remove(0);
    }
    if let Some(first) = joined.first_mut()
        && first.start.wrapping_sub(first.file_offset) == PROGRAM_START
    {
        first.start = PROGRAM_START;
        first.file_offset = 0;
    }
    joined
}

/// Gives each location the mapping that its address is in.
fn place(profile: &mut Profile) {
    let mappings = &mut profile.mappings;
    let inside = Ranges::new(mappings.iter().map(|mapping| mapping.start..mapping.limit));
    // A range may have lost its beginning.
    let before = Ranges::new(mappings.iter().map(|mapping| match mapping.file_offset {
        0 => 0..0,
        offset => mapping.start.wrapping_sub(offset)..mapping.start,
    }));
    let mut is_found_again = vec![false; mappings.len()];
    for (location, &address) in profile.addresses.iter().enumerate() {
        if address == 0 {
            continue;
        }
        let found = match (inside.first(address), before.first(address)) {
            (Some(inside), Some(before)) if is_found_again[before] => Some(inside.min(before)),
            (None, Some(before)) => {
                is_found_again[before] = true;
                Some(before)
            }
            (inside, _) => inside,
        };
        profile.location_mappings[location] = found.map(|mapping| mapping as u32);
    }
    for (mapping, _) in mappings.iter_mut().zip(is_found_again).filter(|(_, is_found)| *is_found) {
        mapping.start = mapping.start.wrapping_sub(mapping.file_offset);
        mapping.file_offset = 0;
    }
}

/// Ranges of addresses, of which there can be many.
struct Ranges(Vec<(u64, Option<usize>)>);

impl Ranges {
    fn new(ranges: impl Iterator<Item = Range<u64>>) -> Self {
        let known = ranges.enumerate().filter(|(_, range)| !range.is_empty());
        let mut bounds: Vec<(u64, usize, bool)> =
            known.flat_map(|(place, range)| [(range.start, place, true), (range.end, place, false)]).collect();
        bounds.sort_unstable();
        let mut open: BTreeSet<usize> = BTreeSet::new();
        let mut firsts: Vec<(u64, Option<usize>)> = Vec::new();
        for (address, place, is_begin) in bounds {
            match is_begin {
                true => open.insert(place),
                false => open.remove(&place),
            };
            let first = open.first().copied();
            match firsts.last_mut() {
                Some((last, known)) if *last == address => *known = first,
                _ => firsts.push((address, first)),
            }
        }
        Self(firsts)
    }

    /// The place of the first one that an address is in.
    fn first(&self, address: u64) -> Option<usize> {
        let behind = self.0.partition_point(|(bound, _)| *bound <= address);
        self.0[behind.checked_sub(1)?].1
    }
}

static PROC_MAPS: LazyLock<Regex> = LazyLock::new(|| {
    constant(
        r"^\s*(?:0x)?([[:xdigit:]]+)[\s-]?\s*(?:0x)?([[:xdigit:]]+):?(?:\s+([-rwxp]+))?(?:\s+([[:xdigit:]]+))?\s+[[:xdigit:]]+:[[:xdigit:]]+\s+[0-9]+(?:\s+(\S+))?",
    )
});

static BRIEF_MAPS: LazyLock<Regex> = LazyLock::new(|| {
    constant(
        r"^\s*(?:0x)?([[:xdigit:]]+)[\s-]?\s*(?:0x)?([[:xdigit:]]+):?(?:\s+([-rwxp]+))?(?:\s+(\S+))?(?:\s+\(@([[:xdigit:]]+)\))?(?:\s+([[:xdigit:]]+))?",
    )
});

static LOG_PREFIX: LazyLock<Regex> = LazyLock::new(|| constant(r"^[^\[\]]+:[0-9]+\]\s"));

static LIBRARY: LazyLock<Regex> = LazyLock::new(|| constant(r"([.]so$|[.]so[._][0-9]+)"));

/// Where Linux loads programs that are not position-independent.
const PROGRAM_START: u64 = 0x40_0000;

/// gperftools writes one, `build`.
const MOST_ATTRIBUTES: usize = 100;
/// A path has 4,096 at most.
const MOST_LINE_BYTES: usize = 1 << 16;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_ranges_that_overlap_the_first_one_counts() {
        let ranges = [5..9, 0..0, 2..12, 8..20];
        let found = Ranges::new(ranges.iter().cloned());
        for address in 0..24 {
            let first = ranges.iter().position(|range| range.contains(&address));
            assert_eq!(found.first(address), first, "{address}");
        }
    }
}
