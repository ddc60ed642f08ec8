//! Asks GitHub's API, within limits of time, and again where that is safe.
//!
//! Rules: only what changes nothing is asked again; the token goes to the API's own origin and nowhere else; whoever asks is
//! kept waiting for no longer than it wants to.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::time::Duration;

use http::header::{ACCEPT, CONTENT_TYPE, ETAG, IF_NONE_MATCH, LOCATION, USER_AGENT};
use http::{HeaderMap, Method, Request, StatusCode};
use octocrab::Octocrab;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::runtime::{Builder, Runtime};
use uuid::Uuid;

use super::cache::{Cache, Kept};
use super::error::GitHubError;
use super::problem::{self, Limits};
use super::target::Target;
use super::token::{Token, TokenSource};
use crate::clock::Clock;
use crate::forge::Patience;

/// How long one request may take.
const REQUEST: Duration = Duration::from_secs(20);
/// How long it may take to connect.
const CONNECT: Duration = Duration::from_secs(10);
/// How often the same is asked.
const TRIES: u32 = 3;
/// How long is waited before the second try, and the most that GitHub may ask for before one.
const PAUSE: Duration = Duration::from_millis(400);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);
/// How often is looked whether anybody still waits.
const LOOK: Duration = Duration::from_millis(50);
/// How many redirects are followed.
const REDIRECTS: u32 = 3;
/// The most bytes of an answer.
const ANSWER_BYTES: u64 = 64 << 20;

const JSON: &str = "application/vnd.github+json";
pub(super) const DIFF: &str = "application/vnd.github.diff";

/// A connection to the API, for one caller.
pub(super) struct Client {
    /// Absent only while it is dropped.
    runtime: Option<Runtime>,
    crab: Octocrab,
    pub(super) target: Target,
    from: TokenSource,
    patience: Patience,
    clock: Clock,
    has_proxy: bool,
    cache: Option<RefCell<Cache>>,
    rest: Cell<Duration>,
}

/// An answer of any status.
#[derive(Debug)]
pub(super) struct Reply {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: String,
}

/// What is asked, whole.
struct Ask<'a> {
    method: Method,
    /// A route, or an absolute address.
    to: &'a str,
    accept: &'static str,
    body: Option<String>,
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("target", &self.target)
            .field("from", &self.from)
            .finish_non_exhaustive()
    }
}

