//! A picture of the page that `--timings` writes, without a browser: the page's own drawings with the page's own style,
//! one below the other.

use std::fmt::Write as _;

use anyhow::{Context as _, Result};

use super::palette::Palette;

/// As wide as the page's drawings, with a margin at both sides.
const WIDTH: u32 = 1000;
const MARGIN: u32 = 24;
/// Above the first drawing, and between two.
const HEAD: u32 = 76;
const GAP: u32 = 56;

/// The picture in a palette, of which the page has its own.
pub(crate) fn render(page: &str, palette: &Palette) -> Result<String> {
    let is_dark = palette.name == "dark";
    let style = style(
        between(page, "<style>", "</style>").context("it has no style")?,
        is_dark,
    );
    let title = between(page, "<h1>", "</h1>").context("it has no title")?;
    let mut drawings = String::new();
    let mut top = HEAD;
    let mut rest = page;
    while let Some((_, from)) = rest.split_once("<svg viewBox=\"0 0 1000 ") {
        let (height, from) = from.split_once('"').context("a drawing has no height")?;
        let (_, from) = from.split_once('>').context("a drawing does not begin")?;
        let (content, after) = from.split_once("</svg>").context("a drawing has no end")?;
        let height: u32 = height.parse().context("a height is no number")?;
        // Writing to a string cannot fail.
        let _infallible = write!(
            drawings,
            "<svg x=\"{MARGIN}\" y=\"{top}\" width=\"{WIDTH}\" height=\"{height}\" viewBox=\"0 0 {WIDTH} {height}\">\n\
             {content}</svg>\n"
        );
        top += height + GAP;
        rest = after;
    }
    anyhow::ensure!(!drawings.is_empty(), "the page has no drawing");
    let (width, height) = (WIDTH + 2 * MARGIN, top - GAP + MARGIN);
    Ok(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
         viewBox=\"0 0 {width} {height}\" role=\"img\">\n<title>{title}</title>\n<style>\n{style}\n\
         .window {{ fill: {window}; stroke: {border}; }}\n.head {{ font-size: 20px; font-weight: 600; }}\n</style>\n\
         <rect class=\"window\" x=\"0.5\" y=\"0.5\" width=\"{}\" height=\"{}\" rx=\"10\"/>\n\
         <text class=\"head\" x=\"{MARGIN}\" y=\"44\">{title}</text>\n{drawings}</svg>\n",
        width - 1,
        height - 1,
        window = palette.window,
        border = palette.border,
    ))
}

/// The page's style with the colours themselves: not every program that shows SVG knows variables, and an image does
/// not always know what the page around it looks like.
fn style(css: &str, is_dark: bool) -> String {
    let light = between(css, ":root {", "}").unwrap_or_default();
    let dark = between(css, "(prefers-color-scheme: dark) { :root {", "}").unwrap_or_default();
    let begin = css.find("body {").unwrap_or_default();
    let mut rules = css[begin..].trim_end().to_owned();
    for declaration in if is_dark { dark } else { light }.split(';') {
        if let Some((name, value)) = declaration.split_once(':') {
            rules = rules.replace(&format!("var({})", name.trim()), value.trim());
        }
    }
    rules.replace("svg { display: block; width: 100%; height: auto; }", "")
}

fn between<'a>(text: &'a str, begin: &str, end: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(begin)?;
    rest.split_once(end).map(|(inside, _)| inside)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::palette::PALETTES;

    const PAGE: &str = "<style>\n:root { color-scheme: light dark; --text: #111; --step: #222; }\n\
        @media (prefers-color-scheme: dark) { :root { --text: #eee; --step: #ddd; } }\n\
        body { color: var(--text); }\nsvg { display: block; width: 100%; height: auto; } svg text { fill: var(--text); }\n\
        .step { fill: var(--step); }\n</style><h1>nixward test</h1>\n\
        <svg viewBox=\"0 0 1000 32\" role=\"img\">\n<rect class=\"step\"/></svg>\n<h2>At once</h2>\n\
        <svg viewBox=\"0 0 1000 90\" role=\"img\">\n<path/></svg>\n";

    #[test]
    fn the_pages_drawings_stand_below_each_other_in_its_colours() {
        let [light, dark] = PALETTES.map(|palette| render(PAGE, &palette).unwrap());
        assert!(light.contains(".step { fill: #222; }"), "{light}");
        assert!(dark.contains(".step { fill: #ddd; }"), "{dark}");
        for picture in [&light, &dark] {
            assert!(!picture.contains("var("), "{picture}");
            assert!(picture.contains("<svg x=\"24\" y=\"76\" width=\"1000\" height=\"32\""));
            assert!(picture.contains("<svg x=\"24\" y=\"164\" width=\"1000\" height=\"90\""));
            assert!(picture.contains("width=\"1048\" height=\"278\""));
        }
        assert!(render("<style></style><h1></h1>", &PALETTES[0]).is_err());
    }
}
