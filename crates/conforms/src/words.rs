//! The words of JSON Schema that the schemas of this repository use: draft 2020-12, and of draft 07 what SARIF's has.

use regex::Regex;
use serde_json::{Map, Value, json};

pub(crate) struct Checker<'a> {
    /// Where `#/…` begins.
    pub(crate) root: &'a Value,
}

impl Checker<'_> {
    pub(crate) fn check(&self, schema: &Value, value: &Value, at: &str) -> Result<(), String> {
        let Some(words) = schema.as_object() else { return Err(format!("{at}: {schema} is no schema")) };
        words.iter().try_for_each(|(word, told)| self.word(word, told, words, value, at))
    }

    fn word(
        &self,
        word: &str,
        told: &Value,
        words: &Map<String, Value>,
        value: &Value,
        at: &str,
    ) -> Result<(), String> {
        let strange = || format!("{at}: {word} of {told} is not understood");
        let must =
            |holds: bool, why: String| if holds { Ok(()) } else { Err(format!("{at}: {value} {why}")) };
        match word {
            "$schema" | "$id" | "$defs" | "definitions" | "title" | "description" | "default" => Ok(()),
            "$ref" => {
                let target = told.as_str().and_then(|path| path.strip_prefix('#'));
                let target = target.and_then(|path| self.root.pointer(path)).ok_or_else(strange)?;
                self.check(target, value, at)
            }
            "const" => must(value == told, format!("is not {told}")),
            "enum" => {
                let all = told.as_array().ok_or_else(strange)?;
                must(all.contains(value), format!("is none of {told}"))
            }
            "anyOf" => {
                let all = told.as_array().ok_or_else(strange)?;
                let why: Result<Vec<_>, ()> =
                    all.iter().map(|schema| self.check(schema, value, at).err().ok_or(())).collect();
                why.map_or(Ok(()), |why| Err(format!("{at}: none of {}", why.join(" | "))))
            }
            "format" => {
                let pattern = told.as_str().and_then(format_of).ok_or_else(strange)?;
                let pattern = Regex::new(pattern).map_err(|_| strange())?;
                must(
                    value.as_str().is_none_or(|text| pattern.is_match(text)),
                    format!("is no {}", bare(told)),
                )
            }
            "oneOf" => self.one_of(told.as_array().ok_or_else(strange)?, value, at),
            "type" => must(is(told, value).ok_or_else(strange)?, format!("is not of type {}", bare(told))),
            "minimum" => {
                below(told, value).ok_or_else(strange).and_then(|low| must(low, format!("is below {told}")))
            }
            "maximum" => {
                below(value, told).ok_or_else(strange).and_then(|low| must(low, format!("is above {told}")))
            }
            "minLength" | "maxLength" => {
                let length = value.as_str().map(|text| text.chars().count() as u64);
                let bound = told.as_u64().ok_or_else(strange)?;
                let holds = length.is_none_or(|l| if word == "minLength" { l >= bound } else { l <= bound });
                must(holds, format!("breaks {word} {bound}"))
            }
            "pattern" => {
                let pattern = told.as_str().and_then(|text| Regex::new(text).ok()).ok_or_else(strange)?;
                must(
                    value.as_str().is_none_or(|text| pattern.is_match(text)),
                    format!("does not match {told}"),
                )
            }
            "minItems" | "maxItems" => {
                let length = value.as_array().map(|items| items.len() as u64);
                let bound = told.as_u64().ok_or_else(strange)?;
                let holds = length.is_none_or(|l| if word == "minItems" { l >= bound } else { l <= bound });
                must(holds, format!("breaks {word} {bound}"))
            }
            "uniqueItems" => {
                let items = value.as_array().map_or(&[][..], Vec::as_slice);
                let twice = items.iter().enumerate().any(|(i, item)| items[..i].contains(item));
                must(told == &json!(false) || !twice, "has an item twice".into())
            }
            "items" => {
                let items = value.as_array().into_iter().flatten().enumerate();
                items.into_iter().try_for_each(|(i, item)| self.check(told, item, &format!("{at}/{i}")))
            }
            "required" => {
                let names = told.as_array().ok_or_else(strange)?;
                let missing = names.iter().find(|name| {
                    let name = name.as_str().unwrap_or_default();
                    value.as_object().is_some_and(|object| !object.contains_key(name))
                });
                missing.map_or(Ok(()), |name| Err(format!("{at}: {} is missing", bare(name))))
            }
            "propertyNames" => {
                let mut names = value.as_object().into_iter().flat_map(Map::keys);
                names.try_for_each(|name| self.check(told, &json!(name), at))
            }
            "properties" => {
                let known = told.as_object().ok_or_else(strange)?;
                let mut fields = value.as_object().into_iter().flatten();
                fields.try_for_each(|(name, field)| match known.get(name) {
                    Some(schema) => self.check(schema, field, &format!("{at}/{name}")),
                    None => Ok(()),
                })
            }
            "additionalProperties" => {
                let known = words.get("properties").and_then(Value::as_object);
                let mut more = value.as_object().into_iter().flatten();
                more.try_for_each(|(name, field)| match told {
                    _ if known.is_some_and(|known| known.contains_key(name)) => Ok(()),
                    Value::Bool(true) => Ok(()),
                    Value::Bool(false) => Err(format!("{at}: {name} is one too many")),
                    schema => self.check(schema, field, &format!("{at}/{name}")),
                })
            }
            _ => Err(format!("{at}: {word} is no word that is known here")),
        }
    }

    fn one_of(&self, schemas: &[Value], value: &Value, at: &str) -> Result<(), String> {
        let all: Vec<_> = schemas.iter().map(|schema| self.check(schema, value, at)).collect();
        match all.iter().filter(|one| one.is_ok()).count() {
            1 => Ok(()),
            0 => {
                let why: Vec<_> = all.into_iter().filter_map(Result::err).collect();
                Err(format!("{at}: none of {}", why.join(" | ")))
            }
            many => Err(format!("{at}: {many} of its forms fit")),
        }
    }
}

/// What a text of a format consists of.
fn format_of(name: &str) -> Option<&'static str> {
    Some(match name {
        // RFC 3986: characters, and a scheme where it is no reference.
        "uri" => r"^[A-Za-z][A-Za-z0-9+.-]*:([A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*$",
        "uri-reference" => r"^([A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*$",
        // RFC 3339.
        "date-time" => {
            r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?([Zz]|[+-][0-9]{2}:[0-9]{2})$"
        }
        _ => return None,
    })
}

fn is(told: &Value, value: &Value) -> Option<bool> {
    Some(match told.as_str()? {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        // The tool's documents have none below zero.
        "integer" => value.is_u64(),
        "number" => value.is_number(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        _ => return None,
    })
}

/// Whether a number is at most another; what is no number is for `type` to find.
fn below(low: &Value, high: &Value) -> Option<bool> {
    match (low.as_u64(), high.as_u64()) {
        (Some(low), Some(high)) => Some(low <= high),
        _ => Some(true),
    }
}

fn bare(text: &Value) -> &str {
    text.as_str().unwrap_or_default()
}
