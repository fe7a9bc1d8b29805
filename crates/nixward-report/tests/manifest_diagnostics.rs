//! How the findings of `nixward-manifest` look.

use insta::assert_snapshot;
use nixward_manifest::parse;
use nixward_report::manifest_diagnostics::render;

fn rendered(text: &str) -> String {
    render(&parse(text).1, "nixward.toml", text, false)
}

#[test]
fn nothing_wrong_is_nothing_said() {
    assert_eq!(rendered("[workspace]\nname = \"initech\"\n"), "");
}

#[test]
fn an_unknown_key_with_a_near_one() {
    assert_snapshot!(rendered("[workspace]\nname = \"initech\"\nmembrs = [\"packages/projects/*\"]\n"), @r#"
    error: unknown key `membrs` in [workspace]
     --> nixward.toml:3:1
      |
    3 | membrs = ["packages/projects/*"]
      | ^^^^^^
      |
    help: a similar key exists: `members`
    "#);
}

#[test]
fn several_at_once() {
    assert_snapshot!(rendered(
        "[workspace]\nname = 3\nmembrs = []\n\n[verbs]\nlint = { like = \"tset\" }\ntest = { timeout = 10, retries = 1 }\n"
    ), @r#"
    error: wrong type for `name`: found an integer
     --> nixward.toml:2:8
      |
    2 | name = 3
      |        ^ expected a string
      |
    help: put it in quotes

    error: unknown key `membrs` in [workspace]
     --> nixward.toml:3:1
      |
    3 | membrs = []
      | ^^^^^^
      |
    help: a similar key exists: `members`

    error: `tset` is not a value of `like`
     --> nixward.toml:6:17
      |
    6 | lint = { like = "tset" }
      |                 ^^^^^^ expected `run`, `test`, `check`, `build`, `container` or `shell`
      |
    help: a similar value exists: `test`

    error: wrong type for `timeout`: found an integer
     --> nixward.toml:7:20
      |
    7 | test = { timeout = 10, retries = 1 }
      |                    ^^ expected a string with a unit
      |
    help: write "10s" for seconds, "10m" for minutes
    "#);
}

#[test]
fn syntax_errors() {
    assert_snapshot!(rendered("[workspace]\nname = initech\nmembers = [\"a\",\n  \"b\"\nflake =\n[verbs\n"), @r#"
    error: `initech` is not a value
     --> nixward.toml:2:8
      |
    2 | name = initech
      |        ^^^^^^^ expected a value
      |
    help: a text needs quotes

    error: unclosed array
     --> nixward.toml:3:11
      |
    3 | members = ["a",
      |           ^ opened here and never closed

    error: a missing value
     --> nixward.toml:5:8
      |
    5 | flake =
      |        ^ expected a value

    error: unclosed table
     --> nixward.toml:6:1
      |
    6 | [verbs
      | ^^^^^^ opened here and never closed
    "#);
}

#[test]
fn two_places() {
    assert_snapshot!(rendered("[projects.pc-load-letter]\ntags = []\n[projects.pc_load_letter]\n"), @"
    error: `pc-load-letter` and `pc_load_letter` are one name to nixward
     --> nixward.toml:3:11
      |
    1 | [projects.pc-load-letter]
      |           -------------- the first
    2 | tags = []
    3 | [projects.pc_load_letter]
      |           ^^^^^^^^^^^^^^
      |
    help: `-` and `_` match each other: join the two tables, or rename one
    ");
    let between = "# nothing\n".repeat(20);
    assert_snapshot!(rendered(&format!("[workspace]\nname = \"a\"\n{between}name = \"b\"\n")), @r#"
    error: `name` is defined twice
      --> nixward.toml:23:1
       |
     2 | name = "a"
       | ---- first defined here
    ...
    23 | name = "b"
       | ^^^^
    "#);
}

#[test]
fn a_value_over_several_lines() {
    assert_snapshot!(rendered("[workspace]\nname = [\n  \"a\",\n  \"b\",\n]\n"), @r#"
    error: wrong type for `name`: found a list
     --> nixward.toml:2:8
      |
    2 |   name = [
      |  ________^
    3 | |   "a",
    4 | |   "b",
    5 | | ]
      | |_^ expected a string
    "#);
}

#[test]
fn the_end_of_the_file() {
    assert_snapshot!(rendered("[workspace]\nname ="), @"
    error: a missing value
     --> nixward.toml:2:7
      |
    2 | name =
      |       ^ expected a value
    ");
    assert_snapshot!(rendered("[workspace]\nname = \"a"), @r#"
    error: a string that is not closed
     --> nixward.toml:2:10
      |
    2 | name = "a
      |          ^ expected `"`
    "#);
}

#[test]
fn a_mark_carriage_returns_tabs_and_other_scripts_before_the_place() {
    assert_snapshot!(rendered("\u{feff}membrs = 1\r\n[verbs]\r\n\ttest = { args = [\"größe\", \"日本語\", 3] }\r\nrun = {\r\n  args = []\r\n}\r\n"), @r#"
    error: unknown key `membrs` outside of all tables
     --> nixward.toml:1:1
      |
    1 | membrs = 1
      | ^^^^^^
      |
    help: `members` belongs in [workspace]

    error: wrong type for `args`: found an integer
     --> nixward.toml:3:35
      |
    3 |     test = { args = ["größe", "日本語", 3] }
      |                                         ^ expected a string in the list
      |
    help: put it in quotes

    error: an inline table over several lines
     --> nixward.toml:4:8
      |
    4 | run = {
      |       -^ expected `}` before the end of the line
      |       |
      |       opened here
      |
    help: Nix reads TOML 1.0: put it on one line, or write it as a [table]
    "#);
}

#[test]
fn control_characters_are_shown_as_what_they_are() {
    let shown = rendered("[workspace]\nname = \"\u{1b}[31m\u{202e}\"\n\"\\u001b[2J\" = 1\n");
    assert!(
        !shown.contains(|character: char| character.is_control() && character != '\n'),
        "{shown:?}"
    );
    assert!(!shown.contains('\u{202e}'), "{shown:?}");
    assert_snapshot!(shown, @r#"
    error: a control character
     --> nixward.toml:2:9
      |
    2 | name = "␛[31m�"
      |         ^ expected characters that can be seen

    error: unknown key `\u{1b}[2J` in [workspace]
     --> nixward.toml:3:1
      |
    3 | "\u001b[2J" = 1
      | ^^^^^^^^^^^
      |
    help: known here: `name`, `members`, `exclude`, `default-members`, `flake` and `base`
    "#);
}

#[test]
fn a_long_line() {
    let members = (0..60)
        .map(|number| format!("\"packages/{number}\""))
        .collect::<Vec<_>>()
        .join(", ");
    let shown = rendered(&format!(
        "[workspace]\nmembers = [{members}, 3, {members}]\n"
    ));
    assert!(
        shown.lines().all(|line| line.chars().count() <= 140),
        "{shown}"
    );
    assert!(shown.contains("expected a string in the list"), "{shown}");
}

#[test]
fn no_more_than_can_be_read() {
    let text: String = (0..1_000)
        .map(|number| format!("k{number} = 1\n"))
        .collect();
    let shown = rendered(&text);
    assert_eq!(shown.matches("error: ").count(), 100);
    assert!(
        shown.ends_with("\n… and 900 more in nixward.toml\n"),
        "{shown}"
    );
}

#[test]
fn colours_only_where_they_are_asked_for() {
    let text = "nope = 1\n";
    let diagnostics = parse(text).1;
    assert!(render(&diagnostics, "nixward.toml", text, true).contains("\u{1b}["));
    assert!(!render(&diagnostics, "nixward.toml", text, false).contains('\u{1b}'));
}

#[test]
fn places_of_another_text_do_no_harm() {
    let diagnostics = parse("a = 1\n[workspace]\nnam = 1\nmembers = [\n1]\n").1;
    for other in ["", "x", "\n\n", "é"] {
        assert!(!render(&diagnostics, "nixward.toml", other, false).is_empty());
    }
}
