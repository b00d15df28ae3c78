//! What platforms log of a container that they ended for want of memory.
//!
//! ```text
//! Memory limit of 512 MiB exceeded with 541 MiB used. Consider …                              Google's Cloud Run and Functions
//! Exceeded hard memory limit of 512 MiB with 525 MiB after servicing 7 requests total.        App Engine
//! … Exited with status 137 (out of memory)", "crash_count"=>4 …                               Cloud Foundry
//! Terminated  Exit Code: 137, Signal: 9, Exit Message: "OOM Killed"                           Nomad
//! Error R15 (Memory quota vastly exceeded)                                                    Heroku
//! Ran out of memory (used over 512MB) while running your code.                                Render
//! … Error: Runtime exited with error: signal: killed                                          AWS Lambda
//! Function invocation was interrupted. Error: memory limit exceeded.                          Google's Cloud Functions
//! ```

use gomem_table::ByteUnits;

use crate::bundle::text::machine::machine_bytes::of_machine;

/// One end.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct PlatformKill {
    /// What the line says of it.
    pub(crate) message: String,
    pub(crate) used_bytes: Option<u64>,
    pub(crate) limit_bytes: Option<u64>,
    /// How often it ended so, where the line tells it.
    pub(crate) count: Option<u64>,
}

impl PlatformKill {
    pub(crate) fn parse(line: &str) -> Option<Self> {
        Self::over_limit(line).or_else(|| Self::of_render(line)).or_else(|| Self::by_words(line))
    }

    fn over_limit(line: &str) -> Option<Self> {
        let begin = line.find("Memory limit of ").or_else(|| line.find("Exceeded hard memory limit of "))?;
        let message = &line[begin..];
        let (_, amounts) = message.split_once("emory limit of ")?;
        let (limit, rest) = amounts.split_once(" exceeded with ").or_else(|| amounts.split_once(" with "))?;
        let (used, rest) = rest.split_once(" used").or_else(|| rest.split_once(" after "))?;
        // Google counts in powers of 1024, whatever the unit is called.
        let bytes = |amount: &str| of_machine(ByteUnits::Binary.parse(amount)?).map(|bytes| bytes as u64);
        let (limit_bytes, used_bytes) = (Some(bytes(limit)?), Some(bytes(used)?));
        let message = message[..message.len() - rest.len()].trim_end_matches(" after ").to_owned();
        Some(Self { message, used_bytes, limit_bytes, count: None })
    }

    fn of_render(line: &str) -> Option<Self> {
        let message = &line[line.find("Ran out of memory (used over ")?..];
        let (amount, _) = message.split_once("(used over ")?.1.split_once(')')?;
        let limit_bytes = of_machine(ByteUnits::Binary.parse(amount)?).map(|bytes| bytes as u64);
        let message = message[..=message.find(')')?].to_owned();
        Some(Self { message, limit_bytes, ..Self::default() })
    }

    fn by_words(line: &str) -> Option<Self> {
        let words = WORDS.iter().find(|words| line.contains(**words))?;
        let count = line.split_once("\"crash_count\"=>").and_then(|(_, rest)| {
            rest[..rest.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(rest.len())].parse().ok()
        });
        Some(Self { message: (*words).to_owned(), count, ..Self::default() })
    }
}

const WORDS: [&str; 6] = [
    "Exited with status 137 (out of memory)",
    "Exit Message: \"OOM Killed\"",
    "Error R15 (Memory quota vastly exceeded)",
    // Lambda says of what takes too long that it timed out: the signal is for memory.
    "Runtime exited with error: signal: killed",
    "Error Type: Runtime.OutOfMemory",
    "Function invocation was interrupted. Error: memory limit exceeded",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_of_platforms() {
        let sizes = |line: &str| PlatformKill::parse(line).map(|kill| (kill.used_bytes, kill.limit_bytes));
        let mebibytes = |amount: u64| Some(amount << 20);
        for line in [
            "2025-06-11T09:02:11.120Z Memory limit of 512 MiB exceeded with 541 MiB used. Consider increasing the memory limit",
            "Memory limit of 512M exceeded with 541M used",
            "Exceeded hard memory limit of 512 MiB with 541 MiB after servicing 7 requests total. Consider setting",
        ] {
            assert_eq!(sizes(line), Some((mebibytes(541), mebibytes(512))), "{line}");
        }
        let message = PlatformKill::parse("x Memory limit of 512M exceeded with 541M used. Consider").unwrap().message;
        assert_eq!(message, "Memory limit of 512M exceeded with 541M used");
        let foundry =
            r#""exit_description"=>"APP/PROC/WEB: Exited with status 137 (out of memory)", "crash_count"=>4, "#;
        assert_eq!(PlatformKill::parse(foundry).unwrap().count, Some(4));
        assert!(PlatformKill::parse("Terminated  Exit Code: 137, Signal: 9, Exit Message: \"OOM Killed\"").is_some());
        let render = "Nov 20 10:39:48 AM  ==> Ran out of memory (used over 512MB) while running your code.";
        assert_eq!(sizes(render), Some((None, mebibytes(512))));
        assert!(PlatformKill::parse("RequestId: 7c1e Error: Runtime exited with error: signal: killed").is_some());
        for other in [
            "",
            "Ran out of memory (used over the day)",
            "RequestId: 7c1e Error: Runtime exited with error: exit status 2",
            "the query was interrupted. Error: memory limit exceeded",
            "Memory limit of the pod",
            "Memory limit of 512 apples exceeded with 541 used",
            "Error R14 (Memory quota exceeded)",
            "Exited with status 137",
        ] {
            assert_eq!(PlatformKill::parse(other), None, "{other}");
        }
    }
}
