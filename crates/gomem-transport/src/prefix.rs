//! What stands before a program's own line: when, where from, and by which stream.
//!
//! ```text
//! 2026-01-02T03:04:05.678Z      2026/01/02 03:04:05.678901      [12:30:45]      12:30:45      #12 3.456
//! 2026-01-02T03:04:05.678Z stderr F …          Kubernetes' nodes; P: the line goes on in the next one of the stream
//! 2026-01-02T03:04:05.678Z 01E …               GitLab; 01E+: goes on where the last one ended
//! Jan  2 03:04:05 host svc[12]: …              syslog, journald          <34>1 2026-… host svc 12 - - …
//! I0102 03:04:05.678901   12 file.go:7] …      klog
//! svc-1  | …          [pod/svc-1/svc] …        Compose, kubectl
//! job\tstep\t2026-01-02T03:04:05.678Z …        gh run view --log
//! ```

/// What a prefix says.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Prefix<'a> {
    /// Its length.
    pub(crate) len: usize,
    /// Who wrote the line, as far as the prefix names somebody.
    pub(crate) origin: &'a [u8],
    /// Whether the next line of the same origin is a part of this one.
    pub(crate) goes_on: bool,
    /// Whether this line is a part of the one before.
    pub(crate) continues: bool,
}

/// How many bytes of a line stand before what the program wrote.
///
/// ```
/// assert_eq!(gomem_transport::prefix_len(b"2026-01-02T03:04:05.6Z stderr F gc 1"), 32);
/// ```
#[must_use]
pub fn prefix_len(line: &[u8]) -> usize {
    Prefix::parse(line).len
}

impl<'a> Prefix<'a> {
    pub(crate) fn parse(line: &'a [u8]) -> Self {
        let mut prefix = Self { len: github_columns(line), ..Self::default() };
        // Shippers stand in line, each with its own.
        for _ in 0..MOST_PARTS {
            let Some(part) = part(&line[prefix.len..]) else { break };
            prefix.len += part.len;
            prefix.goes_on |= part.goes_on;
            prefix.continues |= part.continues;
            if !part.origin.is_empty() {
                prefix.origin = part.origin;
            }
        }
        prefix
    }
}

/// The next part of a prefix.
fn part(rest: &[u8]) -> Option<Prefix<'_>> {
    let alone = |len: usize| Prefix { len, ..Prefix::default() };
    match rest.first()? {
        b'0'..=b'9' => stamped(rest),
        b'[' => bracketed(rest).map(|(len, origin)| Prefix { len, origin, ..Prefix::default() }),
        b'#' => build_step(rest).map(alone),
        b'<' => syslog_priority(rest),
        b'A'..=b'Z' => syslog(rest).or_else(|| klog(rest).map(alone)).or_else(|| composed(rest)),
        b'a'..=b'z' => composed(rest),
        _ => None,
    }
}

/// A time, and what stands with it.
fn stamped(rest: &[u8]) -> Option<Prefix<'_>> {
    let Some(time) = time_len(rest).or_else(|| epoch_len(rest)) else { return composed(rest) };
    let after = &rest[time..];
    let space = usize::from(after.first() == Some(&b' '));
    if space == 0 && !after.is_empty() {
        return None;
    }
    let after = &after[space..];
    let (mut prefix, known) = (Prefix { len: time + space, ..Prefix::default() }, time + space);
    for stream in [&b"stdout "[..], b"stderr "] {
        if let Some([flag @ (b'F' | b'P'), b' ', ..]) = after.strip_prefix(stream) {
            prefix.len = known + stream.len() + 2;
            prefix.goes_on = *flag == b'P';
            return Some(prefix);
        }
    }
    if let [a, b, b'O' | b'E', sign @ (b' ' | b'+'), ..] = after
        && a.is_ascii_hexdigit()
        && b.is_ascii_hexdigit()
    {
        prefix.len = known + 4;
        prefix.continues = *sign == b'+';
        return Some(prefix);
    }
    // `2026-01-02T03:04:05+00:00 host svc[12]: `, as rsyslog and `journalctl -o short-iso` write it.
    if let Some((len, origin)) = host_and_program(after) {
        return Some(Prefix { len: known + len, origin, ..prefix });
    }
    Some(prefix)
}

/// How long a date, a time, or both are.
fn time_len(rest: &[u8]) -> Option<usize> {
    let date = shape(rest, b"dddd-dd-dd").or_else(|| shape(rest, b"dddd/dd/dd"));
    let begin = match date {
        Some(date) if matches!(rest.get(date), Some(b'T' | b' ')) => date + 1,
        Some(_) => return None,
        None => 0,
    };
    let clock = begin + shape(&rest[begin..], b"dd:dd:dd").or_else(|| shape(&rest[begin..], b"dd:dd"))?;
    let mut end = clock + count_digits(&rest[clock..]);
    if matches!(rest.get(end), Some(b'.' | b',')) {
        let digits = count_digits(&rest[end + 1..]);
        end += if digits > 0 { 1 + digits } else { 0 };
    }
    match rest.get(end) {
        Some(b'Z') => end += 1,
        Some(b'+' | b'-') => {
            let zone = &rest[end + 1..];
            end += shape(zone, b"dd:dd").or_else(|| shape(zone, b"dddd")).map_or(0, |zone| 1 + zone);
        }
        _ => {}
    }
    Some(end)
}

