//! Prints the JSON Schema of every document of this crate, by file name.

use std::io::Write as _;

fn main() -> std::io::Result<()> {
    let schemas = serde_json::json!({
        "review.v1.schema.json": payrox_review::schema(),
    });
    writeln!(std::io::stdout(), "{schemas}")
}
