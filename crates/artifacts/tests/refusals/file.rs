//! Files that cannot be read as JSON.

use crate::fixture::{Out, artifact, changed, refusal};
use serde_json::json;

#[test]
fn files_that_are_no_json_are_refused() {
    let read = |bytes: &[u8]| refusal(Out::new().with("Fees.sol/Fees.json", bytes).read("Fees"));
    let text = artifact().to_string();
    assert_eq!(read(b""), "PRX-ART-001");
    assert_eq!(read(b"{"), "PRX-ART-001");
    assert_eq!(read(&text.as_bytes()[..text.len() / 2]), "PRX-ART-001");
    assert_eq!(read(format!("{text}x").as_bytes()), "PRX-ART-001");
    assert_eq!(read(b"[]"), "PRX-ART-013");
    assert_eq!(read(b"{\"abi\":[],\"abi\":[]}"), "PRX-ART-002");
    assert_eq!(read(b"{\"abi\":\"\xff\"}"), "PRX-FILE-004");
}

#[test]
fn a_huge_file_is_refused_and_not_read_to_its_end() {
    let out = Out::new().with("Fees.sol/Fees.json", "{");
    let file = std::fs::OpenOptions::new().write(true).open(out.path("Fees.sol/Fees.json")).unwrap();
    file.set_len(1 << 40).unwrap();
    assert_eq!(refusal(out.read("Fees")), "PRX-FILE-003");
}

#[test]
fn prx_b50_deep_json_is_refused_or_skipped_but_never_overflows_the_stack() {
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let with = |field: &str| {
        let text = artifact().to_string();
        let text = format!("{{\"{field}\":{deep},{}", &text[1..]);
        Out::new().with("Fees.sol/Fees.json", text).read("Fees")
    };
    with("ast").unwrap();
    assert_eq!(refusal(with("bytecode")), "PRX-ART-002");
    let tuple = "{\"name\":\"x\",\"type\":\"tuple\",\"components\":[".repeat(1000);
    let nested = format!("{tuple}{{\"name\":\"x\",\"type\":\"uint8\"}}{}", "]}".repeat(1000));
    let text = artifact().to_string().replace("\"inputs\":[]", &format!("\"inputs\":[{nested}]"));
    assert_eq!(refusal(Out::new().with("Fees.sol/Fees.json", text).read("Fees")), "PRX-ART-003");
    let arrays = format!("uint8{}", "[]".repeat(100_000));
    let code = refusal(changed(|a| a["abi"][2]["inputs"] = json!([{ "name": "x", "type": arrays }])));
    assert_eq!(code, "PRX-ART-003");
}
