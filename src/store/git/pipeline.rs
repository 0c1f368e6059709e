//! The CI system we run in, told from its environment: which run of which revision on which branch, and who
//! writes where git knows nobody.

use crate::store::git::fork::fork;
use crate::store::git::github_event::{event, workflow_run};
use crate::store::git::process_env::ProcessEnv;

/// A run of a CI system.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pipeline {
    /// The system's name.
    pub system: &'static str,
    /// The address of the run.
    pub run: Option<String>,
    /// The branch that is built; of a pull request, the one it comes from.
    pub branch: Option<String>,
    /// The revision that is built.
    pub revision: Option<String>,
    /// The job, told from the others of the run.
    pub job: Option<String>,
    /// What the job is from run to run: its name, with the parts of a matrix, a shard or a system that are told.
    pub lane: Option<String>,
    /// Who set it off.
    pub actor: Option<String>,
    /// What is built is no branch of the project's own: a request of a contributor's, or a tag.
    pub foreign: Option<&'static str>,
    /// The repository that a request comes from, where it is another one: `owner/name`.
    pub fork: Option<String>,
    /// The branch that everybody begins from, as the system knows it.
    pub default_branch: Option<String>,
    /// The branch that a request is to go into.
    pub target: Option<String>,
    /// The newest commit of a request's branch, where a merge of it is built.
    pub head: Option<String>,
    /// True where the results of another run are published, whose revision is not checked out.
    pub is_upstream: bool,
    /// True where a merge is built that only the run of a request has: its second parent is the request's.
    pub is_merge: bool,
}

/// How a system tells what it runs: the variable that it alone sets, and, of the others, the first that says
/// something.
struct System {
    name: &'static str,
    mark: &'static str,
    run: &'static [&'static str],
    branch: &'static [&'static str],
    revision: &'static [&'static str],
    /// All that say something, side by side: the jobs of a matrix share a name.
    job: &'static [&'static str],
    /// All that say something, side by side, and are the same in the next run: not the machine. Names of jobs are those of one
    /// workflow, pipeline or stage, which come first.
    lane: &'static [&'static str],
    actor: &'static [&'static str],
    /// Set, and not `false`, for a request.
    request: &'static [&'static str],
    /// Set for a tag.
    tag: &'static [&'static str],
    default: &'static [&'static str],
    target: &'static [&'static str],
}

