//! Arguments of constructors and calls: text of the project file, encoded by the ABI.

use crate::{contract::Contract, flaw::Flaw, function, reference::shorten};
use alloy_dyn_abi::{DynSolType, DynSolValue};
use alloy_json_abi::{Function, JsonAbi, Param};
use alloy_primitives::{Address, Bytes, hex};
use payrox_model::{Code, ExitCode, Fault, Selector};

/// Longest text of one argument.
const TEXT_LIMIT: usize = 1 << 20;

/// Encodes the arguments of a contract's constructor, one text for each parameter: numbers with or without a
/// unit (`1 ether`), addresses with their EIP-55 checksum, arrays
/// and structs as `[a, b]` or `(a, b)`.
///
/// # Errors
/// When their number is wrong or one is not of its type; the error names the parameter.
pub fn encode_constructor<S: AsRef<str>>(
    contract: &Contract,
    arguments: &[S],
) -> Result<Bytes, ArgumentError> {
    let parameters = contract.abi.constructor().map(|c| c.inputs.as_slice()).unwrap_or_default();
    encode(&format!("constructor of {}", contract.id), parameters, arguments).map(Into::into)
}

/// The arguments of a contract's constructor by name (`#1` for one without), as text. `None` where they do not fit its ABI.
pub fn decode_constructor(contract: &Contract, encoded: &[u8]) -> Option<Vec<(String, String)>> {
    let parameters = contract.abi.constructor().map(|c| c.inputs.as_slice()).unwrap_or_default();
    let types =
        parameters.iter().map(|p| function::resolve(p, &p.name)).collect::<Result<Vec<_>, _>>().ok()?;
    let DynSolValue::Tuple(values) = DynSolType::Tuple(types).abi_decode_params(encoded).ok()? else {
        return None;
    };
    let named = parameters.iter().zip(values).enumerate().map(|(index, (parameter, value))| {
        let name = match parameter.name.as_str() {
            "" => format!("#{}", index + 1),
            name => shorten(name),
        };
        (name, shown(&value))
    });
    Some(named.collect())
}

/// A call as people read it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecodedCall {
    /// Canonical signature.
    pub signature: String,
    /// Arguments by name (`#1` for one without); members of a struct by `name.member`.
    pub arguments: Vec<(String, String)>,
}

/// Calldata by an ABI. `None` where it has no such function, or the data is not exactly how its arguments are encoded.
pub fn decode_call(abi: &JsonAbi, data: &[u8]) -> Option<DecodedCall> {
    let (selector, body) = data.split_first_chunk::<4>()?;
    let function = abi.functions().find(|f| f.selector().0 == *selector)?;
    let types = function.inputs.iter().map(|p| function::resolve(p, &p.name).ok()).collect::<Option<_>>()?;
    let decoded = DynSolType::Tuple(types).abi_decode_params(body).ok()?;
    // Decoding forgives; only one encoding is what it says.
    if decoded.abi_encode_params() != body {
        return None;
    }
    let DynSolValue::Tuple(values) = decoded else { return None };
    let mut arguments = Vec::new();
    for (index, (parameter, value)) in function.inputs.iter().zip(&values).enumerate() {
        name(&mut arguments, "", index, parameter, value);
    }
    Some(DecodedCall { signature: function.signature(), arguments })
}

/// As deep as the type, which is bounded.
fn name(all: &mut Vec<(String, String)>, of: &str, index: usize, parameter: &Param, value: &DynSolValue) {
    let own = if parameter.name.is_empty() { format!("#{}", index + 1) } else { shorten(&parameter.name) };
    let full = if of.is_empty() { own } else { format!("{of}.{own}") };
    match value {
        DynSolValue::Tuple(members) if members.len() == parameter.components.len() => {
            for (index, (member, value)) in parameter.components.iter().zip(members).enumerate() {
                name(all, &full, index, member, value);
            }
        }
        value => all.push((full, shown(value))),
    }
}

fn shown(value: &DynSolValue) -> String {
    let list =
        |values: &[DynSolValue]| format!("[{}]", values.iter().map(shown).collect::<Vec<_>>().join(", "));
    match value {
        DynSolValue::Bool(value) => value.to_string(),
        DynSolValue::Int(value, _) => value.to_string(),
        DynSolValue::Uint(value, _) => value.to_string(),
        DynSolValue::FixedBytes(word, size) => hex::encode_prefixed(&word[..*size]),
        DynSolValue::Address(address) => address.to_checksum(None),
        DynSolValue::Function(function) => hex::encode_prefixed(function),
        DynSolValue::Bytes(bytes) => hex::encode_prefixed(bytes),
        DynSolValue::String(text) => shorten(text),
        DynSolValue::Array(values) | DynSolValue::FixedArray(values) | DynSolValue::Tuple(values) => {
            list(values)
        }
    }
}

