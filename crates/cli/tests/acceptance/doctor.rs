//! `payrox doctor`: the embedded chain, anvil, and what may be wrong with either.

use crate::{
    chain::{BOOTSTRAPPER, Chain, GUARDIAN},
    project::{Project, Ran, list, text},
    served::Served,
    tools::repository,
};
use payrox_faults::{Fault, FaultProxy, Schedule, When};
use payrox_files::write_atomic;
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    fs,
    io::{BufRead as _, BufReader, Write as _},
    net::TcpListener,
    thread,
};

const DEPLOYER: &str = "0x4e59b44847b379578588920cA78FbF26c0B4956C";
/// Gives 10^15 to every call: `PUSH8 MSIZE MSTORE`, a word.
const GIVES_A_MILLIETHER: &str = "0x66038d7ea4c6800060005260206000f3";

/// What it said: exit status, the document, and each check by its name.
struct Told {
    status: i32,
    document: Value,
}

impl Told {
    fn verdicts(&self) -> BTreeMap<&str, &str> {
        list(&self.document["checks"])
            .iter()
            .map(|check| (text(check, "name"), text(check, "verdict")))
            .collect()
    }

    fn check(&self, name: &str) -> &Value {
        let found = list(&self.document["checks"]).iter().find(|check| check["name"] == name);
        found.unwrap_or_else(|| panic!("no {name} in {:#}", self.document))
    }

    /// The codes of a check's findings; each names a next command or what to do.
    fn codes(&self, name: &str) -> Vec<&str> {
        let findings = list(&self.check(name)["findings"]);
        assert!(findings.iter().all(|finding| text(finding, "hint").len() > 10), "{findings:?}");
        findings.iter().map(|finding| text(finding, "code")).collect()
    }

    /// That one check alone is not as it should be; what a run costs is not known where it is refused for that.
    fn only(&self, name: &str, verdict: &str, code: &str) {
        let refused = |(check, seen): &(&str, &str)| {
            *seen == "unknown" && verdict == "fail" && (*check == "funds" || name == "agreement")
        };
        let bad: Vec<_> = self
            .verdicts()
            .into_iter()
            .filter(|(_, verdict)| *verdict != "pass")
            .filter(|one| !refused(one))
            .collect();
        assert_eq!(bad, [(name, verdict)], "{:#}", self.document);
        assert_eq!(self.codes(name), [code]);
        assert_eq!((self.status, self.document["exit"].as_i64()), (1, Some(1)));
    }
}

fn doctor(project: &Project, args: &[&str]) -> Told {
    let ran = project.run(&[&["doctor", "--json"], args].concat());
    Told { status: ran.status, document: ran.json() }
}

/// The network `anvil`, its file with more or other lines.
fn network(project: &Project, change: impl Fn(String) -> String) {
    let text = fs::read_to_string(repository().join("networks/anvil.toml")).unwrap();
    write_atomic(&project.path().join("networks/anvil.toml"), change(text).as_bytes()).unwrap();
}

fn on(anvil: &Served) -> [&str; 4] {
    ["--network", "anvil", "--rpc-url", anvil.url()]
}

fn asked(chain: &Chain, method: &str, params: Value) {
    chain.ask(method, params).unwrap();
}

#[test]
fn prx_p02_prx_p03_doctor_looks_at_everything_on_the_embedded_chain_and_sends_nothing() {
    let project = Project::example();
    let told = doctor(&project, &[]);
    assert_eq!(told.status, 0, "{:#}", told.document);
    let names: Vec<_> = list(&told.document["checks"]).iter().map(|check| text(check, "name")).collect();
    assert_eq!(
        names,
        [
            "project",
            "artifacts",
            "journal",
            "disk",
            "contacts",
            "endpoint",
            "head",
            "family",
            "support",
            "opcodes",
            "deployer",
            "fees",
            "funds",
        ]
    );
    assert_eq!(told.document["outcome"], "pass");
    assert!(told.document["costs"]["gas"].as_u64().unwrap() > 10_000_000);
    assert_eq!(told.document["next"], format!("payrox run --project {}", project.path().display()));
    assert_eq!(
        project.json(&["status"])["next"].as_str().unwrap().split(' ').nth(1),
        Some("plan"),
        "nothing was planned"
    );
    let people = project.run(&["doctor"]).good();
    assert!(
        people.contains("ready for local (chain 31338)")
            && people.contains("PUSH0, MCOPY, TLOAD and TSTORE run"),
        "{people}"
    );
}

#[test]
fn prx_p02_a_folder_without_a_project_still_tells_of_the_network() {
    let project = Project::empty();
    fs::create_dir_all(project.path()).unwrap();
    let told = doctor(&project, &[]);
    assert_eq!(told.status, 1);
    let verdicts = told.verdicts();
    assert_eq!((verdicts["project"], verdicts["opcodes"], verdicts["funds"]), ("unknown", "pass", "unknown"));
    assert_eq!(told.codes("project"), ["PRX-FILE-001"]);
}

