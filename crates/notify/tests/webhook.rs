//! Against a real server on this machine.
#![cfg(test)]

use alloy_primitives::B256;
use axum::{Router, http::HeaderMap, response::Redirect, routing::post};
use payrox_model::{ChainId, Epoch};
use payrox_notify::{Hook, Names, Notice, Outbox, Secret, System};
use std::{
    io,
    net::SocketAddr,
    path::Path,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

const BUDGET: Duration = Duration::from_secs(10);

type Seen = Arc<Mutex<Vec<(HeaderMap, String)>>>;

/// Takes what it is told, with the statuses that it was given, the last for ever.
async fn server(statuses: &'static [u16]) -> (SocketAddr, Seen) {
    let seen = Seen::default();
    let (record, turn) = (seen.clone(), Arc::new(AtomicUsize::new(0)));
    let take = move |headers: HeaderMap, body: String| async move {
        record.lock().unwrap().push((headers, body));
        let at = turn.fetch_add(1, Ordering::SeqCst).min(statuses.len() - 1);
        axum::http::StatusCode::from_u16(statuses[at]).unwrap()
    };
    let app = Router::new()
        .route("/hook/T0KEN", post(take))
        .route("/away", post(|| async { Redirect::temporary("http://169.254.169.254/latest/meta-data/") }));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, app).await });
    (address, seen)
}

fn notice() -> Notice {
    Notice {
        command: "run".into(),
        outcome: "failed".into(),
        system: "payments".into(),
        network: "mainnet".into(),
        chain_id: ChainId(1),
        epoch: Epoch(3),
        plan_id: B256::repeat_byte(7),
        code: Some("PRX-EXE-001".into()),
    }
}

fn hook(name: &str, url: &str) -> Hook {
    Hook::new(name, url, Some(Secret::new("s3cret")), &["127.0.0.1".into()]).unwrap()
}

fn outbox(folder: &Path, hooks: &[&str], count: u64) -> Outbox {
    let mut outbox = Outbox::open(folder).unwrap();
    for now in 0..count {
        outbox.put(hooks.iter().copied(), &notice(), now).unwrap();
    }
    outbox
}

#[tokio::test]
async fn prx_b51_what_is_sent_is_signed_with_its_time_and_holds_no_secret() {
    let (address, seen) = server(&[200]).await;
    let dir = tempfile::tempdir().unwrap();
    let mut outbox = outbox(dir.path(), &["ops"], 2);
    let ops = hook("ops", &format!("http://{address}/hook/T0KEN"));
    let delivery = outbox.deliver(&[ops], &System, 1_000, BUDGET).await.unwrap();
    assert_eq!(delivery.delivered["ops"], 2);
    assert!(outbox.standing().is_empty());
    let seen = seen.lock().unwrap();
    let ids: Vec<_> =
        seen.iter().map(|(headers, _)| headers["payrox-id"].to_str().unwrap().to_owned()).collect();
    assert_eq!(ids, ["1", "2"], "the oldest first");
    for (headers, body) in seen.iter() {
        assert_eq!(headers["payrox-timestamp"], "1000");
        assert_eq!(headers["payrox-signature"], Secret::new("s3cret").sign(1_000, body));
        assert!(!body.contains("T0KEN") && !body.contains("s3cret") && !body.contains("127.0.0.1"), "{body}");
        let body: serde_json::Value = serde_json::from_str(body).unwrap();
        assert_eq!((&body["outcome"], &body["code"]), (&"failed".into(), &"PRX-EXE-001".into()));
    }
    let queue = payrox_files::read_text(&dir.path().join("queue.json"), 1 << 20).unwrap();
    assert!(!queue.contains("T0KEN") && !queue.contains("s3cret"));
}

#[tokio::test]
async fn prx_b51_a_redirection_to_the_inside_is_not_followed() {
    let (address, _) = server(&[200]).await;
    let dir = tempfile::tempdir().unwrap();
    let mut outbox = outbox(dir.path(), &["ops"], 1);
    let delivery =
        outbox.deliver(&[hook("ops", &format!("http://{address}/away"))], &System, 0, BUDGET).await.unwrap();
    assert!(delivery.refused["ops"].contains("not followed"), "{delivery:?}");
}

