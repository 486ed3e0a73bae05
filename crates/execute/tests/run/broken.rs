//! A crash at each operation on the journal's files: lines and signed transactions torn, fsyncs that do not return, the plan's copy.

use crate::fixture::{How, World};
use payrox_execute::{Outcome, Selection};

/// Breaks at each operation in turn; `lost` forgets the journal before the run goes on.
async fn break_everywhere(lost: bool) {
    let expected = World::local();
    let plan = expected.plan("small.toml", None).await;
    assert_eq!(expected.run(&plan, Selection::All).await.outcome, Outcome::Complete);
    let mut broken = 0;
    for operation in 0.. {
        let world = World::local();
        let how = How { breaks: Some(operation), ..How::default() };
        let crashed = world.run_as(&plan, Selection::All, how).await;
        if crashed.outcome == Outcome::Complete {
            break;
        }
        broken += 1;
        assert_eq!(crashed.outcome, Outcome::Failed, "{operation}: {:?}", crashed.stopped);
        let meant = world.lines().iter().filter(|line| line["kind"] == "intent").count() as u64;
        assert!(
            world.transactions() <= meant,
            "{operation}: nothing was sent that was not written down before"
        );
        if lost {
            world.lose_the_journal();
        }
        let resumed = world.run(&plan, Selection::All).await;
        let ended = matches!(resumed.outcome, Outcome::Complete | Outcome::NothingToDo);
        assert!(ended, "{operation}: {:?}", resumed.stopped);
        assert_eq!(world.transactions(), expected.transactions(), "{operation}");
        assert!(world.state(&plan) == expected.state(&plan), "{operation}: another state");
    }
    assert!(broken > 20, "{broken} operations");
}

#[tokio::test]
async fn prx_b01_b02_b03_q03_torn_at_each_operation_on_its_files_the_run_goes_on_with_one_effect_each() {
    break_everywhere(false).await;
}

#[tokio::test]
async fn prx_b01_b03_q03_d11_the_same_with_the_journal_deleted() {
    break_everywhere(true).await;
}
