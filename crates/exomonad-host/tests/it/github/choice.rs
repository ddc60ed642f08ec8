//! Which forge a project has, why, and that no token goes where it does not belong.

use std::sync::Arc;

use exomonad_host::agent::Site;
use exomonad_host::config::{Config, ForgeChoice};
use exomonad_host::forge::{
    Choice, Ending, FileOrder, Forge as _, ForgeError, Local, choose, open_here, prove,
};

use super::{Fixture, fixture};
use crate::support::git;

fn configured(f: &Fixture, set: impl FnOnce(&mut Config)) -> Site {
    let mut config = Config::default();
    set(&mut config);
    Site { config: Arc::new(config), ..f.site() }
}

fn without_token(f: &Fixture) -> Site {
    f.site_with(f.project.root(), &[("GITHUB_API_URL", f.github.url())])
}

fn kind(site: &Site) -> &'static str {
    choose(site).unwrap().kind
}

#[test]
fn a_remote_on_github_and_a_token_make_the_forge() {
    let f = fixture();
    let Choice { kind, why, place } = choose(&f.site()).unwrap();
    assert_eq!(kind, "github");
    assert_eq!(why, "there is a token for it, and remote `origin` leads to `acme/api`");
    let place = place.unwrap();
    assert_eq!((place.repository.as_str(), place.token_from.as_str()), ("acme/api", "`GITHUB_TOKEN`"));
    assert_eq!(place.api_url, f.github.url());
    assert_eq!(prove(&f.site()).unwrap(), Some(true));

    let Choice { kind, why, .. } = choose(&without_token(&f)).unwrap();
    assert_eq!(kind, "local");
    assert_eq!(why, "remote `origin` leads to `acme/api` on `github.com`, and there is no token for it");
    assert_eq!(kind_of_kind(&f, ForgeChoice::Local), "local");
}

fn kind_of_kind(f: &Fixture, choice: ForgeChoice) -> &'static str {
    kind(&configured(f, |config| config.forge.kind = choice))
}

#[test]
fn a_forge_that_is_demanded_and_cannot_be_had_is_an_error() {
    let f = fixture();
    let demand = |site: Site| {
        let mut config = Config::default();
        config.forge.kind = ForgeChoice::Github;
        choose(&Site { config: Arc::new(config), ..site }).unwrap_err()
    };
    let err = demand(without_token(&f));
    assert_eq!(err.to_string(), "there is no token for `github.com`");
    git(f.project.root(), &["remote", "set-url", "origin", "/srv/git/api.git"]);
    let err = demand(f.site());
    assert_eq!(err.to_string(), "remote `origin` leads to no repository on GitHub");
    assert_eq!(kind(&f.site()), "local");
}

#[test]
fn the_token_goes_to_no_host_that_nobody_vouched_for() {
    let f = fixture();
    git(f.project.root(), &["remote", "set-url", "origin", "https://evil.example/acme/api.git"]);
    assert_eq!(kind(&f.site()), "local");
    let mut config = Config::default();
    config.forge.kind = ForgeChoice::Github;
    let site = Site { config: Arc::new(config), ..f.site() };
    let err = choose(&site).unwrap_err();
    assert_eq!(err.to_string(), "nothing says that `evil.example` is a GitHub Enterprise server of yours");
}

#[test]
fn an_enterprise_server_has_its_root_and_its_own_token_first() {
    let f = fixture();
    git(f.project.root(), &["remote", "set-url", "origin", "git@git.example.com:acme/api.git"]);
    let variables = [
        ("GH_HOST", "git.example.com".to_owned()),
        ("GH_ENTERPRISE_TOKEN", "theirs".to_owned()),
        ("GITHUB_TOKEN", "public".to_owned()),
    ];
    let place = choose(&f.site_with(f.project.root(), &variables)).unwrap().place.unwrap();
    assert_eq!(place.api_url, "https://git.example.com/api/v3");
    assert_eq!(place.token_from, "`GH_ENTERPRISE_TOKEN`");

    // A root with a path in front of every route.
    let site = configured(&f, |config| config.forge.api_url = Some(format!("{}/api/v3", f.github.url())));
    assert_eq!(prove(&site).unwrap(), Some(true));
    assert!(f.asked().iter().all(|asked| asked == "GET /api/v3/repos/acme/api"), "{:?}", f.asked());
}

#[test]
fn a_project_stays_where_its_open_pull_requests_are() {
    let f = fixture();
    let plan = f.agent("api");
    let local = Local::new(f.site_in(&plan.path), Ending::Forbidden);
    let order = FileOrder { by: &plan.agent, title: "t", body: "", base: None, receipt: None };
    local.create_or_update(&order).unwrap();
    let choice = choose(&f.site()).unwrap();
    assert_eq!(
        (choice.kind, choice.why.as_str()),
        ("local", "pull requests are open in the project's own database")
    );
    local.close(1, exomonad_host::store::Sender::Human, None).unwrap();
    assert_eq!(kind(&f.site()), "github");
}

#[test]
fn a_hook_asks_nobody_over_the_network() {
    let f = fixture();
    f.asked();
    let err = open_here(f.site()).unwrap_err();
    assert_eq!(err.hint().as_deref(), Some("do it in a tool"));
    assert!(matches!(err, ForgeError::GitHub(_)));
    assert_eq!(f.asked(), [] as [&str; 0]);
    let site = configured(&f, |config| config.forge.kind = ForgeChoice::Local);
    assert_eq!(open_here(site).unwrap().pull_requests(None).unwrap(), []);
}
