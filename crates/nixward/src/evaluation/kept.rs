//! Evaluations that are kept between runs, by the key of all that they depend on.

use std::path::{Path, PathBuf};

use nixward_cache::kept_folder::KeptFolder;
use nixward_core::{
    evaluation::{CacheUse, Evaluation},
    query::EvaluationQuery,
};
use nixward_git::source::Scan;
use nixward_nix::{evaluator::Units, lock_file, settings_files};
use serde::{Deserialize, Serialize};

use super::{
    Fresh, key,
    source::{EarlyLook, Source, source_root},
};
use crate::{
    error::{CliError, ErrorKind},
    session::Session,
};

/// Changes with the types of what is kept, with the questions and with the parts of the key.
const FORMAT: u32 = 3;
/// One evaluation of 1,000 projects takes about half a megabyte.
const MOST_BYTES: u64 = 256 << 20;

/// The folder of the evaluations in the cache folder.
const FOLDER: &str = "evaluations";

/// An answer as it is kept.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
pub(super) struct KeptEvaluation {
    pub(super) evaluation: Evaluation,
    pub(super) warnings: Vec<String>,
    /// What may answer differently though nothing has changed.
    pub(super) unsettled: Units,
    /// The settings that the flake brings.
    pub(super) options: Vec<(String, String)>,
    /// Where the source was: messages name files of it.
    pub(super) root: PathBuf,
}

impl KeptEvaluation {
    /// Whether its messages, if there are any, are about the source at this place, and not about another clone of it.
    fn is_good_at(&self, root: &Path) -> bool {
        self.root == root || (!self.evaluation.has_failures() && self.warnings.is_empty())
    }

    pub(super) fn is_settled(&self) -> bool {
        self.unsettled.is_empty()
    }
}

/// What was found of a question.
pub(super) enum Found {
    Kept(Lookup, Box<KeptEvaluation>),
    Nothing(Lookup),
    /// The answer depends on more than can be looked at.
    Off {
        reason: String,
    },
}

/// Where an answer is kept, and what the source tree was like when it was looked for.
pub(super) struct Lookup {
    key: String,
    scan: Scan,
}

/// Looks for the answer to a question.
pub(super) fn look_up(session: &Session, query: &EvaluationQuery) -> Result<Found, CliError> {
    let settings = match key::settings(session) {
        Ok(settings) => settings,
        Err(reason) => return Ok(Found::Off { reason }),
    };
    let early = session.early_look.take().and_then(EarlyLook::finish);
    let scan = match early.unwrap_or_else(|| Source::of(session).look()) {
        Ok(scan) => scan,
        Err(error) => {
            let reason = nixward_exec::with_sources(&error);
            return Ok(Found::Off { reason });
        }
    };
    let key = key::key(session, query, scan.fingerprint, &settings)
        .map_err(|error| CliError::from_source(ErrorKind::Internal, &error))?;
    let kept = evaluations(session).read(&key);
    let lookup = Lookup { key, scan };
    // The digest was right: what can't be understood is of another nixward.
    let answer: Option<KeptEvaluation> = kept.and_then(|bytes| postcard::from_bytes(&bytes).ok());
    let answer = answer.filter(|answer| answer.is_good_at(source_root(session)));
    Ok(match answer {
        Some(answer) => Found::Kept(lookup, Box::new(answer)),
        None => Found::Nothing(lookup),
    })
}

fn evaluations(session: &Session) -> KeptFolder {
    let folder = session.environment.cache_folder().join(FOLDER);
    KeptFolder::new(folder, FORMAT, MOST_BYTES)
}

impl Lookup {
    /// Keeps what Nix answered, if it is the answer for the tree that was looked at.
    pub(super) fn keep(&self, session: &Session, fresh: &Fresh) -> CacheUse {
        if let Some(reason) = why_not_to_keep(session, fresh) {
            return CacheUse::Off { reason };
        }
        let source = Source::of(session);
        match source.look_again(&self.scan) {
            Ok(after) if after.is_same_as(&self.scan) => {
                let keep_source = source.keeping(after.record);
                let answer = postcard::to_stdvec(&fresh.kept);
                let (evaluations, key) = (evaluations(session), self.key.clone());
                // Nothing that comes now reads it, and to have it on the disk takes a while.
                session.meanwhile.begin(move || {
                    keep_source();
                    // What can't be kept is asked again.
                    let _kept = answer.map(|bytes| evaluations.write(&key, &bytes));
                });
                CacheUse::Miss
            }
            Ok(_) => CacheUse::Off {
                reason: "files changed while Nix evaluated them".to_owned(),
            },
            Err(error) => CacheUse::Off {
                reason: nixward_exec::with_sources(&error),
            },
        }
    }
}

fn why_not_to_keep(session: &Session, fresh: &Fresh) -> Option<String> {
    if fresh.lock_is_incomplete {
        return Some(
            "flake.lock does not lock every input; `nix flake lock` makes it so".to_owned(),
        );
    }
    if fresh.is_doubtful {
        return Some("a failure was another one when Nix was asked about it again".to_owned());
    }
    if let Some(option) = settings_files::impure_option(&fresh.kept.options) {
        return Some(key::why_impure(option));
    }
    let file = session.discovered.flake_folder.join("flake.lock");
    let lock = fs_err::read_to_string(file).ok()?;
    let input = lock_file::input_outside(&lock)?;
    Some(format!(
        "the input `{input}` is a folder of this machine, which may change without its lock"
    ))
}