/// Encodes a call of one of a contract's functions, named by its signature or, where that is enough, its name.
///
/// # Errors
/// When there is no such function or more than one, and as [`encode_constructor`].
pub fn encode_call<S: AsRef<str>>(
    contract: &Contract,
    function: &str,
    arguments: &[S],
) -> Result<Bytes, ArgumentError> {
    let subject = |f: &Function| contract.functions.iter().find(|known| known.selector == selector(f));
    let meant = |f: &&Function| f.name == function || subject(f).is_some_and(|s| s.signature == function);
    let mut found = contract.abi.functions().filter(meant);
    match (found.next(), found.next()) {
        (Some(one), None) => call(one, arguments),
        (Some(_), Some(_)) => {
            let all = contract.abi.functions().filter(meant).filter_map(subject);
            let candidates = all.map(|f| f.signature.clone()).collect();
            Err(ArgumentError::Overloaded { function: shorten(function), candidates })
        }
        (None, _) => {
            let contract = contract.id.to_string();
            Err(ArgumentError::UnknownFunction { function: shorten(function), contract })
        }
    }
}

/// Encodes a call of a function that is known by its signature alone, such as `transfer(address,uint256)`.
///
/// # Errors
/// When the signature is malformed, and as [`encode_constructor`].
pub fn encode_signature<S: AsRef<str>>(signature: &str, arguments: &[S]) -> Result<Bytes, ArgumentError> {
    let malformed = |why: &str| ArgumentError::Signature { signature: shorten(signature), why: shorten(why) };
    if signature.len() > 1024 {
        return Err(malformed("it is longer than 1024 characters"));
    }
    let function = Function::parse(signature).map_err(|e| malformed(&e.to_string()))?;
    call(&function, arguments)
}

fn selector(function: &Function) -> Selector {
    Selector(function.selector().0)
}

fn call<S: AsRef<str>>(function: &Function, arguments: &[S]) -> Result<Bytes, ArgumentError> {
    let body = encode(&format!("`{}`", function.name), &function.inputs, arguments)?;
    let mut data = function.selector().to_vec();
    data.extend_from_slice(&body);
    Ok(data.into())
}

fn encode<S: AsRef<str>>(of: &str, parameters: &[Param], texts: &[S]) -> Result<Vec<u8>, ArgumentError> {
    if parameters.len() != texts.len() {
        return Err(ArgumentError::Count {
            of: of.to_owned(),
            wants: parameters.iter().map(|p| format!("{} {}", p.ty, p.name).trim_end().to_owned()).collect(),
            given: texts.len(),
        });
    }
    let mut values = Vec::with_capacity(texts.len());
    for (index, (parameter, text)) in parameters.iter().zip(texts).enumerate() {
        let name = match parameter.name.as_str() {
            "" => format!("#{}", index + 1),
            name => format!("`{name}`"),
        };
        values.push(value(parameter, text.as_ref()).map_err(|why| ArgumentError::Value {
            of: of.to_owned(),
            parameter: format!("{name} ({})", parameter.ty),
            text: shorten(text.as_ref()),
            why,
        })?);
    }
    Ok(DynSolValue::Tuple(values).abi_encode_params())
}

fn value(parameter: &Param, text: &str) -> Result<DynSolValue, Mismatch> {
    if text.len() > TEXT_LIMIT {
        return Err(Mismatch::Long);
    }
    let ty = function::resolve(parameter, &parameter.name).map_err(|flaw| Mismatch::Type(Box::new(flaw)))?;
    match &ty {
        // In a list a text may need quotes; on its own it is taken as it stands.
        DynSolType::String => Ok(DynSolValue::String(text.to_owned())),
        ty => coerce(ty, text.trim()),
    }
}

/// Goes as deep as the type does, which is bounded, whatever the text is.
fn coerce(ty: &DynSolType, text: &str) -> Result<DynSolValue, Mismatch> {
    let all = |ty, texts: Vec<&str>| texts.into_iter().map(|text| coerce(ty, text)).collect::<Result<_, _>>();
    match ty {
        DynSolType::Address => {
            Address::parse_checksummed(text, None).map(DynSolValue::Address).map_err(|_| {
                match text.parse::<Address>() {
                    Ok(address) => Mismatch::Checksum(address.to_checksum(None)),
                    Err(_) => Mismatch::Parse("it is no address".into()),
                }
            })
        }
        DynSolType::String => Ok(DynSolValue::String(unquote(text).to_owned())),
        DynSolType::Array(inner) => all(inner, items(text)?).map(DynSolValue::Array),
        DynSolType::FixedArray(inner, length) => {
            all(inner, counted(text, *length)?).map(DynSolValue::FixedArray)
        }
        DynSolType::Tuple(types) => {
            let texts = counted(text, types.len())?;
            let values = types.iter().zip(texts).map(|(ty, text)| coerce(ty, text));
            values.collect::<Result<_, _>>().map(DynSolValue::Tuple)
        }
        _ => ty.coerce_str(text).map_err(|e| Mismatch::Parse(last_line(&e.to_string()))),
    }
}

