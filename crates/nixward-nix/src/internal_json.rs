//! Reads the lines of `--log-format internal-json`.
//!
//! Every version of Nix writes other codes: what is unknown is ignored, numbers may come as strings, and a line that
//! is no JSON is a line that some program wrote.

use serde_json::Value;

/// One line of `nix`'s standard error.
#[derive(Clone, Debug, PartialEq)]
pub enum Line {
    /// A build begins: the derivation's path.
    BuildStarted {
        id: u64,
        drv_path: String,
    },
    /// A store path is being fetched or copied.
    FetchStarted {
        id: u64,
        path: String,
    },
    /// The counting of all builds begins; not a build itself.
    CountStarted {
        id: u64,
    },
    /// How far an activity is: of all builds together how many went well, of how many, and how many run and went
    /// wrong; of a path being fetched the bytes of its contents.
    Progress {
        id: u64,
        done: u64,
        expected: u64,
        running: u64,
        failed: u64,
    },
    /// How many bytes all paths together have that are to be fetched.
    FetchExpected {
        bytes: u64,
    },
    Stopped {
        id: u64,
    },
    BuildLog {
        id: u64,
        line: String,
    },
    Phase {
        id: u64,
        phase: String,
    },
    /// A message of Nix itself; level 0 is an error.
    Message {
        level: u64,
        text: String,
    },
    /// Something written past the log format.
    Plain(String),
    Ignored,
}

const ACTIVITY_COPY_PATH: u64 = 100;
const ACTIVITY_BUILDS: u64 = 104;
const ACTIVITY_BUILD: u64 = 105;
const ACTIVITY_SUBSTITUTE: u64 = 108;
const RESULT_BUILD_LOG_LINE: u64 = 101;
const RESULT_SET_PHASE: u64 = 104;
const RESULT_PROGRESS: u64 = 105;
const RESULT_SET_EXPECTED: u64 = 106;
const RESULT_POST_BUILD_LOG_LINE: u64 = 107;

/// Reads one line without its line feed.
pub fn parse(line: &str) -> Line {
    let Some(json) = line.strip_prefix("@nix ") else {
        return Line::Plain(line.to_owned());
    };
    let Ok(value) = serde_json::from_str::<Value>(json) else {
        return Line::Plain(line.to_owned());
    };
    read(&value).unwrap_or(Line::Ignored)
}

fn read(value: &Value) -> Option<Line> {
    let id = || number(value.get("id")?);
    let field = |index: usize| number(value.get("fields")?.get(index)?);
    match value.get("action")?.as_str()? {
        "start" => match number(value.get("type")?)? {
            ACTIVITY_BUILD => Some(Line::BuildStarted {
                id: id()?,
                drv_path: text_field(value, 0)?,
            }),
            ACTIVITY_BUILDS => Some(Line::CountStarted { id: id()? }),
            ACTIVITY_COPY_PATH | ACTIVITY_SUBSTITUTE => Some(Line::FetchStarted {
                id: id()?,
                path: text_field(value, 0)?,
            }),
            _ => None,
        },
        "stop" => Some(Line::Stopped { id: id()? }),
        "result" => match number(value.get("type")?)? {
            RESULT_BUILD_LOG_LINE | RESULT_POST_BUILD_LOG_LINE => Some(Line::BuildLog {
                id: id()?,
                line: text_field(value, 0)?,
            }),
            RESULT_SET_PHASE => Some(Line::Phase {
                id: id()?,
                phase: text_field(value, 0)?,
            }),
            RESULT_PROGRESS => Some(Line::Progress {
                id: id()?,
                done: field(0)?,
                expected: field(1)?,
                running: field(2)?,
                failed: field(3)?,
            }),
            RESULT_SET_EXPECTED if field(0)? == ACTIVITY_COPY_PATH => {
                Some(Line::FetchExpected { bytes: field(1)? })
            }
            _ => None,
        },
        "msg" => Some(Line::Message {
            level: number(value.get("level")?)?,
            text: text(value.get("msg")?)?,
        }),
        _ => None,
    }
}

fn number(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_str()?.parse().ok())
}

fn text(value: &Value) -> Option<String> {
    Some(strip_ansi_escapes::strip_str(value.as_str()?))
}

fn text_field(value: &Value, index: usize) -> Option<String> {
    text(value.get("fields")?.get(index)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn builds_their_logs_and_phases() {
        assert_eq!(
            parse(
                r#"@nix {"action":"start","fields":["/nix/store/x.drv","",1,1],"id":7,"level":3,"parent":0,"text":"building","type":105}"#
            ),
            Line::BuildStarted {
                id: 7,
                drv_path: "/nix/store/x.drv".to_owned()
            }
        );
        assert_eq!(
            parse(
                r#"@nix {"action":"result","fields":["a \u001b[31mred\u001b[0m line"],"id":"7","type":"101"}"#
            ),
            Line::BuildLog {
                id: 7,
                line: "a red line".to_owned()
            }
        );
        assert_eq!(
            parse(r#"@nix {"action":"result","fields":["installPhase"],"id":7,"type":104}"#),
            Line::Phase {
                id: 7,
                phase: "installPhase".to_owned()
            }
        );
        assert_eq!(
            parse(r#"@nix {"action":"stop","id":7}"#),
            Line::Stopped { id: 7 }
        );
    }

    #[test]
    fn downloads() {
        let line = r#"@nix {"action":"start","fields":["/nix/store/x","file:///cache","local"],"id":9,"level":3,"parent":8,"text":"copying","type":100}"#;
        let path = "/nix/store/x".to_owned();
        assert_eq!(parse(line), Line::FetchStarted { id: 9, path });
        assert_eq!(
            parse(r#"@nix {"action":"result","fields":[8192,3000112,0,0],"id":9,"type":105}"#),
            Line::Progress {
                id: 9,
                done: 8192,
                expected: 3_000_112,
                running: 0,
                failed: 0
            }
        );
        let expected = |kind: u64| {
            format!(r#"@nix {{"action":"result","fields":[{kind},628],"id":7,"type":106}}"#)
        };
        assert_eq!(parse(&expected(100)), Line::FetchExpected { bytes: 628 });
        // The files that are downloaded for them, which are packed.
        assert_eq!(parse(&expected(101)), Line::Ignored);
    }

    #[test]
    fn messages() {
        assert_eq!(
            parse(r#"@nix {"action":"msg","level":0,"msg":"\u001b[31;1merror:\u001b[0m no"}"#),
            Line::Message {
                level: 0,
                text: "error: no".to_owned()
            }
        );
    }

    #[test]
    fn what_is_unknown_is_ignored_and_what_is_no_json_is_kept() {
        assert_eq!(
            parse(r#"@nix {"action":"start","id":1,"type":9999}"#),
            Line::Ignored
        );
        assert_eq!(parse(r#"@nix {"action":"dance"}"#), Line::Ignored);
        assert_eq!(parse(r#"@nix [1]"#), Line::Ignored);
        assert_eq!(
            parse("@nix {\"action\":\"st"),
            Line::Plain("@nix {\"action\":\"st".to_owned())
        );
        assert_eq!(parse("hello"), Line::Plain("hello".to_owned()));
    }
}
