//! The picture: a window with the lines as text, in SVG.
//!
//! Pages show it as an image, so it can use no font but the reader's own, whose characters may be of any width. Each
//! piece of text therefore says where it begins and how wide it is. All of the text stands once more in `<desc>`, for
//! readers who cannot see it, and for comparing the picture with a later run.

use std::fmt::Write as _;

use super::{
    line::{Colour, Line, Look, Piece},
    palette::Palette,
};

/// All measures are tenths of a pixel, so that no rounding makes one picture differ from the next.
const COLUMN: usize = 84;
const ROW: usize = 210;
const SIDE: usize = 240;
const TITLE_BAR: usize = 400;
const BOTTOM: usize = 200;

/// Longhand in the style: not every program that shows SVG reads `font:`.
const FONTS: &str = "ui-monospace, SFMono-Regular, 'SF Mono', Menlo, Consolas, 'DejaVu Sans Mono', 'Liberation Mono', \
                     monospace";

/// The picture of a terminal that shows these lines.
pub(crate) fn render(lines: &[Line], title: &str, palette: &Palette) -> String {
    let columns = lines.iter().map(|line| line.cells.len()).max().unwrap_or(0);
    let width = columns * COLUMN + 2 * SIDE;
    let height = TITLE_BAR + lines.len() * ROW + BOTTOM;
    let mut svg = String::new();
    let mut put = |line: String| {
        svg.push_str(&line);
        svg.push('\n');
    };
    put(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0}\" height=\"{1}\" viewBox=\"0 0 {0} {1}\" role=\"img\">",
        pixels(width),
        pixels(height)
    ));
    put(format!("<title>{}</title>", escaped(title)));
    put(format!("<desc>{}</desc>", escaped(&text(lines))));
    put(style(palette));
    put(format!(
        "<rect class=\"window\" x=\"0.5\" y=\"0.5\" width=\"{}\" height=\"{}\" rx=\"10\"/>",
        pixels(width - 10),
        pixels(height - 10)
    ));
    put(title_bar(title, width));
    put("<g class=\"text\">".to_owned());
    for (row, line) in lines.iter().enumerate() {
        for piece in line.pieces() {
            put(drawn(&piece, TITLE_BAR + row * ROW + ROW * 3 / 4));
        }
    }
    put("</g>".to_owned());
    put("</svg>".to_owned());
    svg
}

/// The lines that a picture shows; nothing if it is none of these.
pub(crate) fn text_of(svg: &str) -> Option<Vec<String>> {
    let (_, rest) = svg.split_once("<desc>")?;
    let (text, _) = rest.split_once("</desc>")?;
    Some(unescaped(text).lines().map(str::to_owned).collect())
}

fn text(lines: &[Line]) -> String {
    let texts: Vec<String> = lines.iter().map(Line::text).collect();
    texts.join("\n")
}

fn style(palette: &Palette) -> String {
    let mut style = format!(
        "<style>
.window {{ fill: {window}; stroke: {border}; }}
.text {{ font-family: {FONTS}; font-size: 14px; fill: {text}; }}
.title {{ font-family: {FONTS}; font-size: 13px; fill: {quiet}; text-anchor: middle; }}
.bold {{ font-weight: 600; }}
.dim {{ fill: {quiet}; }}
",
        window = palette.window,
        border = palette.border,
        text = palette.text,
        quiet = palette.quiet,
    );
    for colour in [
        Colour::Red,
        Colour::Green,
        Colour::Yellow,
        Colour::Blue,
        Colour::Magenta,
        Colour::Cyan,
    ] {
        // Writing to a string cannot fail.
        let _infallible = writeln!(
            style,
            ".{} {{ fill: {}; }}",
            name(colour),
            palette.of(colour)
        );
    }
    style + "</style>"
}

fn title_bar(title: &str, width: usize) -> String {
    let buttons = [
        (SIDE, "#ff5f57"),
        (SIDE + 200, "#febc2e"),
        (SIDE + 400, "#28c840"),
    ];
    let mut bar = String::new();
    for (x, colour) in buttons {
        let _infallible = writeln!(
            bar,
            "<circle cx=\"{}\" cy=\"18\" r=\"6\" fill=\"{colour}\"/>",
            pixels(x + 60)
        );
    }
    bar + &format!(
        "<text class=\"title\" x=\"{}\" y=\"22.5\">{}</text>",
        pixels(width / 2),
        escaped(title)
    )
}

