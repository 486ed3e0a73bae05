//! Prints the JSON Schema of every document of this crate, by file name.

use std::io::Write as _;

fn main() -> std::io::Result<()> {
    let schemas = serde_json::json!({
        "verify.v1.schema.json": payrox_probe::schema(),
        "adopted.v1.schema.json": payrox_probe::adopt::adopted_schema(),
    });
    writeln!(std::io::stdout(), "{schemas}")
}
