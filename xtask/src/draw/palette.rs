//! The colours of the picture, for pages with dark text and for pages with light text.

use super::line::Colour;

/// Colours as SVG writes them.
pub(crate) struct Palette {
    /// What the file is called by.
    pub(crate) name: &'static str,
    pub(crate) window: &'static str,
    pub(crate) border: &'static str,
    pub(crate) text: &'static str,
    /// Of what is dim, and of the title.
    pub(crate) quiet: &'static str,
    red: &'static str,
    green: &'static str,
    yellow: &'static str,
    blue: &'static str,
    magenta: &'static str,
    cyan: &'static str,
}

/// Each colour has a contrast of at least 4.5 to its window, which is what can be read without effort.
pub(crate) const PALETTES: [Palette; 2] = [
    Palette {
        name: "light",
        window: "#f6f8fa",
        border: "#d0d7de",
        text: "#24292f",
        quiet: "#59636e",
        red: "#c21f2a",
        green: "#11702d",
        yellow: "#875a00",
        blue: "#0860ca",
        magenta: "#8040c8",
        cyan: "#0f6b78",
    },
    Palette {
        name: "dark",
        window: "#161b22",
        border: "#30363d",
        text: "#e6edf3",
        quiet: "#9aa4af",
        red: "#ff8078",
        green: "#56d364",
        yellow: "#e3b341",
        blue: "#79c0ff",
        magenta: "#d2a8ff",
        cyan: "#56d4dd",
    },
];

impl Palette {
    pub(crate) fn of(&self, colour: Colour) -> &'static str {
        match colour {
            Colour::Red => self.red,
            Colour::Green => self.green,
            Colour::Yellow => self.yellow,
            Colour::Blue => self.blue,
            Colour::Magenta => self.magenta,
            Colour::Cyan => self.cyan,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As the accessibility guidelines for the web define it, from 0 to 1.
    fn luminance(colour: &str) -> f64 {
        let part = |index: usize| {
            let byte = u8::from_str_radix(&colour[index..index + 2], 16).unwrap();
            let share = f64::from(byte) / 255.0;
            if share <= 0.03928 {
                share / 12.92
            } else {
                ((share + 0.055) / 1.055).powf(2.4)
            }
        };
        0.2126 * part(1) + 0.7152 * part(3) + 0.0722 * part(5)
    }

    fn contrast(first: &str, second: &str) -> f64 {
        let (first, second) = (luminance(first) + 0.05, luminance(second) + 0.05);
        first.max(second) / first.min(second)
    }

    #[test]
    fn everything_can_be_read() {
        assert!((contrast("#ffffff", "#000000") - 21.0).abs() < 0.001);
        for palette in &PALETTES {
            let colours = [
                palette.text,
                palette.quiet,
                palette.red,
                palette.green,
                palette.yellow,
                palette.blue,
                palette.magenta,
                palette.cyan,
            ];
            for colour in colours {
                let contrast = contrast(colour, palette.window);
                assert!(
                    contrast >= 4.5,
                    "{colour} in the {} picture has {contrast:.2}",
                    palette.name
                );
            }
        }
    }
}
