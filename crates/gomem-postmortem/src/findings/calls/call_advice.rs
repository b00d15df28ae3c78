//! What can be changed about a call that allocates much, by the function called.

use std::sync::LazyLock;

use gomem_symbol::{Origin, Symbol, is_major_version};

use crate::{
    attribution::{Bytes, Part, Site},
    findings::calls::module_calls::module_of,
};

/// What an expert does about a call of `callee` whose bytes these are. `None` where what is inside has to be looked at.
pub(crate) fn call_advice(callee: &str, inside: &Bytes<'_>) -> Option<&'static str> {
    let name = plain(callee);
    // What grows is the caller's own buffer, whatever is written to it.
    let is_large = inside.objects > 0 && inside.bytes / inside.objects >= LARGE_BUFFER;
    let of_large = || by_inside(inside, About::Large).filter(|_| is_large);
    let of_writer = row(About::Writer, &name).and_then(|_| of_large().or_else(|| by_inside(inside, About::Buffer)));
    let of_buffer = of_writer.or_else(|| of_large().filter(|_| name.starts_with("bytes.(*Buffer).")));
    of_buffer
        .or_else(|| row(About::Call, &name).map(|row| row.advice))
        .or_else(|| by_inside(inside, About::Inside))
        .or_else(|| by_inside(inside, About::Value).filter(|_| is_coder(callee)))
}

/// What to do about an object that only who made it can reuse, where most of the bytes are its, and whether a function of the
/// standard library is called: such a function gets the object from its caller, others may have made it.
pub(crate) fn lent_advice(callee: &str, inside: &Bytes<'_>) -> Option<(&'static str, bool)> {
    Some((by_inside(inside, About::Lent)?, is_of_std(callee)))
}

/// Whether a function is of the standard library; everything else is another's.
pub(crate) fn is_of_std(function: &str) -> bool {
    Origin::from_package(Symbol::decode(function).package(), "-") == Origin::Std
}

/// Whether a function writes to what its caller gives it.
pub(crate) fn is_writer(callee: &str) -> bool {
    row(About::Writer, &plain(callee)).is_some()
}

/// Whether a function encodes or decodes a value that its caller hands over, by a word of its name; what else a library encodes is
/// its own.
pub(crate) fn is_coder(callee: &str) -> bool {
    let name = plain(callee);
    let local = name.rsplit('.').next().unwrap_or_default();
    CODERS.iter().any(|word| local.to_ascii_lowercase().contains(word))
}

/// Why what is made in these functions grows up to a bound only, and what to do about it: where they have most of the bytes in use.
pub(crate) fn bound_of(sites: &[Site]) -> Option<&'static str> {
    let bound = |site: &Site| row(About::Bounded, &plain(site.place.function())).map(|row| row.advice);
    let largest = sites.iter().filter(|site| bound(site).is_some()).max_by_key(|site| site.inuse_bytes)?;
    let sum = |is_of: &dyn Fn(&Site) -> bool| {
        sites.iter().filter(|site| is_of(site)).fold(0_i64, |sum, site| sum.saturating_add(site.inuse_bytes))
    };
    (sum(&|site| bound(site).is_some()).saturating_mul(2) >= sum(&|_| true)).then(|| bound(largest)).flatten()
}

/// What the name of the called function alone tells: `NewWriter` of any package.
pub(crate) fn general_advice(callee: &str) -> Option<&'static str> {
    let name = plain(callee);
    rows(About::Call).find(|row| row.is_general() && row.is_general_match(&name)).map(|row| row.advice)
}

