//! The repository that a request comes from, as CI systems tell it.

use crate::store::git::github_event::{event, workflow_run};
use crate::store::git::process_env::ProcessEnv;

/// The repository that a request comes from, where that is another one, as GitHub, GitLab, Jenkins, CircleCI, Buildkite and
/// Azure tell it.
pub(super) fn fork(surroundings: &ProcessEnv) -> Option<String> {
    let text = |name: &str| surroundings.text(name);
    let of_github = || {
        let repository = match workflow_run(surroundings) {
            Some(run) => run.get("head_repository")?.clone(),
            None => event(surroundings)?.get("pull_request")?.get("head")?.get("repo")?.clone(),
        };
        // One that was deleted meanwhile was not the project's own.
        let head = repository.get("full_name").and_then(|name| name.as_str()).unwrap_or("deleted/fork");
        Some(head.to_owned()).filter(|head| text("GITHUB_REPOSITORY").as_ref() != Some(head))
    };
    let of_gitlab = || {
        let source = text("CI_MERGE_REQUEST_SOURCE_PROJECT_PATH")?;
        Some(source).filter(|source| text("CI_MERGE_REQUEST_PROJECT_PATH").as_ref() != Some(source))
    };
    let of_jenkins = || {
        let fork = text("CHANGE_FORK").filter(|fork| !fork.is_empty())?;
        Some(if fork.contains('/') { fork } else { format!("{fork}/fork") })
    };
    let of_circle = || Some(format!("{}/fork", text("CIRCLE_PR_USERNAME")?));
    let of_azure = || {
        let is_fork = text("SYSTEM_PULLREQUEST_ISFORK")?.eq_ignore_ascii_case("true");
        let source = text("SYSTEM_PULLREQUEST_SOURCEREPOSITORYURI").filter(|source| !source.is_empty());
        let number = || {
            text("SYSTEM_PULLREQUEST_PULLREQUESTNUMBER").or_else(|| text("SYSTEM_PULLREQUEST_PULLREQUESTID"))
        };
        // Without either, all forks are one.
        let name = source.map(|source| named(&source)).or_else(|| Some(format!("request/{}", number()?)));
        is_fork.then(|| name.unwrap_or_else(|| "fork".to_owned()))
    };
    let of_buildkite = || {
        let name = named(&text("BUILDKITE_PULL_REQUEST_REPO").filter(|repository| !repository.is_empty())?);
        Some(name).filter(|name| text("BUILDKITE_REPO").map(|own| named(&own)).as_ref() != Some(name))
    };
    of_github()
        .or_else(of_gitlab)
        .or_else(of_jenkins)
        .or_else(of_circle)
        .or_else(of_buildkite)
        .or_else(of_azure)
}

/// `owner/name` of a repository's address.
fn named(address: &str) -> String {
    let parts = address.trim_end_matches('/').trim_end_matches(".git").rsplit(['/', ':']).take(2);
    parts.collect::<Vec<_>>().into_iter().rev().collect::<Vec<_>>().join("/")
}
