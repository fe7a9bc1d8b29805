//! What is edited below some folders: heard from the system, or, where that can tell no more, by looking every now and
//! then.

use std::{
    collections::BTreeSet,
    mem,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use crossbeam_channel::{Receiver, Sender, bounded, never, select, tick};
use notify::{
    Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher as _,
    event::{AccessKind, AccessMode, CreateKind, MetadataKind, ModifyKind},
};

use super::tree::WatchedTree;

/// An edit is over when nothing was touched for so long.
const QUIET: Duration = Duration::from_millis(100);
/// Somebody who does not stop is not waited for any longer.
const LONGEST_EDIT: Duration = Duration::from_secs(1);
/// Nor git, whose lock may be one that it left when it crashed.
const LONGEST_WORK_OF_GIT: Duration = Duration::from_secs(5);
/// How often the tree is looked at where the system does not tell.
const BETWEEN_LOOKS: Duration = Duration::from_secs(2);
/// More are not kept by name.
const MOST_KEPT: usize = 1000;

/// What is edited.
pub(crate) struct Changes {
    /// Nothing where the system does not tell.
    watcher: Option<RecommendedWatcher>,
    watched: BTreeSet<PathBuf>,
    heard: Arc<Mutex<Heard>>,
    woken: Receiver<()>,
    looks: Receiver<Instant>,
}

#[derive(Debug, Default)]
struct Heard {
    files: BTreeSet<PathBuf>,
    /// Folders that came, went or got another name: what was watched there may be another one now.
    moved: BTreeSet<PathBuf>,
    /// There were too many to keep them by name.
    all_moved: bool,
}

impl Changes {
    /// Of no folder yet; with a warning where the system does not tell.
    pub(crate) fn start() -> (Self, Option<String>) {
        let heard = Arc::<Mutex<Heard>>::default();
        let (wake, woken) = bounded(1);
        let listener = {
            let heard = Arc::clone(&heard);
            move |event: notify::Result<Event>| listen(&heard, &wake, event)
        };
        let mut changes = Self {
            watcher: None,
            watched: BTreeSet::new(),
            heard,
            woken,
            looks: never(),
        };
        let warning = match notify::recommended_watcher(listener) {
            Ok(watcher) => {
                changes.watcher = Some(watcher);
                None
            }
            Err(error) => Some(changes.look_instead(&error)),
        };
        (changes, warning)
    }

    /// Watches all folders of the tree and no others, and says whether one was added; with a warning where the system
    /// can tell no more.
    pub(crate) fn follow(&mut self, tree: &WatchedTree) -> (bool, Option<String>) {
        let Some(watcher) = &mut self.watcher else {
            return (false, None);
        };
        let wanted = tree.folders();
        let (moved, all_moved) = {
            let mut heard = locked(&self.heard);
            (mem::take(&mut heard.moved), mem::take(&mut heard.all_moved))
        };
        let is_moved =
            |folder: &Path| all_moved || folder.ancestors().any(|above| moved.contains(above));
        let gone = |folder: &PathBuf| !wanted.contains(folder) || is_moved(folder);
        for folder in self.watched.extract_if(.., gone) {
            // What is gone is not watched any more.
            let _unwatched: notify::Result<()> = watcher.unwatch(&folder);
        }
        let mut is_added = false;
        let mut trouble = None;
        for folder in wanted.difference(&self.watched.clone()) {
            match watcher.watch(folder, RecursiveMode::NonRecursive) {
                Ok(()) => {
                    is_added = true;
                    self.watched.insert(folder.clone());
                }
                // One that is not there is heard of where it would be, when it comes.
                Err(_) if !folder.is_dir() => {}
                Err(error) => {
                    trouble = Some(error);
                    break;
                }
            }
        }
        let warning = trouble.map(|error| self.look_instead(&error));
        (is_added, warning)
    }

    /// Ready when something was touched.
    pub(crate) fn woken(&self) -> &Receiver<()> {
        &self.woken
    }

    /// Ready every now and then, where the system does not tell.
    pub(crate) fn looks(&self) -> &Receiver<Instant> {
        &self.looks
    }

    /// Whether nothing is heard of by name.
    pub(crate) fn is_deaf(&self) -> bool {
        self.watcher.is_none()
    }

    /// Waits until nothing is touched any more, or there is no time; gives what was.
    pub(crate) fn settle(&self, tree: &WatchedTree, enough: &Receiver<()>) -> Vec<PathBuf> {
        let begun = Instant::now();
        loop {
            let is_quiet = select! {
                recv(self.woken) -> _ => false,
                recv(enough) -> _ => break,
                default(QUIET) => true,
            };
            let is_git_at_work = tree.is_git_at_work() && begun.elapsed() < LONGEST_WORK_OF_GIT;
            if !is_git_at_work && (is_quiet || begun.elapsed() > LONGEST_EDIT) {
                break;
            }
        }
        let files = mem::take(&mut locked(&self.heard).files);
        let worth = files.into_iter().filter(|file| tree.is_worth_a_look(file));
        worth.collect()
    }

    /// Goes on without the system; says so.
    fn look_instead(&mut self, error: &notify::Error) -> String {
        self.watcher = None;
        self.watched.clear();
        // Who would wake it is gone, and what is gone would never cease to be ready.
        self.woken = never();
        self.looks = tick(BETWEEN_LOOKS);
        let seconds = BETWEEN_LOOKS.as_secs();
        format!(
            "the system tells of no more edits ({error}); the tree is looked at every {seconds} seconds instead\n\
             hint: sudo sysctl fs.inotify.max_user_watches=1048576 fs.inotify.max_user_instances=1024"
        )
    }
}

/// Notes what an event is about, where it is about an edit.
fn listen(heard: &Mutex<Heard>, wake: &Sender<()>, event: notify::Result<Event>) {
    let (paths, moves) = match event {
        Ok(event) if event.need_rescan() => (Vec::new(), true),
        Ok(event) if is_edit(event.kind) => {
            let moves = matches!(
                event.kind,
                EventKind::Create(CreateKind::Folder | CreateKind::Any)
                    | EventKind::Remove(_)
                    | EventKind::Modify(ModifyKind::Name(_))
            );
            (event.paths, moves)
        }
        Ok(_) => return,
        // Whatever it was, something may have changed.
        Err(error) => (error.paths, true),
    };
    let mut heard = locked(heard);
    if moves && !heard.all_moved {
        heard.moved.extend(paths.iter().cloned());
        if heard.moved.len() > MOST_KEPT {
            heard.all_moved = true;
            heard.moved.clear();
        }
    }
    let room = MOST_KEPT.saturating_sub(heard.files.len());
    heard.files.extend(paths.into_iter().take(room));
    drop(heard);
    // One that is woken already looks at everything.
    let _woken = wake.try_send(());
}

fn is_edit(kind: EventKind) -> bool {
    match kind {
        EventKind::Access(kind) => kind == AccessKind::Close(AccessMode::Write),
        EventKind::Modify(ModifyKind::Metadata(kind)) => kind != MetadataKind::AccessTime,
        EventKind::Any
        | EventKind::Create(_)
        | EventKind::Modify(_)
        | EventKind::Remove(_)
        | EventKind::Other => true,
    }
}

fn locked(heard: &Mutex<Heard>) -> MutexGuard<'_, Heard> {
    heard.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use notify::event::{DataChange, RemoveKind};

    use super::*;

    fn told(kind: EventKind) -> (bool, bool) {
        let heard = Mutex::new(Heard::default());
        let (wake, woken) = bounded(1);
        listen(&heard, &wake, Ok(Event::new(kind).add_path("/w/a".into())));
        let is_moved = !locked(&heard).moved.is_empty();
        (woken.try_recv().is_ok(), is_moved)
    }

    #[test]
    fn who_only_reads_is_not_heard() {
        let read = EventKind::Access(AccessKind::Open(AccessMode::Any));
        assert_eq!(told(read), (false, false));
        let written = EventKind::Modify(ModifyKind::Data(DataChange::Any));
        assert_eq!(told(written), (true, false));
        assert_eq!(told(EventKind::Remove(RemoveKind::Folder)), (true, true));
    }

    #[test]
    fn many_are_not_kept_by_name() {
        let heard = Mutex::new(Heard::default());
        let (wake, woken) = bounded(1);
        for number in 0..MOST_KEPT + 10 {
            let kind = EventKind::Create(CreateKind::Any);
            let event = Event::new(kind).add_path(format!("/w/{number}").into());
            listen(&heard, &wake, Ok(event));
        }
        assert_eq!(locked(&heard).files.len(), MOST_KEPT);
        assert_eq!(locked(&heard).moved.len(), 0);
        assert!(locked(&heard).all_moved);
        assert_eq!(woken.len(), 1);
    }
}
