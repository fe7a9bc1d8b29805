//! The environment of a test: fixed, but for what the manifest says. Pure.
//!
//! git, direnv and editors change the caller's PATH, and every variable may change a result; so none is passed but
//! those that the manifest names.

use std::{
    ffi::{OsStr, OsString},
    path::Path,
};

use nixward_manifest::VerbSettings;

/// Where the host's own programs are; what is missing is skipped by whoever searches it.
const SYSTEM_PATH: &str = "/run/current-system/sw/bin:/usr/bin:/bin:/usr/sbin:/sbin";

/// The whole environment of a test that has the given private folders.
pub(crate) fn test_environment(
    settings: &VerbSettings,
    caller: &[(OsString, OsString)],
    home: &Path,
    temporary: &Path,
) -> Vec<(OsString, OsString)> {
    let fixed: [(&str, &OsStr); 7] = [
        ("HOME", home.as_os_str()),
        ("TMPDIR", temporary.as_os_str()),
        ("LANG", OsStr::new("C.UTF-8")),
        ("LC_ALL", OsStr::new("C.UTF-8")),
        ("TZ", OsStr::new("UTC")),
        ("TERM", OsStr::new("dumb")),
        ("PATH", OsStr::new(SYSTEM_PATH)),
    ];
    let mut environment: Vec<(OsString, OsString)> = fixed
        .into_iter()
        .map(|(name, value)| (name.into(), value.to_owned()))
        .collect();
    for name in settings.pass_env.iter().flatten() {
        if let Some((_, value)) = caller
            .iter()
            .find(|(caller_name, _)| caller_name.as_os_str() == name.as_str())
        {
            set(&mut environment, name, value);
        }
    }
    for (name, value) in &settings.env {
        set(&mut environment, name, OsStr::new(value));
    }
    environment
}

fn set(environment: &mut Vec<(OsString, OsString)>, name: &str, value: &OsStr) {
    environment.retain(|(there, _)| there.as_os_str() != name);
    environment.push((name.into(), value.to_owned()));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value<'a>(environment: &'a [(OsString, OsString)], name: &str) -> Option<&'a str> {
        environment
            .iter()
            .find(|(there, _)| there.as_os_str() == name)
            .and_then(|(_, value)| value.to_str())
    }

    #[test]
    fn the_callers_variables_are_not_seen_unless_named() {
        let caller = [("PATH", "/evil"), ("SECRET", "x"), ("DATABASE_URL", "y")]
            .map(|(name, value)| (OsString::from(name), OsString::from(value)));
        let settings = VerbSettings {
            pass_env: Some(vec!["DATABASE_URL".to_owned(), "UNSET".to_owned()]),
            env: [("TZ".to_owned(), "Europe/Zurich".to_owned())]
                .into_iter()
                .collect(),
            ..VerbSettings::default()
        };
        let environment = test_environment(
            &settings,
            &caller,
            Path::new("/t/home"),
            Path::new("/t/tmp"),
        );
        assert_eq!(value(&environment, "PATH"), Some(SYSTEM_PATH));
        assert_eq!(value(&environment, "SECRET"), None);
        assert_eq!(value(&environment, "UNSET"), None);
        assert_eq!(value(&environment, "DATABASE_URL"), Some("y"));
        assert_eq!(value(&environment, "TZ"), Some("Europe/Zurich"));
        assert_eq!(value(&environment, "HOME"), Some("/t/home"));
    }
}
