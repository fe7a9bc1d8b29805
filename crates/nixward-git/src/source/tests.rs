//! The fingerprint of source trees, on real repositories: what Nix sees changes it, and nothing else does.

use std::{
    fs::{FileTimes, Permissions},
    os::unix::fs::{PermissionsExt as _, symlink},
    path::{Path, PathBuf},
};

use fs_err::{self as fs, OpenOptions};
use git2::{Repository, Signature};

use super::{Fingerprint, Record, Scan, View, scan, scan_folder};
use crate::discover;

struct Tree {
    folder: tempfile::TempDir,
    git: Repository,
    record: Option<Record>,
    view: View,
}

impl Tree {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let git = Repository::init(folder.path()).unwrap();
        let mut tree = Self {
            folder,
            git,
            record: None,
            view: View::default(),
        };
        tree.write("flake.nix", "{ }");
        tree.write("a/one", "1");
        tree.write("a/b/two", "2");
        tree.add_all();
        tree.commit();
        tree
    }

    fn path(&self, file: &str) -> PathBuf {
        self.folder.path().join(file)
    }

    fn write(&self, file: &str, text: &str) {
        let path = self.path(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn add_all(&self) {
        let mut index = self.git.index().unwrap();
        index.read(true).unwrap();
        index
            .add_all(["*"], git2::IndexAddOption::DEFAULT, None)
            .unwrap();
        index.write().unwrap();
    }

    fn add_all_and_commit(&mut self) {
        self.add_all();
        self.commit();
    }

    fn add_submodule(&self, inner: &Self, path: &str) {
        let url = inner.folder.path().to_str().unwrap();
        let mut module = self.git.submodule(url, Path::new(path), true).unwrap();
        module.clone(None).unwrap();
        module.add_finalize().unwrap();
    }

    fn commit(&mut self) {
        let mut index = self.git.index().unwrap();
        let tree = self.git.find_tree(index.write_tree().unwrap()).unwrap();
        let who = Signature::now("x", "x@example.com").unwrap();
        let parent = self
            .git
            .head()
            .ok()
            .map(|head| head.peel_to_commit().unwrap());
        let parents: Vec<_> = parent.iter().collect();
        self.git
            .commit(Some("HEAD"), &who, &who, "x", &tree, &parents)
            .unwrap();
    }

    /// With the record of the last look, which must say the same as a look without one.
    fn scan(&mut self) -> Scan {
        let repository = discover(self.folder.path()).unwrap().unwrap();
        let fresh = scan(&repository, None, &self.view).unwrap();
        let scan = scan(&repository, self.record.as_ref(), &self.view).unwrap();
        assert_eq!(scan.fingerprint, fresh.fingerprint);
        let bytes = scan.record.to_bytes();
        self.record = Record::from_bytes(&bytes.into());
        assert_eq!(self.record.as_ref(), Some(&scan.record));
        scan
    }

    fn fingerprint(&mut self) -> Fingerprint {
        self.scan().fingerprint
    }

    #[track_caller]
    fn changes(&mut self, edit: impl FnOnce(&mut Self)) {
        let before = self.fingerprint();
        edit(self);
        assert_ne!(self.fingerprint(), before);
    }

    #[track_caller]
    fn stays(&mut self, edit: impl FnOnce(&mut Self)) {
        let before = self.fingerprint();
        edit(self);
        assert_eq!(self.fingerprint(), before);
    }
}

#[test]
fn what_nix_sees_changes_it() {
    let mut tree = Tree::new();
    tree.changes(|tree| tree.write("a/one", "2"));
    tree.changes(|tree| {
        fs::set_permissions(tree.path("a/one"), Permissions::from_mode(0o755)).unwrap();
    });
    tree.changes(|tree| fs::remove_file(tree.path("a/one")).unwrap());
    tree.changes(|tree| symlink("b/two", tree.path("a/one")).unwrap());
    tree.changes(|tree| {
        fs::remove_file(tree.path("a/one")).unwrap();
        symlink("b/other", tree.path("a/one")).unwrap();
    });
    tree.changes(|tree| fs::rename(tree.path("a"), tree.path("c")).unwrap());
    tree.changes(|tree| tree.add_all());
    tree.changes(Tree::commit);
    // Nothing but a commit: its revision and date are seen.
    tree.changes(Tree::commit);
    tree.write("new", "");
    tree.changes(|tree| tree.add_all());
}

#[test]
fn what_nix_does_not_see_does_not() {
    let mut tree = Tree::new();
    tree.stays(|tree| tree.write("untracked", "1"));
    tree.stays(|tree| tree.write("a/untracked", "1"));
    // Touched, and written again as it was.
    tree.stays(|tree| tree.write("a/one", "1"));
    tree.stays(|tree| {
        fs::set_permissions(tree.path("a/one"), Permissions::from_mode(0o600)).unwrap();
    });
    let before = tree.fingerprint();
    tree.changes(|tree| tree.write("a/one", "2"));
    tree.write("a/one", "1");
    assert_eq!(tree.fingerprint(), before);
    // Another clone of the same.
    let clone = tempfile::tempdir().unwrap();
    Repository::clone(tree.folder.path().to_str().unwrap(), clone.path()).unwrap();
    let repository = discover(clone.path()).unwrap().unwrap();
    let scan = scan(&repository, None, &View::default()).unwrap();
    assert_eq!(scan.fingerprint, before);
}

#[test]
fn an_edit_of_equal_size_with_its_time_put_back_is_seen() {
    let mut tree = Tree::new();
    let file = tree.path("a/one");
    let before = fs::metadata(&file).unwrap();
    for text in ["2", "3", "4"] {
        tree.changes(|tree| {
            tree.write("a/one", text);
            let times = FileTimes::new().set_modified(before.modified().unwrap());
            OpenOptions::new()
                .append(true)
                .open(&file)
                .unwrap()
                .file()
                .set_times(times)
                .unwrap();
        });
    }
}

#[test]
fn edits_within_one_tick_of_the_clock_are_seen() {
    let mut tree = Tree::new();
    for round in 0..200 {
        let text = if round % 2 == 0 { "x" } else { "y" };
        tree.changes(|tree| tree.write("a/one", text));
    }
}

#[test]
fn only_what_changed_is_read_again() {
    let mut tree = Tree::new();
    let first = tree.scan();
    assert_eq!((first.changed, first.hashed), (3, 3));
    // What was written just now is not believed by its stamp.
    let second = tree.scan();
    assert_eq!((second.changed, second.hashed), (0, 3));
    assert!(second.is_same_as(&first));
    std::thread::sleep(std::time::Duration::from_millis(2100));
    let _settled = tree.scan();
    assert_eq!(tree.scan().hashed, 0);
    tree.write("a/one", "2");
    let edited = tree.scan();
    assert_eq!((edited.changed, edited.hashed), (1, 1));
    tree.write("a/one", "2");
    // Equal again, yet touched in between.
    assert!(!tree.scan().is_same_as(&edited));
}

#[test]
fn a_folder_that_becomes_a_link_is_seen() {
    let mut tree = Tree::new();
    tree.changes(|tree| {
        fs::rename(tree.path("a"), tree.path("elsewhere")).unwrap();
        symlink("elsewhere", tree.path("a")).unwrap();
    });
}

#[test]
fn a_repository_inside_makes_no_difference_to_nix() {
    let mut tree = Tree::new();
    tree.stays(|tree| {
        let _inner = Repository::init(tree.path("a")).unwrap();
    });
}

#[test]
fn submodules_count_where_they_are_asked_for() {
    let inner = Tree::new();
    let mut tree = Tree::new();
    tree.add_submodule(&inner, "module");
    tree.stays(|tree| tree.write("module/a/one", "edited"));
    tree.view.submodules = true;
    tree.changes(|tree| tree.write("module/a/one", "edited again"));
    tree.changes(|tree| fs::remove_dir_all(tree.path("module")).unwrap());
}

#[test]
fn what_lies_in_place_of_a_submodule_counts() {
    let inner = Tree::new();
    let mut tree = Tree::new();
    tree.add_submodule(&inner, "module");
    fs::remove_dir_all(tree.path("module")).unwrap();
    tree.changes(|tree| tree.write("module", "1"));
    tree.changes(|tree| tree.write("module", "2"));
    tree.changes(|tree| {
        fs::remove_file(tree.path("module")).unwrap();
        symlink("a", tree.path("module")).unwrap();
    });
    tree.changes(|tree| {
        fs::remove_file(tree.path("module")).unwrap();
        symlink("b", tree.path("module")).unwrap();
    });
}

#[test]
fn submodules_are_where_gitmodules_says() {
    let mut tree = Tree::new();
    let inner = Repository::init(tree.path("inner")).unwrap();
    tree.write("inner/file", "1");
    let mut index = inner.index().unwrap();
    index.add_path(Path::new("file")).unwrap();
    index.write().unwrap();
    tree.view.submodules = true;
    tree.stays(|tree| tree.write("inner/file", "2"));
    tree.write(
        ".gitmodules",
        "[submodule \"inner\"]\n\tpath = inner\n[submodule \"up\"]\n\tpath = ..\n\tpath\n",
    );
    tree.changes(|tree| tree.write("inner/file", "3"));
}

#[test]
fn a_commit_that_was_taken_back_is_seen() {
    let mut tree = Tree::new();
    let before = tree.scan();
    let first = tree.git.head().unwrap().target().unwrap();
    tree.commit();
    tree.git
        .head()
        .unwrap()
        .set_target(first, "back again")
        .unwrap();
    let after = tree.scan();
    assert_eq!(after.fingerprint, before.fingerprint);
    assert!(!after.is_same_as(&before));
}

#[test]
fn where_change_times_are_not_trusted_it_counts_whether_git_calls_the_tree_clean() {
    let mut tree = Tree::new();
    tree.git
        .config()
        .unwrap()
        .set_bool("core.trustctime", false)
        .unwrap();
    let file = tree.path("a/one");
    let before = fs::metadata(&file).unwrap().modified().unwrap();
    // So old that git does not look closer.
    let set_time = || {
        let open = OpenOptions::new().append(true).open(&file).unwrap();
        open.set_modified(before - std::time::Duration::from_secs(60))
            .unwrap();
    };
    set_time();
    let mut index = tree.git.index().unwrap();
    index.add_path(Path::new("a/one")).unwrap();
    index.write().unwrap();
    tree.write("a/one", "2");
    set_time();
    // The same content; but git looks at it now.
    tree.changes(|tree| tree.write("a/one", "2"));
}

#[test]
fn with_conversions_it_counts_whether_git_calls_the_tree_clean() {
    let mut tree = Tree::new();
    let attributes = ".git/info/attributes";
    tree.write(attributes, "* text\n");
    tree.write("a/b/two", "2\r\n");
    tree.add_all_and_commit();
    // The same bytes, which git takes for those that are committed, or does not.
    tree.stays(|tree| tree.write("a/b/two", "2\r\n"));
    tree.changes(|tree| fs::remove_file(tree.path(attributes)).unwrap());
    // Nobody has told git of this one.
    tree.changes(|tree| tree.write("a/.gitattributes", "* text=auto\n"));
}

#[test]
fn what_git_would_add_otherwise_now_counts_as_git_sees_it() {
    let mut tree = Tree::new();
    tree.write("a/one", "1\r\n");
    tree.add_all_and_commit();
    tree.stays(|tree| tree.write("a/one", "1\r\n"));
    // It is committed as it is; yet git would now add it with other ends of lines, and says so once it reads it.
    tree.write(".git/info/attributes", "* text eol=crlf\n");
    let touched = tree.path("a/one");
    let later = std::time::SystemTime::now() + std::time::Duration::from_secs(60);
    let unread = std::time::SystemTime::now() - std::time::Duration::from_secs(60);
    let set_time = |time| {
        let open = OpenOptions::new().append(true).open(&touched).unwrap();
        open.set_modified(time).unwrap();
    };
    let mut config = tree.git.config().unwrap();
    config.set_bool("core.trustctime", false).unwrap();
    let before = {
        set_time(unread);
        let mut index = tree.git.index().unwrap();
        let mut entry = index.get_path(Path::new("a/one"), 0).unwrap();
        let seconds = unread.duration_since(std::time::SystemTime::UNIX_EPOCH);
        let seconds = seconds.unwrap();
        let (seconds, rest) = (seconds.as_secs() as i32, seconds.subsec_nanos());
        entry.mtime = git2::IndexTime::new(seconds, rest);
        index.add(&entry).unwrap();
        index.write().unwrap();
        tree.fingerprint()
    };
    set_time(later);
    assert_ne!(tree.fingerprint(), before);
}

#[test]
fn a_folder_that_is_in_conflict_has_none() {
    let mut tree = Tree::new();
    fs::create_dir(tree.path("module")).unwrap();
    let mut index = tree.git.index().unwrap();
    let mut entry = index.get_path(Path::new("a/one"), 0).unwrap();
    entry.path = b"module".to_vec();
    for (stage, mode) in [(2, 0o160_000), (3, 0o100_644)] {
        entry.flags = stage << 12;
        entry.mode = mode;
        index.add(&entry).unwrap();
    }
    index.write().unwrap();
    let repository = discover(tree.folder.path()).unwrap().unwrap();
    let error = scan(&repository, None, &tree.view).unwrap_err();
    assert!(error.to_string().contains("conflict"), "{error}");
    // As a file it is one like any other.
    fs::remove_dir(tree.path("module")).unwrap();
    tree.write("module", "1");
    tree.changes(|tree| tree.write("module", "2"));
}

#[test]
fn nothing_is_told_where_git_is_told_to_look_away() {
    let mut tree = Tree::new();
    let mut index = tree.git.index().unwrap();
    index.read(true).unwrap();
    let mut entry = index.get_path(Path::new("a/one"), 0).unwrap();
    // Assumed unchanged.
    entry.flags |= 0x8000;
    index.add(&entry).unwrap();
    index.write().unwrap();
    tree.stays(|tree| tree.write("a/one", "1"));
    tree.write("a/one", "another");
    let repository = discover(tree.folder.path()).unwrap().unwrap();
    let error = scan(&repository, None, &tree.view).unwrap_err();
    assert!(error.to_string().contains("a/one"), "{error}");
}

#[test]
fn settings_by_which_a_tree_is_clean_count() {
    let mut tree = Tree::new();
    let mode = Permissions::from_mode(0o755);
    tree.changes(|tree| fs::set_permissions(tree.path("a/one"), mode).unwrap());
    // The files are the same; but to git the tree is clean now.
    tree.changes(|tree| {
        let mut config = tree.git.config().unwrap();
        config.set_bool("core.filemode", false).unwrap();
    });
}

#[test]
fn an_empty_repository_has_one() {
    let folder = tempfile::tempdir().unwrap();
    Repository::init(folder.path()).unwrap();
    let repository = discover(folder.path()).unwrap().unwrap();
    let scan = scan(&repository, None, &View::default()).unwrap();
    assert_eq!(scan.hashed, 0);
}

#[test]
fn of_a_plain_folder_everything_counts() {
    let folder = tempfile::tempdir().unwrap();
    let write = |file: &str, text: &str| fs::write(folder.path().join(file), text).unwrap();
    write("flake.nix", "{ }");
    let fingerprint = |known: Option<&Record>| scan_folder(folder.path(), known).unwrap();
    let first = fingerprint(None);
    assert!(fingerprint(Some(&first.record)).is_same_as(&first));
    write("anything", "1");
    let second = fingerprint(Some(&first.record));
    assert_ne!(second.fingerprint, first.fingerprint);
    // Flakes see when something was touched last.
    let past = std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(9);
    let touched = OpenOptions::new()
        .append(true)
        .open(folder.path().join("anything"))
        .unwrap();
    touched.set_modified(past).unwrap();
    let third = fingerprint(Some(&second.record));
    assert_ne!(third.fingerprint, second.fingerprint);
}
