//! The JSON Schema of a plan.

/// `schemas/plan.v1.schema.json`.
pub fn schema() -> serde_json::Value {
    serde_json::json!({})
}