/// What an expert says of a part of a call, where a good part of its bytes is allocated in this. What a library calls of the standard
/// library or of another one its caller cannot change.
pub(crate) fn part_advice(callee: &str, inside: &Bytes<'_>) -> Option<Part<&'static str>> {
    let is_good_part = |part: &Part<&'static str>| part.bytes.saturating_mul(4) >= inside.bytes;
    let is_of_call = |function: &str| is_of_std(callee) || module_of(function) == module_of(callee);
    let of_call = inside.parts(|site| {
        let name = plain(site.place.function());
        let row = rows(About::Part).find(|row| row.is_match(&name));
        row.filter(|_| is_of_call(site.place.function())).map(|row| row.advice)
    });
    let of_part = known(of_call).find(is_good_part);
    of_part.or_else(|| {
        row(About::Reader, &plain(callee))?;
        let of_buffer = inside.parts(|site| {
            let name = plain(site.place.function());
            row(About::Buffer, &name).filter(|_| name.starts_with("bytes.")).map(|row| row.advice)
        });
        known(of_buffer).find(is_good_part)
    })
}

/// What an expert sets where stacks without a line of the program allocate these bytes; `entry` is where all of them begin.
pub(crate) fn background_advice(entry: Option<&str>, inside: &Bytes<'_>) -> Option<&'static str> {
    // What a goroutine is for says more than what it happens to call.
    let of_entry = entry.and_then(|entry| row(About::Entry, &plain(entry))).map(|row| row.advice);
    of_entry.or_else(|| by_inside(inside, About::Background))
}

/// What a row of a profile's table says, by the function whose own bytes it has: of what is in use, who keeps it; of what was
/// allocated, what the call costs.
pub(crate) fn row_advice(function: &str, is_in_use: bool) -> Option<&'static str> {
    let name = plain(function);
    let of = |about| rows(about).find(|row| !row.is_general() && row.is_match(&name)).map(|row| row.advice);
    let inside = || of(About::Inside).or_else(|| of(About::Value)).or_else(|| of(About::Lent));
    let of_call = || inside().or_else(|| of(About::Part)).or_else(|| of(About::Call));
    of(About::Row).or_else(|| if is_in_use { of(About::Keep).or_else(|| of(About::Result)) } else { of_call() })
}

/// What to do where a call of `callee` keeps what it is given, or what it makes.
pub(crate) fn keep_advice(callee: &str) -> Option<&'static str> {
    row(About::Keep, &plain(callee)).map(|row| row.advice)
}

/// What to do where a library keeps what most of these sites' bytes in use are, whatever the line calls: by where they are made, the
/// parts of one thing together.
pub(crate) fn holder_advice(kept: &[&Site]) -> Option<&'static str> {
    let mut made: Vec<(Result<&'static str, &str>, i64)> = Vec::new();
    for site in kept {
        let function = site.place.function();
        let part = row(About::Holder, &plain(function)).map(|row| row.advice).ok_or(function);
        match made.iter_mut().find(|(known, _)| *known == part) {
            Some((_, bytes)) => *bytes = bytes.saturating_add(site.inuse_bytes),
            None => made.push((part, site.inuse_bytes)),
        }
    }
    let (part, _) = made.into_iter().max_by_key(|(_, bytes)| *bytes).filter(|(_, bytes)| *bytes > 0)?;
    part.ok()
}

/// The same by a function's name as the compiler prints it: with the name of its package instead of the path.
pub(crate) fn keep_advice_of_short(callee: &str) -> Option<&'static str> {
    rows(About::Keep).filter(|row| !row.is_general()).find(|row| row.is_short_match(callee)).map(|row| row.advice)
}

/// What is smaller than what a call of `callee` makes, where many are kept.
pub(crate) fn size_advice(callee: &str) -> Option<&'static str> {
    row(About::Size, &plain(callee)).map(|row| row.advice)
}

/// What to do where what a call of `callee` makes refers to one before it, without an end.
pub(crate) fn chain_advice(callee: &str) -> Option<&'static str> {
    row(About::Chain, &plain(callee)).map(|row| row.advice)
}

/// What it means that many of a call's results are kept, where nothing says by whom.
pub(crate) fn result_advice(callee: &str) -> Option<&'static str> {
    let name = plain(callee);
    let general = || rows(About::Result).find(|row| row.is_general() && row.is_general_match(&name));
    row(About::Result, &name).or_else(general).map(|row| row.advice)
}

