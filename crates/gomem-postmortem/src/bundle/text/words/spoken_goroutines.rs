//! What a sentence says of goroutines: how many there are, whether they grow, what they wait for.

use crate::bundle::text::words::sentence_words::{NEAR, is_among, is_denied, is_supposed, lower, plain};

/// "we see 35k goroutines", "`go_goroutines` | 438,125", "goroutines grow from 2,000 to 150,000".
pub(crate) fn counts_of_goroutines(words: &[&str]) -> Option<(f64, f64)> {
    let is_word = |word: &str| {
        let word = lower(word);
        word == "goroutines" || word == "go_goroutines" || word.starts_with("numgoroutine")
    };
    // The head of a profile, whose rest is not in the text.
    let head = words.windows(4).find(|words| words[..3] == ["goroutine", "profile:", "total"]);
    if let Some(count) = head.and_then(|words| count(words[3])) {
        return Some((count, count));
    }
    // "more and more goroutines, 1380 of them".
    let is_of_them = |words: &&[&str]| {
        lower(words[0]) == "goroutines" && words[2] == "of" && matches!(plain(words[3]), "them" | "these")
    };
    let of_them = words.windows(4).filter(is_of_them).find_map(|words| count(words[1]));
    if let Some(count) = of_them.filter(|_| !is_denied(words) && !is_supposed(words)) {
        return Some((count, count));
    }
    let at = words.iter().position(|word| is_word(word))?;
    let is_rate = words.get(at + 1).is_some_and(|word| matches!(plain(word), "per" | "each" | "every"));
    let is_bound = (0..words.len()).any(|at| is_among(words[at], &BOUNDS) && !is_of_now(words, at));
    if is_rate || is_bound || is_denied(words) || is_supposed(words) {
        return None;
    }
    let before = || {
        // The number of a metric stands behind its name, and what stands before it is of another one.
        if lower(words[at]) == "go_goroutines" {
            return None;
        }
        let is_of_them = at.checked_sub(1).is_some_and(|at| BEFORE_GOROUTINES.contains(&plain(words[at])));
        let nearest = at.checked_sub(1).and_then(|at| millions(words, at).or_else(|| count(words[at])));
        nearest.or_else(|| count(words[at.checked_sub(2).filter(|_| is_of_them)?]))
    };
    // "35k goroutines": what follows is of something else, and "goroutines leak after 5000 requests" counts requests.
    if let Some(count) = before() {
        return Some((count, count));
    }
    let mut behind = at + 1;
    if is_among(words.get(behind)?, &GROWTH_OF_COUNTS) {
        // "grow from 2,000 to 150,000".
        let [from, first, to, last] = words.get(behind + 1..behind + 5)? else { return None };
        let is_growth = *from == "from" && *to == "to" && is_count_alone(words, behind + 4);
        return count(first).zip(count(last)).filter(|_| is_growth);
    }
    behind += usize::from(BEFORE_COUNT.contains(words.get(behind)?));
    behind += usize::from(words.get(behind).is_some_and(|word| matches!(*word, "about" | "around" | "roughly")));
    let count = count(words.get(behind)?).filter(|_| is_count_alone(words, behind))?;
    Some((count, count))
}

/// "more than 3 million", "before it dies": a bound below, and an earlier time that is the last one.
fn is_of_now(words: &[&str], at: usize) -> bool {
    match &*lower(words[at]) {
        "than" => {
            let is_more = at.checked_sub(1).is_some_and(|before| lower(words[before]) == "more");
            is_more && !words.iter().any(|word| is_among(word, &CONDITIONS))
        }
        "before" => {
            let mut near = words[at + 1..].iter().take(NEAR_END).map(|word| lower(word));
            near.any(|word| ENDS.iter().any(|begin| word.starts_with(begin)))
        }
        _ => false,
    }
}

/// "3 million", by its last word.
fn millions(words: &[&str], at: usize) -> Option<f64> {
    let scale = match &*lower(words[at]) {
        "million" => 1e6,
        "thousand" => 1e3,
        _ => return None,
    };
    let number: f64 = plain(words[at.checked_sub(1)?]).trim_start_matches(['~', '≈']).parse().ok()?;
    Some(number * scale).filter(|count| (FEWEST_GOROUTINES..=MOST_GOROUTINES).contains(count))
}

/// "a goroutine leak", "the number of goroutines increases", "goroutines keep growing".
pub(crate) fn goroutines_grow_in(words: &[&str]) -> bool {
    let is_question = words.last().is_some_and(|word| word.ends_with('?'));
    if is_question || is_denied(words) || is_supposed(words) || words.iter().any(|word| is_among(word, &DOUBTS)) {
        return false;
    }
    let grows = |word: &&str| {
        let word = lower(word);
        GROWTH_OF_GOROUTINES.iter().any(|begin| word.starts_with(begin))
    };
    let mut mentions = (0..words.len()).filter(|&at| matches!(&*lower(words[at]), "goroutine" | "goroutines"));
    mentions.any(|at| {
        let behind = &words[at + 1..];
        let end = behind.iter().position(|word| word.ends_with(',')).map_or(NEAR, |comma| NEAR.min(comma + 1));
        behind.iter().take(end).any(grows)
    })
}

