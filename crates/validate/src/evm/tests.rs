use super::*;
#[test]
fn example_facets() {
    use std::time::Instant;
    let out = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/payments/out");
    let names: Vec<String> = ["AccessControl","ERC165","Version","ChunkFactory","Accounts","Payments","Escrow","Subscriptions","Refunds","Rewards","BatchPayouts","Reporting","Treasury","DemoToken"].iter().map(|s| s.to_string()).collect();
    let set = payrox_artifacts::ArtifactSet::read(&payrox_artifacts::Source::at(&out), &names).unwrap();
    for c in set.contracts() {
        let code = c.runtime.template();
        let all: Vec<[u8;4]> = c.functions.iter().map(|f| f.selector.0).collect();
        let mut reached = vec![false; code.len()];
        let t = Instant::now();
        for f in &c.functions {
            let w = walk(code, Entry::Function(f.selector.0));
            for (r, w) in reached.iter_mut().zip(&w.reached) { *r |= *w; }
            let acts: Vec<_> = w.acts.iter().filter(|(_, a)| a.op != op::RETURN && a.op != op::CALLER).map(|(pc, a)| format!("{pc}:{}{}{}", op::name(a.op), if a.target.has(Origins::CALLDATA) {"/t"} else {""}, if a.data.has(Origins::CALLDATA) {"/d"} else {""})).collect();
            println!("{}.{} {:?} {:?}", c.id.name(), f.signature, w.incomplete, acts);
        }
        let w = walk(code, Entry::Other(&all));
        for (r, w) in reached.iter_mut().zip(&w.reached) { *r |= *w; }
        println!("{} other {:?} {:?}", c.id.name(), w.incomplete, w.acts.values().map(|a| op::name(a.op)).collect::<Vec<_>>());
        let mut pc = 0; let mut total = 0; let mut hit = 0;
        while pc < code.len() { total += 1; if reached[pc] { hit += 1; } pc += 1 + op::immediate(code[pc]); }
        println!("{} bytes {} instr {total} reached {hit} in {:?}", c.id.name(), code.len(), t.elapsed());
        let w = walk(c.creation.template(), Entry::Creation);
        println!("creation {:?} {:?}", w.incomplete, w.acts.values().map(|a| (op::name(a.op))).collect::<Vec<_>>());
    }
}
