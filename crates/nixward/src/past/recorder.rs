//! Writes the record of a run while it goes on, in a thread of its own: a disk that is slow or full is no trouble of
//! the run.

use std::{
    io::{self, BufWriter, Write as _},
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
        mpsc::{self, Receiver, RecvTimeoutError, Sender},
    },
    thread::{self, JoinHandle},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use fs_err::{self as fs, os::unix::fs::OpenOptionsExt as _};
use nixward_cache::whole_file::write_whole;
use nixward_core::{
    event::{Event, EventKind},
    plan::Plan,
    store_path::hash,
};
use nixward_report::{
    past::RunDigest,
    record::{self, OutputRoom},
};
use nixward_schema::{RecordHead, RecordKind, RecordLine, RecordShown};

use super::{RECORD, SUMMARY};
use crate::{reporters::Reporting, rerun::rerun, session::Session, settings::VerbSettings};

/// More events than this are not kept for a disk that does not take them.
const MOST_PENDING: usize = 100_000;
/// How often a record in which nothing is written is touched, so that one knows until when a run that was killed went on.
const BEAT: Duration = Duration::from_millis(500);

/// Hears a run from its beginning, and writes it down where it turns out to have steps.
pub(crate) struct Recorder {
    state: State,
    /// The step whose output is being shown; that it is, is told once.
    streamed: Option<usize>,
}

enum State {
    /// What was told so far, and where it will be written.
    Waiting {
        early: Vec<Event>,
        place: Option<(PathBuf, RecordHead)>,
    },
    Writing(Writer),
    /// Nothing is to be written, or there is no folder, which was said.
    Off,
}

/// What is known when a run's steps begin.
pub(crate) fn head(
    session: &Session,
    settings: &VerbSettings,
    plan: &Plan,
    reporting: Reporting,
) -> RecordHead {
    let scene = session.scene(settings.report.clone(), rerun(&session.settings, settings));
    let derivations = plan.steps.iter().filter_map(|step| {
        let derivation = step.builds.first()?;
        Some((step.label.id, hash(&derivation.drv_path)?.to_owned()))
    });
    let started = scene.started.duration_since(UNIX_EPOCH).unwrap_or_default();
    RecordHead {
        nixward: env!("CARGO_PKG_VERSION").to_owned(),
        workspace: scene.workspace.to_owned(),
        verb: settings.verb.clone(),
        started: u64::try_from(started.as_millis()).unwrap_or(u64::MAX),
        shown: match reporting {
            Reporting::Steps => RecordShown::OnFailure,
            Reporting::OneStep => RecordShown::AtTheEnd,
            Reporting::StreamedTests => RecordShown::StreamedTests,
            Reporting::Streamed => RecordShown::Streamed,
        },
        again_before: scene.rerun.before,
        again_after: scene.rerun.after,
        derivations: derivations.collect(),
    }
}

impl Recorder {
    pub(crate) fn new() -> Self {
        Self {
            state: State::Waiting {
                early: Vec::new(),
                place: None,
            },
            streamed: None,
        }
    }

    /// From the first event on that tells of steps it is written into this folder, which is made by then.
    pub(crate) fn write_into(&mut self, run: &Path, head: RecordHead) {
        if let State::Waiting { place, .. } = &mut self.state {
            *place = Some((run.to_owned(), head));
        }
    }

    pub(crate) fn tell(&mut self, event: &Event) {
        if !record::is_recorded(&event.kind) {
            return;
        }
        if let EventKind::StepOutput { label, bytes: _ } = &event.kind
            && self.streamed.replace(label.id) == Some(label.id)
        {
            return;
        }
        if matches!(event.kind, EventKind::RunStarted { .. }) {
            self.begin();
        }
        match &mut self.state {
            State::Waiting { early, .. } => early.push(event.clone()),
            State::Writing(writer) => writer.tell(event.clone()),
            State::Off => {}
        }
    }