/// What to do where something of this kind is kept.
pub(crate) fn kind_advice(kind: &str) -> Option<&'static str> {
    row(About::Kind, kind).map(|row| row.advice)
}

/// What to do about goroutines that run `entry`, a function of a library, and never end.
pub(crate) fn goroutine_advice(entry: &str) -> Option<&'static str> {
    row(About::Goroutine, &plain(entry)).map(|row| row.advice)
}

/// What to do about goroutines of a program's line that calls this function and waits in it.
pub(crate) fn wait_advice(function: &str) -> Option<&'static str> {
    row(About::Wait, &plain(function)).map(|row| row.advice)
}

/// What ends a line of the program that a server's function calls for a request.
pub(crate) fn served_advice(entry: &str) -> Option<&'static str> {
    row(About::Served, &plain(entry)).map(|row| row.advice)
}

/// Who keeps what is made in a goroutine of `entry`, a function of a library, and handed to the program.
pub(crate) fn handed_advice(entry: &str) -> Option<&'static str> {
    row(About::Handed, &plain(entry)).map(|row| row.advice)
}

/// On average: what a pool keeps of such size is memory for good.
const LARGE_BUFFER: i64 = 1 << 20;

/// The advice about what most of the bytes are allocated in.
fn by_inside(inside: &Bytes<'_>, about: About) -> Option<&'static str> {
    named_parts(inside, about).find(|part| part.bytes.saturating_mul(2) >= inside.bytes).map(|part| part.key)
}

/// What has a row, by its advice, the largest first.
fn named_parts(inside: &Bytes<'_>, about: About) -> impl Iterator<Item = Part<&'static str>> {
    let parts = inside.parts(|site| {
        let name = plain(site.place.function());
        rows(about).find(|row| row.is_match(&name)).map(|row| row.advice)
    });
    known(parts)
}

/// The parts that have a key.
fn known(parts: Vec<Part<Option<&'static str>>>) -> impl Iterator<Item = Part<&'static str>> {
    parts
        .into_iter()
        .filter_map(|part| Some(Part { key: part.key?, bytes: part.bytes, bytes_fraction: part.bytes_fraction }))
}

/// The row of a name of one package.
fn row(about: About, name: &str) -> Option<&'static Row> {
    rows(about).find(|row| !row.is_general() && row.is_match(name))
}

fn rows(about: About) -> impl Iterator<Item = &'static Row> {
    TABLE.iter().filter(move |row| row.about == about)
}

/// A row of `assets/calls.tsv`.
#[derive(Debug)]
struct Row {
    about: About,
    function: &'static str,
    /// What stands between the `*` of `function`.
    parts: Vec<&'static str>,
    advice: &'static str,
}

/// What a row is about: the head of the file says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum About {
    Call,
    Writer,
    Reader,
    Buffer,
    Inside,
    Value,
    Lent,
    Part,
    Background,
    Entry,
    Keep,
    Kind,
    Goroutine,
    Wait,
    Handed,
    Served,
    Chain,
    Holder,
    Size,
    Large,
    Bounded,
    Row,
    Result,
}

impl About {
    fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "call" => Self::Call,
            "writer" => Self::Writer,
            "reader" => Self::Reader,
            "buffer" => Self::Buffer,
            "inside" => Self::Inside,
            "value" => Self::Value,
            "lent" => Self::Lent,
            "part" => Self::Part,
            "background" => Self::Background,
            "entry" => Self::Entry,
            "keep" => Self::Keep,
            "kind" => Self::Kind,
            "goroutine" => Self::Goroutine,
            "wait" => Self::Wait,
            "handed" => Self::Handed,
            "served" => Self::Served,
            "chain" => Self::Chain,
            "holder" => Self::Holder,
            "size" => Self::Size,
            "large" => Self::Large,
            "bounded" => Self::Bounded,
            "row" => Self::Row,
            "result" => Self::Result,
            _ => return None,
        })
    }
}

