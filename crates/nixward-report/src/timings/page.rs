//! The page. Pure: the same recording gives the same text.

use std::time::Duration;

use super::{
    critical_path::critical_path,
    recording::{Recording, Span, SpanKind},
};
use crate::duration::clock;

const STYLE: &str = include_str!("page.css");
/// The drawing's own units; it is as wide as the window.
const WIDTH: f64 = 1000.0;
const ROW: f64 = 16.0;
const BAR: f64 = 12.0;
/// How high the drawing of what ran at once is.
const AREA: f64 = 90.0;
const SLOWEST: usize = 20;

pub(super) fn page(recording: &Recording, workspace: &str) -> String {
    let mut spans: Vec<&Span> = recording.spans.iter().collect();
    spans.sort_by_key(|span| (span.began, span.ended));
    let length = recording.length().max(Duration::from_millis(1));
    let critical = critical_path(&recording.spans);
    let workspace = escaped(workspace);
    let verb = escaped(&recording.verb);
    let path = recording
        .critical_path()
        .map(|path| format!("<p>Critical path: {}</p>\n", escaped(&path)));
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n\
         <title>nixward {verb}: {workspace}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n\
         <h1>nixward {verb}</h1>\n<p class=\"quiet\">{workspace}, {}{}</p>\n{}\
         <p class=\"quiet\">{}</p>\n<h2>Timeline</h2>\n{}\n<h2>At once</h2>\n{}\n<h2>Slowest</h2>\n{}\n</body>\n</html>\n",
        clock(length),
        counts(recording),
        path.unwrap_or_default(),
        key(),
        timeline(&spans, &critical, length),
        at_once(&spans, length),
        slowest(&spans),
    )
}

fn counts(recording: &Recording) -> String {
    recording
        .summary
        .as_ref()
        .map_or_else(String::new, |summary| {
            format!(", {} passed, {} failed", summary.passed, summary.failed)
        })
}

fn class(kind: SpanKind) -> &'static str {
    match kind {
        SpanKind::Evaluation => "evaluation",
        SpanKind::Download => "download",
        SpanKind::Build => "build",
        SpanKind::Step => "step",
        SpanKind::FailedStep => "failed",
    }
}

fn key() -> String {
    let kinds = [
        (SpanKind::Evaluation, "evaluation"),
        (SpanKind::Download, "downloads"),
        (SpanKind::Build, "builds"),
        (SpanKind::Step, "steps that succeeded"),
        (SpanKind::FailedStep, "steps that did not"),
    ];
    let one = |(kind, text): (SpanKind, &str)| {
        format!("<span class=\"key {}\"></span>{text}", class(kind))
    };
    kinds.map(one).concat() + "; outlined: the critical path"
}

/// Where a moment is in the drawing.
fn place(moment: Duration, length: Duration) -> f64 {
    moment.as_secs_f64() / length.as_secs_f64() * WIDTH
}

fn timeline(spans: &[&Span], critical: &[&Span], length: Duration) -> String {
    let mut rows = String::new();
    for (number, span) in spans.iter().enumerate() {
        rows.push_str(&row(span, number, critical.contains(span), length));
    }
    let height = spans.len() as f64 * ROW + ROW;
    drawing(height, &format!("{}{rows}", grid(height, length)))
}

fn row(span: &Span, number: usize, is_critical: bool, length: Duration) -> String {
    let (left, right) = (place(span.began, length), place(span.ended, length));
    let top = (number + 1) as f64 * ROW;
    // What took no time at all can be seen too.
    let width = (right - left).max(1.0);
    let outline = if is_critical { " critical" } else { "" };
    let name = escaped(&span.name);
    let took = clock(span.took());
    // Behind the bar where there is room, else before it, else in it.
    let (at, place) = if left + width < WIDTH * 0.7 {
        (left + width + 4.0, "behind")
    } else if left > WIDTH * 0.3 {
        (left - 4.0, "before")
    } else {
        (left + 4.0, "inside")
    };
    let baseline = top + BAR - 2.0;
    format!(
        "<g><title>{name}, {took}, from {}</title><rect class=\"{}{outline}\" x=\"{left:.1}\" y=\"{top:.1}\" \
         width=\"{width:.1}\" height=\"{BAR}\" rx=\"2\"/><text x=\"{at:.1}\" y=\"{baseline:.1}\" \
         class=\"{place}\">{name} <tspan class=\"quiet\">{took}</tspan></text></g>\n",
        clock(span.began),
        class(span.kind),
    )
}

