use alloy_consensus::*;
use alloy_eips::eip2718::Encodable2718;
use alloy_network::TxSignerSync;
use alloy_primitives::*;
use payrox_devnet::*;
use serde_json::{json, value::to_raw_value};
use std::time::Instant;
fn main() {
    let mut codes = vec![];
    for e in std::fs::read_dir("/work/main/examples/payments/out").unwrap() {
        let p = e.unwrap().path();
        if !p.is_dir() {
            continue;
        }
        for f in std::fs::read_dir(p).unwrap() {
            let t = std::fs::read_to_string(f.unwrap().path()).unwrap();
            let v: serde_json::Value = serde_json::from_str(&t).unwrap();
            if let Some(s) = v["bytecode"]["object"].as_str() {
                if let Ok(b) = s.parse::<Bytes>() {
                    if b.len() > 100 {
                        codes.push(b)
                    }
                }
            }
        }
    }
    println!("{} codes, {} bytes", codes.len(), codes.iter().map(|c| c.len()).sum::<usize>());
    let signer = alloy_signer_local::PrivateKeySigner::from_bytes(&DEV_ACCOUNTS[0].key).unwrap();
    let raws: Vec<String> = codes
        .iter()
        .chain(codes.iter())
        .take(26)
        .enumerate()
        .map(|(i, c)| {
            let mut tx = TxEip1559 {
                chain_id: 31338,
                nonce: i as u64,
                gas_limit: 8_000_000,
                max_fee_per_gas: 5_000_000_000,
                max_priority_fee_per_gas: 1,
                to: TxKind::Call(CREATE2_DEPLOYER),
                input: [&[i as u8; 32][..], c].concat().into(),
                ..Default::default()
            };
            let s = signer.sign_transaction_sync(&mut tx).unwrap();
            hex::encode_prefixed(TxEnvelope::from(tx.into_signed(s)).encoded_2718())
        })
        .collect();
    let params: Vec<_> = raws.iter().map(|r| to_raw_value(&json!([r])).unwrap()).collect();
    for _ in 0..3 {
        let d = tempfile::tempdir().unwrap();
        let t = Instant::now();
        let c = Devnet::open(d.path(), &DevnetConfig::default()).unwrap();
        println!("create {:?}", t.elapsed());
        let t = Instant::now();
        for p in &params {
            c.request("eth_sendRawTransaction", Some(p)).unwrap();
        }
        println!("send kept {:?}", t.elapsed());
        let m = Devnet::new(&DevnetConfig::default());
        let t = Instant::now();
        for p in &params {
            m.request("eth_sendRawTransaction", Some(p)).unwrap();
        }
        println!("send memory {:?}", t.elapsed());
        let t = Instant::now();
        for r in &params {
            let h =
                keccak256(hex::decode(r.get().trim_matches(|c| c == '[' || c == ']' || c == '"')).unwrap());
            c.request("eth_getTransactionReceipt", Some(&to_raw_value(&json!([h])).unwrap())).unwrap();
        }
        println!("receipts {:?}", t.elapsed());
        let t = Instant::now();
        c.save().unwrap();
        println!("save {:?}", t.elapsed());
        println!(
            "gas ok {} size {}",
            c.block_number(),
            std::fs::metadata(d.path().join("chain.bin")).unwrap().len()
        );
        drop(c);
        let t = Instant::now();
        let c = Devnet::open(d.path(), &DevnetConfig::default()).unwrap();
        println!("open {:?}", t.elapsed());
        let t = Instant::now();
        let f = c.fork();
        println!("fork {:?}", t.elapsed());
        let t = Instant::now();
        f.increase_time(5).unwrap();
        f.mine().unwrap();
        println!("mine {:?}", t.elapsed());
        let t = Instant::now();
        for _ in 0..1000 {
            c.call(DEV_ACCOUNTS[1].address, DEV_ACCOUNTS[2].address, Bytes::new()).unwrap();
        }
        println!("1000 calls {:?}", t.elapsed());
        let mut n = c.nonce(DEV_ACCOUNTS[1].address);
        let t = Instant::now();
        for _ in 0..200 {
            c.request("eth_sendTransaction",Some(&to_raw_value(&json!([{"from":DEV_ACCOUNTS[1].address,"to":DEV_ACCOUNTS[2].address,"value":"0x1","gas":"0x5208","nonce":format!("{n:#x}")}])).unwrap())).unwrap();
            n += 1;
        }
        println!("200 sends (signed here) {:?}", t.elapsed());
    }
}