impl Client {
    /// A client that keeps nothing of what it hears.
    ///
    /// # Errors
    /// The system's certificates cannot be read.
    pub(super) fn new(
        target: Target,
        token: &Token,
        patience: Patience,
        clock: Clock,
        has_proxy: bool,
    ) -> Result<Self, GitHubError> {
        let failed = |err: octocrab::Error| GitHubError::Client(err.into());
        let runtime = Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|err| GitHubError::Client(err.into()))?;
        let crab = {
            let _within = runtime.enter();
            // Routes are whole here: octocrab would put a prefix in front of other hosts' paths, too.
            Octocrab::builder()
                .base_uri(target.origin.as_str())
                .map_err(failed)?
                .personal_token(token.expose().to_owned())
                .set_connect_timeout(Some(CONNECT))
                .build()
                .map_err(failed)?
        };
        let (from, rest) = (token.source().clone(), Cell::default());
        Ok(Self { runtime: Some(runtime), crab, target, from, patience, clock, has_proxy, cache: None, rest })
    }

    /// One that remembers answers, so that GitHub need not give them again as long as they hold.
    pub(super) fn remembering(mut self) -> Self {
        self.cache = Some(RefCell::default());
        self
    }

    /// How long GitHub asked to be left alone by the latest answers.
    pub(super) fn rest(&self) -> Duration {
        self.rest.get()
    }

    /// Forgets that, since what was asked for is over.
    pub(super) fn forget_rest(&self) {
        self.rest.set(Duration::ZERO);
    }

    /// Where the token is from.
    pub(super) fn token_source(&self) -> &TokenSource {
        &self.from
    }

    /// What a route has.
    ///
    /// # Errors
    /// There is nothing, or GitHub did not answer.
    pub(super) fn get<T: DeserializeOwned>(&self, route: &str) -> Result<T, GitHubError> {
        let reply = self.read(route, JSON)?;
        parse(route, &reply.body)
    }

    /// What a route has; nothing where there is nothing.
    ///
    /// # Errors
    /// GitHub did not answer.
    pub(super) fn find<T: DeserializeOwned>(&self, route: &str) -> Result<Option<T>, GitHubError> {
        match self.get(route) {
            Ok(found) => Ok(Some(found)),
            Err(GitHubError::Missing { .. }) => Ok(None),
            Err(err) => Err(err),
        }
    }

    /// What a route has as text, in a media type.
    ///
    /// # Errors
    /// There is nothing, or GitHub did not answer.
    pub(super) fn text(&self, route: &str, accept: &'static str) -> Result<String, GitHubError> {
        Ok(self.read(route, accept)?.body)
    }

    /// Every page of a list, until `take` has enough and says so.
    ///
    /// # Errors
    /// There is no such list, or GitHub did not answer.
    pub(super) fn pages<T: DeserializeOwned>(
        &self,
        route: &str,
        mut take: impl FnMut(T) -> bool,
    ) -> Result<(), GitHubError> {
        let mut next = Some(route.to_owned());
        while let Some(at) = next {
            let reply = self.read(&at, JSON)?;
            if !take(parse(&at, &reply.body)?) {
                return Ok(());
            }
            next = problem::next_page(&reply.headers).map(|url| path_of(&url));
        }
        Ok(())
    }

    /// Every entry of a list.
    ///
    /// # Errors
    /// There is no such list, or GitHub did not answer.
    pub(super) fn list<T: DeserializeOwned>(&self, route: &str) -> Result<Vec<T>, GitHubError> {
        let mut all = Vec::new();
        self.pages(route, |page: Vec<T>| {
            all.extend(page);
            true
        })?;
        Ok(all)
    }

    /// Changes something.
    ///
    /// # Errors
    /// GitHub refused, or did not answer. Then nobody knows whether it was done, where the error says neither.
    pub(super) fn send<B: Serialize, T: DeserializeOwned>(
        &self,
        method: Method,
        route: &str,
        body: &B,
    ) -> Result<T, GitHubError> {
        let unfit =
            |err: serde_json::Error| GitHubError::Answer { route: route.to_owned(), source: err.into() };
        let body = Some(serde_json::to_string(body).map_err(unfit)?);
        let reply = self.ask(&Ask { method, to: route, accept: JSON, body })?;
        parse(route, &reply.body)
    }

    fn read(&self, to: &str, accept: &'static str) -> Result<Reply, GitHubError> {
        self.ask(&Ask { method: Method::GET, to, accept, body: None })
    }

    /// Asks, again if that is safe, and has every status but success for an error.
    fn ask(&self, ask: &Ask<'_>) -> Result<Reply, GitHubError> {
        let tries = if ask.method == Method::GET { TRIES } else { 1 };
        let mut pause = PAUSE;
        let mut tried = 0;
        loop {
            tried += 1;
            let err = match self.follow(ask) {
                Ok(reply) => return Ok(reply),
                Err(err) => err,
            };
            let Some(wait) = err.retry_after(jittered(pause), LONGEST_PAUSE).filter(|_| tried < tries) else {
                return Err(err);
            };
            tracing::debug!(tried, ?wait, %err, "asks GitHub again");
            self.wait(wait)?;
            pause *= 2;
        }
    }

    /// Asks once, and where GitHub says that it is elsewhere, there.
    fn follow(&self, ask: &Ask<'_>) -> Result<Reply, GitHubError> {
        let mut to = ask.to.to_owned();
        for _ in 0..=REDIRECTS {
            let reply = self.once(ask, &to)?;
            if !reply.status.is_redirection() {
                return self.judged(reply, &to);
            }
            let location = reply.headers.get(LOCATION).and_then(|value| value.to_str().ok());
            let next = location.filter(|next| ask.method == Method::GET && self.may_follow(next));
            let Some(next) = next else {
                return Err(GitHubError::Moved { repository: self.target.repository() });
            };
            next.clone_into(&mut to);
        }
        Err(GitHubError::Moved { repository: self.target.repository() })
    }

    /// Success, or what is wrong.
    fn judged(&self, reply: Reply, to: &str) -> Result<Reply, GitHubError> {
        let limits = Limits::of(&reply.headers, self.clock.now_ms());
        if let Some(rest) = limits.rest_soon() {
            self.rest.set(rest);
        }
        if reply.status.is_success() {
            return Ok(reply);
        }
        let err = problem::of(&reply, &limits, &self.from, &self.target.repository(), to);
        if let Some(rest) = err.rest() {
            self.rest.set(rest);
        }
        Err(err)
    }

    /// One exchange. An answer that is remembered and still holds is taken for a new one.
    fn once(&self, ask: &Ask<'_>, to: &str) -> Result<Reply, GitHubError> {
        let cache = self.cache.as_ref().filter(|_| ask.method == Method::GET);
        let kept = cache.and_then(|cache| cache.borrow_mut().get(to));
        let mut request = Request::builder()
            .method(&ask.method)
            .uri(to)
            .header(ACCEPT, ask.accept)
            .header(USER_AGENT, concat!("exomonad/", env!("CARGO_PKG_VERSION")))
            .header("x-github-api-version", "2022-11-28");
        if ask.body.is_some() {
            request = request.header(CONTENT_TYPE, "application/json");
        }
        if let Some(kept) = &kept {
            request = request.header(IF_NONE_MATCH, &kept.etag);
        }
        let request = request.body(ask.body.clone().unwrap_or_default());
        let request =
            request.map_err(|err| GitHubError::Answer { route: to.to_owned(), source: err.into() })?;
        let reply = self.exchange(request, to)?;
        let Some(cache) = cache else { return Ok(reply) };
        if let Some(kept) = kept.filter(|_| reply.status == StatusCode::NOT_MODIFIED) {
            let headers = HeaderMap::from_iter(kept.link.map(|link| (http::header::LINK, link)));
            return Ok(Reply { status: StatusCode::OK, headers, body: kept.body });
        }
        if let Some(etag) = reply.headers.get(ETAG).filter(|_| reply.status == StatusCode::OK) {
            let link = reply.headers.get(http::header::LINK).cloned();
            cache.borrow_mut().keep(to, Kept { etag: etag.clone(), link, body: reply.body.clone() });
        }
        Ok(reply)
    }

    /// Sends a request and reads the whole answer, unless nobody waits for it any more.
    fn exchange(&self, request: Request<String>, to: &str) -> Result<Reply, GitHubError> {
        let limit = self.patience.left_of(REQUEST);
        let Some(runtime) = self.runtime.as_ref().filter(|_| !self.patience.is_over()) else {
            return Err(GitHubError::Stopped);
        };
        let unreachable = |err: octocrab::Error| GitHubError::Unreachable {
            root: self.target.root(),
            has_proxy: self.has_proxy,
            source: cause(err),
        };
        let work = async {
            let response = self.crab.execute(request).await.map_err(unreachable)?;
            let (status, headers) = (response.status(), response.headers().clone());
            if problem::content_length(&headers).is_some_and(|bytes| bytes > ANSWER_BYTES) {
                let source = format!("it has more than {ANSWER_BYTES} bytes").into();
                return Err(GitHubError::Answer { route: to.to_owned(), source });
            }
            let body = match self.crab.body_to_string(response).await {
                Ok(body) => body,
                // A log or a diff may have any bytes.
                Err(octocrab::Error::InvalidUtf8 { source, .. }) => {
                    String::from_utf8_lossy(source.as_bytes()).into_owned()
                }
                Err(err) => return Err(unreachable(err)),
            };
            Ok(Reply { status, headers, body })
        };
        runtime.block_on(async {
            tokio::pin!(work);
            let late = tokio::time::sleep(limit);
            tokio::pin!(late);
            loop {
                tokio::select! {
                    ended = &mut work => return ended,
                    () = &mut late => return Err(GitHubError::Slow { root: self.target.root(), limit }),
                    () = tokio::time::sleep(LOOK) => {
                        if self.patience.is_stopped() {
                            return Err(GitHubError::Stopped);
                        }
                    }
                }
            }
        })
    }

    /// Waits, unless nobody else does.
    fn wait(&self, time: Duration) -> Result<(), GitHubError> {
        let Some(runtime) = self.runtime.as_ref().filter(|_| self.patience.left_of(time) == time) else {
            return Err(GitHubError::Stopped);
        };
        runtime.block_on(async {
            let done = tokio::time::sleep(time);
            tokio::pin!(done);
            loop {
                tokio::select! {
                    () = &mut done => return Ok(()),
                    () = tokio::time::sleep(LOOK) => {
                        if self.patience.is_stopped() {
                            return Err(GitHubError::Stopped);
                        }
                    }
                }
            }
        })
    }

    /// Whether we let ourselves be sent there. Other hosts are sent no token, and what is read in the clear is on this
    /// machine, as the API is.
    fn may_follow(&self, url: &str) -> bool {
        let is_route = url.starts_with('/') && !url.starts_with("//");
        let is_here = |url: &str| url.starts_with("http://127.0.0.1:");
        let stays_here = is_here(&self.target.origin) && is_here(url);
        is_route || url.starts_with("https://") || self.is_own(url) || stays_here
    }

    /// Whether an address is one of the API that the token is for.
    fn is_own(&self, url: &str) -> bool {
        url.strip_prefix(self.target.origin.as_str()).is_some_and(|rest| rest.starts_with('/'))
    }
}

impl Drop for Client {
    /// A name that is still being looked up is not waited for.
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// The route in an address. A list goes on where it began, by whatever name the server knows itself.
fn path_of(url: &str) -> String {
    let rest = url.split_once("://").and_then(|(_, rest)| rest.split_once('/'));
    rest.map_or_else(|| url.to_owned(), |(_, path)| format!("/{path}"))
}

fn parse<T: DeserializeOwned>(route: &str, body: &str) -> Result<T, GitHubError> {
    serde_json::from_str(body)
        .map_err(|err| GitHubError::Answer { route: route.to_owned(), source: err.into() })
}

/// What lies below octocrab's own words.
fn cause(err: octocrab::Error) -> super::error::Cause {
    if let octocrab::Error::Service { source, .. } = err { source } else { err.into() }
}

/// A time between a half and the whole of it, so that many who were refused do not come back at once.
fn jittered(pause: Duration) -> Duration {
    let random = Uuid::new_v4().as_bytes().first().copied().unwrap_or_default();
    pause.mul_f64(0.5 + f64::from(random) / 512.0)
}
