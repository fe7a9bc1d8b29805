//! What the path of something in a Nix store says by itself.

use std::path::Path;

/// How many characters of an entry's name are its hash.
const HASH_LENGTH: usize = 32;

/// The name in a derivation's path: `/nix/store/…-flask-3.0.drv` → `flask-3.0`.
pub fn derivation_name(drv_path: &str) -> &str {
    let base = drv_path.rsplit('/').next().unwrap_or(drv_path);
    let name = base.strip_suffix(".drv").unwrap_or(base);
    name_behind_hash(name).unwrap_or(name)
}

/// The hash in the name of a store's entry: another one where anything that it is made from is another.
pub fn hash(path: &str) -> Option<&str> {
    let base = path.rsplit('/').next().unwrap_or(path);
    name_behind_hash(base)?;
    base.get(..HASH_LENGTH)
}

/// The folder that holds the store's entries, as far as a path in it tells: stores may be elsewhere than `/nix/store`.
pub fn store_folder(path: &Path) -> Option<&Path> {
    store_entry(path)?.parent()
}

/// The store's entry that a path is or lies in.
pub fn store_entry(path: &Path) -> Option<&Path> {
    let is_entry = |folder: &&Path| {
        let name = folder.file_name().map(|name| name.to_string_lossy());
        name.is_some_and(|name| name_behind_hash(&name).is_some_and(|name| !name.is_empty()))
    };
    // An entry may hold folders that are named like one.
    path.ancestors().filter(is_entry).last()
}

/// What stands behind `HASH-`.
fn name_behind_hash(entry: &str) -> Option<&str> {
    entry.get(HASH_LENGTH..)?.strip_prefix('-')
}

#[cfg(test)]
mod tests {
    use super::*;

    const ENTRY: &str = "0123456789abcdfghijklmnpqrsvwxyz-run-tests";

    #[test]
    fn names_of_derivations() {
        assert_eq!(
            derivation_name(&format!("/nix/store/{ENTRY}.drv")),
            "run-tests"
        );
        assert_eq!(derivation_name("odd.drv"), "odd");
        let path = format!("/nix/store/{ENTRY}.drv");
        assert_eq!(hash(&path), Some("0123456789abcdfghijklmnpqrsvwxyz"));
        assert_eq!(hash("odd.drv"), None);
    }

    #[test]
    fn the_store_is_found_wherever_it_is() {
        let folder = |path: &str| {
            let folder = store_folder(Path::new(path));
            folder.map(|folder| folder.display().to_string())
        };
        let store = folder(&format!("/nix/store/{ENTRY}/bin/run-tests"));
        assert_eq!(store.as_deref(), Some("/nix/store"));
        let store = folder(&format!("/home/x/nix/store/{ENTRY}/{ENTRY}"));
        assert_eq!(store.as_deref(), Some("/home/x/nix/store"));
        assert_eq!(folder("/usr/bin/env"), None);
    }
}
