//! Prints the JSON Schema of every document of this crate, by file name.

use std::io::Write as _;

fn main() -> std::io::Result<()> {
    let schemas = serde_json::json!({
        "plan.v1.schema.json": payrox_plan::schema(),
        "plan.v2.schema.json": payrox_plan::diamond_schema(),
        "release.v1.schema.json": payrox_plan::release_schema(),
    });
    writeln!(std::io::stdout(), "{schemas}")
}
