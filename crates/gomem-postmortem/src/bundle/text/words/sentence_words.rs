//! Sentences of a text, and what a word of one says of the others.

/// A line that ends a sentence, or a mark that does, sets words apart; a new line alone does not.
pub(crate) fn sentences(text: &str) -> Vec<Vec<&str>> {
    let mut all = vec![Vec::new()];
    for line in text.lines().filter(|line| line.len() <= LONGEST_LINE) {
        let line = line.trim();
        if line.is_empty() || line.starts_with(['-', '*', '#', '|', '>']) {
            all.push(Vec::new());
        }
        for word in line.split_whitespace() {
            let is_turn = matches!(lower(word).as_str(), "but" | "while" | "whereas" | "however");
            if is_turn {
                all.push(Vec::new());
            }
            if let Some(last) = all.last_mut() {
                last.push(word);
            }
            let is_long = all.last().is_some_and(|words| words.len() >= LONGEST_SENTENCE);
            if is_long || word.ends_with(['.', ';', '?', '!']) {
                all.push(Vec::new());
            }
        }
    }
    all.retain(|words| !words.is_empty());
    all
}

/// Whether a sentence says that something is not; "it was not: …" does not.
pub(crate) fn is_denied(words: &[&str]) -> bool {
    words.iter().any(|word| {
        let word = word.trim_end_matches([',', '.', ')']).to_ascii_lowercase();
        NEGATIONS.contains(&word.as_str()) || word.ends_with("n't") || word.ends_with("n’t")
    })
}

/// Whether a sentence supposes something; "if we look at it" does not.
pub(crate) fn is_supposed(words: &[&str]) -> bool {
    let is_measured = |at: usize| {
        let near = words[at..].iter().take(FARTHEST_VERB);
        near.map(|word| lower(word)).any(|word| MEASURING.iter().any(|verb| word.starts_with(verb)))
    };
    let mut conditions = (0..words.len()).filter(|&at| plain(words[at]).eq_ignore_ascii_case("if"));
    conditions.any(|at| !is_measured(at))
}

/// A word without what stands around it.
pub(crate) fn plain(word: &str) -> &str {
    word.trim_matches(|letter: char| !letter.is_alphanumeric() && !matches!(letter, '~' | '≈'))
}

/// The same in small letters.
pub(crate) fn lower(word: &str) -> String {
    plain(word).to_ascii_lowercase()
}

pub(crate) fn is_among(word: &str, known: &[&str]) -> bool {
    known.contains(&lower(word).as_str())
}

/// How far behind a word one that is about it may stand.
pub(crate) const NEAR: usize = 5;
const FARTHEST_VERB: usize = 4;
const MEASURING: [&str; 6] = ["look", "check", "observ", "measur", "watch", "see"];
const NEGATIONS: [&str; 7] = ["not", "no", "none", "never", "neither", "nor", "without"];
const LONGEST_SENTENCE: usize = 200;
const LONGEST_LINE: usize = 4096;
