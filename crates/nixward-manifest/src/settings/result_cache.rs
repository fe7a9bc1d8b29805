//! The values of `cache`.

use schemars::JsonSchema;

use crate::keyword::keywords;

keywords! {
    /// When a test that passed is not run again.
    #[derive(Clone, Copy, Debug, Eq, Hash, JsonSchema, PartialEq)]
    #[schemars(rename_all = "kebab-case")]
    pub enum ResultCache {
        /// It is always run.
        Off = "off",
        /// Its result is kept where the test could read nothing but what is in its key.
        Auto = "auto",
        /// Its result is kept even where it could read more.
        Always = "always",
    }
}
