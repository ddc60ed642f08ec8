//! A directory with servers of its own, and the end of everything that runs in it.

use std::time::{Duration, Instant};

use camino::{Utf8Path, Utf8PathBuf};
use exomonad_host::mux::{self, Address, AttachLine, Multiplexer, MuxKind, Pane, SessionState};
use exomonad_host::surroundings::Surroundings;
use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

use crate::spec::Spec;

/// How long something may take on a busy machine.
const LONG: Duration = Duration::from_secs(60);

/// Where zellij looks for its configuration here.
const ZELLIJ_CONFIG: &str = "home/.config/zellij/config.kdl";

/// One multiplexer's place for one test.
pub(crate) struct Bench {
    pub(crate) kind: MuxKind,
    pub(crate) surroundings: Surroundings,
    root: Utf8PathBuf,
    _dir: TempDir,
}

impl Bench {
    pub(crate) fn new(kind: MuxKind) -> Self {
        // Not the system's own directory for such things: a socket's path is short.
        let dir = tempfile::Builder::new().prefix("mux").tempdir_in("/tmp").expect("a directory");
        let root = Utf8Path::from_path(dir.path()).expect("a path that is text").to_owned();
        for part in ["home", "tmp", "sockets", "run"] {
            std::fs::create_dir(root.join(part)).expect("a directory in it");
        }
        let config = root.join(ZELLIJ_CONFIG);
        std::fs::create_dir_all(config.parent().expect("its directory")).expect("a directory for it");
        std::fs::write(
            config,
            "show_release_notes false\nshow_startup_tips false\nserialization_interval 1\n",
        )
        .expect("zellij's configuration");
        let surroundings = surroundings(&root);
        Self { kind, surroundings, root, _dir: dir }
    }

    /// Makes zellij's next start its first one, at which it greets its user.
    pub(crate) fn forget_config(&self) {
        std::fs::remove_file(self.root.join(ZELLIJ_CONFIG)).expect("zellij's configuration");
    }

    /// Where programs start unless it is said otherwise.
    pub(crate) fn dir(&self) -> Utf8PathBuf {
        self.root.join("run")
    }

    /// Whoever is attached sees what tabs there are.
    pub(crate) fn has_tabs(&self) -> bool {
        self.kind != MuxKind::Headless
    }

    /// The home directory of its multiplexer.
    pub(crate) fn home(&self) -> Utf8PathBuf {
        self.root.join("home")
    }

    /// Names a session here.
    pub(crate) fn address(&self, session: &str) -> Address {
        let socket = match self.kind {
            MuxKind::Tmux => self.root.join("sockets/tmux"),
            MuxKind::Zellij => self.root.join("sockets"),
            MuxKind::Headless => self.root.join("sockets").join(session),
        };
        Address { mux: self.kind, session: session.to_owned(), socket: Some(socket) }
    }

    /// A session here, which may not run.
    pub(crate) fn session(&self, name: &str) -> Box<dyn Multiplexer> {
        mux::open(self.address(name), &self.surroundings)
    }

    /// A session whose first tab only waits.
    pub(crate) fn live_session(&self) -> (Box<dyn Multiplexer>, Pane) {
        let session = self.session("exo");
        let pane = session.create(&self.idle("first").pane()).expect("a session");
        (session, pane)
    }

    /// A program that waits to be ended.
    pub(crate) fn idle(&self, title: &str) -> Spec {
        self.script(title, "exec sleep 600", &[])
    }

    /// A shell script with arguments.
    pub(crate) fn script(&self, title: &str, script: &str, arguments: &[&str]) -> Spec {
        let argv =
            ["/bin/sh", "-c", script, "sh"].into_iter().chain(arguments.iter().copied()).map(str::to_owned);
        Spec { title: title.to_owned(), dir: self.dir(), argv: argv.collect(), env: Vec::new() }
    }

    /// Waits for a file in the directory of the programs, and returns what is in it.
    pub(crate) fn file(&self, name: &str) -> Vec<u8> {
        wait(&format!("the file `{name}`"), || std::fs::read(self.dir().join(name)).ok())
    }

    /// Somebody's terminal that shows a session: one of tmux, of another server.
    pub(crate) fn human(&self, line: &AttachLine) -> (Box<dyn Multiplexer>, Pane) {
        let unset = line.unset.iter().flat_map(|name| ["-u".to_owned(), name.clone()]);
        // The terminal's own server is told by these, and no session of ours may take them for its own.
        let set = line.set.iter().map(|(name, value)| format!("{name}={value}"));
        let argv = std::iter::once("/usr/bin/env".to_owned()).chain(unset).chain(set);
        let argv = argv.chain(line.argv.iter().cloned()).collect();
        let spec = Spec { title: "human".to_owned(), dir: self.dir(), argv, env: Vec::new() };
        let socket = Some(self.root.join("sockets/human"));
        let address = Address { mux: MuxKind::Tmux, session: "human".to_owned(), socket };
        let terminal = mux::open(address, &self.surroundings);
        let pane = terminal.create(&spec.pane()).expect("a terminal for somebody");
        (terminal, pane)
    }

