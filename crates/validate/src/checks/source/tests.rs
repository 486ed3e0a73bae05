//! What Slither printed, cut down to two results.

use super::slither;
use payrox_model::Verdict;

const PRINTED: &str = r#"{"success":true,"error":null,"results":{"detectors":[
  {"elements":[{"type":"function","name":"requireNoEther","source_mapping":{"start":914,"length":123,
    "filename_relative":"src/libraries/Ledger.sol","lines":[26,27,28]}}],
   "description":"Ledger.requireNoEther() (src/libraries/Ledger.sol#26-28) uses msg.value\n","check":"msg-value-in-nonpayable",
   "impact":"High","confidence":"High"},
  {"elements":[],"description":"x","check":"unused-return","impact":"Medium","confidence":"Medium"},
  {"elements":[],"description":"INLINE ASM","check":"assembly","impact":"Informational","confidence":"High"}]}}"#;

#[test]
fn prx_v11_what_slither_calls_high_and_medium_is_found_and_the_rest_is_counted() {
    let check = slither(Ok(PRINTED));
    let codes: Vec<_> = check.findings.iter().map(|finding| finding.code.0).collect();
    assert_eq!(codes, ["PRX-VAL-320", "PRX-VAL-321"]);
    assert_eq!(check.findings[0].subject, "src/libraries/Ledger.sol:26 requireNoEther");
    assert_eq!(check.summary, "3 results, 2 of them of high or medium impact");
    assert_eq!(check.verdict, Verdict::Fail);
}

#[test]
fn prx_v11_slither_that_is_absent_is_said_to_be_and_one_that_failed_is_unknown() {
    let check = slither(Err("slither is not installed"));
    assert_eq!((check.verdict, check.summary.as_str()), (Verdict::Pass, "absent: slither is not installed"));
    for printed in ["", "{}", "no json", r#"{"success":false,"error":"solc died"}"#] {
        assert_eq!(slither(Ok(printed)).verdict, Verdict::Unknown, "{printed}");
    }
    let said = |error: &str| slither(Ok(&format!(r#"{{"success":false,"error":{error}}}"#))).summary;
    assert_eq!(said(r#"" \n\nsolc died\nthere""#), "it failed: solc died");
    assert_eq!(said("null"), "it failed: it does not say why");
}