    fn begin(&mut self) {
        let State::Waiting { early, place } = std::mem::replace(&mut self.state, State::Off) else {
            return;
        };
        if let Some((folder, head)) = place.filter(|(folder, _)| folder.is_dir()) {
            let mut writer = Writer::start(folder, head);
            for event in early {
                writer.tell(event);
            }
            self.state = State::Writing(writer);
        }
    }

    /// Waits until all is written; gives why it is not.
    pub(crate) fn finish(self) -> io::Result<()> {
        match self.state {
            State::Writing(writer) => writer.finish(),
            State::Waiting { .. } | State::Off => Ok(()),
        }
    }
}

/// The thread that writes.
struct Writer {
    events: Option<Sender<Event>>,
    /// Whether events were left out.
    is_cut: bool,
    pending: Arc<AtomicUsize>,
    thread: JoinHandle<io::Result<()>>,
}

impl Writer {
    fn start(folder: PathBuf, head: RecordHead) -> Self {
        let (sender, events) = mpsc::channel();
        let pending = Arc::<AtomicUsize>::default();
        let taken = Arc::clone(&pending);
        Self {
            events: Some(sender),
            is_cut: false,
            pending,
            thread: thread::spawn(move || write(&folder, head, &events, &taken)),
        }
    }

    fn tell(&mut self, event: Event) {
        let Some(events) = &self.events else { return };
        self.is_cut = self.pending.fetch_add(1, Ordering::Relaxed) >= MOST_PENDING;
        // A thread that gave up says why in the end.
        if self.is_cut || events.send(event).is_err() {
            self.events = None;
        }
    }

    fn finish(self) -> io::Result<()> {
        drop(self.events);
        let written = self
            .thread
            .join()
            .unwrap_or_else(|_| Err(io::Error::other("the thread that writes it panicked")));
        written.and(if self.is_cut {
            Err(io::Error::other("it cannot be written fast enough"))
        } else {
            Ok(())
        })
    }
}

fn write(
    folder: &Path,
    head: RecordHead,
    events: &Receiver<Event>,
    pending: &AtomicUsize,
) -> io::Result<()> {
    let id = folder.file_name().unwrap_or_default().to_string_lossy();
    let mut digest = RunDigest::new(id.into_owned(), head.clone());
    let mut options = fs::OpenOptions::new();
    let options = options.write(true).create(true).truncate(true).mode(0o600);
    let mut file = BufWriter::new(options.open(folder.join(RECORD))?);
    let mut room = OutputRoom::default();
    write_line(
        &mut file,
        &RecordLine {
            v: RecordLine::VERSION,
            at: 0,
            kind: RecordKind::RecordStarted(head),
        },
    )?;
    loop {
        let event = match events.recv_timeout(BEAT) {
            Ok(event) => event,
            Err(RecvTimeoutError::Timeout) => {
                // Where that cannot be, the last event is the last sign.
                let _touched = file.get_ref().file().set_modified(SystemTime::now());
                continue;
            }
            Err(RecvTimeoutError::Disconnected) => break,
        };
        for event in std::iter::once(event).chain(events.try_iter()) {
            pending.fetch_sub(1, Ordering::Relaxed);
            if let Some(line) = record::line(&event, &mut room) {
                write_line(&mut file, &line)?;
            }
            digest.on_event(&event);
        }
        // Whatever happens to nixward now, the file has what was told.
        file.flush()?;
    }
    if let Some(document) = digest.finished() {
        write_whole(&folder.join(SUMMARY), &serde_json::to_vec(&document)?)?;
    }
    Ok(())
}

fn write_line(file: &mut impl io::Write, line: &RecordLine) -> io::Result<()> {
    serde_json::to_writer(&mut *file, line)?;
    file.write_all(b"\n")
}

#[cfg(test)]
mod tests {
    use nixward_core::{
        outcome::{RunSummary, StepOutcome, StepStatus},
        plan::StepLabel,
    };
    use nixward_exec::KeptRuns;
    use nixward_schema::RunState;

    use super::*;
    use crate::past::History;

