//! What is no TOML, and what is TOML but not for Nix.

use insta::assert_snapshot;

use crate::check::{diagnose, valid};

#[test]
fn an_empty_file_is_a_manifest() {
    assert_eq!(valid(""), nixward_manifest::Manifest::default());
    assert_eq!(
        valid("# nothing\n\n"),
        nixward_manifest::Manifest::default()
    );
    assert_eq!(valid("\u{feff}"), nixward_manifest::Manifest::default());
}

#[test]
fn every_broken_line_is_told_and_the_others_are_understood() {
    let text = r#"[workspace]
name
members = = ["a"]
exclude = ["b
default-members = [c]
flake = "sub"
"#;
    assert_snapshot!(diagnose(text), @r#"
    2:5 "": key with no value
         expected `=`
    3:11 "=": extra `=`
    4:14 "": a string that is not closed
         expected `"`
    5:20 "c": `c` is not a value
         expected a value
         help: a text needs quotes
    "#);
    assert_eq!(
        nixward_manifest::parse(text).0.workspace.flake.as_deref(),
        Some("sub")
    );
}

#[test]
fn headers_that_are_not_closed_still_open_their_table() {
    let text = "[workspace\nname = \"a\"\n[verbs.lint\nlike = \"tset\"\n";
    assert_snapshot!(diagnose(text), @r#"
    1:1 "[workspace": unclosed table
         opened here and never closed
    3:1 "[verbs.lint": unclosed table
         opened here and never closed
    4:8 "\"tset\"": `tset` is not a value of `like`
         expected `run`, `test`, `check`, `build`, `container` or `shell`
         help: a similar value exists: `test`
    "#);
    assert_eq!(
        nixward_manifest::parse(text).0.workspace.name.as_deref(),
        Some("a")
    );
}

#[test]
fn an_unclosed_bracket_does_not_hide_the_rest() {
    assert_snapshot!(diagnose(
        "[workspace]\nmembers = [\"a\",\n  \"b\"\nnmae = \"x\"\n[verbs]\ntest = { timeout = \"1m\"\nlint = 3\n"
    ), @r#"
    2:11 "[": unclosed array
         opened here and never closed
    4:1 "nmae": unknown key `nmae` in [workspace]
         help: a similar key exists: `name`
    6:8 "{": unclosed inline table
         opened here and never closed
    7:8 "3": wrong type for `lint`: found an integer
         expected a table
    "#);
    assert_snapshot!(diagnose("[workspace]\nmembers = [\n  \"a\",\n[verbs]\ntst = {}\n"), @r#"
    2:11 "[": unclosed array
         opened here and never closed
    5:1 "tst": `tst` lacks `like`
         expected `like` in its table
         help: a similar verb is built in: `test`
    "#);
}

#[test]
fn a_string_that_is_not_closed() {
    assert_snapshot!(diagnose("[workspace]\nname = \"a\nflake = 'b\nbase = \"\"\"c\n"), @r#"
    2:10 "": a string that is not closed
         expected `"`
    3:11 "": a string that is not closed
         expected `'`
    4:8 "\"\"\"": a string that is never closed
         opened here
    "#);
}

#[test]
fn values_that_are_none() {
    assert_snapshot!(diagnose(
        "[workspace]\nname = initech\nmembers = packages/*\nflake =\nbase = tru\nexclude = 01\ndefault-members = [1 2]\n"
    ), @r#"
    2:8 "initech": `initech` is not a value
         expected a value
         help: a text needs quotes
    3:11 "packages/*": `packages/*` is not a value
         expected a value
         help: a text needs quotes
    4:8 "": a missing value
         expected a value
    5:8 "tru": `tru` is not a value
         expected a value
         help: a similar value exists: `true`
    6:11 "0": unexpected leading zero
    7:20 "1 2": `1 2` is not a value
         expected a value
         help: a text needs quotes
    "#);
}

#[test]
fn inline_tables_with_parts_missing() {
    assert_snapshot!(diagnose("[verbs]\ntest = { timeout }\nrun = { = 1 }\nlint2 = { like = \"test\", timeout = }\nlint = { like = \"test\" args = [] }\n"), @r#"
    2:18 "": a missing value
         expected a value
    3:9 "": a missing key
         expected a key
    4:36 "": a missing value
         expected a value
    5:24 "": missing comma between key-value pairs
         expected `,`
    "#);
}

#[test]
fn keys_are_defined_once() {
    assert_snapshot!(diagnose("[workspace]\nname = \"a\"\nname = \"b\"\n[workspace]\nflake = 3\n"), @r#"
    3:1 "name": `name` is defined twice
         2:1 "name": first defined here
    4:2 "workspace": `workspace` is defined twice
         1:2 "workspace": first defined here
    5:9 "3": wrong type for `flake`: found an integer
         expected a string
         help: put it in quotes
    "#);
    assert_snapshot!(diagnose("[verbs]\ntest = {}\ntest.timeout = \"1m\"\n[verbs.test]\n[verbs.test.env]\n"), @r#"
    3:1 "test": `test` is defined twice
         2:1 "test": first defined here
    4:8 "test": `test` is defined twice
         2:1 "test": first defined here
    5:8 "test": `test` is defined twice
         2:1 "test": first defined here
    "#);
    assert_snapshot!(diagnose("verbs.test = { timeout = \"1m\", timeout = \"2m\" }\n[verbs]\n[[verbs]]\n"), @r#"
    1:32 "timeout": `timeout` is defined twice
         1:16 "timeout": first defined here
    2:2 "verbs": `verbs` is defined twice
         1:1 "verbs": first defined here
    3:3 "verbs": `verbs` is defined twice
         1:1 "verbs": first defined here
    "#);
}

#[test]
fn tables_can_be_spread_as_far_as_toml_lets_them() {
    let manifest = valid(
        "[verbs.lint]\nlike = \"test\"\n[projects.a.test.env]\nA = \"1\"\n[projects.a]\ntags = [\"x\"]\n[projects.a.test]\nargs = []\n[verbs]\ntest.timeout = \"1s\"\ntest.args = []\n",
    );
    assert_eq!(manifest.projects["a"].verbs["test"].settings.env["A"], "1");
    assert!(manifest.verbs["test"].settings.args.is_some());
}

#[test]
fn dates_are_refused_wherever_they_stand() {
    assert_snapshot!(diagnose(
        "since = 2020-01-01\n[workspace]\nname = 2020-01-01T10:00:00Z\nmembers = [\"a\", 10:00:00]\n[verbs]\ntest = { env = { D = 2020-01-01 } }\n"
    ), @r#"
    1:1 "since": unknown key `since` outside of all tables
         help: known here: `workspace`, `verbs`, `projects` and `hooks`
    1:9 "2020-01-01": a date or time
         expected a value that Nix can read
         help: write it as a string, in quotes
    3:8 "2020-01-01T10:00:00Z": a date or time
         expected a value that Nix can read
         help: write it as a string, in quotes
    4:17 "10:00:00": a date or time
         expected a value that Nix can read
         help: write it as a string, in quotes
    6:22 "2020-01-01": a date or time
         expected a value that Nix can read
         help: write it as a string, in quotes
    "#);
}

#[test]
fn toml_1_1_is_refused_since_nix_reads_1_0() {
    assert_snapshot!(diagnose(
        "[verbs]\ntest = {\n  timeout = \"1m\",\n  retris = 1,\n}\nrun = { args = [], }\nlint = { like = \"test\", args = [\n  \"a\",\n] }\n"
    ), @r#"
    2:9 "": an inline table over several lines
         expected `}` before the end of the line
         2:8 "{": opened here
         help: Nix reads TOML 1.0: put it on one line, or write it as a [table]
    4:3 "retris": unknown key `retris` in [verbs.test]
         help: a similar key exists: `retries`
    6:18 ",": a comma at the end of an inline table
         expected `}`
         help: Nix reads TOML 1.0, which does not have it
    "#);
    assert_snapshot!(diagnose(r#"workspace.name = "\e[0m \x41 \\x41"
"workspace"."fl\x61ke" = '\x41'
"#), @r#"
    1:19 "\\e": an escape that TOML 1.0 does not have
         expected an escape that Nix can read
         help: write `\u001b`
    1:25 "\\x": an escape that TOML 1.0 does not have
         expected an escape that Nix can read
         help: write `\u00` and two hexadecimal digits
    2:16 "\\x": an escape that TOML 1.0 does not have
         expected an escape that Nix can read
         help: write `\u00` and two hexadecimal digits
    "#);
}

#[test]
fn dotted_keys_that_nix_does_not_read_are_refused() {
    assert_snapshot!(diagnose("[projects.a.test.env]\nA = \"1\"\n[projects.a]\ntest.args = []\n"), @r#"
    4:1 "test": a dotted key for the table `test`, which has a header
         1:13 "test": the header
         help: Nix does not read it: put the key under a header of its own
    "#);
}

#[test]
fn what_nix_cannot_hold_is_refused() {
    assert_snapshot!(diagnose(
        "[verbs]\ntest = { args = [\"a\\u0000\"], retries = 9223372036854775808, env = { \"A\\u0000\" = \"x\" } }\n"
    ), @r#"
    2:18 "\"a\\u0000\"": a text with a NUL character
         expected a text that Nix can hold
    2:40 "9223372036854775808": an integer that does not fit into 64 bits
    2:69 "\"A\\u0000\"": a text with a NUL character
         expected a text that Nix can hold
    "#);
}

#[test]
fn places_are_right_after_a_mark_carriage_returns_and_other_scripts() {
    let text = "\u{feff}[workspace]\r\n\"übergröße\" = 1\r\nname = [\"日本語\", 3]\r\n";
    assert_snapshot!(diagnose(text), @r#"
    2:1 "\"übergröße\"": unknown key `übergröße` in [workspace]
         help: known here: `name`, `members`, `exclude`, `default-members`, `flake` and `base`
    3:8 "[\"日本語\", 3]": wrong type for `name`: found a list
         expected a string
    "#);
}

#[test]
fn control_characters_are_refused_and_never_shown_raw() {
    assert_snapshot!(diagnose("# \u{1}\n[workspace]\n\"\\u001b[31m\" = 1\nname = \"\\u001b\\u202e\"\nflake = \"a\rb\"\n"), @r#"
    1:3 "": a control character
         expected characters that can be seen
    3:1 "\"\\u001b[31m\"": unknown key `\u{1b}[31m` in [workspace]
         help: known here: `name`, `members`, `exclude`, `default-members`, `flake` and `base`
    4:8 "\"\\u001b\\u202e\"": `\u{1b}\u{202e}` is not a name
         expected letters, digits, `_`, `-`, `.`; not `-` or `.` first
    5:11 "\r": a control character
         expected characters that can be seen
    "#);
}

#[test]
fn nesting_has_an_end() {
    let deep = format!(
        "a = {}{}\n[workspace]\nnam = 1\n",
        "[".repeat(10_000),
        "]".repeat(10_000)
    );
    assert_snapshot!(diagnose(&deep), @r#"
    1:1 "a": unknown key `a` outside of all tables
         help: known here: `workspace`, `verbs`, `projects` and `hooks`
    1:37 "[": lists or tables nested too deep
    3:1 "nam": unknown key `nam` in [workspace]
         help: a similar key exists: `name`
    "#);
    let dotted = format!("{}a = 1\n[workspace]\nnam = 1\n", "a.".repeat(40));
    assert_snapshot!(diagnose(&dotted), @r#"
    1:1 "a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.": lists or tables nested too deep
    3:1 "nam": unknown key `nam` in [workspace]
         help: a similar key exists: `name`
    "#);
    let unclosed = format!("a = {}\n[workspace]\nnam = 1\n", "{b=[".repeat(10_000));
    assert_snapshot!(diagnose(&unclosed), @r#"
    1:1 "a": unknown key `a` outside of all tables
         help: known here: `workspace`, `verbs`, `projects` and `hooks`
    1:69 "{": lists or tables nested too deep
    3:1 "nam": unknown key `nam` in [workspace]
         help: a similar key exists: `name`
    "#);
}

#[test]
fn a_huge_file_is_read_in_time() {
    let project = |number: u32| {
        format!(
            "[projects.p{number}]\ntags = [\"a\", \"b\"]\ntest = {{ timeout = \"1m\" }}\ntypo = 1\n"
        )
    };
    let text: String = (0..20_000).map(project).collect();
    let (manifest, diagnostics) = nixward_manifest::parse(&text);
    assert_eq!(manifest.projects.len(), 20_000);
    assert_eq!(diagnostics.len(), 20_000);
}
