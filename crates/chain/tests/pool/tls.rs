//! https, with a certificate that nobody vouches for.

use crate::{code, policy, pool};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use payrox_model::{ChainId, ExitCode, Fault as _};
use std::sync::Arc;
use tokio::{
    io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader},
    net::TcpListener,
};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        ServerConfig, crypto,
        pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer},
    },
};

/// Serves TLS for `localhost`, and answers that its chain is 31337. Gives its port and its certificate.
async fn serve() -> (u16, Vec<u8>) {
    let certified = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(certified.signing_key.serialize_der()));
    let config = ServerConfig::builder_with_provider(Arc::new(crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certified.cert.der().clone()], key)
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move { answer(acceptor.accept(stream).await.ok()?).await });
        }
    });
    (port, certified.cert.der().to_vec())
}

async fn answer(stream: impl AsyncRead + AsyncWrite + Unpin) -> Option<()> {
    let mut stream = BufReader::new(stream);
    let mut line = String::new();
    while stream.read_line(&mut line).await.ok()? > 0 && !line.ends_with("\r\n\r\n") {}
    let length =
        line.lines().find_map(|l| l.to_lowercase().strip_prefix("content-length:")?.trim().parse().ok())?;
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await.ok()?;
    let asked: serde_json::Value = serde_json::from_slice(&body).ok()?;
    let body = serde_json::json!({ "jsonrpc": "2.0", "id": asked["id"], "result": "0x7a69" }).to_string();
    let text =
        format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len());
    stream.write_all(text.as_bytes()).await.ok()?;
    stream.shutdown().await.ok()
}

/// The system's certificates are read once a process: the test runs itself in one of its own, whose certificates are those of
/// `SSL_CERT_FILE`.
#[tokio::test]
async fn a_certificate_authority_of_ones_own_is_trusted() {
    if let Ok(url) = std::env::var("PAYROX_TEST_URL") {
        assert_eq!(pool(&[url], policy()).chain_id().await.unwrap(), ChainId(31_337));
        return;
    }
    let (port, der) = serve().await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("ca.pem");
    let pem = format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", STANDARD.encode(der));
    payrox_files::write_atomic(&file, pem.as_bytes()).unwrap();
    let mut child = std::process::Command::new(std::env::current_exe().unwrap());
    child.args(["--exact", "--nocapture", "tls::a_certificate_authority_of_ones_own_is_trusted"]);
    child.env("SSL_CERT_FILE", &file).env("PAYROX_TEST_URL", format!("https://localhost:{port}/key-0123456"));
    let output = tokio::task::spawn_blocking(move || child.output()).await.unwrap().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && said.contains("1 passed"),
        "{said}{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

#[tokio::test]
async fn a_certificate_that_nobody_vouches_for_is_an_error_of_its_own() {
    let (port, _) = serve().await;
    let endpoint = pool(&[format!("https://user:hunter22@localhost:{port}/s3cret-0123")], policy());
    let error = endpoint.chain_id().await.unwrap_err();
    assert_eq!((code(&error), error.exit()), ("PRX-CHN-002", ExitCode::Endpoint), "{error:?}");
    let text = format!("{error} {error:?}");
    assert!(text.contains(&format!("https://localhost:{port}")) && !text.contains("hunter22"), "{text}");
    assert!(!text.contains("s3cret"), "{text}");
}

#[tokio::test]
async fn tls_spoken_to_who_does_not_speak_it_is_no_answer() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let _ =
                tokio::io::AsyncWriteExt::write_all(&mut stream, b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
        }
    });
    let error = pool(&[format!("https://localhost:{port}")], policy()).chain_id().await.unwrap_err();
    assert_eq!(code(&error), "PRX-CHN-003", "{error:?}");
}
