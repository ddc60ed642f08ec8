//! What a remote's URL says of the forge behind it.

/// Host, owner and name in the URL of a remote: `https://host/owner/name.git`, `ssh://git@host:22/owner/name` or
/// `git@host:owner/name.git`. Absent for a local path. Groups inside the owner stay in the owner.
pub(super) fn parse(url: &str) -> Option<(String, String, String)> {
    let (authority, path) = match url.split_once("://") {
        Some(("file", _)) => return None,
        Some((_, rest)) => rest.split_once('/')?,
        None => url.split_once(':').filter(|(host, _)| !host.contains('/') && !host.is_empty())?,
    };
    let host = authority.rsplit('@').next()?.split(':').next()?;
    let path = path.trim_matches('/');
    let (owner, name) = path.strip_suffix(".git").unwrap_or(path).rsplit_once('/')?;
    let full = [host, owner, name].iter().all(|part| !part.is_empty());
    full.then(|| (host.to_owned(), owner.to_owned(), name.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn every_form_of_a_remote_names_its_host_owner_and_name() {
        let check = |url: &str, expect: Option<(&str, &str, &str)>| {
            let expect =
                expect.map(|(host, owner, name)| (host.to_owned(), owner.to_owned(), name.to_owned()));
            assert_eq!(parse(url), expect, "{url}");
        };
        check("https://github.com/o/n.git", Some(("github.com", "o", "n")));
        check("https://token@github.com/o/n", Some(("github.com", "o", "n")));
        check("git@github.com:o/n.git", Some(("github.com", "o", "n")));
        check("ssh://git@host.example:2222/group/sub/n.git/", Some(("host.example", "group/sub", "n")));
        check("/srv/git/n.git", None);
        check("../n", None);
        check("file:///srv/o/n.git", None);
        check("C:n", None);
        check("https://github.com/n", None);
    }
}
