//! Terminals of our own: opened, seen, typed into, attached to and closed, with nobody looking.

use std::io::{Read as _, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::sync::{Arc, Mutex};

use camino::Utf8PathBuf;
use exomonad_host::agent::ProcessIdentity;
use exomonad_host::mux::{
    Address, AttachLine, Key, Multiplexer, MuxError, MuxKind, Pane, PaneSpec, Sanitized, SessionState, open,
};
use exomonad_host::surroundings::Surroundings;
use exomonad_testkit::project::Project;
use portable_pty::{CommandBuilder, PtySize, native_pty_system};
use rustix::process::Signal;

use crate::support::{kill, wait_for};

/// A session of the project's, ended with all its panes when dropped.
struct Session {
    project: Project,
    mux: Box<dyn Multiplexer>,
}

impl Session {
    fn new() -> Self {
        let project = Project::new();
        let address = Address {
            mux: MuxKind::Headless,
            session: "s".to_owned(),
            socket: Some(project.temp().join("s")),
        };
        let mux = open(address, &surroundings(&project));
        Self { project, mux }
    }

    /// The first pane, or another tab.
    fn open(&self, script: &str) -> Pane {
        self.open_with(script, &[], &[])
    }

    fn open_with(&self, script: &str, arguments: &[&str], env: &[(String, String)]) -> Pane {
        let mut argv = ["/bin/sh", "-c", script, "sh"].map(str::to_owned).to_vec();
        argv.extend(arguments.iter().map(|argument| (*argument).to_owned()));
        let log = self.log();
        let spec = PaneSpec { title: "a pane", dir: self.project.dir(), argv: &argv, env, log: Some(&log) };
        match self.mux.state().unwrap() {
            SessionState::Missing => self.mux.create(&spec).unwrap(),
            SessionState::Alive { .. } => self.mux.open_tab(&spec).unwrap(),
            SessionState::Exited => panic!("a session of ours does not linger"),
        }
    }

    fn log(&self) -> Utf8PathBuf {
        self.project.temp().join("terminal.log")
    }

    fn wait_for_screen(&self, pane: &Pane, text: &str) -> String {
        let mut last = String::new();
        wait_for(&format!("`{text}` on the screen"), || {
            last = self.mux.screen(pane, false).unwrap();
            last.contains(text).then(|| last.clone())
        })
    }

    fn wait_until_gone(&self, pane: &Pane) {
        wait_for("the pane's end", || self.mux.find(pane).unwrap().is_none().then_some(()));
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        self.mux.end().unwrap();
    }
}

pub(crate) fn surroundings(project: &Project) -> Surroundings {
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    Surroundings {
        exe: env!("CARGO_BIN_EXE_exomonad").into(),
        variables: vec![
            pair("PATH", "/usr/bin:/bin"),
            pair("HOME", project.home().as_str()),
            pair("EXOMONAD_AGENT", "somebody-else"),
        ],
    }
}

#[test]
fn a_pane_shows_its_program_takes_what_is_typed_and_ends_with_it() {
    let session = Session::new();
    let pane = session.open("read line; echo \"got $line\"; read line");
    session.mux.paste(&pane, &Sanitized::new("héllo")).unwrap();
    session.mux.press(&pane, Key::Enter).unwrap();
    session.wait_for_screen(&pane, "got héllo");
    let info = session.mux.find(&pane).unwrap().unwrap();
    assert_eq!((info.title.as_str(), info.ended), ("a pane", false));
    session.mux.press(&pane, Key::Enter).unwrap();
    session.wait_until_gone(&pane);
    assert_eq!(session.mux.state().unwrap(), SessionState::Missing);
    assert!(matches!(session.mux.screen(&pane, false), Err(MuxError::NoPane { .. })));
    let log = std::fs::read_to_string(session.log()).unwrap();
    assert!(log.contains("got héllo"), "{log}");
    let mode = std::fs::metadata(session.log()).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn a_pane_gives_its_program_the_arguments_the_directory_and_the_environment_as_they_are() {
    let session = Session::new();
    let hostile = ["a b", "$(id)", "'\"\\", "-x", "", "ü\n2"];
    let env = [("GIVEN".to_owned(), "1 2".to_owned())];
    let script = "printf '<%s>' \"$@\" > $HOME/argv; pwd > $HOME/dir; env > $HOME/env; read line";
    let pane = session.open_with(script, &hostile, &env);
    let home = session.project.home();
    let env = wait_for("the environment", || {
        std::fs::read_to_string(home.join("env")).ok().filter(|text| text.contains("PWD="))
    });
    assert_eq!(std::fs::read_to_string(home.join("argv")).unwrap(), "<a b><$(id)><'\"\\><-x><><ü\n2>");
    assert_eq!(std::fs::read_to_string(home.join("dir")).unwrap().trim(), session.project.dir());
    let mut names: Vec<_> = env.lines().filter_map(|line| Some(line.split_once('=')?.0)).collect();
    names.retain(|name| !["_", "SHLVL", "OLDPWD"].contains(name));
    names.sort_unstable();
    assert_eq!(names, ["COLORTERM", "GIVEN", "HOME", "PATH", "PWD", "SHELL", "TERM"]);
    session.mux.close(&pane).unwrap();
}

#[test]
fn a_pane_that_scrolled_is_shown_in_full_on_request() {
    let session = Session::new();
    let pane = session.open("for i in $(seq 100); do echo \"line $i\"; done; read line");
    let screen = session.wait_for_screen(&pane, "line 100");
    assert!(!screen.contains("line 70\n"), "{screen}");
    let full = session.mux.screen(&pane, true).unwrap();
    let lines: Vec<_> = full.lines().collect();
    assert_eq!((lines[0], lines[99]), ("line 1", "line 100"));
}

#[test]
fn panes_opened_at_once_are_all_there_and_no_children_of_who_opened_them() {
    let session = Session::new();
    let first = session.open("read line");
    let opened: Vec<Pane> = std::thread::scope(|scope| {
        let opening: Vec<_> = (0..8).map(|_| scope.spawn(|| session.open("read line"))).collect();
        opening.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let panes = session.mux.panes().unwrap();
    assert_eq!(panes.len(), 9);
    for pane in opened.iter().chain([&first]) {
        let keeper: u32 = pane.epoch.split(' ').next().unwrap().parse().unwrap();
        let stat = std::fs::read_to_string(format!("/proc/{keeper}/stat")).unwrap();
        let fields: Vec<_> = stat.rsplit_once(')').unwrap().1.split_whitespace().collect();
        assert_ne!(fields[1], std::process::id().to_string(), "{stat}");
        assert_eq!(fields[3], keeper.to_string(), "a keeper leads a session of its own: {stat}");
    }
    session.mux.end().unwrap();
    assert_eq!(session.mux.panes().unwrap(), []);
    assert_eq!(session.mux.state().unwrap(), SessionState::Missing);
}

#[test]
fn a_pane_beside_another_needs_that_other_one() {
    let session = Session::new();
    let first = session.open("read line");
    let argv = ["/bin/sh", "-c", "read line"].map(str::to_owned);
    let spec = PaneSpec { title: "t", dir: session.project.dir(), argv: &argv, env: &[], log: None };
    let beside = session.mux.open_pane(&first, &spec).unwrap();
    session.mux.close(&first).unwrap();
    assert!(session.mux.find(&beside).unwrap().is_some());
    assert!(matches!(session.mux.open_pane(&first, &spec), Err(MuxError::NoPane { .. })));
    let earlier = Pane { epoch: "1 2".to_owned(), ..beside.clone() };
    assert!(session.mux.find(&earlier).unwrap().is_none());
    assert!(matches!(session.mux.create(&spec), Err(MuxError::SessionExists { .. })));
}

#[test]
fn a_pane_whose_keeper_was_killed_is_gone_with_its_program() {
    let session = Session::new();
    let pane = session.open("echo ready; read line");
    session.wait_for_screen(&pane, "ready");
    let program = ProcessIdentity::of(session.mux.find(&pane).unwrap().unwrap().pid.unwrap()).unwrap();
    kill(pane.epoch.split(' ').next().unwrap().parse().unwrap(), Signal::KILL);
    wait_for("the program's end", || (program.is_alive() == Some(false)).then_some(()));
    assert!(session.mux.find(&pane).unwrap().is_none());
    assert_eq!(session.mux.state().unwrap(), SessionState::Missing);
    assert_eq!(std::fs::read_dir(session.project.temp().join("s")).unwrap().count(), 0);
}

#[test]
fn a_directory_of_sockets_that_others_may_enter_is_refused() {
    let session = Session::new();
    let dir = session.project.temp().join("s");
    std::fs::create_dir(&dir).unwrap();
    std::fs::set_permissions(&dir, std::fs::Permissions::from_mode(0o755)).unwrap();
    let err = session.mux.state().unwrap_err();
    let cause = std::error::Error::source(&err).unwrap().to_string();
    assert!(cause.contains("is not a directory that only your user may enter"), "{cause}");
    std::fs::set_permissions(&dir, std::fs::Permissions::from_mode(0o700)).unwrap();
}

#[test]
fn a_program_that_cannot_be_started_leaves_no_pane() {
    let session = Session::new();
    let argv = ["/no/such/program".to_owned()];
    let spec = PaneSpec { title: "t", dir: session.project.dir(), argv: &argv, env: &[], log: None };
    let err = session.mux.create(&spec).unwrap_err();
    assert!(matches!(err, MuxError::Exec { .. }), "{err:?}");
    assert_eq!(std::fs::read_dir(session.project.temp().join("s")).unwrap().count(), 0);
}

/// A user's terminal in which a command runs.
struct Human {
    pty: portable_pty::PtyPair,
    child: Box<dyn portable_pty::Child + Send + Sync>,
    keys: Box<dyn std::io::Write + Send>,
    screen: Arc<Mutex<vt100::Parser>>,
}

impl Human {
    fn attach(line: &AttachLine) -> Self {
        let size = PtySize { rows: 20, cols: 60, pixel_width: 0, pixel_height: 0 };
        let pty = native_pty_system().openpty(size).unwrap();
        let mut command = CommandBuilder::new(&line.argv[0]);
        command.args(&line.argv[1..]);
        command.env_clear();
        command.env("TERM", "xterm-256color");
        let child = pty.slave.spawn_command(command).unwrap();
        let mut reader = pty.master.try_clone_reader().unwrap();
        let screen =
            Arc::new(Mutex::new(vt100::Parser::new(20.try_into().unwrap(), 60.try_into().unwrap(), 0)));
        let shown = Arc::clone(&screen);
        std::thread::spawn(move || {
            let mut chunk = [0; 4096];
            while let Ok(count @ 1..) = reader.read(&mut chunk) {
                shown.lock().unwrap().process(&chunk[..count]);
            }
        });
        let keys = pty.master.take_writer().unwrap();
        Self { pty, child, keys, screen }
    }

    fn sees(&self, text: &str) {
        wait_for(&format!("`{text}` in the user's terminal"), || {
            self.screen.lock().unwrap().screen().contents().contains(text).then_some(())
        });
    }

    fn types(&mut self, keys: &[u8]) {
        self.keys.write_all(keys).unwrap();
        self.keys.flush().unwrap();
    }
}

#[test]
fn attach_shows_the_pane_passes_keys_follows_the_size_and_detaches() {
    let session = Session::new();
    let pane = session
        .open("trap 'stty size' WINCH; echo before; while :; do read line && echo \"got <$line>\"; done");
    session.wait_for_screen(&pane, "before");
    let mut human = Human::attach(&session.mux.attach(Some(&pane)).unwrap());
    human.sees("before");
    human.sees("20 60");
    assert_eq!(session.mux.state().unwrap(), SessionState::Alive { clients: 1 });
    assert!(human.screen.lock().unwrap().screen().alternate_screen());
    let raw = human.pty.master.get_termios().unwrap();
    human.types(b"hi\r");
    human.sees("got <hi>");
    human.screen.lock().unwrap().screen_mut().set_size(30.try_into().unwrap(), 90.try_into().unwrap());
    human.pty.master.resize(PtySize { rows: 30, cols: 90, pixel_width: 0, pixel_height: 0 }).unwrap();
    human.sees("30 90");
    human.types(b"\x1c\x1c");
    assert!(human.child.wait().unwrap().success());
    human.sees("detached");
    assert!(!human.screen.lock().unwrap().screen().alternate_screen());
    let restored = human.pty.master.get_termios().unwrap();
    assert!(raw.local_flags != restored.local_flags && raw.output_flags != restored.output_flags);
    wait_for("the client to be gone", || {
        (session.mux.state().unwrap() == SessionState::Alive { clients: 0 }).then_some(())
    });
    assert!(session.mux.find(&pane).unwrap().is_some());
}

#[test]
fn attach_ends_with_the_pane() {
    let session = Session::new();
    let pane = session.open("echo before; read line; echo last words");
    let mut human = Human::attach(&session.mux.attach(None).unwrap());
    human.sees("before");
    human.types(b"\r");
    assert!(human.child.wait().unwrap().success());
    human.sees("the pane ended");
    session.wait_until_gone(&pane);
    let log = std::fs::read_to_string(session.log()).unwrap();
    assert!(log.ends_with("last words\r\n"), "{log:?}");
}
