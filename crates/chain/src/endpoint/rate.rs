//! How fast an endpoint may be asked, and how long it is left alone after a failure.

use std::{
    hash::{BuildHasher, Hasher, RandomState},
    time::{Duration, Instant, SystemTime},
};

/// The first pause, and the longest.
const FIRST: Duration = Duration::from_millis(100);
const LONGEST: Duration = Duration::from_secs(5);
/// The longest that an endpoint can ask for.
const ASKED: Duration = Duration::from_secs(30);

/// A bucket that fills with time: what is taken beyond what it has is owed and waited for.
#[derive(Debug)]
pub(crate) struct Bucket {
    rate: f64,
    has: f64,
    at: Instant,
}

impl Bucket {
    /// Full, which is one second's worth.
    pub(crate) fn new(rate: u32, now: Instant) -> Self {
        Self { rate: f64::from(rate), has: f64::from(rate), at: now }
    }

    /// Takes so many; how long to wait before they may be used.
    pub(crate) fn take(&mut self, many: usize, now: Instant) -> Duration {
        let passed = now.saturating_duration_since(self.at).as_secs_f64();
        self.has = (self.has + passed * self.rate).min(self.rate) - many as f64;
        self.at = now;
        Duration::from_secs_f64((-self.has / self.rate).max(0.0))
    }
}

/// The pause after so many failures in a row: twice as long each time, half of it by chance, so that many do not come back at once.
pub(crate) fn pause(failures: u32) -> Duration {
    let most = FIRST.saturating_mul(1 << failures.saturating_sub(1).min(10)).min(LONGEST);
    let chance = RandomState::new().build_hasher().finish() % 1_000;
    most / 2 + (most / 2).mul_f64(chance as f64 / 1_000.0)
}

/// A `Retry-After`: seconds or a date of HTTP. What asks for longer than is waited for is cut; nonsense is no answer.
pub(crate) fn retry_after(value: &str, now: SystemTime) -> Option<Duration> {
    let value = value.trim();
    let asked = match value.parse::<u64>() {
        Ok(seconds) => Duration::from_secs(seconds),
        Err(_) => httpdate::parse_http_date(value).ok()?.duration_since(now).unwrap_or_default(),
    };
    Some(asked.min(ASKED))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_lets_a_seconds_worth_through_and_then_as_much_as_flows_in() {
        let start = Instant::now();
        let mut bucket = Bucket::new(10, start);
        assert_eq!(bucket.take(10, start), Duration::ZERO);
        assert_eq!(bucket.take(5, start), Duration::from_millis(500));
        let later = start + Duration::from_millis(500);
        assert_eq!(bucket.take(1, later), Duration::from_millis(100));
        assert_eq!(
            bucket.take(10, start + Duration::from_secs(60)),
            Duration::ZERO,
            "it holds no more than its rate"
        );
        assert_eq!(bucket.take(1, start + Duration::from_secs(60)), Duration::from_millis(100));
    }

    #[test]
    fn pauses_grow_to_a_bound() {
        for (failures, most) in [(1, 100), (2, 200), (3, 400), (7, 5_000), (u32::MAX, 5_000)] {
            let pause = pause(failures).as_millis();
            assert!((most / 2..=most).contains(&pause), "{failures}: {pause}");
        }
    }

    #[test]
    fn prx_b12_retry_after_is_seconds_or_a_date_and_never_long() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000);
        let after = |text: &str| retry_after(text, now).map(|d| d.as_secs());
        assert_eq!((after("7"), after(" 0 "), after("99999999999")), (Some(7), Some(0), Some(30)));
        assert_eq!(after("Sun, 09 Sep 2001 01:46:50 GMT"), Some(10));
        assert_eq!(after("Sun, 09 Sep 2001 01:46:30 GMT"), Some(0), "that is past");
        for nonsense in ["-1", "soon", "", "1e9", "99999999999999999999999", "\u{1b}"] {
            assert_eq!(after(nonsense), None, "{nonsense}");
        }
    }
}
