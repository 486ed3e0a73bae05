//! Canonical JSON: sorted keys, two spaces, a final line break, the same bytes for the same value.

use serde::Serialize;
use serde_json::Value;

/// The canonical form of a value, ready to be written or hashed.
///
/// # Errors
/// When the value has no JSON form, such as a map with keys that are not text.
pub fn to_canonical_json<T: Serialize>(value: &T) -> Result<String, serde_json::Error> {
    // Through a `Value`, whose maps are sorted: the order of a struct's fields must not matter.
    canonical_text(&serde_json::to_value(value)?)
}

/// The same of what is a `Value` already: none is made of it again.
///
/// # Errors
/// As [`to_canonical_json`].
pub fn canonical_text(value: &Value) -> Result<String, serde_json::Error> {
    let mut text = serde_json::to_string_pretty(value)?;
    text.push('\n');
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Serialize)]
    struct Unordered {
        b: u8,
        a: u8,
    }

    #[test]
    fn keys_are_sorted_whatever_the_order_of_the_fields() {
        assert_eq!(to_canonical_json(&Unordered { b: 1, a: 2 }).unwrap(), "{\n  \"a\": 2,\n  \"b\": 1\n}\n");
    }
}
