//! What must not be in any text.

use crate::{always, anvil, policy, pool, proxy};
use payrox_chain::{At, Endpoint, Secrets};
use payrox_faults::{Fault, Schedule};
use payrox_model::Fault as _;
use std::time::Duration;

const USER: &str = "us3r-4f7a9c:pa55word-4f7a9c";
const REST: &str = "/v2/t0ken4f7a9c2e/x?apikey=k3y-4f7a9c";
const PLANTED: [&str; 4] = ["us3r-4f7a9c", "pa55word-4f7a9c", "t0ken4f7a9c2e", "k3y-4f7a9c"];

#[tokio::test]
async fn prx_b45_secrets_of_a_url_are_in_no_error_and_no_name_whatever_happens() {
    let Some(anvil) = anvil(&[]) else { return };
    // A server that repeats the URL in what it says.
    let repeats = Fault::Error { code: -32_000, message: format!("no route to {REST} for {USER}") };
    for fault in [
        Fault::Reset { forwarded: false },
        Fault::Silence { forwarded: false },
        Fault::Status(401),
        Fault::Redirect(format!("http://{USER}@elsewhere.example{REST}")),
        Fault::Html,
        Fault::GzipBomb,
        Fault::Truncated,
        Fault::SlowBody(Duration::from_millis(300)),
        repeats,
    ] {
        let proxy = proxy(&anvil, always(fault.clone()));
        let endpoint = pool(&[proxy.url_with(USER, REST)], policy());
        let error = endpoint.chain_id().await.unwrap_err();
        let mut text =
            format!("{error}\n{error:?}\n{error:#?}\n{:?}\n{endpoint:?}\n{}", error.hint(), endpoint.shown());
        let mut source = std::error::Error::source(&error);
        while let Some(cause) = source {
            text.push_str(&format!("\n{cause}\n{cause:?}"));
            source = cause.source();
        }
        for secret in PLANTED {
            assert!(!text.contains(secret), "{fault:?}: {text}");
        }
        assert!(text.contains(&proxy.url()), "what is harmless stays: {text}");
    }
}

#[tokio::test]
async fn the_access_key_reaches_the_endpoint() {
    let Some(anvil) = anvil(&[]) else { return };
    let proxy = proxy(&anvil, Schedule::default());
    let endpoint = pool(&[proxy.url_with(USER, REST)], policy());
    endpoint.block(At::Latest).await.unwrap();
    let log = proxy.log();
    assert_eq!(log[0].path, REST);
    assert!(log[0].header("authorization").is_some_and(|basic| basic.starts_with("Basic ")));
}

#[test]
fn prx_b45_a_urls_secrets_are_taken_out_of_every_text_of_the_process() {
    Endpoint::http("http://op3rator-77aa:s3same-77aa@127.0.0.1:1/t0p/s3cr3t-p4rt-77aa").unwrap();
    let text = "log: op3rator-77aa s3same-77aa s3cr3t-p4rt-77aa czNjcjN0LXA0cnQtNzdhYQ";
    let shown = Secrets::of_this_process().redact(text);
    // The last digit of base64 holds less than a byte of it.
    assert_eq!(shown, "log: [hidden] [hidden] [hidden] [hidden]Q");
}
