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

/// Settings that let an evaluation depend on what no key can hold.
const IMPURE: [&str; 3] = [
    "pure-eval",
    "allow-unsafe-native-code-during-evaluation",
    "plugin-files",
];

/// The first of some settings that lets an evaluation depend on more than the flake.
pub fn impure_option(options: &[(String, String)]) -> Option<&str> {
    let mut names = options.iter().map(|(name, _)| name.as_str());
    names.find(|name| IMPURE.contains(&name.strip_prefix("extra-").unwrap_or(name)))
}

/// Why it cannot be told from files and variables what Nix's settings are.
pub fn why_unknown<'a>(
    variable: &impl Fn(&str) -> Option<&'a OsStr>,
    text: &[u8],
) -> Option<String> {
    // Nix asks the system for the home then.
    if variable("HOME").is_none() {
        return Some("HOME is not set, so Nix's settings may be anywhere".to_owned());
    }
    let config = variable("NIX_CONFIG").unwrap_or_default();
    let config = config.to_string_lossy();
    if let Some(file) = included(&config).find(|file| !file.starts_with('/')) {
        let message = format!("NIX_CONFIG includes `{file}`, wherever that is for Nix");
        return Some(message);
    }
    // `pure-eval` there has no effect on flakes.
    let text = String::from_utf8_lossy(text);
    let mut always = IMPURE.iter().filter(|name| **name != "pure-eval");
    let name = always.find(|name| text.contains(**name))?;
    Some(format!(
        "Nix's settings have `{name}`, with which it may do anything"
    ))
}

/// Everything that settings come from, as text that is equal where the settings are. Variables are looked up with
/// `variable`, which has none that are empty.
pub fn text<'a>(variable: &impl Fn(&str) -> Option<&'a OsStr>) -> Vec<u8> {
    let mut text = Vec::new();
    for name in VARIABLES {
        text.extend_from_slice(variable(name).unwrap_or_default().as_encoded_bytes());
        text.push(0);
    }
    let config = variable("NIX_CONFIG").unwrap_or_default();
    for file in included(&config.to_string_lossy()) {
        add_file(&mut text, Path::new(file), 1);
    }
    for file in files(variable) {
        add_file(&mut text, &file, 0);
    }
    text
}

/// The files that a text of settings includes.
fn included(settings: &str) -> impl Iterator<Item = &str> {
    settings.lines().filter_map(|line| {
        let mut words = line.split_whitespace();
        match (words.next(), words.next()) {
            (Some("include" | "!include"), Some(file)) => Some(file),
            _ => None,
        }
    })
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
    let content = match fs::read(file) {
        Ok(content) => content,
        Err(error) => format!("{:?}", error.kind()).into_bytes(),
    };
    text.extend_from_slice(&content);
    text.push(0);
    if depth < DEEPEST {
        let folder = file.parent().unwrap_or(file);
        for file in included(&String::from_utf8_lossy(&content)) {
            add_file(text, &folder.join(file), depth + 1);
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

    #[test]
    fn what_no_key_can_hold_is_told() {
        let option = |name: &str| vec![(name.to_owned(), "x".to_owned())];
        assert_eq!(impure_option(&option("pure-eval")), Some("pure-eval"));
        assert!(impure_option(&option("extra-plugin-files")).is_some());
        assert_eq!(impure_option(&option("cores")), None);
        let why = |home: Option<&'static str>, config: &'static str, text: &str| {
            let variable = |name: &str| match name {
                "HOME" => home.map(OsStr::new),
                "NIX_CONFIG" => Some(OsStr::new(config)),
                _ => None,
            };
            why_unknown(&variable, text.as_bytes())
        };
        assert_eq!(
            why(Some("/h"), "include /etc/more", "pure-eval = false"),
            None
        );
        assert!(why(None, "", "").is_some());
        assert!(why(Some("/h"), "x = y\n!include more", "").is_some());
        assert!(why(Some("/h"), "", "plugin-files = /x.so").is_some());
    }

    #[test]
    fn what_nix_config_includes_and_bytes_of_any_kind_count() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("more.conf");
        let config: OsString = format!("include {}", file.display()).into();
        let now = |bytes: &[u8]| {
            fs::write(&file, bytes).unwrap();
            text(&|name| (name == "NIX_CONFIG").then_some(config.as_os_str()))
        };
        assert_ne!(now(b"\xe9 1"), now(b"\xe9 2"));
    }
}
