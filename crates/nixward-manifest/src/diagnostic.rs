//! What is wrong with a manifest, and where.

use std::ops::Range;

/// How bad it is.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Severity {
    /// The manifest can't be used.
    Error,
    /// The manifest can be used, but something in it does not do what its author may think.
    Warning,
}

/// Which rule was broken. The wording of a message may change, this is what a program can compare.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum DiagnosticKind {
    /// It is not TOML.
    Syntax,
    /// It is TOML that Nix can't read.
    NotForNix,
    /// A key or table that is defined twice.
    DefinedTwice,
    /// A key that has no meaning where it stands.
    UnknownKey,
    /// A key that must be there and is not.
    MissingKey,
    /// A value of another type than the key takes.
    WrongType,
    /// A value of the right type that the key does not take.
    BadValue,
    /// A glob whose brackets or braces don't match.
    BadGlob,
    /// An IPv6 address in brackets that is none.
    BadAddress,
    /// A verb that is neither built in nor declared in `[verbs]`.
    UndeclaredVerb,
    /// A step that another one comes after, and that is not there, cannot be waited for, or comes after it.
    BadStep,
    /// A setting of another behaviour than the one that the workspace's own verb was given with `like`.
    ForeignSetting,
    /// Two projects whose names differ by nothing but `-` and `_`.
    FoldedNames,
    /// A key that this version reads and does not act on.
    NotYetInEffect,
}

/// A second place that a diagnostic speaks of.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct RelatedPlace {
    pub span: Range<usize>,
    pub label: String,
}

/// One finding. Spans are byte offsets into the text that was parsed, on character boundaries.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct Diagnostic {
    pub severity: Severity,
    pub kind: DiagnosticKind,
    /// What was found: a lower-case fragment without a period.
    pub message: String,
    pub span: Range<usize>,
    /// What was expected there.
    pub label: Option<String>,
    pub related: Vec<RelatedPlace>,
    /// What to do.
    pub help: Option<String>,
}

impl Diagnostic {
    pub(crate) fn error(
        kind: DiagnosticKind,
        span: Range<usize>,
        message: impl Into<String>,
    ) -> Self {
        Self {
            severity: Severity::Error,
            kind,
            message: message.into(),
            span,
            label: None,
            related: Vec::new(),
            help: None,
        }
    }

    pub(crate) fn warning(
        kind: DiagnosticKind,
        span: Range<usize>,
        message: impl Into<String>,
    ) -> Self {
        Self {
            severity: Severity::Warning,
            ..Self::error(kind, span, message)
        }
    }

    pub(crate) fn label(mut self, label: impl Into<String>) -> Self {
        self.label = Some(label.into());
        self
    }

    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    pub(crate) fn maybe_help(mut self, help: Option<String>) -> Self {
        self.help = help;
        self
    }

    pub(crate) fn related(mut self, span: Range<usize>, label: impl Into<String>) -> Self {
        self.related.push(RelatedPlace {
            span,
            label: label.into(),
        });
        self
    }

    /// Whether the manifest can't be used because of this.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

/// Puts diagnostics into the order of the text and leaves out what is said twice.
pub(crate) fn in_order(mut diagnostics: Vec<Diagnostic>) -> Vec<Diagnostic> {
    diagnostics.sort_by_key(|diagnostic| (diagnostic.span.start, diagnostic.span.end));
    let mut seen = std::collections::HashSet::with_capacity(diagnostics.len());
    diagnostics.retain(|diagnostic| seen.insert(diagnostic.clone()));
    diagnostics
}
