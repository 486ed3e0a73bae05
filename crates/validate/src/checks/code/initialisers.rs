//! Functions that set something up, and that anybody may call: the first who does owns what they set.

use crate::{
    Subject,
    checks::{counted, error, judged, unknown, warning},
};
use payrox_model::{Check, text::escape};

/// A stranger called it, and it wrote.
const STRANGER: &str = "PRX-VAL-209";
/// It refused, and nothing shows that it refused the stranger.
pub(crate) const UNSHOWN: &str = "PRX-VAL-211";

/// How initialisers are named. What is named otherwise is found by nobody who does not read it.
const BEGINNINGS: [&str; 7] = ["init", "reinit", "setup", "bootstrap", "configure", "construct", "migrate"];

/// Whether a function is named as those are that set something up once.
pub fn is_initialiser(signature: &str) -> bool {
    let name = signature.split('(').next().unwrap_or_default();
    let bare = name.trim_start_matches('_').to_ascii_lowercase().replace("set_up", "setup");
    BEGINNINGS.iter().any(|beginning| bare.starts_with(beginning)) || bare.ends_with("_init")
}

/// What a stranger could do in the rehearsal, once the plan was active.
pub(crate) fn check(subject: &Subject<'_>) -> Check {
    const NAME: &str = "code: initialisers";
    let Some(seen) = &subject.seen.rehearsed else { return unknown(NAME, "no rehearsal ran") };
    if seen.root.is_none() {
        return unknown(NAME, "the plan did not become active in the rehearsal");
    }
    let findings = seen.strangers.iter().filter_map(|(signature, seen)| {
        let facet = subject.plan.routes.iter().find(|route| route.signature == *signature);
        let facet = facet.map_or(String::new(), |route| format!("{}.", route.facet));
        let about = escape(&format!("{facet}{signature}"));
        let hint = "let only the owner call it, or run it once as the plan's [init] and route it to nobody";
        if seen.through {
            let evidence = "in the rehearsal a stranger called it, it did not revert, and something was written";
            return Some(error(STRANGER, about, evidence, hint));
        }
        let evidence = match seen.calls {
            0 => "nobody could call it in the rehearsal: its arguments cannot be made up".to_owned(),
            calls => format!(
                "a stranger called it in the rehearsal, {} with ones, zeros, the largest numbers and those of its code; \
                 each came to nothing, as it does for everybody else: with other arguments it may not",
                counted(calls, "time")
            ),
        };
        (!seen.guarded).then(|| warning(UNSHOWN, about, evidence, hint))
    });
    let findings: Vec<_> = findings.collect();
    let shown = seen.strangers.values().filter(|seen| seen.guarded && !seen.through).count();
    let summary = format!(
        "{} named like an initialiser, {shown} of them shown to refuse strangers, in {} by a stranger",
        counted(seen.strangers.len(), "function"),
        counted(seen.strangers.values().map(|seen| seen.calls).sum(), "call")
    );
    judged(NAME, summary, findings)
}

#[cfg(test)]
mod tests {
    use super::is_initialiser;

    #[test]
    fn prx_v11_initialisers_are_known_by_their_names() {
        for name in [
            "initialize(address)",
            "init()",
            "__Owned_init(address)",
            "setUp()",
            "reinitialize(uint64)",
            "set_up()",
        ] {
            assert!(is_initialiser(name), "{name}");
        }
        for name in ["pay(address,uint256)", "initial", "setFee(uint16)", "reset()"] {
            assert_eq!(is_initialiser(name), name == "initial", "{name}");
        }
    }
}
