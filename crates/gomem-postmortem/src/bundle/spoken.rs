//! How much is resident, in the words of a person: "RSS keeps ~740M for long", "the process has 3 GB resident".

use gomem_table::MIB;

/// The largest amount that stands beside the word, and none that speaks of a change or of a limit.
pub(crate) fn resident(text: &str) -> Option<f64> {
    text.lines().filter(|line| line.len() <= LONGEST_LINE).flat_map(of_line).reduce(f64::max)
}

fn of_line(line: &str) -> Vec<f64> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let is_subject = |word: &str| {
        let plain = word.trim_matches(|letter: char| !letter.is_ascii_alphanumeric());
        matches!(plain, "RSS" | "RES" | "rss") || plain.eq_ignore_ascii_case("resident")
    };
    let mut found = Vec::new();
    for at in (0..words.len()).filter(|&at| is_subject(words[at])) {
        let after = &words[at + 1..words.len().min(at + 1 + NEAR)];
        let before = &words[at.saturating_sub(NEAR_BEFORE)..at];
        found.extend(amount_in(after).or_else(|| amount_in(before)));
    }
    found
}

/// The first amount of bytes among words, unless another number or a word about something else comes before it.
fn amount_in(words: &[&str]) -> Option<f64> {
    if words.iter().any(|word| OTHER.iter().any(|other| word.to_ascii_lowercase().starts_with(other))) {
        return None;
    }
    let first = words.iter().position(|word| word.contains(|letter: char| letter.is_ascii_digit()))?;
    // A sentence that ends before it is of something else.
    if words[..first].iter().any(|word| word.ends_with(['.', ';', '?', '!'])) {
        return None;
    }
    let text = words[first].trim_start_matches(['~', '(', '=', ':', '≈', '`', '*']);
    let text = text.trim_end_matches(['.', ',', ')', ';', '?', '!', '`', '*']);
    let end = text.find(|letter: char| !letter.is_ascii_digit() && letter != '.').unwrap_or(text.len());
    let unit = match &text[end..] {
        "" => words.get(first + 1)?.trim_end_matches(['.', ',', ')', ';', '?', '!']),
        unit => unit,
    };
    let scale = match unit.to_ascii_lowercase().as_str() {
        "m" | "mb" | "mib" => MIB,
        "g" | "gb" | "gib" => 1024.0 * MIB,
        _ => return None,
    };
    text[..end].parse::<f64>().ok().filter(|number| number.is_finite()).map(|number| number * scale)
}

/// Words about a change, or about a bound.
const OTHER: [&str; 9] = ["by", "per", "limit", "grow", "increas", "drop", "decreas", "max", "heap"];
const NEAR: usize = 6;
const NEAR_BEFORE: usize = 3;
const LONGEST_LINE: usize = 4096;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_amount_beside_the_word() {
        for (text, mebibytes) in [
            ("RSS keeps ~740M for long time.", 740.0),
            ("top shows RES 1.5g here", 1536.0),
            ("it has 3 GB resident, of 8", 3072.0),
            ("Its RSS (700 MiB) is high", 700.0),
        ] {
            assert_eq!(resident(text), Some(mebibytes * MIB), "{text}");
        }
        for text in [
            "",
            "RSS grows by 5 MB per hour",
            "the RSS limit is 4GB",
            "RSS is high. The heap has 20 MB",
            "RSS is fine and 12 users have 3 GB",
            "an RSS feed of 200 entries",
            "pressing 3 GB",
        ] {
            assert_eq!(resident(text), None, "{text}");
        }
    }
}
