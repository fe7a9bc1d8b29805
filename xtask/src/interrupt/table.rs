//! The tables of `docs/interruption.md`.

use crate::{
    attempt::{Attempt, Seen},
    scenario::{Act, Kind, Place},
};

/// What was seen of one tool.
pub(crate) struct Observed {
    pub(crate) tool: &'static str,
    pub(crate) seen: Vec<(Attempt, Seen)>,
}

/// The columns in which tools are compared.
pub(crate) const COMPARED: [(&str, Kind, Act); 4] = [
    ("Ctrl-C", Kind::Sleeps, Act::CtrlC),
    (
        "Ctrl-C, a background child",
        Kind::LeavesABackgroundChild,
        Act::CtrlC,
    ),
    (
        "Ctrl-C, INT and TERM ignored",
        Kind::IgnoresSignals,
        Act::CtrlC,
    ),
    ("SIGTERM", Kind::Sleeps, Act::Terminate),
];

/// All tools, a row for each place.
pub(crate) fn comparison(observed: &[Observed]) -> String {
    let columns = COMPARED.map(|(name, ..)| name);
    let mut text = head(&[&["tool", "at"], &columns[..]].concat());
    for Observed { tool, seen } in observed {
        for place in Place::BOTH {
            let cells = COMPARED.map(|(_, kind, act)| cell(seen, Attempt { place, kind, act }));
            text.extend([format!("| {tool} | {place} | {} |\n", cells.join(" | "))]);
        }
    }
    text
}

/// One tool, a row for what its tests do and each place, a column for each way to interrupt it.
pub(crate) fn all_ways(observed: &Observed) -> String {
    let columns = Act::ALL.map(|act| act.to_string());
    let mut names = vec!["each test", "at"];
    names.extend(columns.iter().map(String::as_str));
    let mut text = head(&names);
    for kind in Kind::ALL {
        for place in Place::BOTH {
            let cells = Act::ALL.map(|act| cell(&observed.seen, Attempt { place, kind, act }));
            text.extend([format!("| {kind} | {place} | {} |\n", cells.join(" | "))]);
        }
    }
    text
}

fn head(columns: &[&str]) -> String {
    let line = vec!["---"; columns.len()].join("|");
    format!("| {} |\n|{line}|\n", columns.join(" | "))
}

/// `0.1 s, 130, 0 left`.
fn cell(seen: &[(Attempt, Seen)], wanted: Attempt) -> String {
    let found = seen.iter().find(|(attempt, _)| *attempt == wanted);
    let Some((_, seen)) = found else {
        return "–".to_owned();
    };
    let end = match (&seen.end, seen.code()) {
        (Some((time, _)), Some(code)) => format!("{:.1} s, {code}", time.as_secs_f64()),
        _ => "hangs".to_owned(),
    };
    match seen.survivors.len() {
        0 => format!("{end}, 0 left"),
        count => format!("{end}, **{count} left**"),
    }
}
