//! Keys in services and devices: AWS KMS against moto, and what is said where no device is. Only in a build with those signers.

use crate::{
    chain::Chain,
    project::{Project, Ran, list, text},
    served::Served,
    tools::{installed, repository},
};
use serde_json::{Value, json};
use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
};

/// moto's server, ended when it is dropped.
struct Moto {
    child: Child,
    url: String,
}

impl Drop for Moto {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Moto {
    fn start() -> Option<Self> {
        installed(".venv/bin/moto_server")?;
        let mut command = Command::new(repository().join(".venv/bin/python"));
        command.arg(repository().join("tests/kms/server.py"));
        command.args(["--host", "127.0.0.1", "--port", "0"]).env("PYTHONUNBUFFERED", "1");
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let url = lines
            .by_ref()
            .map_while(Result::ok)
            .find_map(|line| Some(line.split_once("Running on ")?.1.trim().to_owned()));
        // What it says later must go somewhere.
        std::thread::spawn(move || lines.for_each(drop));
        Some(Self { child, url: url.unwrap() })
    }

    /// A new key, made by AWS's own library for Python.
    fn key(&self, spec: &str, usage: &str) -> String {
        let script = "import boto3, sys\nkms = boto3.client('kms', endpoint_url=sys.argv[1], region_name='eu-west-1', aws_access_key_id='planted-id', aws_secret_access_key='planted-secret')\nprint(kms.create_key(KeySpec=sys.argv[2], KeyUsage=sys.argv[3])['KeyMetadata']['KeyId'])";
        let mut python = Command::new(repository().join(".venv/bin/python"));
        Ran::of(python.args(["-c", script, &self.url, spec, usage])).good().trim().to_owned()
    }

    fn payrox(&self, project: &Project, key: &str, arguments: &[&str]) -> Ran {
        let mut command = project.bare();
        command.args(arguments).args(["--aws", "--broadcast", "--json", "--project"]).arg(project.path());
        command.env("AWS_KMS_KEY_ID", key).env("AWS_ENDPOINT_URL", &self.url).env("AWS_REGION", "eu-west-1");
        command.env("AWS_ACCESS_KEY_ID", "planted-id").env("AWS_SECRET_ACCESS_KEY", "planted-secret");
        command.env("AWS_EC2_METADATA_DISABLED", "true");
        Ran::of(&mut command)
    }
}

/// The address that signs, as the command says it before it signs.
fn signer(ran: &Ran) -> String {
    let said = ran.stderr.split_once("signing as ").unwrap_or_else(|| panic!("{ran:?}")).1;
    said.split_whitespace().next().unwrap().to_lowercase()
}

fn senders(chain: &Chain, ran: &Value) -> Vec<String> {
    let sent = list(&ran["steps"]).iter().map(|step| &step["tx"]).filter(|tx| !tx.is_null());
    sent.map(|tx| text(&chain.ask("eth_getTransactionByHash", json!([tx])).unwrap(), "from").to_lowercase())
        .collect()
}

#[test]
fn prx_q02_b45_a_key_in_aws_kms_signs_and_the_chain_recovers_its_address() {
    let (Some(anvil), Some(moto)) = (Served::anvil(), Moto::start()) else { return };
    let (project, chain) = (Project::example(), anvil.chain());
    let key = moto.key("ECC_SECG_P256K1", "SIGN_VERIFY");
    let facets = ["deploy", "facets", "--network", "anvil", "--rpc-url", anvil.url()];
    project.json(&["plan", "--network", "anvil", "--rpc-url", anvil.url()]);
    // Without ether nothing is sent; the refusal names the address.
    let poor = moto.payrox(&project, &key, &facets);
    assert_eq!(poor.json()["error"]["code"], "PRX-EXE-015", "{poor:?}");
    let refusal = poor.json()["error"]["message"].to_string();
    let at = refusal.find("0x").unwrap();
    let address = refusal[at..at + 42].to_lowercase();
    chain.ask("anvil_setBalance", json!([address, "0x56bc75e2d63100000"])).unwrap();

    let ran = moto.payrox(&project, &key, &facets);
    assert_eq!(ran.status, 0, "{ran:?}");
    assert!(ran.stderr.contains(&format!("with AWS KMS {key}")), "{}", ran.stderr);
    assert_eq!(signer(&ran), address);
    let senders = senders(&chain, &ran.json());
    assert!(senders.len() > 10 && senders.iter().all(|sender| *sender == address), "{senders:?}");
    assert!(!format!("{ran:?}").contains("planted-secret"));
}

#[test]
fn prx_b45_a_key_service_that_is_silent_or_has_another_kind_of_key_stops_the_run_before_anything_is_sent() {
    let (Some(anvil), Some(moto)) = (Served::anvil(), Moto::start()) else { return };
    let (project, chain) = (Project::example(), anvil.chain());
    let run = ["run", "--network", "anvil", "--rpc-url", anvil.url()];
    let before = chain.block();
    for key in [moto.key("ECC_NIST_P256", "SIGN_VERIFY"), "no-such-key".into(), "\u{1b}[31m".into()] {
        let ran = moto.payrox(&project, &key, &run);
        assert_eq!((ran.status, &ran.json()["error"]["code"]), (5, &json!("PRX-KEY-014")), "{ran:?}");
        assert!(!format!("{ran:?}").contains("planted-secret") && !ran.stderr.contains('\u{1b}'), "{ran:?}");
    }
    let silent = Moto { url: "http://127.0.0.1:1".into(), child: Command::new("true").spawn().unwrap() };
    let ran = silent.payrox(&project, "key", &run);
    assert_eq!((ran.status, &ran.json()["error"]["code"]), (5, &json!("PRX-KEY-014")), "{ran:?}");
    assert_eq!(chain.block(), before);
}

#[test]
fn a_device_that_is_not_there_is_said_to_be_missing() {
    if Path::new("/dev/hidraw0").exists() || Path::new("/dev/bus/usb").exists() {
        println!("unknown: a device may be there");
        return;
    }
    let project = Project::example();
    for device in ["--ledger", "--trezor"] {
        let ran = project.run(&["run", "--network", "local", device, "--json"]);
        assert_eq!((ran.status, &ran.json()["error"]["code"]), (5, &json!("PRX-KEY-014")), "{ran:?}");
    }
}
