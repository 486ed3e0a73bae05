//! Can those be reached who are needed when something goes wrong?

use jiff::Timestamp;
use payrox_chain::{Reach, reach};
use payrox_config::{Contact, Contacts, Network};
use payrox_model::{Check, Code, Finding, Severity, Verdict, text::escape};
use std::time::Duration;

const MISSING: Code = Code("PRX-DOC-011");
const GONE: Code = Code("PRX-DOC-012");
const UNPROVED: Code = Code("PRX-DOC-013");

/// How long a page is waited for.
const PATIENCE: Duration = Duration::from_secs(5);
/// Days that somebody's word counts that all four were reached.
const FRESH: i64 = 90;
const DAY: i64 = 86_400;

/// The four contacts: filled in, and as far as a program can tell, reachable.
pub(super) async fn contacts(network: &Network, contacts: Option<&Contacts>, clock: u64) -> Check {
    let check =
        |verdict, summary: String, findings| Check { name: "contacts".into(), verdict, summary, findings };
    let none = Contacts::default();
    let contacts = contacts.unwrap_or(&none);
    let missing = contacts.missing();
    if !network.production {
        let filled = 4 - missing.len();
        return check(
            Verdict::Pass,
            format!("{filled} of 4 filled in; only production needs them"),
            Vec::new(),
        );
    }
    let mut findings: Vec<_> = missing
        .iter()
        .map(|name| Finding {
            code: MISSING,
            severity: Severity::Error,
            subject: format!("contacts.{name}"),
            evidence: "it is missing, or an address that is reserved for examples".into(),
            hint: Some(format!("write {name} under [contacts] in payrox.toml; then `payrox doctor`")),
        })
        .collect();
    let mut verdict = if findings.is_empty() { Verdict::Pass } else { Verdict::Fail };
    let attested = contacts.checked.as_deref().is_some_and(|day| is_fresh(day, clock));
    let mut unproved = Vec::new();
    for (name, contact) in contacts.each() {
        let Some(contact) = contact.filter(|contact| !contact.is_placeholder()) else { continue };
        let Contact::Page(url) = contact else {
            unproved.push(name);
            continue;
        };
        let found = |code, evidence, hint: &str| Finding {
            code,
            severity: Severity::Error,
            subject: format!("contacts.{name}: {}", escape(url)),
            evidence,
            hint: Some(hint.to_owned()),
        };
        match reach(url, PATIENCE).await {
            Reach::Answers(_) => {}
            Reach::Gone(status) => {
                verdict = Verdict::Fail;
                let evidence = format!("the server answers with status {status}");
                findings.push(found(
                    GONE,
                    evidence,
                    "correct the address under [contacts]; then `payrox doctor`",
                ));
            }
            Reach::Silent(why) => {
                verdict = verdict.max(Verdict::Unknown);
                findings.push(found(
                    GONE,
                    why,
                    "open the page in a browser; correct it, or run `payrox doctor` again",
                ));
            }
        }
    }
    if !unproved.is_empty() && !attested {
        verdict = verdict.max(Verdict::Unknown);
        findings.push(Finding {
            code: UNPROVED,
            severity: Severity::Warning,
            subject: unproved.join(", "),
            evidence: "a mailbox and a telephone cannot be tried from here".into(),
            hint: Some("reach all four, then write the day under [contacts]: checked = \"YYYY-MM-DD\"; it counts for 90 days".into()),
        });
    }
    let by = contacts.checked.as_deref().filter(|_| attested).map(|day| format!(", reached on {day}"));
    check(verdict, format!("{} of 4 filled in{}", 4 - missing.len(), by.unwrap_or_default()), findings)
}

/// Whether a day is not in the future, and not long ago.
fn is_fresh(day: &str, clock: u64) -> bool {
    let Ok(then) = format!("{day}T00:00:00Z").parse::<Timestamp>() else { return false };
    let age = i64::try_from(clock).unwrap_or(i64::MAX).saturating_sub(then.as_second());
    // A day begins earlier to the east of here.
    (-DAY..=FRESH * DAY).contains(&age)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prx_p02_a_persons_word_counts_for_ninety_days_and_not_before_it_is_given() {
        let now = 1_790_000_000;
        for (day, fresh) in [
            ("2026-09-21", true),
            ("2026-09-22", true),
            ("2026-07-01", true),
            ("2026-06-01", false),
            ("2026-10-01", false),
            ("2026-02-31", false),
            ("yesterday", false),
        ] {
            assert_eq!(is_fresh(day, now), fresh, "{day}");
        }
    }
}
