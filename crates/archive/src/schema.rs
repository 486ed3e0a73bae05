//! The JSON Schemas of an archive's list of files and of a drill.

use crate::limits;
use payrox_files::schema::{code, document, exit, hex, list, name, nullable, object, text, uint, verdict};
use payrox_model::version;
use serde_json::{Value, json};

/// `schemas/backup.v1.schema.json`, of `payrox-backup.json` in an archive: JSON Schema, draft 2020-12.
pub fn schema() -> Value {
    let file = object(&[
        ("path", json!({ "type": "string", "minLength": 1, "maxLength": limits::PATH })),
        (
            "kind",
            json!({ "enum": ["project", "network", "artifact", "plan", "record", "journal", "private"] }),
        ),
        ("size", json!({ "type": "integer", "minimum": 0, "maximum": limits::FILE })),
        ("sha256", sha256()),
    ]);
    let mut files = list(file);
    files["maxItems"] = json!(limits::FILES);
    let root = object(&[
        ("version", json!({ "const": version::BACKUP })),
        ("created", uint()),
        ("system", name()),
        ("private", json!({ "type": "boolean" })),
        ("files", files),
        ("sha256", sha256()),
    ]);
    document("The list of files of a PayRox backup, version 1", root, json!({}))
}

/// `schemas/drill.v1.schema.json`, of a line of `backup-drills.jsonl`: JSON Schema, draft 2020-12.
pub fn drill_schema() -> Value {
    let archive = object(&[("name", text()), ("sha256", sha256()), ("created", uint()), ("files", uint())]);
    let outcomes = ["complete", "nothing_to_do", "planned", "waiting", "refused", "failed"];
    let root = object(&[
        ("version", json!({ "const": version::DRILL })),
        ("time", uint()),
        ("archive", archive),
        ("network", nullable(name())),
        ("chainId", nullable(uint())),
        ("block", nullable(uint())),
        ("outcome", json!({ "enum": outcomes })),
        ("verified", nullable(verdict())),
        ("planId", nullable(hex(32))),
        ("wouldSend", uint()),
        ("error", nullable(code())),
        ("exit", exit()),
        ("durationMs", uint()),
    ]);
    document("A drill of a PayRox backup, version 1", root, json!({}))
}

fn sha256() -> Value {
    json!({ "type": "string", "pattern": "^[0-9a-f]{64}$" })
}
