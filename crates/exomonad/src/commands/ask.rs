//! `exomonad ask`: shows a question in this terminal, and takes the person's answer.

mod editor;
mod page;
mod paint;
mod screen;
mod view;

use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use exomonad_host::agent::{ProcessIdentity, Speaker, speaker};
use exomonad_host::exec::{Notice, Signals};
use exomonad_host::store::{RequestState, Store};
use exomonad_host::ui::{Given, form_of, reply, require_open};

use self::editor::{Act, Editor};
use self::screen::{Screen, size};
use self::view::View;
use super::heard::{Heard, listen};
use super::keys::{Decoder, Key};
use super::project::{now_ms, require_repository, require_store};
use crate::cli::AskArgs;
use crate::env::Env;
use crate::exit::Exit;
use crate::output::{Mark, Output, has_terminal, problem};

/// How long keys are passed over at first: they were meant for what the question came up over.
const DEAF: Duration = Duration::from_millis(500);

/// How often is looked whether somebody else answered.
const LOOK: Duration = Duration::from_millis(500);

/// How long a key may take to come whole.
const KEY: Duration = Duration::from_millis(50);

/// How the form was left.
enum Left {
    /// The person decided.
    Done(Act),
    /// Somebody else did.
    Ended(RequestState),
    /// The terminal went, and nobody decided.
    Alone,
}

pub(crate) fn run(env: &Env, output: &Output, args: &AskArgs) -> anyhow::Result<Exit> {
    let store = require_store(&require_repository(env)?)?;
    let Some(id) = &args.id else { return missing_id(&store, output, "exomonad ask --id ID") };
    require_person(env, &store)?;
    let form = form_of(&require_open(&store, id, now_ms())?)?;
    if !has_terminal() {
        let hint = format!("run it in a terminal, or answer with `exomonad reply --id {id} --payload JSON`");
        return Err(problem("there is no terminal to ask in", hint));
    }
    let viewer = ProcessIdentity::own().context("failed to find out which process this is")?;
    store.set_request_viewer(id, &viewer)?;
    let title = form.title.clone();
    let left = show(&store, id, Editor::new(form), !env.no_color)?;
    let done = match left {
        Left::Done(Act::Answer(values)) => {
            reply(&store, id, Given::Values(&values), "form", now_ms())?;
            "answered"
        }
        Left::Done(Act::Decline) => {
            reply(&store, id, Given::Declined, "form", now_ms())?;
            "declined"
        }
        Left::Ended(state) => {
            output.say(Mark::Nothing, &format!("{title}: it is {} already", state.name()));
            return Ok(Exit::Ok);
        }
        Left::Alone => return Ok(Exit::Cancelled),
    };
    output.say(Mark::Done, &format!("{title}: {done}"));
    Ok(Exit::Ok)
}

/// Refuses whatever an agent started: an agent does not answer for a person.
pub(crate) fn require_person(env: &Env, store: &Store) -> anyhow::Result<()> {
    match speaker(store, env.agent.as_deref())? {
        Speaker::Human => Ok(()),
        Speaker::Agent(name) => Err(problem(
            format!("this is a process of agent `{name}`, and an agent does not answer for a person"),
            "answer in a terminal of your own",
        )),
    }
}

/// A command without the id that it needs: says what there is to choose from.
pub(crate) fn missing_id(store: &Store, output: &Output, usage: &str) -> anyhow::Result<Exit> {
    let waiting: Vec<String> = store
        .open_requests()?
        .iter()
        .map(|row| {
            let title = form_of(row).map_or_else(|_unread| String::new(), |form| form.title);
            format!("{} from {}: {title}", row.id, row.asker)
        })
        .collect();
    let hint = match waiting.is_empty() {
        true => format!("nothing waits for an answer now; usage: {usage}"),
        false => format!("usage: {usage}\nwaiting:\n{}", waiting.join("\n")),
    };
    output.explain(&problem("it is not said which request: `--id ID` is missing", hint));
    Ok(Exit::Usage)
}

/// Shows the form until it is left; the terminal is as it was then.
fn show(store: &Store, id: &str, mut editor: Editor, color: bool) -> anyhow::Result<Left> {
    let signals = Signals::catch().context("failed to catch signals")?;
    let mut screen = Screen::enter().context("failed to take over the terminal")?;
    let mut view = View::new();
    let (tell, events) = channel();
    listen(signals, &tell);
    let (begun, mut decoder) = (Instant::now(), Decoder::default());
    loop {
        view.is_early = begun.elapsed() < DEAF;
        let size = size().context("failed to read the terminal's size")?;
        screen.show(&view.frame(&editor, size), size, color)?;
        let is_soon = view.is_early || decoder.is_waiting();
        let keys = match events.recv_timeout(if is_soon { KEY } else { LOOK }) {
            Ok(Heard::Typed(bytes)) if begun.elapsed() >= DEAF => decoder.feed(&bytes),
            Ok(Heard::Typed(_) | Heard::Noticed(Notice::Resized | Notice::Child)) => Vec::new(),
            Ok(Heard::Noticed(Notice::Hangup | Notice::Terminate | Notice::Interrupt))
            | Err(RecvTimeoutError::Disconnected) => return Ok(Left::Alone),
            Err(RecvTimeoutError::Timeout) => decoder.flush().into_iter().collect(),
        };
        for key in keys {
            if let Some(act) = press(&mut editor, &mut view, key, size.rows) {
                return Ok(Left::Done(act));
            }
        }
        match store.request(id)?.map(|row| row.state) {
            Some(RequestState::Open) => {}
            state => return Ok(Left::Ended(state.unwrap_or(RequestState::Cancelled))),
        }
    }
}

fn press(editor: &mut Editor, view: &mut View, key: Key, rows: u16) -> Option<Act> {
    let page = isize::try_from(rows.saturating_sub(3).max(1)).unwrap_or(1);
    let has_pages = !editor.is_at_slider() && !editor.declines;
    if has_pages && key == Key::PageDown {
        view.page(page);
    } else if has_pages && key == Key::PageUp {
        view.page(-page);
    } else {
        view.is_paging = false;
        return editor.press(key);
    }
    None
}
