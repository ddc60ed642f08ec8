//! Where a token is found, and that nobody sees it.

use std::os::unix::fs::PermissionsExt as _;

use camino::Utf8PathBuf;
use tempfile::TempDir;

use super::{HostKind, Token, TokenSource, find};
use crate::forge::GitHubError;
use crate::surroundings::Surroundings;

/// A home directory, and a directory of programs beside it.
struct Home {
    dir: TempDir,
    variables: Vec<(String, String)>,
}

fn home(variables: &[(&str, &str)]) -> Home {
    let dir = TempDir::new().unwrap();
    std::fs::create_dir_all(dir.path().join("home/.exomonad")).unwrap();
    std::fs::create_dir(dir.path().join("bin")).unwrap();
    let path = |name: &str| dir.path().join(name).to_str().unwrap().to_owned();
    let mut all: Vec<_> =
        variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    all.push(("HOME".to_owned(), path("home")));
    all.push(("PATH".to_owned(), format!("{}:/usr/bin:/bin", path("bin"))));
    Home { dir, variables: all }
}

impl Home {
    fn put(&self, name: &str, text: &str, mode: u32) -> Utf8PathBuf {
        let path = Utf8PathBuf::from_path_buf(self.dir.path().join(name)).unwrap();
        #[expect(clippy::disallowed_methods, reason = "nobody keeps it")]
        std::fs::write(&path, text).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
        path
    }

    fn secrets(&self, text: &str, mode: u32) -> Utf8PathBuf {
        self.put("home/.exomonad/secrets", text, mode)
    }

    fn gh(&self, script: &str) {
        self.put("bin/gh", &format!("#!/bin/sh\n{script}\n"), 0o755);
    }

    fn find(&self, host: &str, kind: HostKind) -> Result<Option<Token>, GitHubError> {
        let surroundings = Surroundings { variables: self.variables.clone(), ..Surroundings::default() };
        find(&surroundings, host, kind, &Utf8PathBuf::from_path_buf(self.dir.path().to_owned()).unwrap())
    }

    fn found(&self, kind: HostKind) -> Option<(String, String)> {
        let token = self.find("github.com", kind).unwrap()?;
        Some((token.expose().to_owned(), token.source().to_string()))
    }
}

fn some(secret: &str, from: &str) -> Option<(String, String)> {
    Some((secret.to_owned(), from.to_owned()))
}

#[test]
fn a_token_is_looked_for_in_variables_then_in_secrets_then_from_gh() {
    let h = home(&[("GH_TOKEN", "two")]);
    assert_eq!(h.found(HostKind::Public), some("two", "`GH_TOKEN`"));
    let h = home(&[("GH_TOKEN", "two"), ("GITHUB_TOKEN", "one")]);
    assert_eq!(h.found(HostKind::Public), some("one", "`GITHUB_TOKEN`"));

    let h = home(&[]);
    h.gh("echo three");
    let path = h.secrets("# mine\nOTHER=x\nexport GITHUB_TOKEN=\"four\"\n", 0o600);
    assert_eq!(h.found(HostKind::Public), some("four", &format!("`GITHUB_TOKEN` in `{path}`")));

    let h = home(&[]);
    h.gh(r#"test "$*" = "auth token --hostname github.com" && echo three"#);
    assert_eq!(h.found(HostKind::Public), some("three", "`gh auth token`"));

    let h = home(&[]);
    h.gh("exit 1");
    assert_eq!(h.found(HostKind::Public), None);
}

#[test]
fn gh_is_asked_once() {
    let h = home(&[]);
    h.gh("echo asked >> \"$HOME/asked\"; echo three");
    assert_eq!(h.found(HostKind::Public), h.found(HostKind::Public));
    let asked = std::fs::read_to_string(h.dir.path().join("home/asked")).unwrap();
    assert_eq!(asked, "asked\n");
}

#[test]
fn an_enterprises_own_token_comes_first_and_no_token_goes_to_a_host_that_nobody_vouched_for() {
    let h = home(&[("GITHUB_TOKEN", "public"), ("GH_ENTERPRISE_TOKEN", "ours")]);
    h.secrets("GITHUB_TOKEN=secret", 0o600);
    assert_eq!(h.found(HostKind::Vouched), some("ours", "`GH_ENTERPRISE_TOKEN`"));
    assert_eq!(h.found(HostKind::Public), some("public", "`GITHUB_TOKEN`"));
    assert_eq!(h.found(HostKind::Unknown), None);
}

#[test]
fn secrets_that_others_can_read_are_refused_with_what_mends_that() {
    let h = home(&[]);
    for mode in [0o644, 0o640, 0o606] {
        let path = h.secrets("GITHUB_TOKEN=four", mode);
        let err = h.find("github.com", HostKind::Public).unwrap_err();
        assert!(matches!(err, GitHubError::LooseSecrets { .. }), "{mode:o}: {err}");
        assert_eq!(err.hint(), Some(format!("`chmod 600 {path}`")));
    }
}

#[test]
fn a_token_is_shown_to_nobody() {
    let token = Token::new("ghp_secret", TokenSource::Gh).unwrap();
    assert_eq!(format!("{token:?}"), "Token(from `gh auth token`)");
    for broken in ["", "two words", "line\nbreak", "größe"] {
        let err = Token::new(broken, TokenSource::Variable("GITHUB_TOKEN")).unwrap_err();
        assert_eq!(
            format!("{err} {err:?}"),
            "the token from `GITHUB_TOKEN` is none: it has characters that cannot be sent BadToken { from: Variable(\"GITHUB_TOKEN\") }"
        );
    }
}
