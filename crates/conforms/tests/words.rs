//! What each word of a schema lets through, and what it does not.
#![cfg(test)]

use payrox_conforms::{conforms, mutations};
use serde_json::{Value, json};

#[test]
fn each_word_accepts_what_it_names_and_refuses_what_it_does_not() {
    for (schema, good, bad) in [
        (json!({ "const": 2 }), json!(2), json!(3)),
        (json!({ "enum": ["a", "b"] }), json!("b"), json!("c")),
        (json!({ "type": "object" }), json!({}), json!([])),
        (json!({ "type": "array" }), json!([]), json!({})),
        (json!({ "type": "string" }), json!(""), json!(null)),
        (json!({ "type": "boolean" }), json!(false), json!(0)),
        (json!({ "type": "null" }), json!(null), json!(false)),
        (json!({ "type": "integer" }), json!(1), json!(1.5)),
        (json!({ "minimum": 1 }), json!(1), json!(0)),
        (json!({ "maximum": 1 }), json!(1), json!(2)),
        (json!({ "minLength": 1 }), json!("é"), json!("")),
        (json!({ "maxLength": 1 }), json!("é"), json!("ab")),
        (json!({ "pattern": "^0x[0-9a-f]{4}$" }), json!("0x00af"), json!("0x00aF")),
        (json!({ "minItems": 1 }), json!([1]), json!([])),
        (json!({ "maxItems": 1 }), json!([1]), json!([1, 2])),
        (json!({ "uniqueItems": true }), json!([1, 2]), json!([1, 1])),
        (json!({ "items": { "const": 1 } }), json!([1, 1]), json!([1, 2])),
        (json!({ "required": ["a"] }), json!({ "a": 1 }), json!({ "b": 1 })),
        (json!({ "propertyNames": { "const": "a" } }), json!({ "a": 1 }), json!({ "b": 1 })),
        (json!({ "properties": { "a": { "const": 1 } } }), json!({ "a": 1, "b": 2 }), json!({ "a": 2 })),
        (
            json!({ "properties": { "a": {} }, "additionalProperties": false }),
            json!({ "a": 1 }),
            json!({ "b": 1 }),
        ),
        (json!({ "additionalProperties": { "const": 1 } }), json!({ "a": 1 }), json!({ "a": 2 })),
        (json!({ "type": "number" }), json!(1.5), json!("1")),
        (json!({ "anyOf": [{ "const": 3 }, { "minimum": 5 }] }), json!(6), json!(4)),
        (json!({ "format": "uri" }), json!("https://a.example/%20b"), json!("a/b")),
        (json!({ "format": "uri-reference" }), json!("a/b%20c"), json!("a b")),
        (json!({ "format": "date-time" }), json!("2026-11-30T01:02:03Z"), json!("2026-11-30")),
        (json!({ "oneOf": [{ "minimum": 5 }, { "maximum": 3 }] }), json!(6), json!(4)),
        (json!({ "oneOf": [{ "minimum": 3 }, { "maximum": 5 }] }), json!(6), json!(4)),
        (json!({ "$ref": "#/$defs/one", "$defs": { "one": { "const": 1 } } }), json!(1), json!(2)),
    ] {
        assert_eq!(conforms(&schema, &good), Ok(()), "{schema}");
        assert!(conforms(&schema, &bad).is_err(), "{schema} took {bad}");
    }
}

#[test]
fn a_word_that_is_not_known_and_a_reference_to_nothing_are_no_pass() {
    let odd = [
        json!({ "allOf": [] }),
        json!({ "$ref": "#/$defs/none" }),
        json!({ "type": "decimal" }),
        json!(true),
    ];
    for schema in odd {
        assert!(conforms(&schema, &json!(1)).is_err(), "{schema}");
    }
}

#[test]
fn a_reason_names_the_place() {
    let schema = json!({ "items": { "properties": { "a": { "items": { "const": 1 } } } } });
    assert_eq!(conforms(&schema, &json!([{ "a": [1, 2] }])), Err("/0/a/1: 2 is not 1".into()));
}

#[test]
fn a_document_is_spoiled_in_each_field_at_each_depth() {
    let document = json!({ "a": 1, "b": [{ "c": null }, { "c": 2 }] });
    let all: Vec<_> = mutations(&document);
    let texts: Vec<_> = all.iter().map(|(what, _)| what.as_str()).collect();
    assert_eq!(texts.len(), 8);
    assert!(texts.contains(&": without a") && texts.contains(&"/b/0: one more"), "{texts:?}");
    assert!(all.iter().all(|(_, spoiled): &(String, Value)| *spoiled != document));
}