fn counted(text: &str, length: usize) -> Result<Vec<&str>, Mismatch> {
    let texts = items(text)?;
    if texts.len() == length {
        Ok(texts)
    } else {
        Err(Mismatch::Parse(format!("it has {} items, {length} are wanted", texts.len())))
    }
}

/// The items of `[a, b]` or `(a, b)`, split where no bracket and no quote is open.
fn items(text: &str) -> Result<Vec<&str>, Mismatch> {
    let inner = |open, close| text.strip_prefix(open).and_then(|rest| rest.strip_suffix(close));
    let no_list = || Mismatch::Parse("a list is written `[a, b]`".into());
    let inner = inner('[', ']').or_else(|| inner('(', ')')).ok_or_else(no_list)?;
    let (mut found, mut from, mut depth, mut quote) = (Vec::new(), 0, 0_usize, None);
    for (at, c) in inner.char_indices() {
        match (quote, c) {
            (Some(open), _) if open == c => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(c),
            (None, '[' | '(') => depth += 1,
            (None, ']' | ')') => depth = depth.checked_sub(1).ok_or_else(no_list)?,
            (None, ',') if depth == 0 => {
                found.push(inner[from..at].trim());
                from = at + 1;
            }
            (None, _) => {}
        }
    }
    if depth != 0 || quote.is_some() {
        return Err(no_list());
    }
    let last = inner[from..].trim();
    if !(found.is_empty() && last.is_empty()) {
        found.push(last);
    }
    Ok(found)
}

fn unquote(text: &str) -> &str {
    let inner = |quote| text.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote));
    inner('"').or_else(|| inner('\'')).unwrap_or(text)
}

/// The parser draws the text with a caret under it; its last line says what it expected.
fn last_line(message: &str) -> String {
    shorten(message.lines().rfind(|line| !line.trim().is_empty()).unwrap_or_default().trim())
}

/// Why a text is no value of its type.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "each text says it")]
pub enum Mismatch {
    #[error("it is longer than 1 MiB")]
    Long,
    #[error("{0}")]
    Parse(String),
    #[error("the address has no valid EIP-55 checksum")]
    Checksum(String),
    #[error("{0}")]
    Type(Box<Flaw>),
}

/// Arguments that cannot be encoded.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "each text says it")]
pub enum ArgumentError {
    #[error("{of} takes {} arguments ({}), {given} are given", .wants.len(), .wants.join(", "))]
    Count { of: String, wants: Vec<String>, given: usize },
    #[error("{of}: parameter {parameter} cannot be `{text}`: {why}")]
    Value { of: String, parameter: String, text: String, why: Mismatch },
    #[error("{contract} has no function `{function}`")]
    UnknownFunction { contract: String, function: String },
    #[error("`{function}` is overloaded: {}", .candidates.join(", "))]
    Overloaded { function: String, candidates: Vec<String> },
    #[error("`{signature}` is no signature of a function: {why}")]
    Signature { signature: String, why: String },
}

impl Fault for ArgumentError {
    fn code(&self) -> Code {
        Code(match self {
            Self::Count { .. } => "PRX-ART-040",
            Self::Value { why: Mismatch::Checksum(_), .. } => "PRX-ART-042",
            Self::Value { .. } => "PRX-ART-041",
            Self::UnknownFunction { .. } => "PRX-ART-043",
            Self::Overloaded { .. } => "PRX-ART-044",
            Self::Signature { .. } => "PRX-ART-045",
        })
    }

    fn exit(&self) -> ExitCode {
        ExitCode::BadInput
    }

    fn subject(&self) -> Option<String> {
        Some(match self {
            Self::Count { of, .. } => of.clone(),
            Self::Value { of, parameter, .. } => format!("{of}, parameter {parameter}"),
            Self::UnknownFunction { function, .. } | Self::Overloaded { function, .. } => function.clone(),
            Self::Signature { signature, .. } => signature.clone(),
        })
    }

    fn hint(&self) -> Option<String> {
        Some(match self {
            Self::Value { why: Mismatch::Checksum(proper), .. } => {
                format!("if this is the address you mean, write {proper}")
            }
            Self::Count { .. } | Self::Value { .. } => "correct the arguments in payrox.toml".into(),
            Self::UnknownFunction { .. } | Self::Overloaded { .. } | Self::Signature { .. } => {
                "name a function by its signature, such as `setFee(uint16)`".into()
            }
        })
    }
}
