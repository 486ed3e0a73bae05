//! `payrox verify sources`: against Sourcify's own library, and against the wire formats that Etherscan and Blockscout document.

use crate::{
    explorer::{Explorer, Reply, Request, demand, exactly},
    project::{Project, Ran, list, text},
    served::{Served, line},
    tools::{installed, program, repository},
};
use alloy_primitives::keccak256;
use serde_json::{Value, json};
use std::{
    fs,
    process::{Child, Command, Stdio},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};

const KEY: &str = "SECRETKEY0123456789";
const KEY_IN_BASE64: &str = "U0VDUkVUS0VZMDEyMzQ1Njc4OQ==";

/// Sourcify's library as a server, ended when it is dropped.
struct Sourcify {
    child: Child,
    url: String,
}

impl Drop for Sourcify {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Sourcify {
    fn over(chain: &str) -> Option<Self> {
        let (Some(node), Some(_)) =
            (program("node"), installed("node_modules/@ethereum-sourcify/lib-sourcify"))
        else {
            return None;
        };
        let mut command = Command::new(node);
        command.arg(repository().join("tests/interop/sourcify.mjs")).args([chain, "31337"]);
        // What the compiler answered before is not asked again: it takes longer than all the rest.
        command.arg(repository().join("target/sourcify")).stdout(Stdio::piped()).stderr(Stdio::inherit());
        let mut child = command.spawn().unwrap();
        let address = line(&mut child, "Listening on ");
        Some(Self { url: format!("http://{address}"), child })
    }

    /// How many submissions it has taken.
    fn submissions(&self) -> Value {
        crate::chain::get(&self.url, "/submissions")["submissions"].clone()
    }
}

fn rows(document: &Value) -> Vec<(&str, &Value)> {
    let contracts = list(&document["contracts"]).iter();
    contracts.flat_map(|c| list(&c["verifiers"]).iter().map(|row| (text(c, "name"), row))).collect()
}

#[test]
fn prx_d09_prx_b42_sourcifys_own_library_verifies_every_contract_once_and_is_not_believed_when_the_code_changes()
 {
    let Some(anvil) = Served::anvil() else { return };
    let Some(sourcify) = Sourcify::over(anvil.url()) else { return };
    let project = Project::example();
    let network = ["--network", "anvil", "--rpc-url", anvil.url()];
    project.json(&[&["run", "--broadcast"], &network[..]].concat());

    let verify =
        [&["verify", "sources"], &network[..], &["--verifier", "sourcify", "--verifier-url", &sourcify.url]]
            .concat();
    let dry = project.run(&[&verify[..], &["--json"]].concat());
    assert_eq!(dry.status, 1, "{dry:?}");
    let planned = dry.json();
    assert_eq!(
        (planned["outcome"].as_str(), list(&planned["uploads"]).len()),
        (Some("fail"), 18),
        "all but the clone"
    );
    assert_eq!(planned["inputs"].as_object().unwrap().len(), 2, "the project's input and the release's");
    assert_eq!(sourcify.submissions(), 0, "nothing is sent without --broadcast");

    let sending = [&verify[..], &["--broadcast", "--patience", "280"]].concat();
    let sent = project.json(&sending);
    assert_eq!(sent["outcome"], "pass");
    let seen = rows(&sent);
    assert_eq!(seen.len(), 19);
    for (name, row) in &seen {
        assert_eq!((&row["verdict"], &row["match"]), (&"pass".into(), &"partial".into()), "{name}: {row}");
        let is_clone = *name == "ManifestDispatcher";
        assert_eq!(row["note"].as_str().unwrap().starts_with("a clone of"), is_clone, "{name}: {row}");
        assert_eq!(row["sent"], !is_clone, "{name}");
    }
    assert_eq!(sourcify.submissions(), 18);

    let again = project.json(&sending);
    assert_eq!(again["outcome"], "pass");
    assert!(rows(&again).iter().all(|(_, row)| row["sent"] == false), "{again:#}");
    assert_eq!(sourcify.submissions(), 18, "what is verified is read, not sent");
    project.forget(".payrox");
    assert_eq!(project.json(&sending)["outcome"], "pass", "the record of what was sent saves time, no more");
    assert_eq!(sourcify.submissions(), 18);

    let contract = list(&sent["contracts"]).iter().find(|c| c["name"] == "Payments").unwrap();
    anvil.chain().ask("anvil_setCode", json!([contract["address"], "0x6001600055"])).unwrap();
    let changed = project.run(&[&sending[..], &["--json"]].concat());
    assert_eq!(changed.status, 1, "{changed:?}");
    let changed = changed.json();
    for (name, row) in rows(&changed) {
        let expected = if name == "Payments" { "fail" } else { "pass" };
        assert_eq!(row["verdict"], expected, "{name}: {row}");
    }
    let finding = &rows(&changed).iter().find(|(name, _)| *name == "Payments").unwrap().1["finding"];
    assert_eq!(finding["code"], "PRX-SRC-001", "Sourcify goes on saying that it is verified");
}

/// What a stand-in for Etherscan or Blockscout knows.
#[derive(Default)]
struct Desk {
    /// Submitted forms by ticket.
    forms: Mutex<Vec<std::collections::BTreeMap<String, String>>>,
    /// Requests for the end of a submission.
    asked: AtomicUsize,
    /// Whether nothing is decided for now.
    slow: AtomicBool,
    /// Proxies that were named.
    linked: Mutex<Option<String>>,
    /// Whether to ask for patience once.
    hasty: AtomicBool,
}

impl Desk {
    fn submissions(&self) -> usize {
        self.forms.lock().unwrap().len()
    }