#[test]
fn prx_p02_prx_p03_on_anvil_the_estimate_is_what_the_run_then_takes() {
    let Some(anvil) = Served::anvil() else { return };
    let (project, chain) = (Project::example(), anvil.chain());
    let (block, sent) = (chain.block(), chain.transactions());
    let told = doctor(&project, &on(&anvil));
    assert_eq!(told.status, 0, "{:#}", told.document);
    assert_eq!((chain.block(), chain.transactions()), (block, sent), "it sends nothing");
    let endpoint = text(told.check("endpoint"), "summary");
    assert!(endpoint.starts_with("chain 31337, no block is known of it, anvil/v"), "{endpoint}");
    let support = text(told.check("support"), "summary");
    assert!(
        support.starts_with("batches, block receipts, finalized, safe, proofs, state override"),
        "{support}"
    );
    let estimated = told.document["costs"]["gas"].as_u64().unwrap();
    let total: u128 = text(&told.document["costs"], "totalWei").parse().unwrap();
    assert!(total > u128::from(estimated), "at more than one wei a unit: {total}");
    let ran = project.json(&[&["run", "--broadcast"], &on(&anvil)[..]].concat());
    let took = ran["gas"].as_u64().unwrap();
    assert!(took <= estimated * 11 / 10 && took >= estimated * 9 / 10, "estimated {estimated}, took {took}");
    let again = doctor(&project, &on(&anvil));
    assert_eq!((again.status, again.document["costs"]["gas"].as_u64()), (0, Some(0)), "{:#}", again.document);
}

#[test]
fn prx_b26_without_the_canonical_deployer_or_with_other_code_in_its_place_the_chain_is_refused() {
    let Some(anvil) = Served::anvil() else { return };
    let (project, chain) = (Project::example(), anvil.chain());
    asked(&chain, "anvil_setCode", json!([DEPLOYER, "0x60006000fd"]));
    doctor(&project, &on(&anvil)).only("deployer", "fail", "PRX-DOC-005");
    asked(&chain, "anvil_setCode", json!([DEPLOYER, "0x"]));
    doctor(&project, &on(&anvil)).only("deployer", "fail", "PRX-DOC-004");
}

#[test]
fn prx_b26_a_chain_of_older_rules_is_refused_by_the_name_of_the_missing_instruction() {
    for (rules, missing) in
        [("shanghai", "TLOAD and TSTORE, MCOPY"), ("london", "PUSH0, TLOAD and TSTORE, MCOPY")]
    {
        let Some(anvil) = Served::anvil_with(&["--hardfork", rules]) else { return };
        let told = doctor(&Project::example(), &on(&anvil));
        assert_eq!((told.status, told.verdicts()["opcodes"]), (1, "fail"));
        assert_eq!(told.codes("opcodes"), ["PRX-DOC-003"]);
        assert_eq!(told.check("opcodes")["summary"], format!("without {missing}"));
    }
}

#[test]
fn prx_p02_prx_b23_another_chain_another_block_and_nobody_at_all_stop_the_rest() {
    let Some(anvil) = Served::anvil() else { return };
    let project = Project::example();
    let rest = |told: &Told, verdict: &str, code: &str| {
        assert_eq!(told.status, 1);
        assert_eq!((told.verdicts()["endpoint"], told.codes("endpoint")), (verdict, vec![code]));
        assert_eq!(told.verdicts()["opcodes"], "unknown", "{:#}", told.document);
    };
    network(&project, |file| file.replace("chain_id = 31337", "chain_id = 31339"));
    rest(&doctor(&project, &on(&anvil)), "fail", "PRX-CHN-007");
    let hash = format!("0x{}", "01".repeat(32));
    network(&project, |file| format!("{file}\n[known_block]\nnumber = 0\nhash = \"{hash}\"\n"));
    rest(&doctor(&project, &on(&anvil)), "fail", "PRX-CHN-007");
    network(&project, |file| file);
    rest(
        &doctor(&project, &["--network", "anvil", "--rpc-url", "http://127.0.0.1:1"]),
        "unknown",
        "PRX-CHN-003",
    );
}

#[test]
fn prx_p02_prx_b10_a_head_that_is_old_or_ahead_of_the_clock_is_said() {
    for (time, said) in [("1700000000", "s old by this clock"), ("4000000000", "s ahead of this clock")] {
        let Some(anvil) = Served::anvil_with(&["--timestamp", time]) else { return };
        let project = Project::example();
        network(&project, |file| file.replace("skip_time = true", "family = \"ethereum\""));
        let told = doctor(&project, &on(&anvil));
        told.only("head", "fail", "PRX-DOC-001");
        assert!(text(told.check("head"), "summary").contains(said), "{:#}", told.document);
    }
}

