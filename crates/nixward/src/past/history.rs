//! Reads the runs of a workspace that are kept.

use std::{
    io::{self, BufRead as _, BufReader},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use fs_err as fs;
use nixward_core::event::Event;
use nixward_exec::{KeptRun, KeptRuns};
use nixward_report::{
    past::{OpenEnd, RunDigest},
    record,
};
use nixward_schema::{RecordHead, RecordKind, RecordLine, RunDocument};
use rayon::prelude::*;

use super::{RECORD, SUMMARY};

/// All runs that have a record, the newest first.
pub(crate) struct History {
    pub(crate) runs: Vec<PastRun>,
}

impl History {
    pub(crate) fn read(runs: &KeptRuns) -> io::Result<Self> {
        let runs = runs.newest_first()?;
        // Those of older versions, and those that were killed before they had steps, have none.
        let runs = runs.into_par_iter().filter_map(PastRun::read);
        Ok(Self {
            runs: runs.collect(),
        })
    }
}

/// A run with what it came to.
pub(crate) struct PastRun {
    pub(crate) kept: KeptRun,
    pub(crate) document: RunDocument,
}

impl PastRun {
    fn read(kept: KeptRun) -> Option<Self> {
        let mut document = match summary(&kept) {
            Some(document) => document,
            None => digest(&kept)?,
        };
        document.run.folder = Some(kept.folder.display().to_string());
        Some(Self { kept, document })
    }

    /// Its record, from the beginning.
    pub(crate) fn record(&self) -> io::Result<RecordReader> {
        RecordReader::open(&self.kept)
    }
}

/// What a run came to, where it came to its end.
fn summary(run: &KeptRun) -> Option<RunDocument> {
    let bytes = fs::read(run.folder.join(SUMMARY)).ok()?;
    let document: RunDocument = serde_json::from_slice(&bytes).ok()?;
    (document.v <= RunDocument::VERSION).then_some(document)
}

/// The same from its record, where it did not.
fn digest(run: &KeptRun) -> Option<RunDocument> {
    // Asked first: what has ended by now has its end in the record.
    let goes_on = run.is_running();
    let mut record = RecordReader::open(run).ok()?;
    let started = UNIX_EPOCH + Duration::from_millis(record.head.started);
    let mut digest = RunDigest::new(run.id.clone(), record.head.clone());
    while let Ok(Some(event)) = record.next() {
        digest.on_event(&event);
    }
    let seen = if goes_on {
        Some(SystemTime::now())
    } else {
        run.last_written()
    };
    let seen = seen.and_then(|seen| seen.duration_since(started).ok());
    Some(digest.document(&OpenEnd {
        goes_on,
        seen: seen.unwrap_or_default(),
        log: &|label| {
            let log = run.log(label);
            let name = log.file_name().filter(|_| log.exists())?;
            Some(name.to_string_lossy().into_owned())
        },
    }))
}

/// Reads a record, one event after the other.
pub(crate) struct RecordReader {
    pub(crate) head: RecordHead,
    lines: BufReader<fs::File>,
    line: Vec<u8>,
}

impl RecordReader {
    fn open(run: &KeptRun) -> io::Result<Self> {
        let mut lines = BufReader::new(fs::File::open(run.folder.join(RECORD))?);
        let mut line = Vec::new();
        lines.read_until(b'\n', &mut line)?;
        let first: RecordLine = serde_json::from_slice(&line)?;
        let RecordKind::RecordStarted(head) = first.kind else {
            let message = format!("{RECORD} does not begin as a record does");
            return Err(io::Error::new(io::ErrorKind::InvalidData, message));
        };
        Ok(Self { head, lines, line })
    }

    /// The next event; what is not known, or was cut in half when nixward was killed, is passed over.
    pub(crate) fn next(&mut self) -> io::Result<Option<Event>> {
        loop {
            self.line.clear();
            if self.lines.read_until(b'\n', &mut self.line)? == 0 {
                return Ok(None);
            }
            let line = serde_json::from_slice::<RecordLine>(&self.line);
            if let Some(event) = line.ok().and_then(record::event) {
                return Ok(Some(event));
            }
        }
    }
}
