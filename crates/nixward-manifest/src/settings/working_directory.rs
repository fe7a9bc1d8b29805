//! The values of `cwd`.

use schemars::JsonSchema;

use crate::keyword::keywords;

keywords! {
    /// The folder that a test starts in.
    #[derive(Clone, Copy, Debug, Eq, Hash, JsonSchema, PartialEq)]
    #[schemars(rename_all = "kebab-case")]
    pub enum WorkingDirectory {
        /// An empty private folder.
        Temp = "temp",
        /// A private copy of the project's tracked and untracked files, without ignored ones.
        Copy = "copy",
        /// The project's folder itself.
        Project = "project",
    }
}