    fn head() -> RecordHead {
        RecordHead {
            nixward: "0.1.0".to_owned(),
            workspace: "initech".to_owned(),
            verb: "test".to_owned(),
            started: 1,
            shown: RecordShown::OnFailure,
            again_before: Vec::new(),
            again_after: Vec::new(),
            derivations: vec![(0, "hash".to_owned())],
        }
    }

    fn at(kind: EventKind) -> Event {
        let elapsed = Duration::from_millis(5);
        Event { elapsed, kind }
    }

    fn started() -> Event {
        let verb = "test".to_owned();
        at(EventKind::RunStarted { steps: 1, verb })
    }

    fn step_finished() -> Event {
        let label = StepLabel {
            id: 0,
            project: Some("web".to_owned()),
            verb: "test".to_owned(),
            detail: None,
            attribute: String::new(),
        };
        at(EventKind::StepFinished {
            label: Arc::new(label),
            outcome: StepOutcome::of(StepStatus::Passed),
        })
    }

    fn finished() -> Event {
        let summary = RunSummary {
            passed: 1,
            ..RunSummary::default()
        };
        at(EventKind::RunFinished { summary })
    }

    /// A folder for runs, and one of a run in it.
    fn folders() -> (tempfile::TempDir, KeptRuns, PathBuf) {
        let state = tempfile::tempdir().unwrap();
        let runs = KeptRuns::new(state.path(), Path::new("/initech"));
        let run = runs.folder().join("0000000000001-0");
        fs::create_dir_all(&run).unwrap();
        (state, runs, run)
    }

    #[test]
    fn what_was_told_is_there_whatever_happens_next() {
        let (_state, runs, run) = folders();
        let mut recorder = Recorder::new();
        recorder.tell(&at(EventKind::EvaluationStarted));
        recorder.write_into(&run, head());
        recorder.tell(&started());
        recorder.tell(&step_finished());
        let read = || History::read(&runs).unwrap().runs;
        // As another process sees it, while this one goes on.
        while read()
            .first()
            .is_none_or(|run| run.document.steps.is_empty())
        {
            thread::yield_now();
        }
        assert_eq!(read()[0].document.run.state, RunState::BrokenOff);
        recorder.tell(&finished());
        recorder.finish().unwrap();
        assert_eq!(read()[0].document.run.state, RunState::Passed);
        let mut record = read()[0].record().unwrap();
        let mut kinds = Vec::new();
        while let Some(event) = record.next().unwrap() {
            kinds.push(event);
        }
        let told = [
            at(EventKind::EvaluationStarted),
            started(),
            step_finished(),
            finished(),
        ];
        assert_eq!(kinds, told);
        // A line that was cut in half, and one of a version to come.
        let file = run.join(RECORD);
        let whole = fs::read_to_string(&file).unwrap();
        let cut = &whole[..whole.len() - 20];
        fs::write(
            &file,
            format!("{}\n{cut}", r#"{"v":9,"at":0,"reason":"new"}"#),
        )
        .unwrap();
        assert!(read()[0].record().is_err(), "it has no head");
        fs::write(&file, cut).unwrap();
        fs::remove_file(run.join(SUMMARY)).unwrap();
        assert_eq!(read()[0].document.steps.len(), 1);
        assert_eq!(read()[0].document.run.state, RunState::BrokenOff);
    }

    #[test]
    fn a_full_disk_is_one_error_in_the_end() {
        let (_state, _, run) = folders();
        fs::os::unix::fs::symlink("/dev/full", run.join(RECORD)).unwrap();
        let mut recorder = Recorder::new();
        recorder.write_into(&run, head());
        recorder.tell(&started());
        for _ in 0..100 {
            recorder.tell(&step_finished());
        }
        recorder.tell(&finished());
        let error = recorder.finish().unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::StorageFull);
    }

    #[test]
    fn where_there_is_no_folder_nothing_is_written() {
        let mut recorder = Recorder::new();
        recorder.write_into(Path::new("/nowhere/at/all"), head());
        recorder.tell(&started());
        recorder.tell(&finished());
        recorder.finish().unwrap();
    }
}
