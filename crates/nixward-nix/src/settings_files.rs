//! Nix's settings as files and variables: whatever of them is another may make an evaluation another.

use std::{
    ffi::{OsStr, OsString},
    path::{Path, PathBuf},
};

use fs_err as fs;

/// The variables by which Nix finds its settings and its store.
const VARIABLES: [&str; 11] = [
    "NIX_CONFIG",
    "NIX_CONFIG_HOME",
    "NIX_CONF_DIR",
    "NIX_USER_CONF_FILES",
    "NIX_STORE_DIR",
    "NIX_STORE",
    "NIX_STATE_DIR",
    "NIX_DATA_DIR",
    "NIX_DATA_HOME",
    "NIX_REMOTE",
    "NIX_ALLOW_EVAL",
];

/// How deep settings may include others; deeper is taken for a circle.
const DEEPEST: usize = 8;

/// Everything that settings come from, as text that is equal where the settings are. Variables are looked up with
/// `variable`, which has none that are empty.
pub fn text<'a>(variable: &impl Fn(&str) -> Option<&'a OsStr>) -> Vec<u8> {
    let mut text = Vec::new();
    for name in VARIABLES {
        text.extend_from_slice(variable(name).unwrap_or_default().as_encoded_bytes());
        text.push(0);
    }
    for file in files(variable) {
        add_file(&mut text, &file, 0);
    }
    text
}

fn files<'a>(variable: &impl Fn(&str) -> Option<&'a OsStr>) -> Vec<PathBuf> {
    let home = variable("HOME").map(PathBuf::from).unwrap_or_default();
    let folder = |name: &str, in_home: &str| {
        variable(name).map_or_else(|| home.join(in_home), PathBuf::from)
    };
    let system = variable("NIX_CONF_DIR").map_or_else(|| PathBuf::from("/etc/nix"), PathBuf::from);
    let mut files = vec![system.join("nix.conf")];
    if let Some(own) = variable("NIX_USER_CONF_FILES") {
        files.extend(std::env::split_paths(own));
    } else {
        // Since 2.25 a folder of Nix's own goes before what is everybody's.
        let own = variable("NIX_CONFIG_HOME").map(PathBuf::from);
        files.extend(own.map(|own| own.join("nix.conf")));
        files.push(folder("XDG_CONFIG_HOME", ".config").join("nix/nix.conf"));
        let shared =
            variable("XDG_CONFIG_DIRS").map_or_else(|| OsString::from("/etc/xdg"), OsStr::to_owned);
        files.extend(std::env::split_paths(&shared).map(|folder| folder.join("nix/nix.conf")));
    }
    // Which settings of flakes the person has accepted.
    let own = variable("NIX_DATA_HOME").map(PathBuf::from);
    files.extend(own.map(|own| own.join("trusted-settings.json")));
    files.push(folder("XDG_DATA_HOME", ".local/share").join("nix/trusted-settings.json"));
    files
}

fn add_file(text: &mut Vec<u8>, file: &Path, depth: usize) {
    let content = fs::read_to_string(file).unwrap_or_default();
    text.extend_from_slice(content.as_bytes());
    text.push(0);
    if depth >= DEEPEST {
        return;
    }
    for line in content.lines() {
        let mut words = line.split_whitespace();
        if let (Some("include" | "!include"), Some(included)) = (words.next(), words.next()) {
            let folder = file.parent().unwrap_or(file);
            add_file(text, &folder.join(included), depth + 1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn included_files_and_variables_count() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
        write("nix.conf", "cores = 1\n!include more.conf\n");
        let now = |config: Option<&'static str>| {
            let conf_dir = folder.path().as_os_str();
            text(&|name| match name {
                "NIX_CONF_DIR" => Some(conf_dir),
                "NIX_CONFIG" => config.map(OsStr::new),
                _ => None,
            })
        };
        let first = now(None);
        assert_eq!(now(None), first);
        write("more.conf", "pure-eval = false");
        let second = now(None);
        assert_ne!(second, first);
        assert_ne!(now(Some("x = y")), second);
        // Nix's own folder of settings.
        let own = folder.path().as_os_str();
        let with_own = || {
            text(&|name| match name {
                "NIX_CONFIG_HOME" | "NIX_DATA_HOME" => Some(own),
                _ => None,
            })
        };
        let third = with_own();
        write("nix.conf", "cores = 2\n!include more.conf\n");
        let fourth = with_own();
        assert_ne!(third, fourth);
        write("trusted-settings.json", "{}");
        assert_ne!(fourth, with_own());
        // A circle comes to an end.
        write("more.conf", "include nix.conf");
        assert_ne!(now(None), second);
    }
}