/// Lines at whole steps of time.
fn grid(height: f64, length: Duration) -> String {
    let step = grid_step(length);
    let moments = (0..).map(|number| step * number);
    let line = |moment: Duration| {
        let x = place(moment, length);
        format!(
            "<line class=\"grid\" x1=\"{x:.1}\" x2=\"{x:.1}\" y1=\"{ROW}\" y2=\"{height:.1}\"/>\
             <text class=\"quiet\" x=\"{x:.1}\" y=\"11\">{}</text>\n",
            clock(moment)
        )
    };
    moments
        .take_while(|moment| *moment <= length)
        .map(line)
        .collect()
}

/// The shortest that makes at most ten lines.
fn grid_step(length: Duration) -> Duration {
    const STEPS: [u64; 13] = [
        100, 200, 500, 1_000, 2_000, 5_000, 10_000, 30_000, 60_000, 120_000, 300_000, 600_000,
        1_800_000,
    ];
    let fits = |step: &&u64| length.as_millis() <= u128::from(**step) * 10;
    let step = STEPS.iter().find(fits).copied();
    step.map_or(length / 10, Duration::from_millis)
}

/// How many ran at each moment.
fn at_once(spans: &[&Span], length: Duration) -> String {
    let mut changes: Vec<(Duration, i64)> = spans
        .iter()
        .flat_map(|span| [(span.began, 1), (span.ended, -1)])
        .collect();
    changes.sort_unstable();
    let mut running = 0;
    let mut levels = vec![(Duration::ZERO, 0)];
    for (moment, change) in changes {
        levels.push((moment, running));
        running += change;
        levels.push((moment, running));
    }
    let most = levels
        .iter()
        .map(|(_, level)| *level)
        .max()
        .unwrap_or(0)
        .max(1);
    let point = |(moment, level): &(Duration, i64)| {
        let y = ROW + AREA - *level as f64 / most as f64 * AREA;
        format!("{:.1},{y:.1}", place(*moment, length))
    };
    let points: Vec<String> = levels.iter().map(point).collect();
    let height = ROW + AREA;
    let area = format!(
        "{}<polygon class=\"area\" points=\"0,{height} {} {WIDTH},{height}\"/><text class=\"quiet\" x=\"4\" y=\"{:.1}\">at most {most}</text>",
        grid(height, length),
        points.join(" "),
        ROW + 12.0,
    );
    drawing(height, &area)
}

fn drawing(height: f64, content: &str) -> String {
    format!("<svg viewBox=\"0 0 {WIDTH} {height:.0}\" role=\"img\">\n{content}</svg>")
}

fn slowest(spans: &[&Span]) -> String {
    let mut by_time = spans.to_vec();
    by_time.sort_by_key(|span| std::cmp::Reverse(span.took()));
    let row = |span: &&Span| {
        format!(
            "<tr><td class=\"number\">{}</td><td>{}</td><td class=\"quiet\">{}</td></tr>\n",
            clock(span.took()),
            escaped(&span.name),
            class(span.kind)
        )
    };
    let rows: String = by_time.iter().take(SLOWEST).map(row).collect();
    format!("<table>\n{rows}</table>")
}

/// As text between tags and in attributes.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_text_and_never_tags() {
        assert_eq!(
            escaped("<a href=\"&\">"),
            "&lt;a href=&quot;&amp;&quot;&gt;"
        );
    }

    #[test]
    fn a_grid_has_few_lines() {
        for seconds in [0, 1, 7, 59, 600, 86_400] {
            let length = Duration::from_secs(seconds).max(Duration::from_millis(1));
            let lines = grid(10.0, length).matches("<line").count();
            assert!((1..=11).contains(&lines), "{seconds} s: {lines}");
        }
    }
}