/// From the systems' own documentation of their variables. Gitea and Forgejo set GitHub's variables too, so
/// they come first.
const SYSTEMS: &[System] = &[
    System { name: "Forgejo Actions", mark: "FORGEJO_ACTIONS", ..GITHUB },
    System { name: "Gitea Actions", mark: "GITEA_ACTIONS", ..GITHUB },
    GITHUB,
    System {
        name: "GitLab CI",
        mark: "GITLAB_CI",
        run: &["CI_JOB_URL", "CI_PIPELINE_URL"],
        branch: &["CI_MERGE_REQUEST_SOURCE_BRANCH_NAME", "CI_COMMIT_BRANCH", "CI_COMMIT_REF_NAME"],
        revision: &["CI_COMMIT_SHA"],
        job: &["CI_JOB_NAME"],
        lane: &["CI_JOB_NAME"],
        actor: &["GITLAB_USER_LOGIN"],
        request: &["CI_MERGE_REQUEST_IID"],
        tag: &["CI_COMMIT_TAG"],
        default: &["CI_DEFAULT_BRANCH"],
        target: &["CI_MERGE_REQUEST_TARGET_BRANCH_NAME"],
    },
    System {
        name: "Jenkins",
        mark: "JENKINS_URL",
        run: &["BUILD_URL"],
        branch: &["CHANGE_BRANCH", "BRANCH_NAME", "GIT_LOCAL_BRANCH", "GIT_BRANCH"],
        revision: &["GIT_COMMIT"],
        job: &["JOB_NAME", "STAGE_NAME"],
        lane: &["JOB_NAME", "STAGE_NAME"],
        actor: &["BUILD_USER_ID", "CHANGE_AUTHOR"],
        request: &["CHANGE_ID"],
        tag: &["TAG_NAME"],
        default: &[],
        target: &["CHANGE_TARGET"],
    },
    System {
        name: "CircleCI",
        mark: "CIRCLECI",
        run: &["CIRCLE_BUILD_URL"],
        branch: &["CIRCLE_BRANCH"],
        revision: &["CIRCLE_SHA1"],
        job: &["CIRCLE_JOB", "CIRCLE_NODE_INDEX"],
        lane: &["CIRCLE_JOB", "CIRCLE_NODE_INDEX"],
        actor: &["CIRCLE_USERNAME"],
        request: &["CIRCLE_PULL_REQUEST", "CIRCLE_PR_NUMBER"],
        tag: &["CIRCLE_TAG"],
        default: &[],
        target: &[],
    },
    System {
        name: "Buildkite",
        mark: "BUILDKITE",
        run: &["BUILDKITE_BUILD_URL"],
        branch: &["BUILDKITE_BRANCH"],
        revision: &["BUILDKITE_COMMIT"],
        job: &["BUILDKITE_LABEL", "BUILDKITE_PARALLEL_JOB"],
        lane: &["BUILDKITE_PIPELINE_SLUG", "BUILDKITE_LABEL", "BUILDKITE_PARALLEL_JOB"],
        actor: &["BUILDKITE_BUILD_CREATOR"],
        request: &["BUILDKITE_PULL_REQUEST"],
        tag: &["BUILDKITE_TAG"],
        default: &["BUILDKITE_PIPELINE_DEFAULT_BRANCH"],
        target: &["BUILDKITE_PULL_REQUEST_BASE_BRANCH"],
    },
    System {
        name: "Azure Pipelines",
        mark: "TF_BUILD",
        run: &[],
        branch: &["SYSTEM_PULLREQUEST_SOURCEBRANCH", "BUILD_SOURCEBRANCH"],
        revision: &["BUILD_SOURCEVERSION"],
        job: &["SYSTEM_JOBDISPLAYNAME", "SYSTEM_JOBNAME"],
        lane: &[
            "BUILD_DEFINITIONNAME",
            "SYSTEM_STAGENAME",
            "SYSTEM_JOBDISPLAYNAME",
            "SYSTEM_JOBNAME",
            "AGENT_OS",
        ],
        actor: &["BUILD_REQUESTEDFOR"],
        request: &["SYSTEM_PULLREQUEST_PULLREQUESTID"],
        tag: &[],
        default: &[],
        target: &["SYSTEM_PULLREQUEST_TARGETBRANCH"],
    },
];

/// The workflow that a job of GitHub's is of.
const WORKFLOW: &str = "GITHUB_WORKFLOW";

const GITHUB: System = System {
    name: "GitHub Actions",
    mark: "GITHUB_ACTIONS",
    run: &[],
    branch: &["GITHUB_HEAD_REF", "GITHUB_REF_NAME"],
    revision: &["GITHUB_SHA"],
    job: &["GITHUB_JOB", "RUNNER_NAME"],
    lane: &[WORKFLOW, "GITHUB_JOB", "RUNNER_OS", "RUNNER_ARCH"],
    actor: &["GITHUB_ACTOR"],
    request: &["GITHUB_HEAD_REF"],
    tag: &[],
    default: &[],
    target: &["GITHUB_BASE_REF"],
};

impl Pipeline {
    /// The run we are in; `None` outside of the systems that are known.
    #[must_use]
    pub fn of(surroundings: &ProcessEnv) -> Option<Self> {
        let text = |name: &str| surroundings.text(name);
        let is_set =
            |system: &&System| text(system.mark).is_some_and(|value| !value.eq_ignore_ascii_case("false"));
        let system = SYSTEMS.iter().find(is_set)?;
        let first = |names: &[&str]| names.iter().find_map(|name| text(name));
        let upstream = workflow_run(surroundings);
        let of_upstream = |key: &str| upstream.as_ref()?.get(key)?.as_str().map(str::to_owned);
        // The run whose results are published is of a workflow, too.
        let part = |name: &&str| {
            if *name == WORKFLOW { of_upstream("name").or_else(|| text(name)) } else { text(name) }
        };
        let beside = |names: &[&str]| names.iter().filter_map(part).collect::<Vec<_>>().join(" ");
        let job = beside(system.job);
        let branch = of_upstream("head_branch").or_else(|| first(system.branch));
        let branch = branch.map(|name| short(&name).to_owned());
        // A job of Jenkins for each branch has the branch in its name.
        let of_branch = branch.as_ref().map(|branch| format!("/{}", branch.replace('/', "%2F")));
        let lane =
            of_branch.map_or_else(|| beside(system.lane), |part| beside(system.lane).replace(&part, ""));
        Some(Self {
            system: system.name,
            run: first(system.run).or_else(|| composed_run(surroundings)),
            branch,
            lane: (!lane.is_empty()).then_some(lane),
            revision: of_upstream("head_sha").or_else(|| first(system.revision)),
            job: (!job.is_empty()).then_some(job),
            actor: first(system.actor),
            foreign: foreign(surroundings, system),
            fork: fork(surroundings),
            default_branch: first(system.default).or_else(|| {
                let default = event(surroundings)?;
                Some(default.get("repository")?.get("default_branch")?.as_str()?.to_owned())
            }),
            target: first(system.target).map(|name| short(&name).to_owned()),
            head: first(HEADS),
            is_upstream: upstream.is_some(),
            is_merge: text("GITHUB_REF").is_some_and(|name| is_merge_of_request(&name)),
        })
    }

