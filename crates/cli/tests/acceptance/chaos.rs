//! Everything at once: a misbehaving endpoint, kills, forgotten state, reorganisations, a second operator. Each schedule follows from
//! its seed as far as what is injected goes; `PAYROX_CHAOS_SEED` runs one again, `PAYROX_CHAOS` says how many there are.

use crate::{
    dice::Dice,
    effects::{KEYS, reference, sent},
    kills::{Operator, end, kill, same_effects},
    project::Ran,
    served::Served,
};
use payrox_faults::{FaultProxy, Schedule};
use serde_json::json;
use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    process::Child,
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

/// Rounds with faults and kills, at most; then everything behaves, and the run must come to its end.
const DISTURBED: u64 = 8;
const CALM: usize = 4;
/// No run may take longer: whatever happens, it ends and says so.
const PATIENCE: Duration = Duration::from_secs(90);

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok()?.parse().ok()
}

#[test]
fn prx_q07_prx_q03_prx_d11_prx_b11_whatever_happens_each_effect_happens_once_and_the_run_comes_to_its_end() {
    if reference().is_none() {
        return;
    }
    let (first, count) = match number("PAYROX_CHAOS_SEED") {
        Some(seed) => (seed, 1),
        None => (1, number("PAYROX_CHAOS").unwrap_or(20)),
    };
    let next = AtomicU64::new(first);
    let work = || {
        let mut failed = Vec::new();
        loop {
            let seed = next.fetch_add(1, Ordering::SeqCst);
            if seed >= first + count {
                return failed;
            }
            if catch_unwind(AssertUnwindSafe(|| schedule(seed))).is_err() {
                failed.push(seed);
            }
        }
    };
    let failed: Vec<u64> = std::thread::scope(|scope| {
        let workers = [scope.spawn(work), scope.spawn(work)];
        workers.into_iter().flat_map(|worker| worker.join().unwrap()).collect()
    });
    assert!(failed.is_empty(), "seeds {failed:?} of {count}: PAYROX_CHAOS_SEED=<seed> runs one again");
}

fn schedule(seed: u64) {
    let mut dice = Dice::new(seed);
    let slow = dice.one_in(2);
    let anvil = Served::anvil_with(if slow { &["--block-time", "0.2"] } else { &[] }).unwrap();
    let chain = anvil.chain();
    let faults = Schedule::chaos(seed, dice.within(4, 25));
    let proxy = FaultProxy::start(anvil.url(), faults.clone()).unwrap();
    let two = dice.one_in(3);
    let operators: Vec<Operator> =
        KEYS.iter().take(if two { 2 } else { 1 }).map(|key| Operator::new(key)).collect();
    let mut reorganised = false;
    let story = |text: &str| println!("seed {seed}: {text}");
    story(&format!("{} operators, slow {slow}, {faults}", operators.len()));
    for _ in 0..dice.within(1, DISTURBED) {
        let children: Vec<Child> = operators.iter().map(|operator| operator.start(&proxy.url())).collect();
        if dice.one_in(2) {
            std::thread::sleep(Duration::from_millis(dice.within(20, 900)));
            children.into_iter().for_each(kill);
            story("killed");
        } else {
            for ran in children.into_iter().map(within_patience) {
                story(&format!("ended with {}", ran.status));
                assert!([0, 1, 3, 4, 5, 6].contains(&ran.status), "{ran:?}");
                if ran.status == 0 {
                    same_effects(&chain);
                }
            }
        }
        if dice.one_in(3) {
            operators.iter().for_each(Operator::forget);
            story("forgot everything");
        }
        let blocks = chain.block();
        if !two && dice.one_in(4) && blocks > 3 {
            let depth = dice.within(1, blocks.min(6));
            chain.ask("anvil_reorg", json!([depth, []])).unwrap();
            reorganised = true;
            story(&format!("reorganised {depth} of {blocks} blocks"));
        }
    }
    proxy.set(Schedule::default());
    story(&format!("calm after {:?}", proxy.all_injected()));
    let mut last = None;
    for _ in 0..CALM {
        let children: Vec<Child> = operators.iter().map(|operator| operator.start(&proxy.url())).collect();
        let ended: Vec<Ran> = children.into_iter().map(within_patience).collect();
        let good = ended.iter().all(|ran| ran.status == 0);
        last = Some(ended);
        if good {
            break;
        }
    }
    let ended = last.unwrap();
    assert!(ended.iter().all(|ran| ran.status == 0), "seed {seed}: {ended:?}");
    same_effects(&chain);
    if !two && !reorganised {
        assert_eq!(
            sent(&chain),
            reference().unwrap().transactions,
            "seed {seed}: a second transaction for one effect"
        );
    }
}

fn within_patience(child: Child) -> Ran {
    let (id, (sender, ended)) = (child.id(), std::sync::mpsc::channel());
    // Its output is read while it runs, or it would wait for a reader.
    std::thread::spawn(move || sender.send(end(child)));
    ended.recv_timeout(PATIENCE).unwrap_or_else(|_| {
        let _ = std::process::Command::new("kill").args(["-9", &id.to_string()]).status();
        panic!("a run did not come to an end within {PATIENCE:?}");
    })
}