#[test]
fn prx_p02_endpoints_that_disagree_are_named_and_the_same_one_twice_agrees() {
    let (Some(one), Some(other)) = (Served::anvil(), Served::anvil_with(&["--timestamp", "1700000000"]))
    else {
        return;
    };
    let project = Project::example();
    let both = [&on(&one)[..], &["--rpc-url", one.url()]].concat();
    let told = doctor(&project, &both);
    assert_eq!((told.status, told.verdicts()["agreement"]), (0, "pass"), "{:#}", told.document);
    let both = [&on(&one)[..], &["--rpc-url", other.url()]].concat();
    let told = doctor(&project, &both);
    // A run refuses what they do not agree on, and so does its estimate.
    assert_eq!((told.status, told.verdicts()["agreement"]), (1, "fail"), "{:#}", told.document);
    assert_eq!(told.codes("agreement"), ["PRX-DOC-006"]);
    let finding = &told.check("agreement")["findings"][0];
    assert!(
        text(finding, "evidence").contains(one.url()) && text(finding, "subject") == other.url(),
        "{finding}"
    );
}

#[test]
fn prx_p03_who_cannot_pay_is_named_with_what_is_missing() {
    let Some(anvil) = Served::anvil() else { return };
    let (project, chain) = (Project::example(), anvil.chain());
    // Enough for five pauses at the present base fee of one gwei, and not at ten times that.
    asked(&chain, "anvil_setBalance", json!([GUARDIAN, "0x38d7ea4c68000"]));
    let told = doctor(&project, &on(&anvil));
    told.only("funds", "fail", "PRX-DOC-008");
    let finding = told.check("funds")["findings"][0].clone();
    assert!(text(&finding, "subject").starts_with("guardian 0x3C44"), "{finding}");
    assert!(
        text(&finding, "evidence")
            .starts_with("it has 0.001 ether, five pauses at ten times the base fee takes 0.0"),
        "{finding}"
    );
    asked(&chain, "anvil_setBalance", json!([GUARDIAN, "0x8ac7230489e80000"]));
    asked(&chain, "anvil_setBalance", json!([BOOTSTRAPPER, "0x1"]));
    let told = doctor(&project, &on(&anvil));
    assert_eq!(told.codes("funds"), ["PRX-DOC-008"]);
    assert!(
        text(&told.check("funds")["findings"][0], "subject").starts_with("deployer 0xf39F"),
        "{:#}",
        told.document
    );
}

#[test]
fn prx_p03_a_fee_above_the_networks_limit_is_said_before_the_run() {
    let Some(anvil) = Served::anvil() else { return };
    let project = Project::example();
    network(&project, |file| format!("{file}\n[fees]\nmax_fee = \"0.5 gwei\"\n"));
    let told = doctor(&project, &on(&anvil));
    assert_eq!(
        (told.verdicts()["fees"], told.codes("fees")),
        ("fail", vec!["PRX-DOC-009"]),
        "{:#}",
        told.document
    );
}

#[test]
fn prx_p03_the_data_fee_of_a_second_layer_is_part_of_the_estimate() {
    let Some(anvil) = Served::anvil() else { return };
    let (project, chain) = (Project::example(), anvil.chain());
    let costs = |family: &str| {
        network(&project, |file| file.replace("skip_time = true", &format!("family = \"{family}\"")));
        let told = doctor(&project, &on(&anvil));
        assert!(text(told.check("family"), "summary").starts_with(family), "{:#}", told.document);
        told.document["costs"].clone()
    };
    let plain = costs("ethereum");
    assert_eq!(plain["dataFeeWei"], "0");
    asked(&chain, "anvil_setCode", json!(["0x420000000000000000000000000000000000000F", GIVES_A_MILLIETHER]));
    let fee: u128 = text(&costs("op-stack"), "dataFeeWei").parse().unwrap();
    assert!(
        fee >= 20 * 10u128.pow(15) && fee.is_multiple_of(10u128.pow(15)),
        "a fee for each transaction: {fee}"
    );
    // 10^3 units of gas for each.
    asked(
        &chain,
        "anvil_setCode",
        json!(["0x00000000000000000000000000000000000000C8", "0x6103e860005260606000f3"]),
    );
    let more = costs("arbitrum")["gas"].as_u64().unwrap() - plain["gas"].as_u64().unwrap();
    assert_eq!(u128::from(more), fee / 10u128.pow(12));
}

/// Answers each request with a status, until the test ends.
fn page(status: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/on-call", listener.local_addr().unwrap());
    thread::spawn(move || {
        for mut stream in listener.incoming().map_while(Result::ok) {
            let head = BufReader::new(stream.try_clone().unwrap())
                .lines()
                .map_while(Result::ok)
                .take_while(|l| !l.is_empty());
            let asked = head.collect::<Vec<_>>();
            assert!(asked[0].starts_with("HEAD /on-call "), "{asked:?}");
            let _ = stream.write_all(
                format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n").as_bytes(),
            );
        }
    });
    url
}