    /// True where a request is built, which may never be merged.
    #[must_use]
    pub fn is_request(&self) -> bool {
        self.foreign == Some(REQUEST)
    }

    /// The name and address of the system, for commits where git knows nobody.
    pub(crate) fn identity(&self) -> (String, String) {
        if self.system == "GitHub Actions" {
            // The account that GitHub shows for the token of a workflow.
            let email = "41898282+github-actions[bot]@users.noreply.github.com";
            return ("github-actions[bot]".to_owned(), email.to_owned());
        }
        let host = self.run.as_deref().and_then(|run| run.split("://").nth(1)?.split(['/', ':']).next());
        let name = self.system.to_lowercase().replace(' ', "-");
        (self.system.to_owned(), format!("{name}@{}", host.unwrap_or("localhost")))
    }
}

/// The variables that name the newest commit of a request's branch: GitLab's and Azure's.
const HEADS: &[&str] = &["CI_MERGE_REQUEST_SOURCE_BRANCH_SHA", "SYSTEM_PULLREQUEST_SOURCECOMMITID"];

/// True for `refs/pull/12/merge`.
fn is_merge_of_request(reference: &str) -> bool {
    reference.starts_with("refs/pull/") && reference.ends_with("/merge")
}

/// What the names of the branches begin with that GitHub makes to try requests together before they are merged, and deletes.
const QUEUE: &str = "refs/heads/gh-readonly-queue/";

/// What a contributor asks to be merged.
const REQUEST: &str = "a pull request";

/// What is built, where it is no branch of the project's own.
fn foreign(surroundings: &ProcessEnv, system: &System) -> Option<&'static str> {
    let is_set = |name: &&str| surroundings.text(name).is_some_and(|value| value != "false");
    let begins =
        |name: &str, with: &str| surroundings.text(name).is_some_and(|value| value.starts_with(with));
    let is_request = system.request.iter().any(is_set)
        || begins("GITHUB_REF", "refs/pull/")
        || begins("GITHUB_REF", QUEUE)
        || (system.mark == "TF_BUILD" && begins("BUILD_SOURCEBRANCH", "refs/pull/"))
        || (system.mark == "CIRCLECI" && begins("CIRCLE_BRANCH", "pull/"))
        || workflow_run(surroundings).is_some_and(|run| is_of_request(&run) || fork(surroundings).is_some());
    let is_tag = system.tag.iter().any(is_set)
        || (system.mark.ends_with("_ACTIONS") && begins("GITHUB_REF", "refs/tags/"))
        || (system.mark == "TF_BUILD" && begins("BUILD_SOURCEBRANCH", "refs/tags/"));
    if is_request { Some(REQUEST) } else { is_tag.then_some("a tag") }
}

/// True for a run of a pull request.
fn is_of_request(run: &serde_json::Value) -> bool {
    let event = run.get("event").and_then(|event| event.as_str()).unwrap_or_default();
    event.starts_with("pull_request") || event == "merge_group"
}

