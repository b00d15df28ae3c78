//! Resources: files by what they are, never by their contents, and reports as texts.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use gomem_transport::{Folder, FolderLimits};
use serde_json::{Value, json};

use crate::{
    clean::{clean, cut, head},
    fence::Fence,
    host::Host,
    page::MOST_BYTES,
    refusal::Refusal,
};

/// What a resource's address means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Resource {
    /// What a file is.
    File { path: PathBuf },
    /// The report of a bundle, from a byte on.
    Report { path: PathBuf, from: usize },
}

/// A file or a bundle that there is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) uri: String,
    /// As a tool takes it.
    pub(crate) name: String,
    pub(crate) bytes: Option<u64>,
}

/// The bundles and files below the folders that may be read, bundles first.
pub(crate) fn entries(fence: &Fence, host: Host) -> Vec<Entry> {
    let mut files = Vec::new();
    for root in fence.roots() {
        files.extend(files_below(root));
    }
    let bundles = bundles(&files, host);
    let entry = |scheme: &str, path: &Path, bytes| {
        let name = fence.shown(path);
        Entry { uri: format!("{scheme}{}", encoded(&name)), name: clean(&name), bytes }
    };
    let bundles = bundles.iter().map(|path| entry(REPORT, path, None));
    let files = files.iter().map(|path| entry(FILE, path, std::fs::metadata(path).ok().map(|about| about.len())));
    bundles.chain(files).collect()
}

/// What the files below a folder are, a row each.
pub(crate) fn rows(folder: &Path, fence: &Fence, host: Host) -> Vec<Value> {
    let files = files_below(folder);
    // Each is looked into: of very many, the first tell what they are.
    let row = |(index, path): (usize, &PathBuf)| about(path, fence, host, index < MOST_LOOKED_INTO);
    files.iter().enumerate().map(row).collect()
}

impl Resource {
    pub(crate) fn parse(uri: &str, fence: &Fence) -> Result<Self, Refusal> {
        let failed = || Refusal::path(&cut(&clean(uri), 200), "no resource: resources/list has their addresses");
        if let Some(path) = uri.strip_prefix(FILE) {
            return Ok(Self::File { path: fence.find(&decoded(path).ok_or_else(failed)?)? });
        }
        let path = uri.strip_prefix(REPORT).ok_or_else(failed)?;
        let (path, from) = path.rsplit_once("?from=").map_or((path, Ok(0)), |(path, from)| (path, from.parse()));
        let from = from.map_err(|_| failed())?;
        Ok(Self::Report { path: fence.find(&decoded(path).ok_or_else(failed)?)?, from })
    }
}

/// What a file is, never what is in it.
pub(crate) fn about(path: &Path, fence: &Fence, host: Host, is_looked_into: bool) -> Value {
    let kind = if is_looked_into { (host.kind)(path) } else { None };
    let bytes = std::fs::metadata(path).map(|about| about.len()).ok();
    json!({ "path": clean(&fence.shown(path)), "bytes": bytes, "kind": kind })
}

/// A report's text from a byte on, in lines, with the address of the rest.
pub(crate) fn report_page(text: &str, path: &Path, from: usize, fence: &Fence) -> Result<String, Refusal> {
    let text = text.lines().map(clean).collect::<Vec<_>>().join("\n");
    let lost = || Refusal::Cursor("the report ends before that: read it from its beginning");
    let rest = text.get(from..).ok_or_else(lost)?;
    if rest.len() <= MOST_BYTES {
        return Ok(rest.to_owned());
    }
    let more = |to: usize| format!("\n… more: {REPORT}{}?from={to}", encoded(&fence.shown(path)));
    let shown = head(rest, MOST_BYTES.saturating_sub(more(text.len()).len()).max(200));
    let shown = shown.rfind('\n').map_or(shown, |end| &shown[..=end]);
    Ok(format!("{}{}", shown.trim_end_matches('\n'), more(from + shown.len())))
}

/// No link is followed.
fn files_below(folder: &Path) -> Vec<PathBuf> {
    if folder.is_file() {
        return vec![folder.to_owned()];
    }
    let mut files = Folder::read_visible(folder, FolderLimits::default()).map(|found| found.files).unwrap_or_default();
    files.sort();
    files
}

/// The folders that have a file themselves which looks like one that can be read.
fn bundles(files: &[PathBuf], host: Host) -> Vec<PathBuf> {
    let mut bundles: BTreeSet<PathBuf> = BTreeSet::new();
    let mut looked_into = 0;
    for file in files {
        let Some(folder) = file.parent().filter(|folder| !bundles.contains(*folder)) else { continue };
        if looked_into == MOST_LOOKED_INTO {
            break;
        }
        looked_into += 1;
        if (host.kind)(file).is_some() {
            bundles.insert(folder.to_owned());
        }
    }
    bundles.into_iter().collect()
}

/// Whatever an address may not have, as `%20`.
fn encoded(text: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/._-+,=@()".contains(&byte);
    text.bytes()
        .map(|byte| if is_plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}

fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let (digits, after) = rest.split_at_checked(2)?;
        bytes.push(u8::from_str_radix(str::from_utf8(digits).ok()?, 16).ok()?);
        rest = after;
    }
    String::from_utf8(bytes).ok()
}

const FILE: &str = "gomem://file/";
const REPORT: &str = "gomem://report/";
const MOST_LOOKED_INTO: usize = 500;

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn addresses_lead_to_what_they_name() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join("a b/metrics")).unwrap();
        for name in ["README.md", "a b/heap%41.pb.gz", "a b/metrics/1.prom"] {
            fs::write(folder.path().join(name), "x").unwrap();
        }
        let fence = Fence::new(&[folder.path()]).unwrap();
        let kind = |path: &Path| path.extension().is_some_and(|ending| ending != "md").then_some("a file");
        let entries = entries(&fence, Host { run: |_, _, _| 0, kind });
        let names: Vec<&str> = entries.iter().map(|entry| entry.name.as_str()).collect();
        assert_eq!(
            names,
            ["a b", "a b/metrics", "README.md", "a b/heap%41.pb.gz", "a b/metrics/1.prom"],
            "bundles, then files"
        );
        for entry in &entries {
            let resource = Resource::parse(&entry.uri, &fence).unwrap();
            let (Resource::File { path } | Resource::Report { path, .. }) = &resource;
            assert_eq!(fence.shown(path), entry.name);
        }
        for wrong in ["file:///etc/passwd", "gomem://file/..%2F..", "gomem://report/?from=x", "gomem://file/%f", ""] {
            assert!(Resource::parse(wrong, &fence).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_report_is_read_in_pages() {
        let folder = tempfile::tempdir().unwrap();
        let fence = Fence::new(&[folder.path()]).unwrap();
        let text = (0..900).map(|line| format!("line é {line}\n")).collect::<String>();
        let (mut read, mut from) = (String::new(), 0);
        loop {
            let page = report_page(&text, fence.roots()[0].as_path(), from, &fence).unwrap();
            assert!(page.len() <= MOST_BYTES, "{}", page.len());
            let Some((lines, more)) = page.split_once("\n… more: ") else { break read.push_str(&page) };
            read.push_str(lines);
            read.push('\n');
            let Resource::Report { from: next, .. } = Resource::parse(more, &fence).unwrap() else {
                panic!("a report")
            };
            assert!(next > from);
            from = next;
        }
        assert_eq!(read, text.trim_end());
        assert!(report_page(&text, folder.path(), 1 << 40, &fence).is_err());
    }
}
