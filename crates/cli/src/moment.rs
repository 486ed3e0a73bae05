//! Points in time and durations, for people.

use jiff::{Timestamp, tz::TimeZone};

/// Local time and UTC: `2026-01-31 14:00:00 CET (2026-01-31 13:00:00 UTC)`; once where the zone is UTC.
pub(crate) fn both(seconds: u64) -> String {
    let Some(utc) = i64::try_from(seconds).ok().and_then(|s| Timestamp::from_second(s).ok()) else {
        return format!("second {seconds}");
    };
    let local = utc.to_zoned_datetime(TimeZone::system());
    let utc = utc.to_zoned_datetime(TimeZone::UTC).strftime("%Y-%m-%d %H:%M:%S UTC").to_string();
    let local = local.strftime("%Y-%m-%d %H:%M:%S %Z").to_string();
    if local == utc { utc } else { format!("{local} ({utc})") }
}

/// `2 d 3 h`, `59 min 3 s`, `7 s`: the two largest units.
pub(crate) fn span(seconds: u64) -> String {
    let units = [("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1)];
    let mut rest = seconds;
    let mut parts = Vec::new();
    for (unit, size) in units {
        if rest / size > 0 {
            parts.push(format!("{} {unit}", rest / size));
        }
        rest %= size;
    }
    parts.truncate(2);
    if parts.is_empty() { "0 s".into() } else { parts.join(" ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prx_d08_a_span_shows_its_two_largest_units() {
        assert_eq!(span(0), "0 s");
        assert_eq!(span(59), "59 s");
        assert_eq!(span(3_600), "1 h");
        assert_eq!(span(2 * 86_400 + 3 * 3_600 + 62), "2 d 3 h");
    }

    #[test]
    fn prx_d08_a_moment_names_its_zone_and_utc() {
        let text = both(1_800_000_000);
        assert!(text.contains("2027-01-15 08:00:00 UTC"), "{text}");
        assert!(both(u64::MAX).starts_with("second "));
    }
}
