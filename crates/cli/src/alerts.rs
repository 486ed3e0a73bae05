//! Webhooks of the project: who is told how a run ended.

use crate::{context::Context, moment};
use payrox_chain::Secrets;
use payrox_config::Project;
use payrox_execute::{Outcome, RunResult};
use payrox_model::{BoxFault, Fault as _};
use payrox_notify::{Delivery, Hook, Notice, NotifyError, Outbox, Secret, Standing, System};
use std::{
    collections::BTreeMap,
    path::PathBuf,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

/// How long a command is kept at its end by webhooks that are slow.
const BUDGET: Duration = Duration::from_secs(3);
/// Notices that wait longer than this are told about: nobody may believe that he would have heard.
const LONG: u64 = 3_600;

/// The project's queue.
pub(crate) fn folder(context: &Context<'_>) -> PathBuf {
    context.folder().join(".payrox").join("outbox")
}

/// Seconds since 1970, of this machine.
pub(crate) fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |elapsed| elapsed.as_secs())
}

/// The webhooks that can be called, and why the others cannot.
pub(crate) fn hooks(project: &Project) -> (Vec<Hook>, Vec<NotifyError>) {
    let (mut hooks, mut refused) = (Vec::new(), Vec::new());
    for alert in &project.alerts {
        let variable = |name: &String| {
            let unset = || NotifyError::Unset { hook: alert.name.clone(), variable: name.clone() };
            std::env::var(name).ok().filter(|value| !value.is_empty()).ok_or_else(unset)
        };
        let hook = variable(&alert.url_env).and_then(|url| {
            let secrets = Secrets::of_this_process();
            secrets.add_url_text(&url);
            let secret = alert.secret_env.as_ref().map(variable).transpose()?;
            if let Some(secret) = &secret {
                secrets.add_password(secret);
            }
            Hook::new(&alert.name, &url, secret.as_deref().map(Secret::new), &alert.allow)
        });
        match hook {
            Ok(hook) => hooks.push(hook),
            Err(error) => refused.push(error),
        }
    }
    (hooks, refused)
}

/// Tells how a run ended, and what could not be told before. That somebody could not be told changes nothing about
/// the run: it is a warning.
pub(crate) async fn announce(context: &Context<'_>, project: &Project, command: &str, result: &RunResult) {
    if project.alerts.is_empty() || matches!(result.outcome, Outcome::NothingToDo | Outcome::Planned) {
        return;
    }
    let notice = Notice {
        command: command.to_owned(),
        outcome: word(result.outcome).to_owned(),
        system: project.name.to_string(),
        network: result.network.to_string(),
        chain_id: result.chain_id,
        epoch: result.epoch,
        plan_id: result.plan_id.0,
        code: result.stopped.as_ref().map(|stopped| stopped.code.to_string()),
    };
    let warn = |error: &NotifyError| {
        context.printer.warn(&format!("a notice was not sent: {error} ({})", error.code()));
    };
    match tell(context, project, Some(&notice)).await {
        Ok((delivery, standing, refused)) => {
            refused.iter().for_each(warn);
            for (hook, why) in delivery.failed.iter().chain(&delivery.refused) {
                context.printer.warn(&format!("a notice was not sent: webhook {hook}: {why}"));
            }
            overdue(&standing).iter().for_each(|text| context.printer.warn(text));
        }
        Err(error) => warn(&error),
    }
}

fn word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Complete => "complete",
        Outcome::NothingToDo => "nothing_to_do",
        Outcome::Planned => "planned",
        Outcome::Waiting => "waiting",
        Outcome::Refused => "refused",
        Outcome::Failed => "failed",
    }
}

/// Puts a notice into the queue if there is one, and tries what waits.
pub(crate) async fn tell(
    context: &Context<'_>,
    project: &Project,
    notice: Option<&Notice>,
) -> Result<(Delivery, BTreeMap<String, Standing>, Vec<NotifyError>), NotifyError> {
    let (hooks, refused) = hooks(project);
    let mut outbox = Outbox::open(&folder(context))?;
    if let Some(notice) = notice {
        outbox.put(project.alerts.iter().map(|alert| alert.name.as_str()), notice, now())?;
    }
    let delivery = outbox.deliver(&hooks, &System, now(), BUDGET).await?;
    Ok((delivery, outbox.standing(), refused))
}

/// An alert about the alerts, one text a webhook.
pub(crate) fn overdue(standing: &BTreeMap<String, Standing>) -> Vec<String> {
    let late = |since: u64| since.saturating_add(LONG) < now();
    let texts = standing.iter().filter_map(|(hook, standing)| {
        let since = standing.since.filter(|since| late(*since))?;
        let why = standing.last_error.as_deref().unwrap_or("it was not tried");
        Some(format!(
            "webhook {hook}: {} notices wait since {}, {} were given up: {why}",
            standing.waiting,
            moment::both(since),
            standing.given_up
        ))
    });
    texts.collect()
}

/// How it stands, for a command that only looks.
pub(crate) fn standing(context: &Context<'_>) -> Result<BTreeMap<String, Standing>, BoxFault> {
    if !folder(context).exists() {
        return Ok(BTreeMap::new());
    }
    Ok(Outbox::open(&folder(context))?.standing())
}
