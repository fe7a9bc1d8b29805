//! What differs from run to run without meaning anything: how long things took, and which of several was done first.
//!
//! A picture whose lines are otherwise the same keeps its times and its order, so that a run that changes nothing
//! changes no byte.

use super::line::Line;

/// The lines as the picture shows them, if they differ in nothing but times and the order of lines that have one;
/// else as they are.
pub(crate) fn settled(fresh: Vec<Line>, shown: &[String]) -> Vec<Line> {
    if fresh.len() != shown.len() {
        return fresh;
    }
    let mut left: Vec<Option<&Line>> = fresh.iter().map(Some).collect();
    let mut settled = Vec::with_capacity(fresh.len());
    for (index, shown) in shown.iter().enumerate() {
        let is_the_one = |line: &Line| timeless(&line.text()) == timeless(shown);
        let place = if time(shown).is_some() {
            left.iter().position(|line| line.is_some_and(is_the_one))
        } else {
            Some(index).filter(|_| left[index].is_some_and(is_the_one))
        };
        let Some(line) = place.and_then(|place| left[place].take()) else {
            return fresh;
        };
        settled.push(with_time_of(line, shown));
    }
    settled
}

/// Whether two terminals show the same but for times.
pub(crate) fn are_alike(some: &[String], others: &[String]) -> bool {
    let timeless = |line: &String| timeless(line);
    some.iter().map(timeless).eq(others.iter().map(timeless))
}

/// What the picture shows and the run does not, and the other way round, without times.
pub(crate) fn differences(shown: &[String], fresh: &[Line]) -> Vec<String> {
    let shown: Vec<String> = shown.iter().map(|line| timeless(line)).collect();
    let fresh: Vec<String> = fresh.iter().map(|line| timeless(&line.text())).collect();
    let gone = missing_in(&fresh, &shown).map(|line| format!("- {line}"));
    let new = missing_in(&shown, &fresh).map(|line| format!("+ {line}"));
    let differences: Vec<String> = gone.chain(new).collect();
    if differences.is_empty() {
        return vec!["(the same lines, in another order or drawn in another way)".to_owned()];
    }
    differences
}

/// The lines that are not among the others as often as here.
fn missing_in<'a>(others: &[String], lines: &'a [String]) -> impl Iterator<Item = &'a String> {
    let mut others = others.to_vec();
    lines.iter().filter(move |line| {
        let found = others.iter().position(|other| other == *line);
        found.map(|index| others.swap_remove(index)).is_none()
    })
}

/// The same line with a time as long as the one that is shown, if both have one.
fn with_time_of(line: &Line, shown: &str) -> Line {
    let text = line.text();
    let (Some((from, to)), Some((shown_from, shown_to))) = (time(&text), time(shown)) else {
        return line.clone();
    };
    // Each column holds one character here: nixward's times and what stands before them are ASCII.
    let column = |byte: usize| text[..byte].chars().count();
    let mut cells = line.cells.clone();
    let Some(mut cell) = cells.get(column(from)).cloned() else {
        return line.clone();
    };
    let of_the_picture = shown[shown_from..shown_to].chars().map(|character| {
        cell.text = character.to_string();
        cell.clone()
    });
    let of_the_picture: Vec<_> = of_the_picture.collect();
    cells.splice(column(from)..column(to), of_the_picture);
    Line { cells }
}

/// The line with all times alike.
fn timeless(line: &str) -> String {
    match time(line) {
        Some((from, to)) => format!("{}   …   {}", &line[..from], &line[to..]),
        None => line.to_owned(),
    }
}

/// Where the time is, such as `   0.249` in `PASS [   0.249s] stapler`.
fn time(line: &str) -> Option<(usize, usize)> {
    let mut from = 0;
    loop {
        from += line[from..].find('[')? + 1;
        let length = line[from..].find("s]")?;
        let inside = &line[from..from + length];
        if inside.trim_start().parse::<f64>().is_ok() {
            return Some((from, from + length));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::line::plain;

    fn lines(texts: &[&str]) -> Vec<Line> {
        texts.iter().map(|text| plain(text)).collect()
    }

    fn settled_texts(fresh: &[&str], shown: &[&str]) -> Vec<String> {
        let shown: Vec<String> = shown.iter().map(|line| (*line).to_owned()).collect();
        settled(lines(fresh), &shown)
            .iter()
            .map(Line::text)
            .collect()
    }

    #[test]
    fn times_and_the_order_of_ending_stay() {
        let shown = [
            "$ nixward test --all",
            "  PASS [   0.249s] stapler test",
            "  PASS [   0.083s] tps-report test",
            "Summary [   0.589s] 2 run: 2 passed",
        ];
        let fresh = [
            "$ nixward test --all",
            "  PASS [  12.700s] tps-report test",
            "  PASS [   0.123s] stapler test",
            "Summary [  12.911s] 2 run: 2 passed",
        ];
        assert_eq!(settled_texts(&fresh, &shown), shown);
        assert_eq!(
            settled_texts(&["Summary [0.1s]"], &["Summary [  12.911s]"]),
            ["Summary [  12.911s]"]
        );
    }

    #[test]
    fn any_other_difference_makes_a_picture_of_its_own() {
        let shown = ["a", "  PASS [   0.249s] stapler test"];
        for fresh in [
            &["a", "  FAIL [   0.300s] stapler test"][..],
            &["b", "  PASS [   0.300s] stapler test"],
            &["  PASS [   0.300s] stapler test", "a"],
            &["a"],
            &["a", "  PASS [   0.300s] stapler test", "b"],
        ] {
            assert_eq!(settled_texts(fresh, &shown), fresh);
        }
    }

    #[test]
    fn a_line_that_is_there_twice_is_needed_twice() {
        let shown = ["[ 1.0s] x", "[ 2.0s] x"];
        assert_eq!(settled_texts(&["[ 3.0s] x", "[ 4.0s] x"], &shown), shown);
        let fresh = ["[ 3.0s] x", "[ 4.0s] y"];
        assert_eq!(settled_texts(&fresh, &shown), fresh);
    }

    #[test]
    fn differences_are_told_without_times() {
        let shown = ["same", "[   0.1s] x", "gone"].map(str::to_owned);
        let fresh = lines(&["[   9.9s] x", "same", "new"]);
        assert_eq!(differences(&shown, &fresh), ["- gone", "+ new"]);
        let reordered = lines(&["[   9.9s] x", "same"]);
        assert_eq!(
            differences(&shown[..2], &reordered),
            ["(the same lines, in another order or drawn in another way)"]
        );
    }

    #[test]
    fn what_is_no_time() {
        for line in ["", "[tests]", "[s]", "a [b] c", "[open", "[1.0s"] {
            assert_eq!(timeless(line), line);
        }
        assert_eq!(timeless("[x] [ 1.000s] y"), "[x] [   …   s] y");
    }
}
