//! Arguments of constructors and calls, as they stand in TOML. Types are the ABI's business.

use serde::{Deserialize, Deserializer, de};
use std::fmt;

/// One argument.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Arg {
    /// Anything as text: addresses, numbers of any size, bytes, `{{router}}`.
    Text(String),
    /// A small number.
    Integer(i64),
    /// A truth value.
    Bool(bool),
    /// An array, or the fields of a struct in order.
    List(Vec<Arg>),
}

impl fmt::Display for Arg {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => f.write_str(text),
            Self::Integer(number) => number.fmt(f),
            Self::Bool(value) => value.fmt(f),
            Self::List(items) => {
                f.write_str("[")?;
                for (i, item) in items.iter().enumerate() {
                    if i > 0 {
                        f.write_str(", ")?;
                    }
                    item.fmt(f)?;
                }
                f.write_str("]")
            }
        }
    }
}

// By hand, because the error of an untagged enum says neither what was found nor where.
impl<'de> Deserialize<'de> for Arg {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl<'de> de::Visitor<'de> for Visitor {
            type Value = Arg;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("text, an integer, true, false or an array of these")
            }
            fn visit_str<E>(self, text: &str) -> Result<Arg, E> {
                Ok(Arg::Text(text.to_owned()))
            }
            fn visit_i64<E>(self, number: i64) -> Result<Arg, E> {
                Ok(Arg::Integer(number))
            }
            fn visit_bool<E>(self, value: bool) -> Result<Arg, E> {
                Ok(Arg::Bool(value))
            }
            fn visit_seq<A: de::SeqAccess<'de>>(self, mut seq: A) -> Result<Arg, A::Error> {
                let mut items = Vec::new();
                while let Some(item) = seq.next_element()? {
                    items.push(item);
                }
                Ok(Arg::List(items))
            }
        }
        d.deserialize_any(Visitor)
    }
}
