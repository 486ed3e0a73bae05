use super::config;
use payrox_devnet::{Devnet, serve};
use serde_json::{Value, json};
use std::net::SocketAddr;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// Status and body of a POST with these headers.
async fn post(addr: SocketAddr, headers: &str, body: &[u8]) -> (u16, String) {
    let mut stream = TcpStream::connect(addr).await.unwrap();
    let head =
        format!("POST / HTTP/1.1\r\nConnection: close\r\nContent-Length: {}\r\n{headers}\r\n", body.len());
    stream.write_all(head.as_bytes()).await.unwrap();
    // The service may refuse before it has read everything.
    let _ = stream.write_all(body).await;
    let mut answer = String::new();
    let _ = stream.read_to_string(&mut answer).await;
    let status = answer.split(' ').nth(1).unwrap().parse().unwrap();
    (status, answer.split_once("\r\n\r\n").map_or("", |(_, body)| body).to_owned())
}

async fn post_json(addr: SocketAddr, body: &str) -> Value {
    let (status, body) =
        post(addr, "Host: localhost\r\nContent-Type: application/json\r\n", body.as_bytes()).await;
    assert_eq!(status, 200);
    serde_json::from_str(&body).unwrap()
}

async fn start() -> payrox_devnet::Server {
    serve(Devnet::new(&config()), "127.0.0.1:0".parse().unwrap()).await.unwrap()
}

#[tokio::test]
async fn what_is_no_request_is_answered_with_its_code() {
    let server = start().await;
    for (body, code) in [
        ("{", -32700),
        ("", -32700),
        ("\u{7f}", -32700),
        ("[]", -32600),
        ("{}", -32600),
        ("7", -32600),
        (r#"{"id":1,"method":7}"#, -32600),
        (r#"{"id":1,"method":"eth_nonsense"}"#, -32601),
        (r#"{"id":1,"method":"eth_call","params":{}}"#, -32602),
        (r#"{"id":1,"method":"eth_getBalance","params":["0x12"]}"#, -32602),
        (r#"{"id":1,"method":"eth_getBalance"}"#, -32602),
    ] {
        assert_eq!(post_json(server.addr(), body).await["error"]["code"], code, "{body}");
    }
    let deep = "[".repeat(10_000) + &"]".repeat(10_000);
    assert_eq!(post_json(server.addr(), &deep).await[0]["error"]["code"], -32600);
    let deep = format!(r#"{{"id":1,"method":"eth_call","params":[{deep}]}}"#);
    assert_eq!(post_json(server.addr(), &deep).await["error"]["code"], -32602);
    let answer = post_json(server.addr(), r#"{"id":1,"method":"eth_nonsense"}"#).await;
    assert!(answer["error"]["message"].as_str().unwrap().contains("eth_nonsense"));
}

#[tokio::test]
async fn a_batch_is_answered_in_order_and_notifications_are_not() {
    let server = start().await;
    let answer = post_json(
        server.addr(),
        r#"[{"id":"a","method":"eth_chainId"},{"method":"eth_chainId"},{"id":2,"method":"eth_blockNumber","params":[]}]"#,
    )
    .await;
    assert_eq!(
        answer,
        json!([{"jsonrpc": "2.0", "id": "a", "result": "0x7a6a"}, {"jsonrpc": "2.0", "id": 2, "result": "0x0"}])
    );
    let json = "Host: localhost\r\nContent-Type: application/json\r\n";
    assert_eq!(post(server.addr(), json, br#"{"method":"eth_chainId"}"#).await, (204, String::new()));
}

#[tokio::test]
async fn a_web_page_cannot_reach_it() {
    let server = start().await;
    let body = br#"{"id":1,"method":"eth_chainId"}"#;
    let kind = "Content-Type: application/json; charset=utf-8\r\n";
    for (host, status) in [
        ("localhost", 200),
        ("localhost:8545", 200),
        ("127.0.0.1:1", 200),
        ("[::1]:8545", 200),
        ("evil.example", 403),
        ("localhost.evil.example:8545", 403),
        ("127.0.0.1.evil.example", 403),
        ("10.0.0.1", 403),
    ] {
        let headers = format!("Host: {host}\r\n{kind}");
        assert_eq!(post(server.addr(), &headers, body).await.0, status, "{host}");
    }
    assert_eq!(post(server.addr(), "Host: localhost\r\nContent-Type: text/plain\r\n", body).await.0, 415);
    assert_eq!(post(server.addr(), "Host: localhost\r\n", body).await.0, 415);
}

#[tokio::test]
async fn a_body_over_the_limit_is_refused() {
    let server = start().await;
    let body = vec![b' '; (16 << 20) + 1];
    assert_eq!(
        post(server.addr(), "Host: localhost\r\nContent-Type: application/json\r\n", &body).await.0,
        413
    );
}

#[tokio::test]
async fn after_shutdown_nothing_listens_and_the_chain_is_as_it_was() {
    let chain = Devnet::new(&config());
    let server = serve(chain.clone(), "127.0.0.1:0".parse().unwrap()).await.unwrap();
    let addr = server.addr();
    post_json(addr, r#"{"id":1,"method":"evm_mine"}"#).await;
    server.shutdown().await;
    assert!(TcpStream::connect(addr).await.is_err());
    assert_eq!(chain.block_number(), 1);
}

#[tokio::test]
async fn an_address_in_use_is_an_error_that_names_it() {
    let server = start().await;
    let error = serve(Devnet::new(&config()), server.addr()).await.unwrap_err();
    assert!(error.to_string().contains(&server.addr().to_string()));
}
