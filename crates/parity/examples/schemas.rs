//! Prints the JSON Schema of every document of this crate, by file name.

use std::io::Write as _;

fn main() -> std::io::Result<()> {
    let schemas = serde_json::json!({
        "parity-case.v2.schema.json": payrox_parity::case_schema(),
        "parity-corpus.v1.schema.json": payrox_parity::corpus_schema(),
    });
    writeln!(std::io::stdout(), "{schemas}")
}