impl Row {
    /// Whether it is for a function of this name.
    fn is_match(&self, name: &str) -> bool {
        let [first, middle @ .., last] = &*self.parts else { return name == self.function };
        let Some(mut rest) = name.strip_prefix(first) else { return false };
        for part in middle {
            let Some(at) = rest.find(part) else { return false };
            rest = &rest[at + part.len()..];
        }
        rest.ends_with(last)
    }

    /// Whether it is for a function of a package with this name, wherever that package is.
    fn is_short_match(&self, name: &str) -> bool {
        let short = self.function.rsplit('/').next().unwrap_or_default();
        let row = Self { function: short, parts: pattern_parts(short), ..*self };
        !short.starts_with('*') && row.is_match(name)
    }

    /// Whether a function, no method, has its words in any package: `*.New*` is `NewReader` and not `Newest`.
    fn is_general_match(&self, name: &str) -> bool {
        let local = name.rsplit('.').next().unwrap_or_default();
        let words = self.function.trim_start_matches("*.").split('*').next().unwrap_or_default();
        let is_word = local.strip_prefix(words).is_some_and(|rest| !rest.starts_with(|next: char| next.is_lowercase()));
        is_word && !name.contains(").") && self.is_match(name)
    }

    /// Whether it is for functions of any package.
    fn is_general(&self) -> bool {
        self.function.starts_with("*.")
    }
}

/// What functions are called that encode or decode their caller's value, in small letters.
const CODERS: &[&str] = &[
    "marshal",
    "encode",
    "decode",
    "serialize",
    "json",
    "xml",
    "yaml",
    "toml",
    "bind",
    "parse",
    "scan",
    "render",
    "respond",
];

static TABLE: LazyLock<Vec<Row>> = LazyLock::new(|| {
    let rows = include_str!("../../../assets/calls.tsv").lines().filter(|line| !line.starts_with('#'));
    rows.filter_map(|line| {
        let mut cells = line.split('\t');
        let (about, function, advice) = (About::parse(cells.next()?)?, cells.next()?, cells.next()?);
        Some(Row { about, function, parts: pattern_parts(function), advice })
    })
    .collect()
});

/// The name that the table has: without type arguments, closures and the major version of the module.
fn plain(function: &str) -> String {
    let function = function.rsplit_once("/vendor/").map_or(function, |(_, vendored)| vendored);
    let symbol = Symbol::decode(function);
    let package: Vec<&str> = symbol.package().split('/').filter(|part| !is_major_version(part)).collect();
    format!("{}.{}", package.join("/"), symbol.declared())
}

