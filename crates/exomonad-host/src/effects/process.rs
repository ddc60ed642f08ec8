//! Effects of namespace `process`: programs that the user allowed, each with an end.

use std::time::Duration;

use super::{Caller, Failure, World, error, invalid};
use crate::contract::process::{Host, Output};
use crate::contract::{EffectError, EffectErrorKind};
use crate::exec::{Cmd, ExecError};

/// The most that is kept of each output, in bytes, whatever the guest asks for.
const OUTPUT_CAP: u32 = 8 << 20;

impl Host for World {
    fn run(&mut self, argv: Vec<String>, timeout_ms: u32, output_cap: u32) -> Result<Output, Failure> {
        let limit = Duration::from_millis(timeout_ms.into());
        self.act_waiting("process.run", limit, |caller| {
            let cmd = allowed(caller, &argv)?;
            if timeout_ms == 0 {
                return Err(invalid("`timeout-ms` is at least 1"));
            }
            if caller.time_left.is_zero() {
                return Err(EffectError {
                    kind: EffectErrorKind::Timeout,
                    message: "this call may not wait for a program".to_owned(),
                    hint: Some(
                        "a hook never waits; a tool waits for `limits.wait_ms` of the configuration in all"
                            .to_owned(),
                    ),
                });
            }
            let cap = usize::try_from(output_cap.min(OUTPUT_CAP)).unwrap_or_default();
            let output = cmd.limit(caller.time_left).cap(cap).output(&|| caller.stop.waits_no_more())?;
            Ok(Output {
                exit_code: output.code,
                stdout: output.stdout,
                stderr: output.stderr,
                truncated: output.truncated,
            })
        })
    }
}

/// The command, if the user allowed its program.
fn allowed(caller: &Caller<'_>, argv: &[String]) -> Result<Cmd, EffectError> {
    let Some((program, args)) = argv.split_first() else {
        return Err(invalid("`argv` names no program"));
    };
    if argv.iter().any(|arg| arg.contains('\0')) {
        return Err(invalid("an argument has no zero byte"));
    }
    let services = caller.services;
    if !services.programs.contains(program) {
        let message = if program.contains('/') {
            format!("`{}` is a path; a program is run by its name", program.escape_debug())
        } else {
            format!("the project's configuration does not allow the program `{}`", program.escape_debug())
        };
        let hint = "your human can add its name to `process.allow` in `.exomonad/config.local.toml`";
        return Err(EffectError {
            hint: Some(hint.to_owned()),
            ..error(EffectErrorKind::PermissionDenied, message)
        });
    }
    // A directory that is not absolute would be one of the workspace, where an agent can put a program of that name.
    let dirs: Vec<_> = services.search_path.split(':').filter(|dir| dir.starts_with('/')).collect();
    let cmd = Cmd::new(program, caller.workspace(), &dirs.join(":")).args(args).env("LANG", "C.UTF-8");
    Ok(match &services.home {
        Some(home) => cmd.env("HOME", home.as_str()),
        None => cmd,
    })
}

impl From<ExecError> for EffectError {
    fn from(err: ExecError) -> Self {
        let (kind, hint) = match &err {
            ExecError::Missing { .. } => (EffectErrorKind::Unavailable, None),
            ExecError::Timeout { .. } => {
                (EffectErrorKind::Timeout, Some("give it more time, or let it do less".to_owned()))
            }
            ExecError::Start { .. }
            | ExecError::Stopped { .. }
            | ExecError::Wait { .. }
            | ExecError::Failed { .. } => (EffectErrorKind::Failed, None),
        };
        Self { kind, message: crate::explain(&err), hint }
    }
}
