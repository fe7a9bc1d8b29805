//! Protections, as the user who runs the tests and as an ordinary one.

use std::{
    ffi::OsStr,
    fs,
    os::unix::fs::{PermissionsExt as _, chown},
    path::{Path, PathBuf},
    process::Command,
};

use nixward_guard::{Ending, GuardReport};
use tempfile::TempDir;

use crate::support::{Step, host};

const NOBODY: u32 = 65534;

/// Tries to change what is protected in every way, and what is not.
const SCRIPT: &str = r#"
    (echo changed > "$1/protected/file") 2>/dev/null && echo "wrote"
    (echo new > "$1/protected/new") 2>/dev/null && echo "created"
    rm -f "$1/protected/file" 2>/dev/null && echo "removed"
    chmod 700 "$1/protected" 2>/dev/null && echo "changed mode"
    cat "$1/protected/file" 2>/dev/null
    cd "$1/protected" && (echo relative > relative) 2>/dev/null && echo "wrote from inside"
    echo free > "$1/free" && echo "wrote elsewhere"
"#;

const PROTECTED: &str = "original\nwrote elsewhere\n";
const UNPROTECTED: &str =
    "wrote\ncreated\nremoved\nchanged mode\nwrote from inside\nwrote elsewhere\n";

fn folder() -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let protected = folder.path().join("protected");
    fs::create_dir(&protected).expect("created");
    fs::write(protected.join("file"), "original\n").expect("written");
    folder
}

/// What the script wrote is what the report says about the protection.
#[track_caller]
fn check(output: &str, report: &GuardReport, folder: &Path) {
    assert_eq!(report.ending, Ending::Exited(0));
    match &report.unprotected {
        None => assert_eq!(output, PROTECTED),
        Some(reason) => {
            assert!(!reason.is_empty());
            assert_eq!(output, UNPROTECTED);
        }
    }
    // Outside all is as it was.
    let mounts = fs::read_to_string("/proc/self/mountinfo").expect("there is /proc");
    assert!(!mounts.contains(folder.to_str().expect("text")), "{mounts}");
    fs::write(folder.join("protected/from-outside"), "").expect("writable outside");
}

/// Whether the system is able to give these protections, found out by other means than the crate's.
fn can(unshare: &[&str], user: Option<u32>) -> bool {
    let mut command = match user {
        Some(user) => {
            let mut command = Command::new("setpriv");
            command.args([
                "--clear-groups",
                &format!("--reuid={user}"),
                &format!("--regid={user}"),
                "unshare",
            ]);
            command
        }
        None => Command::new("unshare"),
    };
    command
        .args(unshare)
        .args(["sh", "-c", "mount --bind /tmp /tmp"])
        .output()
        .is_ok_and(|done| done.status.success())
}

#[test]
fn a_read_only_path_refuses_writes() {
    let folder = folder();
    let mut step = Step::script(SCRIPT);
    step.command.args.push(folder.path().into());
    step.command.protections.read_only = vec![folder.path().join("protected")];
    let (output, report) = step.run();
    check(&output, &report, folder.path());
    if can(&["--mount"], None) || can(&["--user", "--map-root-user", "--mount"], None) {
        assert_eq!(report.unprotected, None);
    }
}

#[test]
fn the_working_folder_and_links_are_protected_too() {
    let folder = folder();
    let link = folder.path().join("link");
    std::os::unix::fs::symlink("protected", &link).expect("linked");
    let mut step = Step::script("(echo changed > file) 2>/dev/null && echo wrote; cat file");
    step.command.cwd = folder.path().join("protected");
    step.command.protections.read_only = vec![link];
    let (output, report) = step.run();
    match report.unprotected {
        None => assert_eq!(output, "original\n"),
        Some(_) => assert_eq!(output, "wrote\nchanged\n"),
    }
}

#[test]
fn what_is_left_in_a_namespace_is_found_all_the_same() {
    let folder = folder();
    let mut step = Step::script("setsid sleep 1000 & sleep 1000 & exit 0");
    step.command.protections.read_only = vec![folder.path().join("protected")];
    let (_, report) = step.run();
    assert_eq!(report.leaked.len(), 2);
}

#[test]
fn a_path_that_cannot_be_protected_is_told_and_the_program_runs() {
    let folder = folder();
    let mut step = Step::script("echo ran");
    step.command.protections.read_only = vec![folder.path().join("missing")];
    let (output, report) = step.run();
    assert_eq!(
        (output.as_str(), &report.ending),
        ("ran\n", &Ending::Exited(0))
    );
    let reason = report.unprotected.expect("it is not protected");
    if can(&["--mount"], None) {
        let expected = format!(
            "{}/missing cannot be made read-only: No such file or directory",
            folder.path().display()
        );
        assert_eq!(reason, expected);
    }
}

