//! All that hear of a verb that is carried out.

use std::sync::Arc;

use nixward_core::{
    event::{Event, EventKind},
    plan::StepLabel,
};
use nixward_report::{reporter::Reporter as _, timings::Recording, verdict::is_failure};

use crate::{audience::Audience, past::Recorder, watch::Passed};

/// Those who show the run, and those who keep it.
pub(crate) struct Listeners<'a> {
    pub(crate) audience: &'a mut Audience,
    /// For a page of what ran when, where it is wanted.
    pub(crate) timings: &'a mut Option<Recording>,
    pub(crate) recorder: Recorder,
    /// For what comes after it.
    pub(crate) first_failed: Option<Arc<StepLabel>>,
    /// For the next run of a workspace that is watched.
    passed: Option<&'a Passed>,
}

impl<'a> Listeners<'a> {
    pub(crate) fn new(
        audience: &'a mut Audience,
        timings: &'a mut Option<Recording>,
        passed: Option<&'a Passed>,
    ) -> Self {
        Self {
            audience,
            timings,
            recorder: Recorder::new(),
            first_failed: None,
            passed,
        }
    }

    pub(crate) fn tell(&mut self, event: &Event) {
        self.audience.tell(event);
        if let Some(timings) = &mut self.timings {
            // It keeps all in memory, and can't fail.
            let _heard = timings.on_event(event);
        }
        self.recorder.tell(event);
        if let EventKind::StepFinished { label, outcome } = &event.kind
            && is_failure(&outcome.status)
        {
            self.first_failed.get_or_insert_with(|| Arc::clone(label));
        }
        if let Some(passed) = self.passed {
            passed.heard(&event.kind);
        }
    }
}