#[test]
fn prx_p02_production_wants_four_contacts_that_can_be_reached() {
    let Some(anvil) = Served::anvil() else { return };
    let project = Project::example();
    network(&project, |file| file.replace("skip_time = true", crate::production::PRODUCTION));
    let own = fs::read_to_string(project.path().join("payrox.toml")).unwrap();
    let both = [&on(&anvil)[..], &["--rpc-url", anvil.url()]].concat();
    let told = |contacts: &str| {
        write_atomic(
            &project.path().join("payrox.toml"),
            format!("{own}\n[contacts]\n{contacts}").as_bytes(),
        )
        .unwrap();
        doctor(&project, &both)
    };
    let missing = told("technical = \"lead@payrox.dev\"\nsecurity = \"sec@example.com\"\n");
    assert_eq!(missing.verdicts()["contacts"], "fail");
    assert_eq!(missing.codes("contacts"), ["PRX-DOC-011", "PRX-DOC-011", "PRX-DOC-011", "PRX-DOC-013"]);
    let all = |page: &str, checked: &str| {
        told(&format!(
            "technical = \"lead@payrox.dev\"\nsecurity = \"sec@payrox.dev\"\noperations = \"{page}\"\nemergency = \"tel:+41446681800\"\n{checked}"
        ))
    };
    let good = page("204 No Content");
    all(&good, "").only("contacts", "unknown", "PRX-DOC-013");
    all(&good, "checked = \"2001-01-01\"\n").only("contacts", "unknown", "PRX-DOC-013");
    let today = jiff::Timestamp::now().strftime("checked = \"%Y-%m-%d\"\n").to_string();
    let ready = all(&good, &today);
    assert_eq!((ready.status, ready.verdicts()["contacts"]), (0, "pass"), "{:#}", ready.document);
    all(&page("404 Not Found"), &today).only("contacts", "fail", "PRX-DOC-012");
    all(&page("503 Service Unavailable"), &today).only("contacts", "unknown", "PRX-DOC-012");
    all("http://127.0.0.1:1/", &today).only("contacts", "unknown", "PRX-DOC-012");
    let one = doctor(&project, &on(&anvil));
    assert_eq!(
        (one.verdicts()["agreement"], one.codes("agreement")),
        ("unknown", vec!["PRX-DOC-007"]),
        "nobody contradicts it"
    );
}

#[test]
fn prx_p02_a_damaged_journal_is_said() {
    let (project, _) = Project::live();
    let journal = project.path().join("journal/31338");
    let file = fs::read_dir(&journal)
        .unwrap()
        .flatten()
        .map(|e| e.path())
        .find(|p| p.extension().is_some_and(|e| e == "jsonl"))
        .unwrap();
    let whole = fs::read_to_string(&file).unwrap();
    write_atomic(&file, whole.replacen("\"seq\":1", "\"seq\":2", 1).as_bytes()).unwrap();
    let told = doctor(&project, &[]);
    assert_eq!(
        (told.verdicts()["journal"], told.codes("journal")),
        ("fail", vec!["PRX-JNL-001"]),
        "{:#}",
        told.document
    );
}

/// `/proc` is a folder in which nobody can make a file, root neither.
#[test]
fn prx_p02_a_folder_in_which_no_file_can_be_made_is_said() {
    let nobody = ["--network", "sepolia", "--rpc-url", "http://127.0.0.1:1"];
    let project = Project::empty();
    let mut command = project.bare();
    let ran = Ran::of(command.args(["doctor", "--json", "--project", "/proc"]).args(nobody));
    let told = Told { status: ran.status, document: ran.json() };
    assert_eq!((told.verdicts()["disk"], told.codes("disk"), told.status), ("fail", vec!["PRX-DOC-014"], 1));
}

#[test]
fn prx_p02_a_node_that_answers_one_of_two_questions_in_a_batch_is_refused() {
    let Some(anvil) = Served::anvil() else { return };
    let refuse = Fault::Error { code: -32_600, message: "one at a time".into() };
    // Alone the question is answered: the endpoint is asked where the deployer stands.
    let schedule = Schedule::default().on("eth_getBalance", When::Always, refuse);
    let proxy = FaultProxy::start(anvil.url(), schedule).unwrap();
    let project = Project::example();
    let told = doctor(&project, &["--network", "anvil", "--rpc-url", &proxy.url()]);
    assert_eq!((told.verdicts()["support"], told.codes("support")), ("fail", vec!["PRX-DOC-002"]));
    assert_eq!(told.status, 1);
}
