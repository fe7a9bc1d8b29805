//! Reads from a `.drv` file which derivations it needs. The format (an ATerm) has not changed in many years.

use std::collections::{BTreeMap, BTreeSet};

/// The derivations that this one builds from: the second field of `Derive(outputs, inputs, …)`.
pub fn input_derivations(text: &str) -> Option<Vec<String>> {
    let mut parser = Parser {
        rest: text.strip_prefix("Derive(")?,
    };
    parser.skip_list()?;
    parser.token(',')?;
    parser.token('[')?;
    let mut inputs = Vec::new();
    while parser.token('(').is_some() {
        inputs.push(parser.string()?);
        parser.token(',')?;
        parser.skip_list()?;
        parser.token(')')?;
        parser.token(',');
    }
    Some(inputs)
}

/// Which of the derivations are needed, directly or not, by another one; read on demand, each file once.
#[derive(Default)]
pub struct Requisites {
    inputs: BTreeMap<String, Vec<String>>,
}

impl Requisites {
    /// Those of `candidates` that `drv_path` is or needs. `read` gives a derivation file's text.
    pub fn among(
        &mut self,
        drv_path: &str,
        candidates: &BTreeSet<String>,
        read: &mut dyn FnMut(&str) -> Option<String>,
    ) -> Vec<String> {
        let mut found = Vec::new();
        let mut seen = BTreeSet::from([drv_path.to_owned()]);
        let mut waiting = vec![drv_path.to_owned()];
        while let Some(current) = waiting.pop() {
            if candidates.contains(&current) {
                found.push(current.clone());
            }
            let inputs = self.inputs.entry(current).or_insert_with_key(|path| {
                read(path)
                    .and_then(|text| input_derivations(&text))
                    .unwrap_or_default()
            });
            for input in inputs {
                if seen.insert(input.clone()) {
                    waiting.push(input.clone());
                }
            }
        }
        found
    }
}

struct Parser<'a> {
    rest: &'a str,
}

impl Parser<'_> {
    fn token(&mut self, token: char) -> Option<()> {
        self.rest = self.rest.strip_prefix(token)?;
        Some(())
    }

    fn string(&mut self) -> Option<String> {
        self.token('"')?;
        let mut text = String::new();
        let mut characters = self.rest.char_indices();
        while let Some((at, character)) = characters.next() {
            match character {
                '"' => {
                    self.rest = &self.rest[at + 1..];
                    return Some(text);
                }
                '\\' => text.push(characters.next()?.1),
                other => text.push(other),
            }
        }
        None
    }

    /// Skips a list with whatever is in it.
    fn skip_list(&mut self) -> Option<()> {
        let mut depth = 0_usize;
        loop {
            match self.rest.chars().next()? {
                '"' => {
                    self.string()?;
                    continue;
                }
                '[' => depth += 1,
                ']' => depth = depth.checked_sub(1)?,
                _ => {}
            }
            self.rest = &self.rest[self.rest.chars().next().map_or(0, char::len_utf8)..];
            if depth == 0 {
                return Some(());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#"Derive([("out","/nix/store/a","","")],[("/nix/store/b.drv",["out"]),("/nix/store/c.drv",["dev","out"])],["/nix/store/d"],"x86_64-linux","/bin/sh",["-c","echo \"]\""],[("name","a")])"#;

    #[test]
    fn inputs_are_read() {
        assert_eq!(
            input_derivations(TEXT).unwrap(),
            ["/nix/store/b.drv", "/nix/store/c.drv"]
        );
        assert_eq!(
            input_derivations("Derive([],[],[])").unwrap(),
            Vec::<String>::new()
        );
        assert_eq!(input_derivations("Derive([(\"out"), None);
        assert_eq!(input_derivations("something else"), None);
    }

    #[test]
    fn requisites_are_followed_once() {
        let mut reads = 0;
        let mut read = |path: &str| {
            reads += 1;
            (path == "/nix/store/a.drv").then(|| TEXT.to_owned())
        };
        let candidates =
            BTreeSet::from(["/nix/store/c.drv".to_owned(), "/nix/store/z.drv".to_owned()]);
        let mut requisites = Requisites::default();
        assert_eq!(
            requisites.among("/nix/store/a.drv", &candidates, &mut read),
            ["/nix/store/c.drv"]
        );
        assert_eq!(
            requisites.among("/nix/store/a.drv", &candidates, &mut read),
            ["/nix/store/c.drv"]
        );
        assert_eq!(reads, 3);
    }
}
