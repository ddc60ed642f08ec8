//! Hosts, roots and routes.

use super::{default_root, encoded, host_kind, is_name};
use crate::forge::github::target::{Target, canonical_host};
use crate::forge::github::token::HostKind;
use crate::surroundings::Surroundings;

fn variables(variables: &[(&str, &str)]) -> Surroundings {
    let pair = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    Surroundings { variables: variables.iter().map(pair).collect(), ..Surroundings::default() }
}

#[test]
fn a_route_lies_below_the_root_of_the_api_of_its_host() {
    let check = |host: &str, expect: &str| {
        let target = Target::new(host, "o", "n", &default_root(host)).unwrap();
        assert_eq!(format!("{}{}", target.origin, target.route("pulls/1")), expect);
    };
    check("github.com", "https://api.github.com/repos/o/n/pulls/1");
    check("acme.ghe.com", "https://api.acme.ghe.com/repos/o/n/pulls/1");
    check("git.example.com", "https://git.example.com/api/v3/repos/o/n/pulls/1");
    assert_eq!(canonical_host("SSH.GitHub.com"), "github.com");
}

#[test]
fn a_root_that_would_show_the_token_is_refused() {
    let check = |root: &str, is_good: bool| {
        let result = Target::new("h", "o", "n", root);
        assert_eq!(result.is_ok(), is_good, "{root}: {result:?}");
    };
    check("https://h/api/v3/", true);
    check("http://127.0.0.1:4801", true);
    check("http://localhost:4801/", true);
    check("http://127.0.0.1.example.com/", false);
    check("http://h/api/v3", false);
    check("https://user:password@h/", false);
    check("ftp://h/", false);
    check("h/api", false);
    check("https://h/?x=1", false);
    let err = Target::new("h", "o", "n", "https://user:password@h/").unwrap_err().to_string();
    assert!(!err.contains("password@"), "{err}");
}

#[test]
fn a_host_that_nobody_vouched_for_is_unknown() {
    let check = |given: &[(&str, &str)], host: &str, root: Option<&str>, expect: HostKind| {
        assert_eq!(host_kind(&variables(given), host, root), expect, "{given:?} {host} {root:?}");
    };
    check(&[], "github.com", None, HostKind::Public);
    check(&[], "acme.ghe.com", None, HostKind::Public);
    check(&[], "github.com.example.org", None, HostKind::Unknown);
    check(&[], "evilghe.com", None, HostKind::Unknown);
    check(&[], "git.example.com", None, HostKind::Unknown);
    check(&[("GH_HOST", "git.example.com")], "git.example.com", None, HostKind::Vouched);
    check(&[("GH_HOST", "git.example.com")], "other.example.com", None, HostKind::Unknown);
    check(&[("GITHUB_SERVER_URL", "https://git.example.com")], "git.example.com", None, HostKind::Vouched);
    check(&[("GITHUB_API_URL", "https://api.github.com")], "git.example.com", None, HostKind::Unknown);
    check(&[], "git.example.com", Some("https://git.example.com/api/v3"), HostKind::Vouched);
}

#[test]
fn what_goes_into_a_route_is_plain() {
    assert_eq!(encoded("feat/ä b&c"), "feat%2F%C3%A4%20b%26c");
    for (name, is_good) in [("a-b_c.d", true), ("..", false), ("a/b", false), ("a?b", false), ("", false)] {
        assert_eq!(is_name(name), is_good, "{name}");
    }
}
