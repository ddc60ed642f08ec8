//! Somebody's terminal, in which our program draws.

use std::io::{Read as _, Write as _};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use exomonad_testkit::project::Project;
use portable_pty::{CommandBuilder, PtySize, native_pty_system};

use crate::support::wait_for;

/// Far longer than anything takes.
const LIMIT: Duration = Duration::from_secs(30);

pub(crate) struct Terminal {
    pub(crate) child: Box<dyn portable_pty::Child + Send + Sync>,
    pub(crate) master: Option<Box<dyn portable_pty::MasterPty + Send>>,
    screen: Arc<Mutex<vt100::Parser>>,
    /// Everything that it was sent.
    sent: Arc<Mutex<Vec<u8>>>,
    pub(crate) keys: Box<dyn std::io::Write + Send>,
    before: String,
}

impl Terminal {
    /// Runs our program in it.
    pub(crate) fn start(project: &Project, arguments: &[&str], columns: u16, rows: u16) -> Self {
        let program = [env!("CARGO_BIN_EXE_exomonad")];
        Self::run(project, &[&program, arguments].concat(), &[], columns, rows)
    }

    /// Runs a program in it, with more in its environment.
    pub(crate) fn run(
        project: &Project,
        argv: &[&str],
        env: &[(&str, &str)],
        columns: u16,
        rows: u16,
    ) -> Self {
        let pair =
            native_pty_system().openpty(PtySize { rows, cols: columns, ..PtySize::default() }).unwrap();
        let mut command = CommandBuilder::from_argv(argv.iter().map(Into::into).collect());
        command.cwd(project.dir());
        command.env_clear();
        command.env("HOME", project.home());
        command.env("PATH", format!("{}:/usr/bin:/bin", project.bin()));
        command.env("LANG", "C.UTF-8");
        command.env("TERM", "xterm-256color");
        env.iter().for_each(|(name, value)| command.env(name, value));
        let before = format!("{:?}", pair.master.get_termios());
        let child = pair.slave.spawn_command(command).unwrap();
        let screen = Arc::new(Mutex::new(vt100::Parser::new(
            rows.try_into().unwrap(),
            columns.try_into().unwrap(),
            0,
        )));
        let mut output = pair.master.try_clone_reader().unwrap();
        let (drawn, sent) = (Arc::clone(&screen), Arc::<Mutex<Vec<u8>>>::default());
        let kept = Arc::clone(&sent);
        std::thread::spawn(move || {
            let mut chunk = [0; 4096];
            while let Ok(count @ 1..) = output.read(&mut chunk) {
                drawn.lock().unwrap().process(&chunk[..count]);
                kept.lock().unwrap().extend_from_slice(&chunk[..count]);
            }
        });
        let keys = pair.master.take_writer().unwrap();
        Self { child, master: Some(pair.master), screen, sent, keys, before }
    }

    pub(crate) fn press(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).unwrap();
        self.keys.flush().unwrap();
    }

    /// All that is seen now.
    pub(crate) fn seen(&self) -> String {
        let seen = self.screen.lock().unwrap().screen().contents();
        let lines: Vec<_> = seen.lines().map(str::trim_end).collect();
        lines.join("\n")
    }

    /// Waits until something is seen, and returns all that is.
    pub(crate) fn wait_for(&self, text: &str) -> String {
        self.wait_until(&format!("`{text}`"), |seen| seen.contains(text))
    }

    /// Waits until something is not seen any more.
    pub(crate) fn wait_without(&self, text: &str) -> String {
        self.wait_until(&format!("no `{text}`"), |seen| !seen.contains(text))
    }

    fn wait_until(&self, what: &str, is_so: impl Fn(&str) -> bool) -> String {
        let begun = Instant::now();
        loop {
            let seen = self.seen();
            if is_so(&seen) {
                return seen;
            }
            assert!(begun.elapsed() < LIMIT, "waited for {what} in vain; seen is\n{seen}");
            std::thread::park_timeout(Duration::from_millis(10));
        }
    }

    /// Waits until it was sent something, seen or not.
    pub(crate) fn wait_for_codes(&self, codes: &str) {
        let codes = codes.as_bytes();
        wait_for("codes", || {
            let sent = self.sent.lock().unwrap();
            sent.windows(codes.len()).any(|window| window == codes).then_some(())
        });
    }

    pub(crate) fn resize(&self, columns: u16, rows: u16) {
        let mut screen = self.screen.lock().unwrap();
        screen.screen_mut().set_size(rows.try_into().unwrap(), columns.try_into().unwrap());
        let size = PtySize { rows, cols: columns, ..PtySize::default() };
        self.master.as_ref().unwrap().resize(size).unwrap();
    }

    /// How it ended.
    pub(crate) fn code(mut self) -> u32 {
        self.child.wait().unwrap().exit_code()
    }

    /// How it ended, once the terminal is as it was found.
    pub(crate) fn code_of_tidy(mut self) -> u32 {
        let code = self.child.wait().unwrap().exit_code();
        wait_for("the screen from before", || {
            let parser = self.screen.lock().unwrap();
            let screen = parser.screen();
            let is_tidy = !screen.alternate_screen() && !screen.hide_cursor() && !screen.bracketed_paste();
            is_tidy.then_some(())
        });
        let after = format!("{:?}", self.master.as_ref().and_then(|master| master.get_termios()));
        assert_eq!(after, self.before);
        code
    }
}
