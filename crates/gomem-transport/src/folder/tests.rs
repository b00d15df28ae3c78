use super::*;

fn names(root: &Path, paths: impl IntoIterator<Item = PathBuf>) -> Vec<String> {
    paths.into_iter().map(|path| path.strip_prefix(root).unwrap().to_string_lossy().into_owned()).collect()
}

fn reasons(root: &Path, folder: &Folder) -> Vec<(String, String)> {
    let paths = names(root, folder.passed_over.iter().map(|passed| passed.path.clone()));
    paths.into_iter().zip(folder.passed_over.iter().map(|passed| passed.reason.clone())).collect()
}

#[cfg(unix)]
#[test]
fn no_link_is_followed_and_nothing_special_opened() {
    use std::os::unix::{fs::symlink, net::UnixListener};

    let (root, outside) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let within = |name: &str| root.path().join(name);
    fs::write(outside.path().join("secret"), "x").unwrap();
    fs::create_dir(within("sub")).unwrap();
    fs::write(within("sub/file"), "x").unwrap();
    symlink(outside.path(), within("outside")).unwrap();
    symlink(outside.path().join("secret"), within("secret")).unwrap();
    symlink("../sub", within("sub/loop")).unwrap();
    symlink("/proc", within("proc")).unwrap();
    symlink("/dev/zero", within("zero")).unwrap();
    let _socket = UnixListener::bind(within("socket")).unwrap();
    let folder = Folder::read(root.path(), FolderLimits::default()).unwrap();
    assert_eq!(names(root.path(), folder.files.clone()), ["sub/file"]);
    let link = |name: &str| (name.to_owned(), "a link: links are not followed".to_owned());
    let socket = ("socket".to_owned(), "neither a file nor a folder".to_owned());
    assert_eq!(
        reasons(root.path(), &folder),
        [link("outside"), link("proc"), link("secret"), socket, link("sub/loop"), link("zero")]
    );
}

#[test]
fn a_folder_that_is_named_may_be_a_link() {
    let (root, outside) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    fs::write(outside.path().join("file"), "x").unwrap();
    let link = root.path().join("link");
    #[cfg(unix)]
    std::os::unix::fs::symlink(outside.path(), &link).unwrap();
    #[cfg(not(unix))]
    let link = outside.path().to_owned();
    assert_eq!(Folder::read(&link, FolderLimits::default()).unwrap().files, [link.join("file")]);
}

#[test]
fn limits_hold_together() {
    let root = tempfile::tempdir().unwrap();
    for name in ["a", "b", "c"] {
        fs::write(root.path().join(name), "12345").unwrap();
    }
    fs::write(root.path().join("d"), "").unwrap();
    fs::create_dir_all(root.path().join("e/f")).unwrap();
    let read = |change: &dyn Fn(&mut FolderLimits)| {
        let mut limits = FolderLimits::default();
        change(&mut limits);
        let folder = Folder::read(root.path(), limits).unwrap();
        (folder.files.len(), folder.passed_over.last().map(|passed| passed.reason.clone()))
    };
    let reason = |text: &str| Some(text.to_owned());
    assert_eq!(read(&|_| {}), (3, reason("empty")));
    assert_eq!(read(&|limits| limits.file_bytes = 4), (0, reason("empty")));
    assert_eq!(read(&|limits| limits.bytes = 12), (2, reason("empty")));
    assert_eq!(read(&|limits| limits.depth = 0), (3, reason("a folder nested too deep")));
    let (files, last) = read(&|limits| limits.entries = 2);
    assert!(files <= 2 && last == reason("more files and folders than are looked at"), "{files} {last:?}");
}

#[test]
fn twenty_thousand_files_are_one_line() {
    let root = tempfile::tempdir().unwrap();
    for number in 0..20_000 {
        fs::write(root.path().join(format!("{number}.junk")), "x").unwrap();
    }
    fs::write(root.path().join("escape.log"), "x").unwrap();
    let is_log = |path: &Path| path.extension().is_some_and(|end| end == "log");
    let folder = Folder::read(root.path(), FolderLimits::default()).unwrap().only(is_log, "not called as a log");
    assert_eq!(names(root.path(), folder.files.clone()), ["escape.log"]);
    assert_eq!(folder.passed_over_summary().unwrap(), "20000 passed over: 20000 × not called as a log");
}
