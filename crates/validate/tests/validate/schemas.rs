//! What is written is what the schemas say, and nothing else.

use crate::{reports::validation, world::World};
use payrox_validate::{gas_snapshot_schema, validation_schema};
use serde_json::{Value, json};

/// As much of JSON Schema as these schemas use.
fn holds(root: &Value, schema: &Value, value: &Value) -> bool {
    let all = |field: &str, check: &dyn Fn(&Value) -> bool| schema.get(field).is_none_or(check);
    let object = value.as_object();
    all("$ref", &|r| holds(root, root.pointer(&r.as_str().unwrap()[1..]).unwrap(), value))
        && all("const", &|c| c == value)
        && all("enum", &|e| e.as_array().unwrap().contains(value))
        && all("oneOf", &|o| o.as_array().unwrap().iter().filter(|s| holds(root, s, value)).count() == 1)
        && all("type", &|t| match t.as_str().unwrap() {
            "object" => value.is_object(),
            "array" => value.is_array(),
            "string" => value.is_string(),
            "integer" => value.is_u64(),
            "boolean" => value.is_boolean(),
            "null" => value.is_null(),
            other => panic!("{other}"),
        })
        && all("minimum", &|m| value.as_u64() >= m.as_u64())
        && all("pattern", &|p| value.as_str().is_some_and(|text| matches(p.as_str().unwrap(), text)))
        && all("items", &|i| value.as_array().unwrap().iter().all(|v| holds(root, i, v)))
        && all("required", &|r| {
            r.as_array().unwrap().iter().all(|k| object.unwrap().contains_key(k.as_str().unwrap()))
        })
        && object.is_none_or(|o| {
            o.iter().all(|(key, v)| match schema.get("properties").and_then(|p| p.get(key)) {
                Some(property) => holds(root, property, v),
                None => match schema.get("additionalProperties") {
                    None => true,
                    Some(Value::Bool(allowed)) => *allowed,
                    Some(other) => holds(root, other, v),
                },
            })
        })
}

fn matches(pattern: &str, text: &str) -> bool {
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    match pattern {
        "^0x[0-9a-f]{64}$" => text.parse::<payrox_model::Root>().is_ok(),
        "^[0-9]{4}-[0-9]{2}-[0-9]{2}$" => {
            let parts: Vec<_> = text.split('-').collect();
            parts.iter().map(|p| p.len()).eq([4, 2, 2]) && parts.iter().all(|p| digits(p))
        }
        "^PRX-[A-Z]{1,8}-[0-9]{3}$" => {
            let parts: Vec<_> = text.split('-').collect();
            parts.len() == 3 && parts[0] == "PRX" && parts[2].len() == 3 && digits(parts[2])
        }
        other => panic!("{other}"),
    }
}

#[test]
fn prx_v01_the_schema_accepts_a_report_and_nothing_with_a_field_more_or_less() {
    let schema = validation_schema();
    let valid = |value: &Value| holds(&schema, &schema, value);
    let report = serde_json::to_value(validation()).unwrap();
    assert!(valid(&report));
    for field in report.as_object().unwrap().keys() {
        let mut less = report.clone();
        less.as_object_mut().unwrap().remove(field);
        assert!(!valid(&less), "{field}");
        let mut wrong = report.clone();
        wrong[field] = json!({ "a": -1 });
        assert!(!valid(&wrong), "{field}");
    }
    let mut more = report;
    more["about"]["added"] = json!(1);
    assert!(!valid(&more));
}

#[test]
fn prx_v09_a_snapshot_is_as_its_schema_says_and_is_read_again() {
    let schema = gas_snapshot_schema();
    let snapshot = World::clean().seen.gas_snapshot.unwrap();
    let value = serde_json::to_value(&snapshot).unwrap();
    assert!(holds(&schema, &schema, &value));
    assert_eq!(payrox_validate::GasSnapshot::read(&value.to_string()), Ok(snapshot));
    for (field, bad) in [("version", json!(2)), ("routes", json!([])), ("added", json!(1))] {
        let mut wrong = value.clone();
        wrong[field] = bad;
        assert!(payrox_validate::GasSnapshot::read(&wrong.to_string()).is_err(), "{field}");
        assert!(!holds(&schema, &schema, &wrong), "{field}");
    }
}
