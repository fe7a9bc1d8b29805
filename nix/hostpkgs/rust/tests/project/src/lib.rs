//! What a printer says, for the tests of rustPlatform.

/// Why nothing is printed.
#[derive(Debug, PartialEq, thiserror::Error)]
pub enum Jam {
    #[error("paper jam in tray {0}")]
    Tray(u32),
}

/// The message, in the manner of the features that it was built with.
///
/// ```
/// assert!(paper_jam::message(&paper_jam::Jam::Tray(2)).to_lowercase().contains("tray 2"));
/// ```
pub fn message(jam: &Jam) -> String {
    let text = if cfg!(feature = "polite") {
        format!("please: {jam}")
    } else {
        jam.to_string()
    };
    #[cfg(feature = "loud")]
    let text = format!("{}!{}", text.to_uppercase(), itoa::Buffer::new().format(1));
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_the_tray() {
        assert_eq!(Jam::Tray(3).to_string(), "paper jam in tray 3");
    }

    #[test]
    fn fails_if_told_to() {
        assert!(std::env::var_os("PAPER_JAM_FAIL").is_none(), "told to fail");
    }
}
