//! A document with one thing wrong.

use serde_json::{Value, json};

/// The document once without each of its fields, once with each of them as no document has it, once with one more, in the
/// document itself and in the objects within it; each with what was done. Of a list the first item stands for all.
pub fn mutations(document: &Value) -> Vec<(String, Value)> {
    let mut all = Vec::new();
    for path in objects(document, String::new()) {
        let Some(fields) = document.pointer(&path).and_then(Value::as_object) else { continue };
        let mut spoil = |what: String, change: &dyn Fn(&mut serde_json::Map<String, Value>)| {
            let mut spoiled = document.clone();
            if let Some(fields) = spoiled.pointer_mut(&path).and_then(Value::as_object_mut) {
                change(fields);
            }
            all.push((what, spoiled));
        };
        for name in fields.keys() {
            spoil(format!("{path}: without {name}"), &|fields| drop(fields.remove(name)));
            spoil(format!("{path}: {name} is something else"), &|fields| {
                fields.insert(name.clone(), json!({ "a": 1.5 }));
            });
        }
        spoil(format!("{path}: one more"), &|fields| {
            fields.insert("unheardOf".into(), json!(1));
        });
    }
    all
}

/// Where the objects of a document are.
fn objects(value: &Value, at: String) -> Vec<String> {
    match value {
        Value::Object(fields) => {
            let within = fields.iter().flat_map(|(name, field)| objects(field, format!("{at}/{name}")));
            let within: Vec<_> = within.collect();
            [vec![at], within].concat()
        }
        Value::Array(items) => items.first().map(|item| objects(item, format!("{at}/0"))).unwrap_or_default(),
        _ => Vec::new(),
    }
}
