//! What nixward and its guard say to each other over their socket: JSON, one message a line.
//!
//! Both ends are always the same executable, so the messages have no version. Nothing here decides anything.

mod lines;
mod message;
pub(crate) mod text;

pub(crate) use lines::{LineBuffer, send};
pub(crate) use message::{Confinement, Notice, Order, ProgramSpec, Request};

#[cfg(test)]
mod tests {
    use std::{
        ffi::OsString,
        os::unix::{ffi::OsStringExt as _, net::UnixStream},
        path::PathBuf,
        time::Duration,
    };

    use proptest::prelude::*;

    use super::{Confinement, LineBuffer, Notice, Order, ProgramSpec, Request, send};
    use crate::{
        command::StdinSource,
        graces::{FirstSignal, Graces, TerminationSignal},
        protections::Protections,
        report::{Ending, GuardReport, ProcessLeft, StartFailure, StartStep},
    };

    /// Any bytes; often text, and often not.
    fn text() -> impl Strategy<Value = OsString> {
        prop_oneof![
            ".{0,20}".prop_map(OsString::from),
            prop::collection::vec(any::<u8>(), 0..20).prop_map(OsString::from_vec),
        ]
    }

    fn path() -> impl Strategy<Value = PathBuf> {
        text().prop_map(PathBuf::from)
    }

    fn confinement() -> impl Strategy<Value = Confinement> {
        let protections =
            || prop::collection::vec(path(), 0..3).prop_map(|read_only| Protections { read_only });
        prop_oneof![
            Just(Confinement::None),
            protections().prop_map(Confinement::MountNamespace),
            protections().prop_map(Confinement::UserNamespace),
        ]
    }

    fn request() -> impl Strategy<Value = Request> {
        let run = (
            any::<(u32, bool, [Duration; 4])>(),
            path(),
            prop::collection::vec(text(), 0..5),
            prop::collection::vec((text(), text()), 0..5),
            path(),
            prop_oneof![Just(StdinSource::Null), path().prop_map(StdinSource::File)],
            confinement(),
        );
        let run = run.prop_map(
            |((parent, group, graces), program, args, env, cwd, stdin, confinement)| {
                let [after_signal, after_exit, before_kill, when_abandoned] = graces;
                Request::Run(Box::new(ProgramSpec {
                    parent,
                    program,
                    args,
                    env,
                    cwd,
                    stdin,
                    confinement,
                    first_signal: if group {
                        FirstSignal::Group
                    } else {
                        FirstSignal::Program
                    },
                    graces: Graces {
                        after_signal,
                        after_exit,
                        before_kill,
                        when_abandoned,
                    },
                }))
            },
        );
        prop_oneof![4 => run, 1 => confinement().prop_map(Request::Probe)]
    }

    fn ending() -> impl Strategy<Value = Ending> {
        let step = prop_oneof![
            Just(StartStep::Program),
            path().prop_map(|of| StartStep::Interpreter { of }),
            Just(StartStep::WorkingFolder),
            Just(StartStep::StandardInput),
            Just(StartStep::Namespace),
        ];
        let failure = (step, path(), any::<i32>());
        prop_oneof![
            any::<i32>().prop_map(Ending::Exited),
            any::<i32>().prop_map(Ending::Signaled),
            failure.prop_map(|(step, path, errno)| Ending::CouldNotStart(StartFailure {
                step,
                path,
                errno
            })),
            Just(Ending::StillRunning),
        ]
    }

    fn notice() -> impl Strategy<Value = Notice> {
        let processes = || {
            let process = any::<(u32, String, String)>();
            let process = process.prop_map(|(pid, name, command_line)| ProcessLeft {
                pid,
                name,
                command_line,
            });
            prop::collection::vec(process, 0..3)
        };
        let report = (
            ending(),
            any::<bool>(),
            processes(),
            processes(),
            any::<Option<String>>(),
        );
        prop_oneof![
            any::<u32>().prop_map(|pid| Notice::Started { pid }),
            report.prop_map(
                |(ending, was_told_to_end, leaked, survivors, unprotected)| {
                    Notice::Finished(GuardReport {
                        ending,
                        was_told_to_end,
                        leaked,
                        survivors,
                        unprotected,
                    })
                }
            ),
            any::<Option<String>>().prop_map(|refused| Notice::Probed { refused }),
            any::<String>().prop_map(|message| Notice::Failed { message }),
        ]
    }

    fn lines_received(socket: &UnixStream) -> Vec<Vec<u8>> {
        let mut buffer = LineBuffer::default();
        let mut lines = Vec::new();
        while buffer.fill(socket).expect("readable") {
            lines.extend(std::iter::from_fn(|| buffer.next_line()));
        }
        lines
    }

    proptest! {
        #[test]
        fn requests_arrive_as_they_were_sent(requests in prop::collection::vec(request(), 0..4)) {
            let (here, there) = UnixStream::pair()?;
            for request in &requests {
                send(&here, request)?;
            }
            drop(here);
            let received: Result<Vec<Request>, _> =
                lines_received(&there).iter().map(|line| serde_json::from_slice(line)).collect();
            prop_assert_eq!(received?, requests);
        }

        #[test]
        fn notices_arrive_as_they_were_sent(notices in prop::collection::vec(notice(), 0..4)) {
            let (here, there) = UnixStream::pair()?;
            for notice in &notices {
                send(&here, notice)?;
            }
            drop(here);
            let received: Result<Vec<Notice>, _> =
                lines_received(&there).iter().map(|line| serde_json::from_slice(line)).collect();
            prop_assert_eq!(received?, notices);
        }
    }

    #[test]
    fn orders_arrive_as_they_were_sent() {
        for order in [
            Order::Kill,
            Order::Stop,
            Order::GoOn,
            Order::Terminate(TerminationSignal::Interrupt),
            Order::Terminate(TerminationSignal::Terminate),
        ] {
            let line = serde_json::to_vec(&order).expect("can be written");
            assert_eq!(
                serde_json::from_slice::<Order>(&line).expect("can be read"),
                order
            );
        }
    }

    #[test]
    fn text_that_is_text_stays_readable() {
        let line =
            serde_json::to_string(&StdinSource::File("a \"b\"\nc".into())).expect("can be written");
        assert_eq!(line, r#"{"file":"a \"b\"\nc"}"#);
        let bytes = OsString::from_vec(vec![0xff, 0]);
        let line = serde_json::to_string(&StdinSource::File(bytes.into())).expect("can be written");
        assert_eq!(line, r#"{"file":[255,0]}"#);
    }

    #[test]
    fn a_line_longer_than_the_socket_holds_arrives_in_pieces() {
        let (here, there) = UnixStream::pair().expect("a pair");
        let long = "x".repeat(3_000_000);
        let sender = std::thread::spawn(move || {
            send(&here, &long).expect("sent");
            send(&here, &"short").expect("sent");
        });
        let lines = lines_received(&there);
        sender.join().expect("no panic");
        assert_eq!(
            lines.iter().map(Vec::len).collect::<Vec<_>>(),
            [3_000_002, 7]
        );
    }

    #[test]
    fn sending_to_nobody_is_an_error_and_no_signal() {
        let (here, there) = UnixStream::pair().expect("a pair");
        drop(there);
        let error = send(&here, &Order::Kill).expect_err("nobody is there");
        assert_eq!(error.kind(), std::io::ErrorKind::BrokenPipe);
    }
}
