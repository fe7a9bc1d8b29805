//! Reads the answers that `evaluate.nix` says on standard error, each as soon as it is known, and tells them apart from
//! everything else that is said there.

use std::hash::{BuildHasher as _, RandomState};

use crate::evaluation_answer::{AnswerLine, Begun, Said};

/// What marks nixward's lines. No flake can know it, so none can say such a line.
#[derive(Clone, Debug)]
pub(crate) struct Token(String);

impl Token {
    /// Another one each time.
    pub(crate) fn new() -> Self {
        // The keys of a hash table are random, which is all that is needed of them.
        let number = || RandomState::new().hash_one(std::process::id());
        Self(format!("nixward-answer-{:016x}{:016x}", number(), number()))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// The answer in a line, and what stands before it: a program may have said something without ending its line.
    fn split<'a>(&self, line: &'a str) -> Option<(&'a str, &'a str)> {
        let (before, rest) = line.split_once(&self.0)?;
        // Nix quotes the question in its errors, and there is no blank behind the token there.
        Some((before.strip_suffix("trace: ")?, rest.strip_prefix(' ')?))
    }

    /// What was said apart from the answers.
    pub(crate) fn without_answers(&self, stderr: &str) -> String {
        let mut rest = String::with_capacity(stderr.len());
        for line in stderr.split_inclusive('\n') {
            match self.split(line) {
                None => rest.push_str(line),
                Some((before, _)) if strip_ansi_escapes::strip_str(before).trim().is_empty() => {}
                Some((before, _)) => {
                    rest.push_str(before);
                    rest.push('\n');
                }
            }
        }
        rest
    }
}

/// The answers of one process.
#[derive(Debug)]
pub(crate) struct AnswerLines<'a> {
    token: &'a Token,
    begun: Option<Begun>,
    said: Vec<Said>,
    error: Option<serde_json::Error>,
}

impl<'a> AnswerLines<'a> {
    pub(crate) fn new(token: &'a Token) -> Self {
        Self {
            token,
            begun: None,
            said: Vec::new(),
            error: None,
        }
    }

    /// Takes a line of standard error.
    pub(crate) fn read(&mut self, line: &str) {
        let Some((_, json)) = self.token.split(line) else {
            return;
        };
        // There may be control sequences behind it.
        let mut values = serde_json::Deserializer::from_str(json).into_iter::<AnswerLine>();
        match values.next() {
            Some(Ok(AnswerLine::Begun(begun))) => self.begun = Some(begun),
            Some(Ok(AnswerLine::Said(said))) => self.said.push(said),
            // Nix was killed while it wrote the line.
            Some(Err(error)) if error.is_eof() => {}
            Some(Err(error)) => self.error = self.error.take().or(Some(error)),
            None => {}
        }
    }

    /// What was said first, if anything was, and the answers.
    pub(crate) fn finish(self) -> Result<(Option<Begun>, Vec<Said>), serde_json::Error> {
        self.error.map_or(Ok((self.begun, self.said)), Err)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn other(token: &Token, name: &str) -> String {
        let json = serde_json::json!({ "said": { "other": { "path": [name], "answer": null } } });
        format!("trace: {} {json}", token.as_str())
    }

    fn names(lines: AnswerLines<'_>) -> Vec<String> {
        let (_, said) = lines.finish().expect("they are answers");
        let name = |said: Said| match said {
            Said::Other(reply) => reply.path.join("."),
            other => panic!("{other:?}"),
        };
        said.into_iter().map(name).collect()
    }

    #[test]
    fn no_two_tokens_are_the_same() {
        assert_ne!(Token::new().as_str(), Token::new().as_str());
    }

    #[test]
    fn a_line_that_was_cut_off_says_nothing() {
        let token = Token::new();
        let whole = other(&token, "a");
        for end in 0..whole.len() {
            let mut lines = AnswerLines::new(&token);
            lines.read(&whole[..end]);
            assert!(names(lines).is_empty(), "{}", &whole[..end]);
        }
    }

    #[test]
    fn what_stands_around_an_answer_is_no_part_of_it() {
        let token = Token::new();
        let answer = other(&token, "a");
        let mut lines = AnswerLines::new(&token);
        lines.read(&format!("\r\u{1b}[Kwarning: x{answer}\u{1b}[0m"));
        assert_eq!(names(lines), ["a"]);
        let stderr = format!("warning: x{answer}\n\r\u{1b}[K{answer}\u{1b}[0m\nerror: y\n");
        assert_eq!(token.without_answers(&stderr), "warning: x\nerror: y\n");
    }

    #[test]
    fn the_question_in_an_error_is_no_answer() {
        let token = Token::new();
        let quoted = format!(
            "1| (builtins.fromJSON \"{{\\\"token\\\":\\\"{}\\\"}}\")\n",
            token.as_str()
        );
        let mut lines = AnswerLines::new(&token);
        lines.read(&quoted);
        assert!(names(lines).is_empty());
        assert_eq!(token.without_answers(&quoted), quoted);
    }

    #[test]
    fn an_answer_of_another_kind_is_an_error() {
        let token = Token::new();
        let mut lines = AnswerLines::new(&token);
        lines.read(&format!("trace: {} {{\"never\":1}}", token.as_str()));
        assert!(lines.finish().is_err());
    }

    proptest! {
        #[test]
        fn answers_and_everything_else_are_told_apart(
            lines in prop::collection::vec((any::<bool>(), "[^\r\n]*"), 0..20),
        ) {
            let token = Token::new();
            let mut reader = AnswerLines::new(&token);
            let (mut stderr, mut answered, mut rest) = (String::new(), Vec::new(), String::new());
            for (is_answer, text) in lines {
                let line = if is_answer { other(&token, &text) } else { text.clone() };
                reader.read(&line);
                stderr.push_str(&line);
                stderr.push('\n');
                if is_answer {
                    answered.push(text);
                } else {
                    rest.push_str(&text);
                    rest.push('\n');
                }
            }
            prop_assert_eq!(names(reader), answered);
            prop_assert_eq!(token.without_answers(&stderr), rest);
        }
    }
}
