//! Pyroscope's JSON of a flame graph: `{"flamebearer": {"names": […], "levels": [[…]]}, "metadata": {…}}` of `/render`, and
//! `{"flamegraph": {"names": […], "levels": [{"values": […]}]}}` of its query API.
//!
//! A level has four numbers for each bar: how far right of the bar before it begins, how wide it is, how much of that is its own, and
//! its name (`NewFlameGraph` in `pkg/model/flamegraph.go` of grafana/pyroscope). A bar lies below the bar of the level above that
//! covers it. The flame graph has no places and no addresses.

use std::borrow::Cow;

use serde::{Deserialize, Deserializer};

use super::{
    lines::Lines,
    maps,
    stack::{Frame, Stack},
    text_profile::TextProfile,
};
use crate::{
    error::{DecodeOptions, Error, ErrorKind},
    model::Profile,
};

pub(super) fn is_header(bytes: &[u8]) -> bool {
    let head = &bytes[..bytes.len().min(HEAD)];
    let has = |word: &[u8]| memchr::memmem::find(bytes, word).is_some();
    head.trim_ascii_start().starts_with(b"{")
        && (has(b"\"flamebearer\"") || has(b"\"flamegraph\""))
        && has(b"\"levels\"")
        && has(b"\"names\"")
}

pub(super) fn decode(bytes: &[u8], options: &DecodeOptions) -> Result<Profile, Error> {
    let document: Document<'_> = serde_json::from_slice(bytes).map_err(|err| {
        let begin = bytes.split(|&byte| byte == b'\n').take(err.line().saturating_sub(1)).map(|line| line.len() + 1);
        let offset = begin.sum::<usize>() + err.column().saturating_sub(1);
        Error::in_line(ErrorKind::Text { problem: "not the JSON of a flame graph" }, offset, err.line() as u64)
    })?;
    let malformed = |problem| Error::new(ErrorKind::Text { problem });
    let graph = document.flamebearer.or(document.flamegraph).ok_or_else(|| malformed("no flame graph in it"))?;
    let metadata = document.metadata.unwrap_or_default();
    if metadata.format == "double" {
        return Err(Error::new(ErrorKind::Unsupported {
            format: "a comparison of two flame graphs",
            instead: "save each of both, and `gomem diff` compares them",
        }));
    }
    let (kind, unit) = metadata.sample_type();
    let mut text = TextProfile::new(options, &[(kind, unit)]);
    // The bars of the level above: where each ends, and its frames, root first, as a chain.
    let mut chain: Vec<(u32, Option<usize>)> = Vec::new();
    let mut above: Vec<(i64, i64, usize)> = Vec::new();
    let mut frames = 0;
    for (depth, level) in graph.levels.iter().enumerate() {
        if depth as u64 > options.limits.stack_depth {
            return Err(Error::limit("frames in one sample", options.limits.stack_depth));
        }
        let mut bars = Vec::new();
        let (mut at, mut parent) = (0_i64, 0);
        for bar in level.0.chunks(4) {
            let &[gap, width, own, name] = bar else { return Err(malformed("a level that is no list of bars")) };
            let name = u32::try_from(name).ok().filter(|name| (*name as usize) < graph.names.len());
            let name = name.ok_or_else(|| malformed("a bar without a name"))?;
            let begin = at.checked_add(gap).filter(|_| gap >= 0 && width >= 0 && own >= 0);
            let end = begin.and_then(|begin| begin.checked_add(width));
            let (Some(begin), Some(end)) = (begin, end) else { return Err(malformed("a bar without a place")) };
            while above.get(parent).is_some_and(|&(_, end, _)| end <= begin) {
                parent += 1;
            }
            let below = above.get(parent).filter(|&&(from, ..)| from <= begin).map(|&(.., link)| link);
            if depth > 0 && below.is_none() && width > 0 {
                return Err(malformed("a bar below none"));
            }
            if chain.len() as u64 >= options.limits.entries {
                return Err(Error::limit("bars", options.limits.entries));
            }
            chain.push((name, below));
            bars.push((begin, end, chain.len() - 1));
            if own > 0 {
                frames += depth as u64;
                if frames > options.limits.entries {
                    return Err(Error::limit("frames", options.limits.entries));
                }
                text.sample(&stack(&chain, &graph.names), &[own], &[])?;
            }
            at = end;
        }
        above = bars;
    }
    maps::finish(text, Lines::new(b""))
}

/// From the bar that was added last to the root, which stands for the whole and is no function.
fn stack(chain: &[(u32, Option<usize>)], names: &[Cow<'_, str>]) -> Stack {
    let mut frames = Vec::new();
    let mut link = chain.len().checked_sub(1);
    while let Some((name, below)) = link.and_then(|link| chain.get(link)) {
        if below.is_some() {
            let function = names.get(*name as usize).map(|name| name.as_ref().to_owned()).unwrap_or_default();
            frames.push(Frame { function, ..Frame::default() });
        }
        link = *below;
    }
    Stack { addresses: Vec::new(), frames }
}

#[derive(Deserialize)]
struct Document<'a> {
    #[serde(borrow)]
    flamebearer: Option<Graph<'a>>,
    #[serde(borrow)]
    flamegraph: Option<Graph<'a>>,
    #[serde(borrow)]
    metadata: Option<Metadata<'a>>,
}

