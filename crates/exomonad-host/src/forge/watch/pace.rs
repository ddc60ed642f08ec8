//! When a forge is looked at next.
//!
//! Rules: as long as something happens, at the pace that is configured; slower and slower when nothing does; at once after
//! this project did something there; and never before the forge wants it.

use std::time::{Duration, Instant};

/// The longest rest while there is something to watch.
const SLOWEST: Duration = Duration::from_secs(300);
/// The longest rest after failures.
const PATIENCE: Duration = Duration::from_secs(600);
/// How long a forge gets to take in what was pushed.
const SETTLE: Duration = Duration::from_secs(2);

/// When a forge is looked at next.
#[derive(Debug)]
pub(super) struct Pace {
    /// What is configured.
    poll: Duration,
    /// The rest after the next look, if that brings nothing new.
    rest: Duration,
    failures: u32,
    due: Instant,
    /// What the forge asked for.
    not_before: Instant,
    /// Spreads the looks of many projects over time.
    jitter: u64,
}

impl Pace {
    /// The first look is due at once. `seed` tells one project's looks from another's.
    pub(super) fn new(poll: Duration, seed: u64, now: Instant) -> Self {
        Self { poll, rest: poll, failures: 0, due: now, not_before: now, jitter: seed | 1 }
    }

    /// How long until the next look; zero: it is due.
    pub(super) fn left(&self, now: Instant) -> Duration {
        self.due.max(self.not_before).saturating_duration_since(now)
    }

    /// Something was done on the forge by this project.
    pub(super) fn hurry(&mut self, now: Instant) {
        self.rest = self.poll;
        self.due = self.due.min(now + SETTLE);
    }

    /// A look went well; the forge asks for a rest, which may be zero.
    pub(super) fn looked(&mut self, had_news: bool, asked: Duration, now: Instant) {
        self.failures = 0;
        self.rest = if had_news { self.poll } else { (self.rest * 3 / 2).min(SLOWEST.max(self.poll)) };
        self.due = now + self.spread(self.rest);
        self.not_before = now + asked;
    }

    /// A look went well, and has to be repeated, since this program was at work on the forge itself.
    pub(super) fn again(&mut self, asked: Duration, now: Instant) {
        self.failures = 0;
        self.due = now + SETTLE;
        self.not_before = now + asked;
    }

    /// There is somebody to ask now.
    pub(super) fn begin(&mut self, now: Instant) {
        self.due = now;
        self.not_before = now;
    }

    /// There is nobody to ask for some time.
    pub(super) fn idle(&mut self, time: Duration, now: Instant) {
        self.due = now + time;
        self.not_before = self.due;
    }

    /// A look failed.
    pub(super) fn failed(&mut self, now: Instant) {
        let times = 1_u32.checked_shl(self.failures).unwrap_or(u32::MAX);
        self.failures = self.failures.saturating_add(1);
        let rest = self.poll.saturating_mul(times).min(PATIENCE);
        self.due = now + self.spread(rest);
        self.not_before = self.due;
    }

    /// Between nine and eleven tenths of a time.
    fn spread(&mut self, time: Duration) -> Duration {
        // Marsaglia's xorshift.
        self.jitter ^= self.jitter << 13;
        self.jitter ^= self.jitter >> 7;
        self.jitter ^= self.jitter << 17;
        let thousandths = u32::try_from(self.jitter % 200).unwrap_or_default();
        time * (900 + thousandths) / 1000
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::Pace;

    const POLL: Duration = Duration::from_secs(30);

    fn is_about(left: Duration, expect: Duration) {
        let (least, most) = (expect * 9 / 10, expect * 11 / 10);
        assert!((least..=most).contains(&left), "{left:?} is not about {expect:?}");
    }

    #[test]
    fn looks_become_rare_while_nothing_happens_and_frequent_again_with_news() {
        let now = Instant::now();
        let mut pace = Pace::new(POLL, 7, now);
        assert_eq!(pace.left(now), Duration::ZERO);
        for seconds in [45.0, 67.5, 101.25] {
            pace.looked(false, Duration::ZERO, now);
            is_about(pace.left(now), Duration::from_secs_f64(seconds));
        }
        for _ in 0..10 {
            pace.looked(false, Duration::ZERO, now);
        }
        is_about(pace.left(now), Duration::from_secs(300));
        pace.looked(true, Duration::ZERO, now);
        is_about(pace.left(now), POLL);
    }

    #[test]
    fn a_push_is_looked_at_soon_but_not_before_the_forge_wants_it() {
        let now = Instant::now();
        let mut pace = Pace::new(POLL, 7, now);
        pace.looked(false, Duration::ZERO, now);
        pace.hurry(now);
        assert_eq!(pace.left(now), Duration::from_secs(2));
        pace.looked(false, Duration::from_secs(900), now);
        pace.hurry(now);
        assert_eq!(pace.left(now), Duration::from_secs(900));
    }

    #[test]
    fn failures_are_followed_by_ever_longer_rests_that_nothing_shortens() {
        let now = Instant::now();
        let mut pace = Pace::new(POLL, 7, now);
        for seconds in [30, 60, 120, 240, 480, 600, 600] {
            pace.failed(now);
            pace.hurry(now);
            is_about(pace.left(now), Duration::from_secs(seconds));
        }
        pace.looked(true, Duration::ZERO, now);
        pace.failed(now);
        is_about(pace.left(now), POLL);
    }

    #[test]
    fn two_projects_do_not_look_at_the_same_moment() {
        let now = Instant::now();
        let rest = |seed| {
            let mut pace = Pace::new(POLL, seed, now);
            pace.looked(true, Duration::ZERO, now);
            pace.left(now)
        };
        assert_ne!(rest(2), rest(40));
    }
}
