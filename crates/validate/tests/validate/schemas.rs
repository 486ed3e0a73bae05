//! What is written is what the schemas say, and nothing else.

use crate::{reports::validation, world::World};
use payrox_conforms::conforms;
use payrox_validate::{gas_snapshot_schema, validation_schema};
use serde_json::{Value, json};

#[test]
fn prx_v01_the_schema_accepts_a_report_and_nothing_with_a_field_more_or_less() {
    let schema = validation_schema();
    let valid = |value: &Value| conforms(&schema, value).is_ok();
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
    assert!(conforms(&schema, &value).is_ok());
    assert_eq!(payrox_validate::GasSnapshot::read(&value.to_string()), Ok(snapshot));
    for (field, bad) in [("version", json!(2)), ("routes", json!([])), ("added", json!(1))] {
        let mut wrong = value.clone();
        wrong[field] = bad;
        assert!(payrox_validate::GasSnapshot::read(&wrong.to_string()).is_err(), "{field}");
        assert!(conforms(&schema, &wrong).is_err(), "{field}");
    }
}
