//! What the pictures show: each is a real run, of which a moment or the end is taken.

use std::path::Path;

use anyhow::{Context as _, Result};
use fs_err as fs;

use crate::{
    line::Line,
    office::Office,
    screen::Screen,
    settle,
    terminal::{self, Call},
};

/// What is typed in the README's picture.
const COMMANDS: [&[&str]; 2] = [&["list"], &["test", "--all"]];
/// Wide enough for every line; a picture is as wide as its longest.
const COLUMNS: u16 = 140;
/// As wide as many people's, since the display makes use of all of it.
const COLUMNS_OF_DISPLAY: u16 = 100;

const TESTS: [&str; 3] = ["test", "--all", "-j3"];

/// Two that are done at once, and three that wait: for a build and for a meeting.
const RUNNING: &str = r##"fixture: with fixture;
let until = ''while [ ! -e @meeting@ ]; do sleep 0.05; done''; in {
  fax = project "fax" "true" { test = test "true # ${salt}"; };
  stapler = project "stapler" "true" { test = test "true # ${salt}"; };
  payroll = project "payroll" "true" { test = test "echo 'rounding 41 of 120 fractions of a cent'; ${until}"; };
  printer = project "printer" "true" { test = test "echo 'test_tray.py::test_pc_load_letter PASSED'; ${until}"; };
  tps-report = project "tps-report" "true" {
    test = test "cat ${derive "cover-sheet-2.4" ''
      echo '@nix {"action":"setPhase","phase":"buildPhase"}' >&2
      echo "[12/40] cc -O2 -c margins.c"
      ${until}
      echo > $out
    ''}";
  };
}
"##;
/// What the display shows when all of them have come so far.
const WHEN_RUNNING: [&str; 5] = [
    "fax test",
    "stapler test",
    "fractions of a cent",
    "test_pc_load_letter PASSED",
    "margins.c",
];

/// A test that fails, and a build that another one needs.
const FAILING: &str = r##"fixture: with fixture; {
  fax = project "fax" "true" { test = test "true"; };
  stapler = project "stapler" "true" { test = test "true"; };
  printer = project "printer" "true" {
    test = test "cat ${derive "libpaper-1.2" ''
      echo "cc -O2 -c tray.c"
      echo "tray.c:40:12: error: 'LETTER' undeclared (first use in this function)"
      exit 2
    ''}";
  };
  tps-report = project "tps-report" "true" {
    test = test ''
      echo "test_cover_sheet ... ok"
      echo "test_bosses ... FAIL"
      echo "AssertionError: 7 != 8"
      exit 1
    '';
  };
}
"##;

/// Builds and tests that take their time.
const TAKING_TIME: &str = r##"fixture: with fixture;
let
  library = name: seconds: needs:
    derive name "echo ${salt}; : ${toString needs}; sleep ${seconds}; echo > $out";
  tested = name: needs: seconds:
    project name "true" { test = test "# ${salt} ${toString needs}\nsleep ${seconds}"; };
  paper = library "libpaper-1.2" "0.9" [ ];
  ink = library "libink-0.7" "0.5" [ ];
  tray = library "tray-3.1" "0.8" [ paper ];
  sheet = library "cover-sheet-2.4" "0.6" [ paper ink ];
in {
  fax = tested "fax" [ ] "0.7";
  memo = tested "memo" [ ] "0.2";
  payroll = tested "payroll" [ ink ] "1.1";
  printer = tested "printer" [ tray ] "0.9";
  stapler = tested "stapler" [ ] "0.4";
  tps-report = tested "tps-report" [ sheet ] "0.5";
}
"##;

/// What a terminal shows in the example after the README's commands.
pub(crate) fn example(folder: &Path) -> Result<Vec<Line>> {
    let call = |args| Call::new("nixward", args, folder);
    // Building takes as long as it takes, and is not what the picture shows.
    for command in COMMANDS {
        terminal::run_unseen(&call(command))?;
    }
    let mut screen = Screen::new(COLUMNS);
    for command in COMMANDS {
        screen.type_command(&format!("nixward {}", command.join(" ")));
        screen.feed(&terminal::run(&call(command), COLUMNS)?);
    }
    screen.lines()
}

/// The display in the middle of a run.
pub(crate) fn running() -> Result<Vec<Line>> {
    let office = Office::make("running", RUNNING)?;
    let call = office.call("nixward", &TESTS);
    let screen = |output: &[u8]| {
        let mut screen = Screen::new(COLUMNS_OF_DISPLAY);
        screen.type_command(&format!("nixward {}", TESTS.join(" ")));
        screen.feed(output);
        screen.lines()
    };
    let mut before = Vec::new();
    let mut taken = None;
    // Whatever is on its way to the terminal has come when two looks see the same.
    let is_it = |output: &[u8]| -> Result<bool> {
        let lines = screen(output)?;
        let text: Vec<String> = lines.iter().map(Line::text).collect();
        let is_there = |part: &&str| text.iter().any(|line| line.contains(part));
        if WHEN_RUNNING.iter().all(is_there) && settle::are_alike(&text, &before) {
            taken = Some(lines);
        }
        before = text;
        Ok(taken.is_some())
    };
    terminal::run_until(&call, COLUMNS_OF_DISPLAY, is_it, || office.begin_meeting())?;
    taken.context("nothing was taken")
}

/// Failures when they happen, and at the end.
pub(crate) fn failing() -> Result<Vec<Line>> {
    let office = Office::make("failing", FAILING)?;
    let call = Call {
        code: 5,
        ..office.call("nixward", &TESTS)
    };
    let output = terminal::run(&call, COLUMNS)?;
    let mut screen = Screen::new(COLUMNS);
    screen.type_command(&format!("nixward {}", TESTS.join(" ")));
    screen.feed(&office.at_home(&output)?);
    screen.lines()
}

/// The page that a run writes about its times.
pub(crate) fn page_of_times() -> Result<String> {
    let office = Office::make("times", TAKING_TIME)?;
    let page = office.file("times.html");
    let option = format!("--timings={}", page.display());
    let words: Vec<&str> = TESTS.into_iter().chain([option.as_str()]).collect();
    terminal::run(&office.call("nixward", &words), COLUMNS)?;
    Ok(fs::read_to_string(page)?)
}
