//! Prints the JSON Schema of every document of this crate, by file name.

use std::io::Write as _;

fn main() -> std::io::Result<()> {
    let schemas = serde_json::json!({
        "journal.v2.schema.json": payrox_journal::line_schema(),
        "deployment.v1.schema.json": payrox_journal::deployment_schema(),
    });
    writeln!(std::io::stdout(), "{schemas}")
}