/// Says something else each time it is asked.
#[derive(Clone)]
struct Rebinding {
    answers: Arc<Mutex<Vec<Vec<SocketAddr>>>>,
    asked: Arc<AtomicUsize>,
}

impl Names for Rebinding {
    async fn resolve(&self, _: &str, _: u16) -> io::Result<Vec<SocketAddr>> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        Ok(self.answers.lock().unwrap().remove(0))
    }
}

#[tokio::test]
async fn prx_b51_a_name_that_changes_its_address_between_check_and_use_reaches_nothing_inside() {
    let (inside, seen) = server(&[200]).await;
    let dir = tempfile::tempdir().unwrap();
    let mut outbox = outbox(dir.path(), &["ops"], 1);
    let url = format!("https://hooks.example.com:{}/hook/T0KEN", inside.port());
    let ops = Hook::new("ops", &url, None, &[]).unwrap();
    let asked = Arc::new(AtomicUsize::new(0));
    // A public address first, of a block that was never given out; the inside at every later question.
    let public: SocketAddr = format!("[2d00::1]:{}", inside.port()).parse().unwrap();
    let answers = vec![vec![public], vec![inside], vec![inside]];
    let names = Rebinding { answers: Arc::new(Mutex::new(answers)), asked: asked.clone() };
    let delivery =
        outbox.deliver(std::slice::from_ref(&ops), &names, 0, Duration::from_millis(700)).await.unwrap();
    assert!(delivery.failed.contains_key("ops"), "{delivery:?}");
    assert_eq!(asked.load(Ordering::SeqCst), 1, "asked once: what was checked is what is used");

    let delivery = outbox.deliver(&[ops], &names, 0, BUDGET).await.unwrap();
    assert!(delivery.failed["ops"].contains("not public"), "{delivery:?}");
    let mixed = Rebinding { answers: Arc::new(Mutex::new(vec![vec![public, inside]])), asked };
    let ops = Hook::new("ops", &url, None, &[]).unwrap();
    let delivery = outbox.deliver(&[ops], &mixed, 0, BUDGET).await.unwrap();
    assert!(delivery.failed["ops"].contains("not public"), "one address inside is enough: {delivery:?}");
    assert!(seen.lock().unwrap().is_empty());
}

#[tokio::test]
async fn prx_b52_a_webhook_that_is_down_waits_its_turn_and_holds_up_no_other() {
    let (up, seen) = server(&[503, 429, 200]).await;
    // Accepts and never answers.
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let silent_address = silent.local_addr().unwrap();
    let dir = tempfile::tempdir().unwrap();
    let mut outbox = outbox(dir.path(), &["down", "up"], 3);
    let hooks =
        [hook("down", &format!("http://{silent_address}/")), hook("up", &format!("http://{up}/hook/T0KEN"))];
    for round in ["503", "429"] {
        let delivery = outbox.deliver(&hooks, &System, 10, Duration::from_millis(400)).await.unwrap();
        assert!(delivery.failed["up"].contains(round), "{delivery:?}");
        assert!(delivery.failed.contains_key("down") && delivery.delivered.is_empty(), "{delivery:?}");
    }
    let delivery = outbox.deliver(&hooks, &System, 10, Duration::from_millis(400)).await.unwrap();
    assert_eq!(delivery.delivered["up"], 3);
    assert_eq!(seen.lock().unwrap().len(), 5, "two attempts of the first, then all three");
    drop(outbox);
    let standing = &Outbox::open(dir.path()).unwrap().standing()["down"];
    assert_eq!((standing.waiting, standing.since), (3, Some(0)), "they wait, on the disk, and it shows");
    assert!(standing.last_error.as_ref().is_some_and(|e| !e.contains("127.0.0.1")), "{standing:?}");
}

#[tokio::test]
async fn prx_b52_what_is_not_wanted_is_given_up_and_counted() {
    let (address, seen) = server(&[410]).await;
    let dir = tempfile::tempdir().unwrap();
    let mut outbox = outbox(dir.path(), &["ops"], 2);
    let ops = hook("ops", &format!("http://{address}/hook/T0KEN"));
    outbox.deliver(&[ops], &System, 10, BUDGET).await.unwrap();
    assert_eq!((outbox.standing()["ops"].waiting, outbox.standing()["ops"].given_up), (0, 2));
    assert_eq!(seen.lock().unwrap().len(), 2);
}