/// What stands between the `*` of a pattern, each of which stands for any text; that of `(*T)` stands for itself.
fn pattern_parts(pattern: &str) -> Vec<&str> {
    let is_any = |(at, _): &(usize, &str)| !pattern[..*at].ends_with('(');
    let mut parts = Vec::new();
    let mut begin = 0;
    for (at, _) in pattern.match_indices('*').filter(is_any) {
        parts.push(&pattern[begin..at]);
        begin = at + 1;
    }
    parts.push(&pattern[begin..]);
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_whole_and_each_is_reached() {
        let lines = include_str!("../../../assets/calls.tsv").lines().filter(|line| !line.starts_with('#'));
        assert_eq!(lines.clone().count(), TABLE.len());
        for line in lines {
            let cells: Vec<&str> = line.split('\t').collect();
            let [about, function, advice] = cells[..] else { panic!("not three cells: {line}") };
            let about = About::parse(about).unwrap_or_else(|| panic!("about nothing known: {line}"));
            assert_eq!(advice.is_empty(), matches!(about, About::Writer | About::Reader), "{line}");
            assert!((advice.is_empty() || advice.ends_with('.')) && advice.len() < 240, "{line}");
            // A name that fits the pattern must find this row, not one before it.
            let example = function.replace("(*", "(\0").replace('*', "X").replace("(\0", "(*");
            let first = rows(about).find(|row| row.is_match(&example));
            assert_eq!(first.map(|row| row.function), Some(function), "a row before it takes all of its functions");
        }
    }

    #[test]
    fn what_a_library_encodes_for_itself_is_not_the_callers() {
        for callee in
            ["github.com/labstack/echo/v4.(*context).JSON", "example.com/web.Bind", "example.com/store.DecodeInto"]
        {
            assert!(is_coder(callee), "{callee}");
        }
        for callee in
            ["github.com/getkin/kin-openapi/openapi3filter.ValidateRequest", "example.com/client.(*Client).Do"]
        {
            assert!(!is_coder(callee), "{callee}");
        }
    }

    #[test]
    fn what_begins_goroutines_says_what_feeds_them() {
        let entry = "google.golang.org/grpc.(*addrConn).connect";
        assert!(background_advice(Some(entry), &Bytes::default()).is_some_and(|advice| advice.contains("ClientConn")));
        assert_eq!(background_advice(Some("main.work"), &Bytes::default()), None);
        assert_eq!(background_advice(None, &Bytes::default()), None);
    }

    #[test]
    fn rows_of_a_table_have_the_advice_of_what_they_count() {
        let vendored = "example.org/app/vendor/google.golang.org/grpc/internal/transport.newBufWriter";
        assert!(row_advice(vendored, true).is_some_and(|advice| advice.contains("ClientConn")));
        assert!(row_advice("compress/flate.NewWriter", false).is_some_and(|advice| advice.contains("Reset")));
        assert!(row_advice("database/sql.(*Rows).Scan", false).is_some_and(|advice| advice.contains("RawBytes")));
        assert_eq!(row_advice("database/sql.(*Rows).Scan", true), None);
    }

    #[test]
    fn calls_have_the_advice_of_their_package() {
        let advice =
            |callee| call_advice(callee, &Bytes::default()).or_else(|| general_advice(callee)).unwrap_or_default();
        for (callee, part) in [
            ("fmt.Sprintf", "fmt.Appendf"),
            ("fmt.Errorf", "package variable"),
            ("strings.Fields", "FieldsSeq"),
            ("compress/gzip.NewWriterLevel", "Reset"),
            ("encoding/json.Marshal", "Encode"),
            ("encoding/json.(*Decoder).Decode", "Decoder has a buffer"),
            ("github.com/klauspost/compress/zstd.NewWriter", "EncodeAll"),
            ("github.com/yuin/goldmark.New", "make it once"),
            ("github.com/yuin/goldmark.(*markdown).Convert", "keep the HTML"),
            ("gorm.io/gorm.(*DB).Find", "Select the columns"),
            ("gorm.io/gorm.(*DB).Where", "by hand"),
            ("slices.Clone[go.shape.[]int,go.shape.int]", "changed afterwards"),
            ("gopkg.in/yaml.v3.Unmarshal", "configuration once"),
            ("gopkg.in/yaml%2ev3.(*Encoder).Encode", "every event"),
            ("sigs.k8s.io/yaml.UnmarshalStrict", "parses the JSON"),
            ("strconv.Atoi", "no number"),
            ("github.com/jackc/pgx/v5.Connect", "pgxpool"),
            ("math/big.(*Int).Mul", "receiver"),
            ("example.com/codec.NewFrameWriter", "Reset"),
            ("example.com/codec.Unmarshal", "kept and reset"),
            ("example.com/store.(*Table).Put", "several at once"),
            ("go.opentelemetry.io/otel/sdk/trace.(*tracer).Start", "Sample fewer"),
        ] {
            assert!(advice(callee).contains(part), "{callee}: {}", advice(callee));
        }
        for callee in ["example.com/store.(*table).Convert", "main.renew", "registry.IndexOf", "store.(*DB).Newest"] {
            assert_eq!(call_advice(callee, &Bytes::default()).or_else(|| general_advice(callee)), None, "{callee}");
        }
    }
}
