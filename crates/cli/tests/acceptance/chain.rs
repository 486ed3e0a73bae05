//! Questions to a chain over HTTP, with the standard library alone: what the tool says is compared with what is there.

use alloy_primitives::{Address, B256, Bytes, U256, keccak256};
use serde_json::{Value, json};
use std::{
    io::{Read, Write},
    net::TcpStream,
};

/// The development accounts that hold roles: bootstrapper and operator, owner, guardian.
pub(crate) const BOOTSTRAPPER: &str = "0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266";
pub(crate) const OWNER: &str = "0x70997970c51812dc3a010c7d01b50e0d17dc79c8";
pub(crate) const GUARDIAN: &str = "0x3c44cdddb6a900fa2b585dd299e03d12fa4293bc";

#[derive(Clone)]
pub(crate) struct Chain {
    host: String,
}

impl Chain {
    pub(crate) fn at(url: &str) -> Self {
        Self { host: url.trim_start_matches("http://").trim_end_matches('/').to_owned() }
    }

    /// Where it is served.
    pub(crate) fn port(&self) -> u16 {
        self.host.rsplit(':').next().unwrap().parse().unwrap()
    }

    /// Sends a request as it is, and gives the answer as it is.
    pub(crate) fn post(&self, body: &Value) -> Value {
        let body = body.to_string();
        let mut stream = TcpStream::connect(&self.host).unwrap();
        let host = &self.host;
        let head = format!(
            "POST / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        stream.write_all((head + &body).as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        assert!(!head.to_ascii_lowercase().contains("chunked"), "{head}");
        serde_json::from_str(body).unwrap_or_else(|e| panic!("{e}: {answer}"))
    }

    /// The result, or the error object.
    pub(crate) fn ask(&self, method: &str, params: Value) -> Result<Value, Value> {
        let answer = self.post(&json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params }));
        match answer.get("error") {
            Some(error) => Err(error.clone()),
            None => Ok(answer["result"].clone()),
        }
    }

    fn hex(&self, method: &str, params: Value) -> String {
        let answer = self.ask(method, params).unwrap_or_else(|e| panic!("{method}: {e}"));
        answer.as_str().unwrap_or_else(|| panic!("{method}: {answer}")).to_owned()
    }

    pub(crate) fn code(&self, address: &str) -> Bytes {
        self.hex("eth_getCode", json!([address, "latest"])).parse().unwrap()
    }

    pub(crate) fn slot(&self, address: &str, slot: B256) -> B256 {
        self.hex("eth_getStorageAt", json!([address, slot, "latest"])).parse().unwrap()
    }

    /// The output of a call, or its revert data.
    pub(crate) fn call(&self, to: &str, data: &Bytes) -> Result<Bytes, Bytes> {
        match self.ask("eth_call", json!([{ "to": to, "data": data }, "latest"])) {
            Ok(output) => Ok(output.as_str().unwrap().parse().unwrap()),
            Err(error) => Err(error["data"].as_str().unwrap_or_else(|| panic!("{error}")).parse().unwrap()),
        }
    }

    pub(crate) fn block(&self) -> u64 {
        number(&self.hex("eth_blockNumber", json!([])))
    }

    /// How many transactions an account has sent, at a block.
    pub(crate) fn nonce(&self, account: &str, at: &str) -> u64 {
        number(&self.hex("eth_getTransactionCount", json!([account, at])))
    }

    /// How many transactions the holders of roles have sent.
    pub(crate) fn transactions(&self) -> u64 {
        [BOOTSTRAPPER, OWNER, GUARDIAN]
            .iter()
            .map(|account| number(&self.hex("eth_getTransactionCount", json!([account, "latest"]))))
            .sum()
    }

    pub(crate) fn snapshot(&self) -> Value {
        self.ask("evm_snapshot", json!([])).unwrap()
    }

    pub(crate) fn go_back(&self, snapshot: &Value) {
        assert_eq!(self.ask("evm_revert", json!([snapshot])).unwrap(), true);
    }
}

/// The JSON at a path of any server.
pub(crate) fn get(url: &str, path: &str) -> Value {
    let host = url.trim_start_matches("http://");
    let mut stream = TcpStream::connect(host).unwrap();
    let head = format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
    stream.write_all(head.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (_, body) = answer.split_once("\r\n\r\n").unwrap();
    // A body without a length comes in chunks, each after its size.
    let body = &body[body.find('{').unwrap()..=body.rfind('}').unwrap()];
    serde_json::from_str(body).unwrap_or_else(|e| panic!("{e}: {answer}"))
}

fn number(hex: &str) -> u64 {
    u64::from_str_radix(hex.trim_start_matches("0x"), 16).unwrap()
}

/// Calldata: a function's selector by its signature, and words.
pub(crate) fn calldata(signature: &str, words: &[B256]) -> Bytes {
    let mut data = keccak256(signature)[..4].to_vec();
    words.iter().for_each(|word| data.extend_from_slice(word.as_slice()));
    data.into()
}

/// A selector as an argument: in the first bytes of the word.
pub(crate) fn selector(hex: &str) -> B256 {
    let bytes: Bytes = hex.parse().unwrap();
    assert_eq!(bytes.len(), 4, "{hex}");
    B256::right_padding_from(&bytes)
}

/// An address as an argument: in the last bytes of the word.
pub(crate) fn address(hex: &str) -> B256 {
    hex.parse::<Address>().unwrap().into_word()
}

pub(crate) fn uint(number: u64) -> B256 {
    U256::from(number).into()
}

/// The address in a word.
pub(crate) fn as_address(word: &[u8]) -> String {
    format!("{:#x}", Address::from_word(B256::from_slice(word)))
}

/// A route's slot in the router: the ERC-7201 root of `payrox.router.routes` plus the selector as a number.
pub(crate) fn route_slot(hex: &str) -> B256 {
    let id = U256::from_be_bytes(keccak256("payrox.router.routes").0) - U256::ONE;
    let root = U256::from_be_bytes(keccak256(B256::from(id)).0) & !U256::from(0xff);
    let selector = u32::from_str_radix(hex.trim_start_matches("0x"), 16).unwrap();
    (root + U256::from(selector)).into()
}