/// `1767322845.678`, seconds since 1970 or less than that.
fn epoch_len(rest: &[u8]) -> Option<usize> {
    let digits = count_digits(rest);
    let fraction = rest.get(digits).filter(|byte| **byte == b'.').map_or(0, |_| 1 + count_digits(&rest[digits + 1..]));
    // An address or an identifier may begin with zeros, a time does not.
    (digits >= 10 && rest.first() != Some(&b'0')).then_some(digits + fraction)
}

/// `[12:30:45] `, `[2026-01-02 03:04:05] `, `[pod/svc-1/svc] `.
fn bracketed(rest: &[u8]) -> Option<(usize, &[u8])> {
    let end = rest.iter().take(LONGEST_NAME).position(|&byte| byte == b']')?;
    let (inside, len) = (&rest[1..end], end + 1);
    let len = len + usize::from(rest.get(len) == Some(&b' '));
    let is_time = time_len(inside).is_some_and(|time| time == inside.len()) || is_seconds(inside);
    if is_time {
        return Some((len, &[]));
    }
    inside.starts_with(b"pod/").then_some((len, inside))
}

/// `12.345`, seconds since the beginning.
fn is_seconds(text: &[u8]) -> bool {
    let text = text.trim_ascii();
    text.contains(&b'.') && text.iter().all(|byte| byte.is_ascii_digit() || *byte == b'.')
}

/// `#12 3.456 `.
fn build_step(rest: &[u8]) -> Option<usize> {
    let step = 1 + count_digits(&rest[1..]);
    let seconds = rest.get(step + 1..)?;
    let word = seconds.iter().position(|&byte| byte == b' ')?;
    (step > 1 && rest[step] == b' ' && is_seconds(&seconds[..word])).then_some(step + 1 + word + 1)
}

/// `Jan  2 03:04:05 host svc[12]: `.
fn syslog(rest: &[u8]) -> Option<Prefix<'_>> {
    MONTHS.iter().find(|month| rest.starts_with(month))?;
    let day = rest.get(3..)?;
    let day = day.strip_prefix(b" ")?;
    let day = day.strip_prefix(b" ").unwrap_or(day);
    let digits = count_digits(day);
    let clock = day.get(digits..)?.strip_prefix(b" ")?;
    let time = shape(clock, b"dd:dd:dd").filter(|_| digits > 0)?;
    let fraction = clock.get(time).filter(|byte| **byte == b'.').map_or(0, |_| 1 + count_digits(&clock[time + 1..]));
    let after = clock.get(time + fraction..)?.strip_prefix(b" ")?;
    let before = rest.len() - after.len();
    let (len, origin) = host_and_program(after)?;
    Some(Prefix { len: before + len, origin, ..Prefix::default() })
}

/// `host svc[12]: `.
fn host_and_program(rest: &[u8]) -> Option<(usize, &[u8])> {
    let host = rest.iter().take(LONGEST_NAME).position(|&byte| byte == b' ')?;
    let program = &rest[host + 1..];
    let end = program.iter().take(LONGEST_NAME).position(|&byte| byte == b' ')?;
    let name = program[..end].strip_suffix(b":")?;
    let is_name = |name: &[u8]| {
        !name.is_empty() && name.iter().all(|byte| byte.is_ascii_alphanumeric() || b"-_.[]/@".contains(byte))
    };
    let has_number = name.ends_with(b"]") && name.contains(&b'[');
    (has_number && is_name(&rest[..host]) && is_name(name))
        .then(|| (host + 1 + end + 1, &rest[..host + 1 + name.len()]))
}

/// `<34>1 2026-01-02T03:04:05Z host svc 12 - - `, of RFC 5424.
fn syslog_priority(rest: &[u8]) -> Option<Prefix<'_>> {
    let priority = 1 + count_digits(&rest[1..]);
    let after = rest.get(priority..)?.strip_prefix(b">")?;
    let Some(after) = after.strip_prefix(b"1 ").filter(|_| priority > 1) else {
        return (priority > 1).then(|| Prefix { len: rest.len() - after.len(), ..Prefix::default() });
    };
    let time = time_len(after)?;
    let words = after.get(time..)?.strip_prefix(b" ")?;
    let mut end = 0;
    // Host, program, number, message id, and structured data, which is seldom there.
    for _ in 0..5 {
        end += words.get(end..)?.iter().take(LONGEST_NAME).position(|&byte| byte == b' ')? + 1;
    }
    let before = rest.len() - words.len();
    Some(Prefix { len: before + end, origin: words[..end].trim_ascii_end(), ..Prefix::default() })
}

