//! The mapped files at the end of a profile, in the form of `/proc/self/maps` and shorter ones.

use std::sync::LazyLock;

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
    let mut attributes: Vec<(String, String)> = Vec::new();
    while let Some(line) = lines.next() {
        let mut line = LOG_PREFIX.replace(&line.text, "").into_owned();
        for (name, value) in &attributes {
            line = line.replace(name.as_str(), value);
        }
        match Entry::decode(&line) {
            Some(entry) if entry.is_executable => mappings.push(entry),
            Some(_) => {}
            None => {
                if let Some((name, value)) = line.split_once('=') {
                    attributes.push((format!("${}", name.trim()), value.trim().to_owned()));
                }
            }
        }
        if mappings.len() as u64 > text.options.limits.entries || attributes.len() > MOST_ATTRIBUTES {
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
    for (location, &address) in profile.addresses.iter().enumerate() {
        if address == 0 {
            continue;
        }
        let inside = profile.mappings.iter().position(|mapping| (mapping.start..mapping.limit).contains(&address));
        // A range may have lost its beginning.
        let before = || {
            profile.mappings.iter().position(|mapping| {
                mapping.file_offset != 0
                    && (mapping.start.wrapping_sub(mapping.file_offset)..mapping.start).contains(&address)
            })
        };
        let found = inside.or_else(before);
        if let Some(mapping) = found.filter(|_| inside.is_none()).map(|found| &mut profile.mappings[found]) {
            mapping.start = mapping.start.wrapping_sub(mapping.file_offset);
            mapping.file_offset = 0;
        }
        profile.location_mappings[location] = found.map(|mapping| mapping as u32);
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

const MOST_ATTRIBUTES: usize = 1000;