/// The address of a run, where it is to be put together.
fn composed_run(surroundings: &ProcessEnv) -> Option<String> {
    let text = |name: &str| surroundings.text(name);
    if let (Some(server), Some(project), Some(run)) =
        (text("GITHUB_SERVER_URL"), text("GITHUB_REPOSITORY"), text("GITHUB_RUN_ID"))
    {
        let again = text("GITHUB_RUN_ATTEMPT").filter(|attempt| attempt != "1");
        let again = again.map(|attempt| format!("/attempts/{attempt}")).unwrap_or_default();
        return Some(format!("{server}/{project}/actions/runs/{run}{again}"));
    }
    let (collection, project) = (text("SYSTEM_COLLECTIONURI")?, text("SYSTEM_TEAMPROJECT")?);
    let collection = collection.trim_end_matches('/');
    Some(format!("{collection}/{project}/_build/results?buildId={}", text("BUILD_BUILDID")?))
}

/// A branch's short name: Azure says `refs/heads/main`, Jenkins `origin/main`.
fn short(name: &str) -> &str {
    let name = name.strip_prefix("refs/heads/").unwrap_or(name);
    name.strip_prefix("origin/").unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A system's variables, and what they say: system, run, branch, revision, job, actor.
    const SAID: &[(&str, &str)] = &[
        (
            "GITHUB_ACTIONS=true GITHUB_SERVER_URL=https://github.com GITHUB_REPOSITORY=a/b GITHUB_RUN_ID=7 \
             GITHUB_RUN_ATTEMPT=2 GITHUB_REF_NAME=main GITHUB_SHA=aa GITHUB_JOB=test RUNNER_NAME=r1 GITHUB_ACTOR=ann",
            "GitHub Actions, https://github.com/a/b/actions/runs/7/attempts/2, main, aa, test r1, ann",
        ),
        (
            "GITLAB_CI=true CI_JOB_URL=https://gitlab.example/j/1 CI_COMMIT_BRANCH=main CI_COMMIT_SHA=aa \
             CI_JOB_NAME=test GITLAB_USER_LOGIN=ann",
            "GitLab CI, https://gitlab.example/j/1, main, aa, test, ann",
        ),
        (
            "JENKINS_URL=https://ci.example/ BUILD_URL=https://ci.example/job/1/ GIT_BRANCH=origin/main \
             GIT_COMMIT=aa JOB_NAME=shop STAGE_NAME=Test BUILD_USER_ID=ann",
            "Jenkins, https://ci.example/job/1/, main, aa, shop Test, ann",
        ),
        (
            "CIRCLECI=true CIRCLE_BUILD_URL=https://c/1 CIRCLE_BRANCH=main CIRCLE_SHA1=aa CIRCLE_JOB=test \
             CIRCLE_NODE_INDEX=0 CIRCLE_USERNAME=ann",
            "CircleCI, https://c/1, main, aa, test 0, ann",
        ),
        (
            "BUILDKITE=true BUILDKITE_BUILD_URL=https://b/1 BUILDKITE_BRANCH=main BUILDKITE_COMMIT=aa \
             BUILDKITE_LABEL=test BUILDKITE_BUILD_CREATOR=ann",
            "Buildkite, https://b/1, main, aa, test, ann",
        ),
        (
            "TF_BUILD=True SYSTEM_COLLECTIONURI=https://dev.azure.com/org/ SYSTEM_TEAMPROJECT=shop BUILD_BUILDID=9 \
             BUILD_SOURCEBRANCH=refs/heads/main BUILD_SOURCEVERSION=aa SYSTEM_JOBDISPLAYNAME=test BUILD_REQUESTEDFOR=ann",
            "Azure Pipelines, https://dev.azure.com/org/shop/_build/results?buildId=9, main, aa, test, ann",
        ),
    ];

    fn of(variables: &str) -> Option<Pipeline> {
        let pairs = variables.split(' ').filter_map(|pair| pair.split_once('='));
        let environment = pairs.map(|(name, value)| (name.to_owned(), value.into())).collect();
        Pipeline::of(&ProcessEnv { environment, ..ProcessEnv::default() })
    }

    #[test]
    fn each_system_is_known_by_its_own_variables() {
        for (variables, expected) in SAID {
            let found = of(variables).unwrap();
            let said = [found.run, found.branch, found.revision, found.job, found.actor].map(Option::unwrap);
            assert_eq!(format!("{}, {}", found.system, said.join(", ")), *expected);
        }
        assert_eq!(of("GITEA_ACTIONS=true GITHUB_ACTIONS=true").unwrap().system, "Gitea Actions");
        assert_eq!(of("CI=true"), None);
    }
}
