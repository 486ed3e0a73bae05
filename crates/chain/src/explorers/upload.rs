//! What is sent to an explorer, as data: what a dry run shows is what is sent.

use alloy_primitives::{Address, B256, Bytes};
use std::sync::Arc;
use url::{Url, form_urlencoded};

/// A contract's sources, and what they shall be compared with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Submission {
    /// Where it is.
    pub address: Address,
    /// `path:Name` of its source.
    pub contract: String,
    /// Full version, such as `0.8.30+commit.73712a01`.
    pub compiler: String,
    /// The compiler's standard JSON input: language, sources and settings alone.
    pub input: Arc<str>,
    /// ABI-encoded constructor arguments.
    pub arguments: Bytes,
    /// The transaction that created it, where it is known.
    pub created_by: Option<B256>,
}

/// One request with sources, without any key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upload {
    /// Where it is posted.
    pub url: String,
    /// How its body is written.
    pub content_type: &'static str,
    /// The body's fields. What is JSON already stands in a JSON body as it is.
    pub fields: Vec<(&'static str, String)>,
    /// The field that is the compiler's input.
    pub input: &'static str,
}

impl Upload {
    pub(super) fn json(url: &Url, input: &'static str, fields: Vec<(&'static str, String)>) -> Self {
        Self { url: url.to_string(), content_type: "application/json", fields, input }
    }

    pub(super) fn form(url: &Url, input: &'static str, fields: Vec<(&'static str, String)>) -> Self {
        Self { url: url.to_string(), content_type: "application/x-www-form-urlencoded", fields, input }
    }

    /// The body as it is sent.
    pub(super) fn body(&self) -> String {
        if self.content_type == "application/json" {
            let fields = self.fields.iter().map(|(key, value)| match *key == self.input {
                true => format!("\"{key}\":{value}"),
                false => format!("\"{key}\":{}", serde_json::Value::from(value.as_str())),
            });
            return format!("{{{}}}", fields.collect::<Vec<_>>().join(","));
        }
        let mut form = form_urlencoded::Serializer::new(String::new());
        for (key, value) in &self.fields {
            form.append_pair(key, value);
        }
        form.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_holds_its_fields_in_the_encoding_that_it_names() {
        let url = Url::parse("http://127.0.0.1/x").unwrap();
        let fields = || vec![("input", "{\"a\":\"ü&\"}".to_owned()), ("name", "a \"b\":C".to_owned())];
        let json: serde_json::Value =
            serde_json::from_str(&Upload::json(&url, "input", fields()).body()).unwrap();
        assert_eq!(json, serde_json::json!({ "input": { "a": "ü&" }, "name": "a \"b\":C" }));
        let form = Upload::form(&url, "input", fields()).body();
        let read: Vec<_> = form_urlencoded::parse(form.as_bytes()).into_owned().collect();
        assert_eq!(read, fields().into_iter().map(|(k, v)| (k.to_owned(), v)).collect::<Vec<_>>());
    }
}