fn drawn(piece: &Piece, baseline: usize) -> String {
    format!(
        "<text x=\"{}\" y=\"{}\" textLength=\"{}\" lengthAdjust=\"spacingAndGlyphs\"{}>{}</text>",
        pixels(SIDE + piece.column * COLUMN),
        pixels(baseline),
        pixels(piece.columns * COLUMN),
        class(piece.look),
        escaped(&piece.text)
    )
}

fn class(look: Look) -> String {
    let classes = [
        look.colour.map(name),
        look.bold.then_some("bold"),
        look.dim.then_some("dim"),
    ];
    let classes: Vec<&str> = classes.into_iter().flatten().collect();
    if classes.is_empty() {
        String::new()
    } else {
        format!(" class=\"{}\"", classes.join(" "))
    }
}

fn name(colour: Colour) -> &'static str {
    match colour {
        Colour::Red => "red",
        Colour::Green => "green",
        Colour::Yellow => "yellow",
        Colour::Blue => "blue",
        Colour::Magenta => "magenta",
        Colour::Cyan => "cyan",
    }
}

fn pixels(tenths: usize) -> String {
    match (tenths / 10, tenths % 10) {
        (whole, 0) => whole.to_string(),
        (whole, tenth) => format!("{whole}.{tenth}"),
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

fn unescaped(text: &str) -> String {
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{line::plain, palette::PALETTES, screen::Screen};

    #[test]
    fn a_small_screen() {
        let mut screen = Screen::new(40);
        screen.type_command("nixward test stapler");
        screen.feed(b"    \x1b[32;1mPASS\x1b[0m [   0.079s] \x1b[36mstapler\x1b[0m  test\r\n");
        let svg = render(&screen.lines().unwrap(), "examples", &PALETTES[0]);
        let (_, after_style) = svg.split_once("</style>\n").unwrap();
        insta::assert_snapshot!(after_style, @r##"
        <rect class="window" x="0.5" y="0.5" width="332.6" height="101" rx="10"/>
        <circle cx="30" cy="18" r="6" fill="#ff5f57"/>
        <circle cx="50" cy="18" r="6" fill="#febc2e"/>
        <circle cx="70" cy="18" r="6" fill="#28c840"/>
        <text class="title" x="166.8" y="22.5">examples</text>
        <g class="text">
        <text x="24" y="55.7" textLength="8.4" lengthAdjust="spacingAndGlyphs" class="magenta bold">$</text>
        <text x="40.8" y="55.7" textLength="168" lengthAdjust="spacingAndGlyphs" class="bold">nixward test stapler</text>
        <text x="57.6" y="76.7" textLength="33.6" lengthAdjust="spacingAndGlyphs" class="green bold">PASS</text>
        <text x="99.6" y="76.7" textLength="8.4" lengthAdjust="spacingAndGlyphs">[</text>
        <text x="133.2" y="76.7" textLength="58.8" lengthAdjust="spacingAndGlyphs">0.079s]</text>
        <text x="200.4" y="76.7" textLength="58.8" lengthAdjust="spacingAndGlyphs" class="cyan">stapler</text>
        <text x="276" y="76.7" textLength="33.6" lengthAdjust="spacingAndGlyphs">test</text>
        </g>
        </svg>
        "##);
    }

    #[test]
    fn the_text_comes_back_as_it_was() {
        let texts = ["a < b && c > d", "", "  &lt; is no <", "─── … 中"];
        let lines: Vec<Line> = texts.iter().map(|text| plain(text)).collect();
        for palette in &PALETTES {
            assert_eq!(text_of(&render(&lines, "<&>", palette)).unwrap(), texts);
        }
        assert_eq!(text_of("no picture"), None);
    }

    #[test]
    fn measures_have_no_rounding() {
        assert_eq!([0, 84, 840, 9].map(pixels), ["0", "8.4", "84", "0.9"]);
    }
}