/// Whether a count is of nothing that follows, and no cell of several.
fn is_count_alone(words: &[&str], at: usize) -> bool {
    let is_of_other = words.get(at + 1).is_some_and(|word| is_among(word, &COUNTED));
    let mut cells = words[at + 1..].iter().skip_while(|word| **word != "|").filter(|word| **word != "|");
    !is_of_other && !cells.any(|word| word.starts_with(|letter: char| letter.is_ascii_digit()))
}

/// "every one blocked on a send to a channel".
pub(crate) fn wait_of(words: &[&str]) -> Option<&'static str> {
    let begins = |words: &[&str], begins: &[&str]| {
        words.iter().any(|word| begins.iter().any(|begin| lower(word).starts_with(begin)))
    };
    if !begins(words, &["block", "park", "stuck", "wait", "hang", "hung"]) || is_denied(words) {
        return None;
    }
    // A send is one on a channel where that word is near: an answer is sent and received too.
    let is_of_channel = |known: &[&str]| {
        words.iter().position(|word| known.contains(&plain(word))).is_some_and(|at| {
            let around = &words[at.saturating_sub(NEAR)..words.len().min(at + NEAR)];
            around.iter().any(|word| matches!(plain(word), "chan" | "channel" | "channels"))
        })
    };
    let is_read = || words.windows(2).any(|pair| pair[0] == "in" && matches!(plain(pair[1]), "read" | "Read"));
    if is_of_channel(&["send"]) {
        Some("chan send")
    } else if is_of_channel(&["receive", "recv"]) {
        Some("chan receive")
    } else if begins(words, &["mutex", "sync.mutex", "rwmutex", "sync.rwmutex"]) {
        // A database has locks too.
        Some("sync.Mutex.Lock")
    } else {
        is_read().then_some("IO wait")
    }
}

/// `438,125`, `35k`, `~1200`; no percentage and no amount of bytes.
fn count(word: &str) -> Option<f64> {
    let word = word
        .trim_matches(|letter: char| matches!(letter, '`' | '*' | '(' | ')' | '~' | '≈' | '"' | ',' | '.' | ':' | ';'));
    let (digits, scale) = match word.strip_suffix(['k', 'K']) {
        Some(digits) => (digits, 1e3),
        None => (word, 1.0),
    };
    let groups: Vec<&str> = digits.split(',').collect();
    let is_grouped = groups.iter().skip(1).all(|group| group.len() == 3) && groups[0].len() <= LONGEST_NUMBER;
    let plain: String = groups.concat();
    let is_number = plain.starts_with(|letter: char| letter.is_ascii_digit()) && plain.len() <= LONGEST_NUMBER;
    // An exponent is of an amount that is no count.
    let is_plain = plain.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let number: f64 = plain.parse().ok().filter(|_| is_grouped && is_number && is_plain)?;
    Some(number * scale).filter(|&count| count >= FEWEST_GOROUTINES)
}

/// What may stand between a count and its goroutines, and between these and their count.
const BEFORE_GOROUTINES: [&str; 12] =
    ["idle", "live", "leaked", "leaking", "running", "blocked", "waiting", "active", "stuck", "parked", "open", "more"];
const BEFORE_COUNT: [&str; 8] = ["is", "are", "was", "were", "reached", "|", "=", ":"];
const GROWTH_OF_GOROUTINES: [&str; 6] = ["leak", "grow", "increas", "climb", "accumulat", "pile"];
/// A guess, and what is told of another time.
const DOUBTS: [&str; 12] = [
    "maybe",
    "perhaps",
    "possible",
    "possibly",
    "potential",
    "whether",
    "any",
    "may",
    "might",
    "could",
    "fixed",
    "fixes",
];
const GROWTH_OF_COUNTS: [&str; 8] = ["grow", "grew", "rise", "rose", "climb", "climbed", "increase", "increased"];
/// What a count behind the word is of instead.
const COUNTED: [&str; 16] = [
    "times",
    "per",
    "rps",
    "qps",
    "requests",
    "connections",
    "users",
    "hosts",
    "clients",
    "sessions",
    "streams",
    "bytes",
    "ms",
    "seconds",
    "minutes",
    "hours",
];
/// Of a bound, of what may be, or of an earlier time: such a count is not there now.
const BOUNDS: [&str; 29] = [
    "limit",
    "limits",
    "limited",
    "max",
    "maximum",
    "most",
    "threshold",
    "alert",
    "alerts",
    "test",
    "tests",
    "fails",
    "fail",
    "than",
    "up",
    "can",
    "could",
    "may",
    "might",
    "should",
    "would",
    "had",
    "before",
    "ago",
    "previously",
    "last",
    "used",
    "benchmark",
    "capacity",
];
/// When something happens is no count of now.
const CONDITIONS: [&str; 8] = ["when", "whenever", "once", "unless", "until", "want", "wants", "need"];
const ENDS: [&str; 5] = ["dies", "died", "crash", "kill", "oom"];
const NEAR_END: usize = 4;
/// A stack has 2 KiB: more have no machine.
const MOST_GOROUTINES: f64 = 1e10;
/// Fewer are what any service has, or the number of one goroutine.
const FEWEST_GOROUTINES: f64 = 100.0;
const LONGEST_NUMBER: usize = 9;
