//! `gas`: the table of what the gas must be, with what it is beside it.

use crate::{
    failure::{Done, Failure},
    process::run,
    repo::{Repo, read_json},
};

/// One row: the name under which the gas tests write it, and what it is compared with.
struct Row {
    name: &'static str,
    limit: u64,
    /// A limit that a prototype met; the others may be missed and explained.
    strict: bool,
    /// As in `OTHERS`, `–` where there is no figure.
    others: &'static str,
}

const OTHERS: &str = "prototype | diamond-2 | diamond-3 | Solidstate | ERC-8153 | original";

const ROWS: [Row; 18] = [
    met("call, cold", 4_840, "4,827 | 4,918 | 4,930 | 5,168 | 4,939 | 23,953"),
    met("call, warm", 340, "327 | 418 | 430 | 668 | 439 | 7,753"),
    met("PIN, cold", 5_060, "5,049 | – | – | – | – | –"),
    met("PIN, warm", 560, "549 | – | – | – | – | –"),
    met("LOCK, cold", 4_840 + 425, "5,247 | – | – | – | – | –"),
    met("LOCK and PIN, cold", 5_390, "5,379 | – | – | – | – | –"),
    met("COLD", 14_600, "14,587 | – | – | – | – | –"),
    aim("71 routes live, all hot", 2_250_000, "2.27 M | 1.98 M | 3.03 M | 1.98 M | 1.77 M | 8.66 M"),
    aim("71 routes live, 40 cold", 1_360_000, "1.38 M | – | – | – | – | –"),
    aim("replace a 6-route facet", 640_000, "657 k | 81 k | 177 k | 77 k | 81 k | 487 k"),
    aim("rollback of that", 175_000, "188 k | a new cut | a new cut | a new cut | a new cut | impossible"),
    met("pause, 71 hot", 415_000, "413 k | – | – | – | – | irreversible"),
    met("unpause, 71 hot", 415_000, "413 k | – | – | – | – | –"),
    met("pause, 31 hot", 210_000, "209 k | – | – | – | – | –"),
    met("facets()", 33_000, "31.4 k | 494 k | 145 k | 457 k | 130 k | 329 k"),
    aim("a further system", 600_000, "est. 0.45 M | 2.31 M | 2.51 M | 1.65 M | 1.93 M | 5.89 M"),
    aim("first system on a chain", 4_200_000, "4.84 M | – | – | – | – | –"),
    met("CREATE2 above a plain creation", 8_600, "8,555 | – | – | – | – | 37,792"),
];

const fn met(name: &'static str, limit: u64, others: &'static str) -> Row {
    Row { name, limit, strict: true, others }
}

const fn aim(name: &'static str, limit: u64, others: &'static str) -> Row {
    Row { name, limit, strict: false, others }
}

/// Measures, prints, and fails where a limit that the prototype met is missed.
pub(crate) fn print(repo: &Repo) -> Done {
    let folder = repo.scratch().join("gas-table");
    let _ = std::fs::remove_dir_all(&folder);
    let mut forge = repo.forge(&repo.contracts());
    forge.env("FOUNDRY_SNAPSHOTS", &folder).env("FORGE_SNAPSHOT_EMIT", "true");
    let ran = run(forge.args(["test", "--match-path", "test/gas/**"]))?;
    let table = read_json(&folder.join("table.json")).map_err(|failure| {
        Failure::new(format!("{failure}: the gas tests wrote nothing\n{}", ran.tail(40)))
    })?;

    println!("| | limit | ours | {OTHERS} |\n|---|--:|--:|{}", "--:|".repeat(6));
    let mut missed = Vec::new();
    for row in &ROWS {
        let ours = table[row.name].as_str().and_then(|text| text.parse::<u64>().ok());
        let mark = if ours.is_some_and(|gas| gas > row.limit) { " (over)" } else { "" };
        let shown = ours.map_or_else(|| "not measured".to_owned(), grouped);
        println!("| {} | ≤ {} | {shown}{mark} | {} |", row.name, grouped(row.limit), row.others);
        if row.strict && ours.is_none_or(|gas| gas > row.limit) {
            missed.push(row.name);
        }
    }
    println!(
        "\nReceipts; calls as the difference to calling the facet directly; 71 routes over 13 facets; via-IR."
    );
    if missed.is_empty() {
        Ok(())
    } else {
        Err(Failure::new(format!("over a limit that the prototype met: {}", missed.join(", "))))
    }
}

/// `4840` as `4,840`.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::grouped;

    #[test]
    fn digits_are_grouped_by_three() {
        assert_eq!(grouped(7), "7");
        assert_eq!(grouped(4_840), "4,840");
        assert_eq!(grouped(2_250_000), "2,250,000");
    }
}
