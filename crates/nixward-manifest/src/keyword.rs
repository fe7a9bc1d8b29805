//! Enums whose values are words of the manifest.

/// Defines an enum together with its words: `ALL`, `WORDS`, `as_str`, `Display` and `FromStr`.
macro_rules! keywords {
    (
        $(#[$attribute:meta])*
        pub enum $name:ident {
            $($(#[$variant_attribute:meta])* $variant:ident = $word:literal,)+
        }
    ) => {
        $(#[$attribute])*
        pub enum $name {
            $($(#[$variant_attribute])* $variant,)+
        }

        impl $name {
            /// Every value, in the order of the documentation.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The words of [`Self::ALL`].
            pub const WORDS: &'static [&'static str] = &[$($word),+];

            /// The word that stands for it in a manifest.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)+
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str(self.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::keyword::UnknownKeyword;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                match text {
                    $($word => Ok(Self::$variant),)+
                    _ => Err($crate::keyword::UnknownKeyword { text: text.to_owned(), expected: Self::WORDS }),
                }
            }
        }
    };
}

pub(crate) use keywords;

/// A word that is none of those expected.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct UnknownKeyword {
    pub text: String,
    pub expected: &'static [&'static str],
}

impl std::fmt::Display for UnknownKeyword {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            formatter,
            "`{}` is none of {}",
            self.text,
            self.expected.join(", ")
        )
    }
}

impl std::error::Error for UnknownKeyword {}
