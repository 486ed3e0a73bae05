//! https, with a certificate that nobody vouches for.

use crate::{code, policy, pool};
use payrox_model::{ExitCode, Fault as _};
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        ServerConfig, crypto,
        pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer},
    },
};

/// Serves TLS for `localhost` and answers nothing: it does not get that far.
async fn serve() -> u16 {
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
            tokio::spawn(async move {
                let _ = acceptor.accept(stream).await;
            });
        }
    });
    port
}

#[tokio::test]
async fn a_certificate_that_nobody_vouches_for_is_an_error_of_its_own() {
    let port = serve().await;
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
