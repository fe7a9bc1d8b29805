//! What nixward must do when it is interrupted, and what of it it did not do.

use crate::{
    attempt::{Attempt, Seen},
    scenario::{Act, DONE, ENDLESS, Place},
};

/// Everything that is wrong with what was seen.
pub(crate) fn faults(attempt: Attempt, seen: &Seen) -> Vec<String> {
    let mut faults = Vec::new();
    match seen.code() {
        None => faults.push("it does not end".to_owned()),
        Some(code) if code == attempt.act.expected_code() => {}
        Some(code) => faults.push(format!(
            "it ends with {code} instead of {}",
            attempt.act.expected_code()
        )),
    }
    for survivor in &seen.survivors {
        faults.push(format!("it left {} {}", survivor.id, survivor.command));
    }
    let is_gone = attempt.act == Act::HangUp && attempt.place == Place::Terminal;
    if attempt.act == Act::Kill || is_gone {
        return faults;
    }
    if !seen.is_terminal_as_before {
        faults.push("the terminal is not as it was".to_owned());
    }
    let passed = format!("PASS [{DONE} test");
    let cancelled = ENDLESS.map(|name| format!("CANCELLED [{name} test"));
    let summary = "Summary [4 run: 1 passed, 3 interrupted (cancelled)".to_owned();
    for line in [passed, summary].into_iter().chain(cancelled) {
        if !without_times(&seen.output).contains(&line) {
            faults.push(format!("its report lacks `{line}`"));
        }
    }
    if !faults.is_empty() {
        faults.push(format!("it wrote:\n{}", seen.output));
    }
    faults
}

/// `PASS [   0.012s] quick test` as `PASS [quick test`.
fn without_times(output: &str) -> String {
    let mut text = String::new();
    for part in output.split_inclusive('[') {
        let rest = match part.split_once("s] ") {
            Some((time, rest)) if is_time(time) => rest,
            _ => part,
        };
        text.push_str(rest);
    }
    text
}

fn is_time(text: &str) -> bool {
    let time = text.trim_start();
    !time.is_empty()
        && time
            .chars()
            .all(|character| character.is_ascii_digit() || character == '.')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_taken_out_of_a_report() {
        let report =
            "        PASS [   0.012s] quick test\n[x] 3s] \n     Summary [  10.500s] 4 run: 1";
        assert_eq!(
            without_times(report),
            "        PASS [quick test\n[x] 3s] \n     Summary [4 run: 1"
        );
    }
}