    /// Kills the servers, as a crash would.
    pub(crate) fn kill_servers(&self) {
        let program = match self.kind {
            MuxKind::Tmux | MuxKind::Zellij => self.kind.name(),
            MuxKind::Headless => "exomonad",
        };
        let servers = || {
            let is_server = |(_, argv): &(Pid, String)| {
                argv.split('\0').next().is_some_and(|name| name.rsplit('/').next() == Some(program))
            };
            self.processes().into_iter().filter(is_server).map(|(pid, _)| pid).collect::<Vec<_>>()
        };
        assert!(!servers().is_empty(), "there is no {program} to kill");
        wait("the end of the servers", || {
            let left = servers();
            kill(&left);
            left.is_empty().then_some(())
        });
    }

    /// Every process that was started with this directory in its environment, and its command line.
    fn processes(&self) -> Vec<(Pid, String)> {
        let begin = format!("HOME={}/", self.root);
        let found = std::fs::read_dir("/proc").expect("the processes").filter_map(|entry| {
            let entry = entry.ok()?;
            let pid = Pid::from_raw(entry.file_name().to_str()?.parse().ok()?)?;
            let environment = std::fs::read(entry.path().join("environ")).ok()?;
            let is_ours =
                String::from_utf8_lossy(&environment).split('\0').any(|line| line.starts_with(&begin));
            let argv = std::fs::read(entry.path().join("cmdline")).ok()?;
            is_ours.then(|| (pid, String::from_utf8_lossy(&argv).into_owned()))
        });
        found.collect()
    }
}

impl Drop for Bench {
    fn drop(&mut self) {
        let begun = Instant::now();
        loop {
            let left: Vec<Pid> = self.processes().into_iter().map(|(pid, _)| pid).collect();
            if left.is_empty() || begun.elapsed() > LONG {
                return;
            }
            kill(&left);
            pause();
        }
    }
}

fn kill(processes: &[Pid]) {
    for &process in processes {
        if let Err(err) = kill_process(process, Signal::KILL) {
            assert_eq!(err, rustix::io::Errno::SRCH, "a process takes no signal");
        }
    }
}

fn surroundings(root: &Utf8Path) -> Surroundings {
    let mut path = std::env::var("PATH").expect("a PATH");
    if let Ok(zellij) = std::env::var("EXOMONAD_E2E_ZELLIJ") {
        let dir = Utf8Path::new(&zellij).parent().expect("the directory of zellij");
        path = format!("{dir}:{path}");
    }
    let home = root.join("home");
    let temporary = root.join("tmp");
    let variables = [
        ("PATH", path.as_str()),
        ("HOME", home.as_str()),
        ("TMPDIR", temporary.as_str()),
        ("LANG", "C.UTF-8"),
        ("SHELL", "/bin/sh"),
        ("TERM", "dumb"),
        // Of sessions that we are not to be told of.
        ("TMUX", "/nowhere/tmux,1,0"),
        ("TMUX_PANE", "%99"),
        ("ZELLIJ", "0"),
        ("ZELLIJ_SESSION_NAME", "elsewhere"),
        ("ZELLIJ_PANE_ID", "99"),
    ];
    let variables = variables.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
    Surroundings { exe: env!("CARGO_BIN_EXE_exomonad").into(), variables }
}

/// Waits until there is something.
pub(crate) fn wait<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(begun.elapsed() < LONG, "{what} did not come");
        pause();
    }
}

fn pause() {
    std::thread::sleep(Duration::from_millis(20));
}

/// Waits until a pane shows something, and returns all that it shows.
pub(crate) fn wait_for_text(mux: &dyn Multiplexer, pane: &Pane, text: &str) -> String {
    let mut seen = String::new();
    let begun = Instant::now();
    while !seen.contains(text) {
        assert!(begun.elapsed() < LONG, "`{text}` does not show up:\n{seen}");
        pause();
        seen = mux.screen(pane, false).expect("a screen");
    }
    seen
}

/// Whether the session is there.
pub(crate) fn is_alive(mux: &dyn Multiplexer) -> bool {
    matches!(mux.state().expect("the session's state"), SessionState::Alive { .. })
}