/// `I0102 03:04:05.678901   12 file.go:7] `.
fn klog(rest: &[u8]) -> Option<usize> {
    let date = rest.strip_prefix(b"I").or_else(|| rest.strip_prefix(b"W")).or_else(|| rest.strip_prefix(b"E"))?;
    let clock = date.get(shape(date, b"dddd")?..)?.strip_prefix(b" ")?;
    shape(clock, b"dd:dd:dd.dddddd")?;
    let end = rest.iter().take(LONGEST_NAME).position(|&byte| byte == b']')?;
    (rest.get(end + 1) == Some(&b' ')).then_some(end + 2)
}

/// `svc-1  | `.
fn composed(rest: &[u8]) -> Option<Prefix<'_>> {
    let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.".contains(byte);
    let name = rest.iter().take(LONGEST_NAME).position(|byte| !is_name(byte))?;
    let blanks = rest[name..].iter().take(LONGEST_NAME).take_while(|byte| **byte == b' ').count();
    let bar = rest.get(name + blanks..)?.strip_prefix(b"|").filter(|_| blanks > 0)?;
    let space = usize::from(!bar.is_empty());
    if bar.first().is_some_and(|byte| *byte != b' ') {
        return None;
    }
    Some(Prefix { len: name + blanks + 1 + space, origin: &rest[..name], ..Prefix::default() })
}

/// `gh run view --log` puts job and step before a time, with tabs.
fn github_columns(line: &[u8]) -> usize {
    let Some(tab) = memchr::memchr(b'\t', line).filter(|tab| *tab > 0) else { return 0 };
    let Some(second) = memchr::memchr(b'\t', &line[tab + 1..]) else { return 0 };
    let begin = tab + second + 2;
    if time_len(&line[begin..]).is_some_and(|time| time > 10) { begin } else { 0 }
}

/// The length of the shape, where `d` is a digit, if the text begins so.
fn shape(text: &[u8], shape: &[u8]) -> Option<usize> {
    let fits = |(byte, form): (&u8, &u8)| if *form == b'd' { byte.is_ascii_digit() } else { byte == form };
    (text.len() >= shape.len() && text.iter().zip(shape).all(fits)).then_some(shape.len())
}

fn count_digits(text: &[u8]) -> usize {
    text.iter().take_while(|byte| byte.is_ascii_digit()).count()
}

const MONTHS: [&[u8]; 12] =
    [b"Jan", b"Feb", b"Mar", b"Apr", b"May", b"Jun", b"Jul", b"Aug", b"Sep", b"Oct", b"Nov", b"Dec"];
const MOST_PARTS: usize = 6;
const LONGEST_NAME: usize = 256;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_no_times() {
        for line in
            ["0000000000400000   14560    7944       0 r-x-- server", "000000c000000000 65536 40960 40960 rw---"]
        {
            assert_eq!(prefix_len(line.as_bytes()), 0, "{line}");
        }
    }

    #[test]
    fn prefixes_end_where_the_program_begins() {
        for prefix in [
            "",
            "2026-01-02T03:04:05.678Z ",
            "2026-01-02T03:04:05+02:00 ",
            "2026-01-02 03:04:05,678 ",
            "2026/01/02 03:04:05.678901 ",
            "[12:30:45] ",
            "1767322845.678 ",
            "12:00 ",
            "[2026-01-02 03:04:05] ",
            "#12 3.456 ",
            "2026-01-02T03:04:05.678901234Z stderr F ",
            "2026-01-02T03:04:05.678901Z 01E ",
            "Jan  2 03:04:05 host-1 svc[12]: ",
            "Nov 27 13:25:00.123456 host-1 svc[12]: ",
            "2026-01-02T03:04:05+0000 host svc[12]: ",
            "<34>1 2026-01-02T03:04:05Z host svc 12 - - ",
            "I0102 03:04:05.678901   12 file.go:7] ",
            "api-1  | ",
            "api-1  | 2026-01-02T03:04:05Z ",
            "[pod/svc-1/svc] ",
            "build\tRun make\t2026-01-02T03:04:05.678Z ",
        ] {
            for text in [
                "./a.go:1:2: moved to heap: x",
                "gc 1 @0.1s 3%: 1",
                "# p",
                "goroutine 7 [running]:",
                "\t/a.go:1",
                "main.f(0x1)",
            ] {
                let line = format!("{prefix}{text}");
                assert_eq!(prefix_len(line.as_bytes()), prefix.len(), "{line}");
            }
        }
        assert_eq!(prefix_len(b"2026-01-02T03:04:05.678Z"), 24);
        for line in [
            "12 apples",
            "#12",
            "[a|b]",
            "a || b",
            "2026-01-02",
            "<html>",
            "Nov",
            "May the",
            "I am",
            "x.go:1: a | b",
            "\t\t",
        ] {
            assert_eq!(prefix_len(line.as_bytes()), 0, "{line}");
        }
    }

    #[test]
    fn origins_and_parts() {
        let of = |line: &'static str| Prefix::parse(line.as_bytes());
        assert_eq!(of("Jan  2 03:04:05 host-1 svc[12]: x").origin, b"host-1 svc[12]");
        assert_eq!(of("api-1  | x").origin, b"api-1");
        assert!(of("2026-01-02T03:04:05.678Z stdout P x").goes_on);
        assert!(of("2026-01-02T03:04:05.678Z 00O+x").continues);
    }
}