    fn form_of(&self, address: &str) -> Option<std::collections::BTreeMap<String, String>> {
        let forms = self.forms.lock().unwrap();
        forms.iter().find(|form| form["contractaddress"].eq_ignore_ascii_case(address)).cloned()
    }
}

fn said(status: &str, message: &str, result: impl Into<Value>) -> Result<Reply, String> {
    Ok(Reply(200, "", json!({ "status": status, "message": message, "result": result.into() })))
}

/// The body of a submission, as <https://docs.etherscan.io/api-reference/endpoint/verifysourcecode> lists its fields.
fn check_submission(request: &Request) -> Result<(), String> {
    demand(request.method == "POST", "a submission is posted")?;
    demand(request.kind == "application/x-www-form-urlencoded", "a submission is a form")?;
    let form = request.form();
    let mut keys = vec!["contractaddress", "sourceCode", "codeformat", "contractname", "compilerversion"];
    if form.contains_key("constructorArguments") {
        keys.extend(["constructorArguments", "constructorArguements"]);
        let arguments = &form["constructorArguments"];
        demand(
            arguments.len().is_multiple_of(64) && !arguments.starts_with("0x"),
            "arguments are words without 0x",
        )?;
        demand(form.get("constructorArguements") == Some(arguments), "both spellings say the same")?;
    }
    exactly("form", &form, &keys)?;
    demand(form["codeformat"] == "solidity-standard-json-input", "codeformat")?;
    let version = form["compilerversion"].strip_prefix('v').ok_or("the version begins with v")?;
    demand(version == "0.8.30+commit.73712a01", "the version is whole")?;
    demand(
        form["contractaddress"].starts_with("0x") && form["contractaddress"].len() == 42,
        "contractaddress",
    )?;
    let input: Value = serde_json::from_str(&form["sourceCode"]).map_err(|e| e.to_string())?;
    let keys: Vec<_> = input.as_object().ok_or("no object")?.keys().cloned().collect();
    demand(keys == ["language", "settings", "sources"], "what the compiler reads, and no more")?;
    let (path, _) = form["contractname"].rsplit_once(':').ok_or("contractname is path:Name")?;
    demand(input["sources"][path]["content"].is_string(), "the contract's source is among the sources")
}

/// Etherscan, version 2. `answer` decides about a submission.
fn etherscan(desk: Arc<Desk>, end: &'static str) -> Explorer {
    Explorer::with(move |request| {
        demand(request.path == "/v2/api", "the path")?;
        let common = ["chainid", "module", "action", "apikey"];
        demand(request.query.get("apikey").is_some_and(|key| key == KEY), "apikey")?;
        demand(request.query.get("chainid").is_some_and(|id| id == "31338"), "chainid")?;
        demand(request.query.get("module").is_some_and(|module| module == "contract"), "module")?;
        if desk.hasty.swap(false, Ordering::SeqCst) {
            return said("0", "NOTOK", "Max calls per sec rate limit reached (3/sec)");
        }
        let with = |key| [&common[..], &[key]].concat();
        match request.action() {
            "getsourcecode" => {
                request.demand_query(&with("address"))?;
                let address = &request.query["address"];
                let shown = desk.form_of(address).filter(|_| desk.asked.load(Ordering::SeqCst) > 0);
                let linked = desk.linked.lock().unwrap().clone().filter(|_| shown.is_none());
                said("1", "OK", json!([listing(shown.as_ref(), linked.as_deref())]))
            }
            "verifysourcecode" => {
                request.demand_query(&common)?;
                check_submission(request)?;
                let mut forms = desk.forms.lock().unwrap();
                forms.push(request.form());
                said("1", "OK", format!("ticket{}", forms.len()))
            }
            "checkverifystatus" => {
                request.demand_query(&with("guid"))?;
                demand(request.query["guid"].starts_with("ticket"), "guid")?;
                // The first answer is always that it waits.
                if desk.slow.load(Ordering::SeqCst) || desk.asked.fetch_add(1, Ordering::SeqCst) == 0 {
                    return said("0", "NOTOK", "Pending in queue");
                }
                said(if end.starts_with("Pass") { "1" } else { "0" }, "OK", end)
            }
            "verifyproxycontract" => {
                request.demand_query(&common)?;
                demand(request.method == "POST", "posted")?;
                let form = request.form();
                exactly("form", &form, &["address", "expectedimplementation"])?;
                *desk.linked.lock().unwrap() = Some(form["expectedimplementation"].clone());
                said("1", "OK", "link1")
            }
            "checkproxyverification" => {
                request.demand_query(&with("guid"))?;
                said("1", "OK", "The proxy's implementation contract is found and is successfully updated.")
            }
            other => Err(format!("no action {other}")),
        }
    })
}

/// `getsourcecode`, for what was submitted and for what was not: <https://docs.etherscan.io/contract-verification/get-source-code>.
fn listing(form: Option<&std::collections::BTreeMap<String, String>>, implementation: Option<&str>) -> Value {
    let of = |key: &str| form.and_then(|form| form.get(key)).cloned().unwrap_or_default();
    let code = form.map(|form| format!("{{{}}}", form["sourceCode"])).unwrap_or_default();
    json!({
        "SourceCode": code,
        "ABI": if form.is_some() { "[]" } else { "Contract source code not verified" },
        "ContractName": of("contractname").rsplit(':').next(),
        "CompilerVersion": of("compilerversion"),
        "OptimizationUsed": "1",
        "Runs": "200",
        "ConstructorArguments": of("constructorArguments"),
        "EVMVersion": "cancun",
        "Library": "",
        "LicenseType": "",
        "Proxy": if implementation.is_some() { "1" } else { "0" },
        "Implementation": implementation.unwrap_or_default(),
        "SwarmSource": "",
        "SimilarMatch": "",
    })
}

/// `payrox verify sources` with a key, as the variable.
fn verify(project: &Project, explorer: &str, url: &str, more: &[&str]) -> Ran {
    let mut command = project.bare();
    command.env("ETHERSCAN_API_KEY", KEY).args([
        "verify",
        "sources",
        "--network",
        "local",
        "--json",
        "--broadcast",
    ]);
    command
        .args(["--verifier", explorer, "--verifier-url", url])
        .args(more)
        .arg("--project")
        .arg(project.path());
    let ran = Ran::of(&mut command);
    for part in [&ran.stdout, &ran.stderr] {
        assert!(!part.contains(KEY), "the key is shown: {part}");
    }
    ran
}

#[test]
fn prx_d09_etherscan_gets_what_it_documents_and_is_asked_until_it_has_decided() {
    let (project, _) = Project::live();
    let desk = Arc::new(Desk { hasty: true.into(), ..Desk::default() });
    let explorer = etherscan(desk.clone(), "Pass - Verified");
    let url = explorer.url("/v2/api");
    let names = ["Payments", "ERC165", "ManifestDispatcher"];
    let ran = verify(&project, "etherscan", &url, &names);
    explorer.is_content();
    assert_eq!(ran.status, 0, "{ran:?}");
    let document = ran.json();
    let seen = rows(&document);
    assert_eq!(seen.len(), 4, "a clone brings what it is a clone of: {document:#}");
    assert!(seen.iter().all(|(_, row)| row["verdict"] == "pass"), "{document:#}");
    let clone = seen.iter().find(|(name, _)| *name == "ManifestDispatcher").unwrap().1;
    assert!(text(clone, "note").contains("known there as its proxy"), "{clone}");
    assert_eq!(desk.submissions(), 3);
    let of = |name: &str| list(&document["contracts"]).iter().find(|c| c["name"] == name).unwrap();
    let form = desk.form_of(text(of("Payments"), "address")).unwrap();
    assert_eq!(form["constructorArguments"], format!("{:064x}", 1000));
    let bare = desk.form_of(text(of("ERC165"), "address")).unwrap();
    assert!(!bare.contains_key("constructorArguments"), "no arguments, no field");

    assert_eq!(verify(&project, "etherscan", &url, &names).status, 0);
    explorer.is_content();
    assert_eq!(desk.submissions(), 3, "what is verified is read, not sent");
}

#[test]
fn prx_d09_a_refusal_is_a_fail_and_already_verified_is_looked_at() {
    let (project, _) = Project::live();
    let desk = Arc::new(Desk::default());
    let explorer = etherscan(desk.clone(), "Fail - Unable to verify. Compiled bytecode does not match");
    let ran = verify(&project, "etherscan", &explorer.url("/v2/api"), &["Escrow"]);
    explorer.is_content();
    // It was refused, though its listing shows it: the refusal came first.
    assert_eq!(ran.status, 1, "{ran:?}");
    let document = ran.json();
    assert_eq!(rows(&document)[0].1["finding"]["code"], "PRX-SRC-003", "{document:#}");

    let asked = AtomicUsize::new(0);
    let explorer = Explorer::with(move |request| match request.action() {
        "verifysourcecode" => said("0", "NOTOK", "Contract source code already verified"),
        "getsourcecode" if asked.fetch_add(1, Ordering::SeqCst) == 0 => {
            said("1", "OK", json!([listing(None, None)]))
        }
        "getsourcecode" => {
            let mut other = listing(None, None);
            other["SourceCode"] = "contract Escrow { /* of somebody else */ }".into();
            other["ContractName"] = "Escrow".into();
            said("1", "OK", json!([other]))
        }
        other => Err(format!("no action {other}")),
    });
    let ran = verify(&project, "etherscan", &explorer.url("/v2/api"), &["Escrow"]);
    explorer.is_content();
    assert_eq!(ran.status, 1, "{ran:?}");
    assert_eq!(
        rows(&ran.json())[0].1["finding"]["code"],
        "PRX-SRC-004",
        "verified from other sources is no pass"
    );
}

#[test]
fn prx_d09_a_run_that_ends_before_the_decision_is_unknown_and_the_next_asks_instead_of_sending() {
    let (project, _) = Project::live();
    let desk = Arc::new(Desk { slow: true.into(), ..Desk::default() });
    let explorer = etherscan(desk.clone(), "Pass - Verified");
    let url = explorer.url("/v2/api");
    let names = ["Escrow", "--patience", "1"];
    let ran = verify(&project, "etherscan", &url, &names);
    assert_eq!(ran.status, 5, "{ran:?}");
    assert_eq!(rows(&ran.json())[0].1["finding"]["code"], "PRX-SRC-007");
    let record = project.path().join(".payrox/sources/31338.json");
    let kept = fs::read_to_string(&record).unwrap();
    assert!(kept.contains("ticket1") && !kept.contains(KEY), "{kept}");
    desk.slow.store(false, Ordering::SeqCst);
    let ran = verify(&project, "etherscan", &url, &["Escrow"]);
    assert_eq!(ran.status, 0, "{ran:?}");
    explorer.is_content();
    assert_eq!(desk.submissions(), 1, "it was asked for, not sent again");
    assert!(!fs::read_to_string(&record).unwrap().contains("ticket1"), "what is decided is not kept");
}

#[test]
fn prx_b45_prx_d09_a_server_that_repeats_the_key_does_not_get_it_shown() {
    let (project, _) = Project::live();
    let words = format!("Invalid API Key: {KEY}, {}, {KEY_IN_BASE64}", KEY.to_lowercase());
    let explorer = Explorer::with(move |_| said("0", "NOTOK", words.clone()));
    let ran = verify(&project, "etherscan", &explorer.url("/v2/api"), &["Escrow", "Payments"]);
    assert_eq!(ran.status, 5, "an explorer that refuses to answer is unknown: {ran:?}");
    for part in [KEY.to_lowercase(), KEY_IN_BASE64[..24].to_owned()] {
        assert!(!ran.stdout.contains(&part) && !ran.stderr.contains(&part), "{part}: {ran:?}");
    }
    assert!(ran.stdout.contains("[hidden]"), "{ran:?}");
    let document = ran.json();
    for (name, row) in rows(&document) {
        assert_eq!(
            (&row["verdict"], &row["finding"]["code"]),
            (&"unknown".into(), &"PRX-EXP-006".into()),
            "{name}"
        );
    }
    let open = verify(&project, "etherscan", "http://explorer.example/v2/api", &["Escrow"]);
    assert_eq!(open.status, 3, "a key does not cross a network in the open: {open:?}");
}

/// Blockscout: submissions as Etherscan's, listings in its own form. `code` is what it takes for the contract's code.
fn blockscout(desk: Arc<Desk>, code: impl Fn(&str) -> String + Send + Sync + 'static) -> Explorer {
    let impatient = AtomicBool::new(true);
    Explorer::with(move |request| {
        if impatient.swap(false, Ordering::SeqCst) {
            return Ok(Reply(429, "Retry-After: 0\r\n", json!({ "message": "Too Many Requests" })));
        }
        if let Some(address) = request.path.strip_prefix("/api/v2/smart-contracts/") {
            request.demand_query(&[])?;
            let form = desk.form_of(address).filter(|_| desk.asked.load(Ordering::SeqCst) > 0);
            let Some(form) = form else {
                return Ok(Reply(
                    200,
                    "",
                    json!({ "deployed_bytecode": code(address), "proxy_type": null, "implementations": [] }),
                ));
            };
            let input: Value = serde_json::from_str(&form["sourceCode"]).unwrap();
            let (path, name) = form["contractname"].rsplit_once(':').unwrap();
            let sources = input["sources"].as_object().unwrap();
            let more = sources.iter().filter(|(p, _)| *p != path);
            let more: Vec<_> =
                more.map(|(p, s)| json!({ "file_path": p, "source_code": s["content"] })).collect();
            return Ok(Reply(
                200,
                "",
                json!({
                    "is_verified": true,
                    "is_fully_verified": false,
                    "is_partially_verified": true,
                    "is_changed_bytecode": false,
                    "name": name,
                    "compiler_version": form["compilerversion"],
                    "constructor_args": form.get("constructorArguments"),
                    "source_code": sources[path]["content"],
                    "file_path": path,
                    "additional_sources": more,
                    "deployed_bytecode": code(address),
                }),
            ));
        }
        demand(request.path == "/api", "the path")?;
        match request.action() {
            "verifysourcecode" => {
                request.demand_query(&["module", "action"])?;
                check_submission(request)?;
                let mut forms = desk.forms.lock().unwrap();
                forms.push(request.form());
                said("1", "OK", format!("ticket{}", forms.len()))
            }
            "checkverifystatus" => {
                request.demand_query(&["module", "action", "guid"])?;
                // A ticket is given out before it is known.
                match desk.asked.fetch_add(1, Ordering::SeqCst) {
                    0 => said("1", "OK", "Unknown UID"),
                    1 => said("1", "OK", "Pending in queue"),
                    _ => said("1", "OK", "Pass - Verified"),
                }
            }
            other => Err(format!("no action {other}")),
        }
    })
}

#[test]
fn prx_d09_prx_b42_blockscout_gets_what_it_documents_and_is_not_believed_when_it_speaks_of_other_code() {
    let (project, _) = Project::live();
    let served = Served::devnet(&project, &[]);
    let chain = served.chain();
    let names = ["Payments"];
    let address = {
        let plan = project.plan();
        let facet = list(&plan["facets"]).iter().find(|f| f["name"] == "Payments").unwrap().clone();
        text(&facet, "address").to_owned()
    };
    // The chain is read before its server goes, which holds it.
    let real = chain.code(&address).to_string();
    drop(served);

    let desk = Arc::new(Desk::default());
    let honest = real.clone();
    let explorer = blockscout(desk.clone(), move |_| honest.clone());
    let ran = verify(&project, "blockscout", &explorer.url(""), &names);
    explorer.is_content();
    assert_eq!(ran.status, 0, "{ran:?}");
    assert_eq!(rows(&ran.json())[0].1["match"], "partial");
    assert_eq!(desk.submissions(), 1);

    let other = "0x6001600055";
    assert_ne!(keccak256(other), keccak256(&real));
    let explorer = blockscout(desk.clone(), move |_| other.to_owned());
    let ran = verify(&project, "blockscout", &explorer.url(""), &names);
    explorer.is_content();
    assert_eq!(ran.status, 1, "{ran:?}");
    assert_eq!(rows(&ran.json())[0].1["finding"]["code"], "PRX-SRC-001");
    assert_eq!(desk.submissions(), 1, "nothing is sent for a contract that is verified");
}
