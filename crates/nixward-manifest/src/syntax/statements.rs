//! Where a statement must have ended.
//!
//! An array or an inline table that is never closed would swallow the rest of the file, and every error in it. Some
//! lines can't be the continuation of either, so the tokens are cut there and the parts are parsed one by one.

use std::ops::Range;

use toml_parser::{
    Source,
    lexer::{Token, TokenKind},
};

/// The ranges of tokens that are parsed separately. Mostly there is one.
pub(super) fn split(source: Source<'_>, tokens: &[Token]) -> Vec<Range<usize>> {
    let mut parts = Vec::new();
    let mut start = 0;
    let mut open_brackets: Vec<TokenKind> = Vec::new();
    let mut last_significant = None;
    // A header's brackets are no array's.
    let mut in_header = false;
    let mut at_line_start = true;
    for (index, token) in tokens.iter().enumerate() {
        match token.kind() {
            TokenKind::Newline => {
                let cut = open_brackets.last().is_some_and(|&innermost| {
                    !can_continue(
                        innermost,
                        last_significant,
                        LineStart::of(source, &tokens[index + 1..]),
                    )
                });
                if cut {
                    parts.push(start..index);
                    start = index;
                    open_brackets.clear();
                }
                at_line_start = open_brackets.is_empty();
                in_header = false;
                continue;
            }
            TokenKind::Whitespace | TokenKind::Comment => continue,
            TokenKind::LeftSquareBracket if at_line_start => in_header = true,
            _ if in_header => {}
            kind @ (TokenKind::LeftSquareBracket | TokenKind::LeftCurlyBracket) => {
                open_brackets.push(kind);
            }
            TokenKind::RightSquareBracket => {
                close(&mut open_brackets, TokenKind::LeftSquareBracket);
            }
            TokenKind::RightCurlyBracket => close(&mut open_brackets, TokenKind::LeftCurlyBracket),
            _ => {}
        }
        at_line_start = false;
        last_significant = Some(token.kind());
    }
    parts.push(start..tokens.len());
    parts
}

fn close(open_brackets: &mut Vec<TokenKind>, opening: TokenKind) {
    if open_brackets.last() == Some(&opening) {
        open_brackets.pop();
    }
}

/// What a line begins with.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum LineStart {
    /// `[name]` or `[[name]]` and nothing else, where the name is no value.
    Header,
    /// `name =`.
    Assignment,
    /// A closing bracket, a comma or `=`, with which no statement begins.
    Continuation,
    /// Nothing, or a comment.
    Blank,
    Other,
}

impl LineStart {
    fn of(source: Source<'_>, tokens: &[Token]) -> Self {
        let mut line = tokens
            .iter()
            .take_while(|token| !matches!(token.kind(), TokenKind::Newline | TokenKind::Eof))
            .filter(|token| !matches!(token.kind(), TokenKind::Whitespace | TokenKind::Comment))
            .peekable();
        let Some(first) = line.next() else {
            return Self::Blank;
        };
        match first.kind() {
            TokenKind::RightSquareBracket
            | TokenKind::RightCurlyBracket
            | TokenKind::Comma
            | TokenKind::Equals => Self::Continuation,
            TokenKind::LeftSquareBracket => {
                let is_doubled = line
                    .next_if(|token| token.kind() == TokenKind::LeftSquareBracket)
                    .is_some();
                let names_a_table = line.peek().is_some_and(|token| is_bare_name(source, token));
                while line.next_if(|token| is_key_part(token.kind())).is_some() {}
                let closing = usize::from(is_doubled) + 1;
                let closes = line
                    .by_ref()
                    .take(closing)
                    .filter(|token| token.kind() == TokenKind::RightSquareBracket);
                if names_a_table && closes.count() == closing && line.next().is_none() {
                    Self::Header
                } else {
                    Self::Other
                }
            }
            kind if is_key_part(kind) => {
                while line.next_if(|token| is_key_part(token.kind())).is_some() {}
                if line
                    .next()
                    .is_some_and(|token| token.kind() == TokenKind::Equals)
                {
                    Self::Assignment
                } else {
                    Self::Other
                }
            }
            _ => Self::Other,
        }
    }
}

fn can_continue(
    innermost: TokenKind,
    last_significant: Option<TokenKind>,
    line: LineStart,
) -> bool {
    match line {
        LineStart::Header => false,
        LineStart::Continuation | LineStart::Blank => true,
        // In an inline table over several lines, which is refused elsewhere with a better word, it can be the next key
        // or value.
        LineStart::Assignment | LineStart::Other if innermost == TokenKind::LeftCurlyBracket => {
            matches!(
                last_significant,
                Some(TokenKind::Comma | TokenKind::LeftCurlyBracket | TokenKind::Equals)
            )
        }
        LineStart::Assignment => false,
        LineStart::Other => true,
    }
}

fn is_key_part(kind: TokenKind) -> bool {
    matches!(
        kind,
        TokenKind::Atom | TokenKind::Dot | TokenKind::BasicString | TokenKind::LiteralString
    )
}

/// Whether a token is a key that is written without quotes, and not a number or a word that is a value.
fn is_bare_name(source: Source<'_>, token: &Token) -> bool {
    token.kind() == TokenKind::Atom
        && source.get(token).is_some_and(|raw| {
            raw.as_str()
                .starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
                && !matches!(raw.as_str(), "true" | "false" | "inf" | "nan")
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &[&str]) {
        let source = Source::new(text);
        let tokens = source.lex().into_vec();
        let parts: Vec<&str> = split(source, &tokens)
            .into_iter()
            .map(|part| {
                let tokens = &tokens[part];
                &text[tokens[0].span().start()..tokens[tokens.len() - 1].span().end()]
            })
            .collect();
        assert_eq!(parts, expected);
    }

    #[test]
    fn well_formed_text_is_one_part() {
        for text in [
            "a = [\n 1,\n [2],\n # c\n\n 3 ]\n[b]\n",
            "a = [\n  [true],\n  [x.y, 1],\n  [\"b\"]\n]\n",
            "a = { b = 1,\n c = 2,\n}\n",
            "a = { b\n = 1, c =\n 2 }\n",
            "[[a]]\n[a.b]\nx = [[1], [2]]\n",
            "a = '''\n[b\n'''\n",
        ] {
            check(text, &[text]);
        }
    }

    #[test]
    fn an_unclosed_array_ends_before_the_next_assignment_or_header() {
        check("a = [1,\n 2\nb = 3\n", &["a = [1,\n 2", "\nb = 3\n"]);
        check("a = [1,\n[b]\nc = 1\n", &["a = [1,", "\n[b]\nc = 1\n"]);
        check(
            "a = [\n[[b.\"c\"]] # d\n",
            &["a = [", "\n[[b.\"c\"]] # d\n"],
        );
    }

    #[test]
    fn an_unclosed_inline_table_ends_with_its_line() {
        check("a = { b = 1\nc = 2\n", &["a = { b = 1", "\nc = 2\n"]);
        check("a = { b = 1,\n[c]\n", &["a = { b = 1,", "\n[c]\n"]);
        check("a = { b = [1,\nc = 2\n", &["a = { b = [1,", "\nc = 2\n"]);
    }
}
