//! How the networks of a release differ, for people.

use crate::{
    printer::{Paint, Tone},
    table::table,
};
use payrox_model::{Name, text::escape};
use payrox_plan::{ParityRow, Release};

/// One line for what is equal, one more for each cause of a difference and the networks that have it.
pub(super) fn parity(release: &Release, paint: Paint) -> String {
    table(["what", "parity", "where and why"], release.parity.iter().flat_map(|row| lines(row, paint)))
}

fn lines(row: &ParityRow, paint: Paint) -> Vec<[String; 3]> {
    if row.differences.is_empty() {
        return vec![[escape(&row.what), paint.tone(Tone::Good, "equal"), String::new()]];
    }
    let mut groups: Vec<(Vec<&Name>, String)> = Vec::new();
    for difference in &row.differences {
        let why = escape(&difference.why.join("; "));
        match groups.iter_mut().find(|(_, known)| *known == why) {
            Some((networks, _)) => networks.push(&difference.network),
            None => groups.push((vec![&difference.network], why)),
        }
    }
    let head = format!("{} values", row.values.len());
    let lines = groups.into_iter().enumerate().map(|(i, (networks, why))| {
        let networks = networks.iter().map(|n| n.as_str()).collect::<Vec<_>>().join(", ");
        let (what, parity) =
            if i == 0 { (escape(&row.what), paint.tone(Tone::Notice, &head)) } else { Default::default() };
        [what, parity, format!("{networks}: {why}")]
    });
    lines.collect()
}
