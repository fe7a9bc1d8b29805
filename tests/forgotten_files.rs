//! A file that no `mod` names is not compiled, and its tests are never missed.

use std::{collections::BTreeSet, path::Path};

#[test]
fn no_file_of_the_tests_is_forgotten() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests");
    let main = fs_err::read_to_string(folder.join("main.rs")).unwrap();
    let named: BTreeSet<String> = main
        .lines()
        .filter_map(|line| line.strip_prefix("mod ")?.strip_suffix(';'))
        .map(str::to_owned)
        .collect();
    let mut there = BTreeSet::new();
    for entry in fs_err::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        // Snapshots that wait to be looked at are no modules.
        if path
            .file_name()
            .unwrap()
            .as_encoded_bytes()
            .starts_with(b".")
        {
            continue;
        }
        assert!(path.is_file(), "{} is no module", path.display());
        assert_eq!(path.extension().unwrap(), "rs", "{}", path.display());
        there.insert(path.file_stem().unwrap().to_str().unwrap().to_owned());
    }
    assert!(there.remove("main"));
    assert_eq!(named, there);
}
