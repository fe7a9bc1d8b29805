//! How often the store is asked what is built while Nix builds: each question is a process that builds must wait for.

use std::time::{Duration, Instant};

/// The least time between questions.
const PAUSE: Duration = Duration::from_millis(100);
/// Between questions so many times the time passes that the last one took.
const SHARE: u32 = 6;

/// When to ask.
#[derive(Debug)]
pub(crate) struct QuestionPace {
    /// When the question was asked that is not answered yet.
    asked: Option<Instant>,
    next: Instant,
    /// Whether something may be there that the last question could not see.
    is_news: bool,
    /// How many builds ended since then of which it is not known which they are.
    unclear: u32,
}

impl QuestionPace {
    /// `is_news` where there may be something that was built before. Nix alone may be faster than a question about it.
    pub(crate) fn new(now: Instant, is_news: bool) -> Self {
        Self {
            asked: None,
            next: now + PAUSE,
            is_news,
            unclear: 0,
        }
    }

    pub(crate) fn news(&mut self) {
        self.is_news = true;
    }

    /// A build ended.
    pub(crate) fn one_more(&mut self) {
        self.unclear += 1;
    }

    /// It is known which one.
    pub(crate) fn one_is_clear(&mut self) {
        self.unclear = self.unclear.saturating_sub(1);
    }

    pub(crate) fn is_due(&self, now: Instant) -> bool {
        let is_worth_it = self.is_news || self.unclear > 0;
        is_worth_it && self.asked.is_none() && now >= self.next
    }

    pub(crate) fn asked(&mut self, now: Instant) {
        self.asked = Some(now);
        self.is_news = false;
        self.unclear = 0;
    }

    pub(crate) fn answered(&mut self, now: Instant) {
        let took = self
            .asked
            .take()
            .map_or(Duration::ZERO, |asked| now - asked);
        self.next = now + PAUSE.max(took * SHARE);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_at_a_time_about_news_and_not_often() {
        let start = Instant::now();
        let after = |milliseconds| start + Duration::from_millis(milliseconds);
        let mut pace = QuestionPace::new(start, true);
        assert!(!pace.is_due(after(99)));
        assert!(pace.is_due(after(100)));
        pace.asked(after(100));
        pace.news();
        assert!(!pace.is_due(after(1000)));
        pace.answered(after(150));
        assert!(!pace.is_due(after(449)));
        assert!(pace.is_due(after(450)));
        pace.asked(after(450));
        pace.answered(after(451));
        assert!(!pace.is_due(after(9999)), "nothing has happened since");
        pace.one_more();
        assert!(pace.is_due(after(9999)));
        pace.one_is_clear();
        assert!(!pace.is_due(after(9999)), "it is known what has happened");
    }
}