/// Runs what a host is told to by way of another program, and returns the output and the report.
#[track_caller]
fn run_by(
    way: &[&str],
    host: &Path,
    words: &[&str],
    protected: &Path,
    script: &str,
) -> (String, GuardReport) {
    let mut line: Vec<&OsStr> = way.iter().map(OsStr::new).collect();
    line.push(host.as_os_str());
    line.extend(words.iter().map(OsStr::new));
    line.extend([
        protected.as_os_str(),
        "/bin/sh".as_ref(),
        "-c".as_ref(),
        script.as_ref(),
        "script".as_ref(),
    ]);
    let folder = protected.parent().expect("it is in a folder");
    let done = Command::new(line[0])
        .args(&line[1..])
        .arg(folder)
        .output()
        .expect("it starts");
    assert!(done.status.success(), "{done:?}");
    let text = String::from_utf8(done.stdout).expect("text");
    let (output, report) = text
        .trim_end()
        .rsplit_once('\n')
        .expect("a report at the end");
    (
        format!("{output}\n"),
        serde_json::from_str(report).expect("a report"),
    )
}

/// Root without root's powers, as in a container: not allowed to mount; refused a user namespace at once where the
/// limit is reached, or, on current kernels, after it was entered, when user 0 is to be mapped into it.
#[test]
fn who_is_refused_runs_as_if_nothing_had_been_tried() {
    const POWERLESS: [&str; 3] = ["setpriv", "--bounding-set=-all", "--inh-caps=-all"];
    let limited = ["unshare", "--user", "--map-root-user", "sh", "-c"];
    let limited = [
        &limited[..],
        &[
            "echo 0 > /proc/sys/user/max_user_namespaces; exec \"$@\"",
            "sh",
        ],
    ]
    .concat();
    let works = |way: &[&str]| {
        let done = Command::new(way[0]).args(&way[1..]).arg("true").output();
        done.is_ok_and(|done| done.status.success() && done.stderr.is_empty())
    };
    for (way, always) in [
        (POWERLESS.to_vec(), false),
        ([&limited[..], &POWERLESS].concat(), true),
    ] {
        if !rustix::process::geteuid().is_root() || !works(&way) {
            continue;
        }
        let folder = folder();
        let protected = folder.path().join("protected");
        let (output, report) = run_by(&way, &host(), &["run"], &protected, "id -u; id -g");
        assert_eq!(output, "0\n0\n", "{report:?}");
        assert!(report.unprotected.is_some() || !always, "{report:?}");
        let (output, report) = run_by(&way, &host(), &["run"], &protected, SCRIPT);
        check(&output, &report, folder.path());
    }
}

/// Runs the script as an ordinary user, who owns all that it tries to change. Only root can become one, so an
/// ordinary user's own run is what the other tests show.
#[test]
fn an_ordinary_user_is_protected_too() {
    if !rustix::process::geteuid().is_root() {
        return;
    }
    let folder = folder();
    // Where the build's folder is closed to other users, they cannot execute what is in it.
    let executable = folder.path().join("host");
    fs::copy(host(), &executable).expect("copied");
    fs::set_permissions(&executable, fs::Permissions::from_mode(0o755)).expect("changed");
    for path in ["", "protected", "protected/file"] {
        chown(folder.path().join(path), Some(NOBODY), Some(NOBODY)).expect("changed");
    }
    let run = |protected: &Path, script: &str| {
        run_by(&[], &executable, &["as-nobody", "run"], protected, script)
    };
    let protected: PathBuf = folder.path().join("protected");

    let (output, report) = run(&protected, "id -u; id -g; grep -c . /proc/self/uid_map");
    assert_eq!(output, "65534\n65534\n1\n");
    assert_eq!(report.ending, Ending::Exited(0));

    let (output, report) = run(&protected, SCRIPT);
    check(&output, &report, folder.path());
    if can(&["--user", "--map-root-user", "--mount"], Some(NOBODY)) {
        assert_eq!(report.unprotected, None);
    }
}

/// In a user namespace the flags that a mount has are locked, and who leaves one out may not mount it again at all.
#[test]
fn mounts_below_a_path_are_protected_with_their_flags() {
    let mount = r#"mount -t tmpfs -o nosuid,nodev,noexec,mode=1777 none "$0" && exec "$@""#;
    if !rustix::process::geteuid().is_root() || !can(&["--mount"], None) {
        return;
    }
    let folder = folder();
    let protected = folder.path().join("protected");
    let executable = folder.path().join("host");
    fs::copy(host(), &executable).expect("copied");
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).expect("changed");
    let below = protected.join("below");
    fs::create_dir(&below).expect("created");
    let way = [
        "unshare",
        "--mount",
        "sh",
        "-c",
        mount,
        below.to_str().expect("text"),
    ];
    let script = r#"(echo x > "$1/protected/below/file") 2>/dev/null && echo wrote; echo ended"#;
    for words in [&["run"][..], &["as-nobody", "run"]] {
        let (output, report) = run_by(&way, &executable, words, &protected, script);
        assert_eq!(report.ending, Ending::Exited(0));
        assert_eq!(
            output == "ended\n",
            report.unprotected.is_none(),
            "{output} {report:?}"
        );
        let has_namespace =
            words.len() == 1 || can(&["--user", "--map-root-user", "--mount"], Some(NOBODY));
        assert_eq!(report.unprotected.is_none(), has_namespace, "{report:?}");
    }
}
