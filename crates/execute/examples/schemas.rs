//! Prints the JSON Schema of every document of this crate, by file name.

use std::io::Write as _;

fn main() -> std::io::Result<()> {
    let schemas = serde_json::json!({
        "rehearsal.v2.schema.json": payrox_execute::rehearsal_schema(),
        "run.v1.schema.json": payrox_execute::schema(),
    });
    writeln!(std::io::stdout(), "{schemas}")
}