#[derive(Deserialize)]
struct Graph<'a> {
    #[serde(borrow)]
    names: Vec<Cow<'a, str>>,
    levels: Vec<Level>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Metadata<'a> {
    #[serde(borrow)]
    format: Cow<'a, str>,
    #[serde(borrow)]
    units: Cow<'a, str>,
    #[serde(borrow)]
    name: Cow<'a, str>,
}

impl Metadata<'_> {
    /// Of what it is told in the name of what was asked for: `api.alloc_space{}`, `memory:inuse_space:bytes:space:bytes{…}`.
    fn sample_type(&self) -> (&str, &str) {
        let known = KINDS.iter().find(|(kind, _)| self.name.contains(kind));
        known.copied().unwrap_or(match self.units.as_ref() {
            "bytes" => ("space", "bytes"),
            "objects" => ("objects", "count"),
            "goroutines" => ("goroutines", "count"),
            "lock_nanoseconds" => ("delay", "nanoseconds"),
            _ => ("samples", "count"),
        })
    }
}

/// The numbers of a level: as they are, or each as text.
struct Level(Vec<i64>);

impl<'de> Deserialize<'de> for Level {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Form {
            Plain(Vec<i64>),
            Values { values: Vec<Number> },
        }
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Number {
            Plain(i64),
            Text(String),
        }
        match Form::deserialize(deserializer)? {
            Form::Plain(values) => Ok(Self(values)),
            Form::Values { values } => {
                let number = |number| match number {
                    Number::Plain(number) => Ok(number),
                    Number::Text(text) => text.parse().map_err(serde::de::Error::custom),
                };
                values.into_iter().map(number).collect::<Result<_, _>>().map(Self)
            }
        }
    }
}

const HEAD: usize = 64;
const KINDS: [(&str, &str); 6] = [
    ("inuse_space", "bytes"),
    ("inuse_objects", "count"),
    ("alloc_space", "bytes"),
    ("alloc_objects", "count"),
    ("goroutines", "count"),
    ("process_cpu", "count"),
];

#[cfg(test)]
mod tests {
    use crate::{Profile, TopOptions};

    fn rows(text: &str) -> Vec<(String, i128, i128)> {
        let profile = Profile::decode(text.as_bytes()).unwrap();
        profile.top(&TopOptions::new(0)).rows().iter().map(|row| (row.name(), row.flat, row.cum)).collect()
    }

    const RENDER: &str = r#"{"version":1,"flamebearer":{"names":["total","main.main","main.load","json.Unmarshal","main.idle"],
        "levels":[[0,100,0,0],[0,90,10,1,0,10,10,4],[0,80,20,2],[0,60,60,3]],"numTicks":100,"maxSelf":60},
        "metadata":{"format":"single","units":"bytes","name":"api.inuse_space{}","sampleRate":100}}"#;

    #[test]
    fn bars_are_stacks() {
        let expected =
            [("json.Unmarshal", 60, 60), ("main.load", 20, 80), ("main.idle", 10, 10), ("main.main", 10, 90)];
        let expected: Vec<_> = expected.map(|(name, flat, cum)| (name.to_owned(), flat, cum)).to_vec();
        let mut found = rows(RENDER);
        found.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
        assert_eq!(found, expected);
        assert_eq!(Profile::decode(RENDER.as_bytes()).unwrap().sample_types()[0].name(), "inuse_space");
        let query = r#"{"flamegraph":{"names":["total","main.f"],"levels":[{"values":["0","7","0","0"]},{"values":["0","7","7","1"]}],
            "total":"7","maxSelf":"7"}}"#;
        assert_eq!(rows(query), [("main.f".to_owned(), 7, 7)]);
    }

    #[test]
    fn what_is_no_flame_graph_is_said() {
        let error = Profile::decode(b"{\"flamebearer\":{\"names\":[],\n\"levels\":[[0,}").unwrap_err();
        assert_eq!((error.line(), error.offset()), (Some(2), Some(41)), "{error}");
        for levels in
            ["[[0,1,1]]", "[[0,1,1,9]]", "[[0,5,5,0],[7,1,1,0]]", "[[-1,5,5,0]]", "[[9223372036854775807,1,1,0]]"]
        {
            let text = format!("{{\"flamebearer\":{{\"names\":[\"total\"],\"levels\":{levels}}}}}");
            assert!(Profile::decode(text.as_bytes()).is_err(), "{levels}");
        }
        let double = RENDER.replace("single", "double");
        assert!(Profile::decode(double.as_bytes()).unwrap_err().to_string().contains("gomem diff"));
    }
}
