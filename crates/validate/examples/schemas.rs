//! Prints the JSON Schema of every document of this crate, by file name.

use std::io::Write as _;

fn main() -> std::io::Result<()> {
    let schemas = serde_json::json!({
        "gas-snapshot.v1.schema.json": payrox_validate::gas_snapshot_schema(),
        "validation-report.v1.schema.json": payrox_validate::validation_schema(),
    });
    writeln!(std::io::stdout(), "{schemas}")
}
