//! One call of a guest: a fresh instance, its limits, its answer.

use wasmtime::{Store as WasmStore, UpdateDeadline};

use super::limits::{Met, Meter};
use super::{Export, Guest, GuestError, Limits, Stop};
use crate::contract::{
    Action, Content, Context, Decision, Event, Guest as Bindings, GuestInfo, Hook, ResourceBody, ToolError,
    ToolOutput, Verdict,
};
use crate::effects::{Services, World};

impl Guest {
    /// Asks the guest what it is.
    ///
    /// # Errors
    /// The guest failed.
    pub fn describe(&self, limits: Limits) -> Result<GuestInfo, GuestError> {
        let call = Call { export: Export::Describe, limits };
        let world = World::none(Meter::start(limits, Stop::default()));
        self.call(
            call,
            world,
            |guest, store| guest.call_describe(store),
            |info| info.roles.iter().flat_map(|role| &role.tools).map(|tool| tool.input_schema.len()).sum(),
        )
    }

    /// Asks the guest to decide a hook.
    ///
    /// # Errors
    /// The guest failed.
    pub fn on_hook(
        &self,
        services: Services,
        cx: &Context,
        hook: &Hook,
        limits: Limits,
    ) -> Result<Decision, GuestError> {
        let call = Call { export: Export::OnHook, limits };
        let world = World::new(services, cx.clone(), Meter::start(limits, Stop::default()));
        self.call(call, world, |guest, store| guest.call_on_hook(store, cx, hook), size_of_decision)
    }

    /// Runs one of the guest's tools.
    ///
    /// # Errors
    /// The guest failed, or was stopped. A tool that ran and failed is the inner error.
    pub fn call_tool(
        &self,
        services: Services,
        cx: &Context,
        request: &ToolRequest<'_>,
        limits: Limits,
    ) -> Result<Result<ToolOutput, ToolError>, GuestError> {
        let call = Call { export: Export::CallTool, limits };
        let world = World::new(services, cx.clone(), Meter::start(limits, request.stop.clone()));
        let ToolRequest { name, arguments, .. } = request;
        let run =
            |guest: &Bindings, store: &mut WasmStore<World>| guest.call_call_tool(store, cx, name, arguments);
        self.call(call, world, run, |result| match result {
            Ok(output) => size_of_output(output),
            Err(error) => error.message.len() + error.hint.as_ref().map_or(0, String::len),
        })
    }

    /// Tells the guest of an event.
    ///
    /// # Errors
    /// The guest failed.
    pub fn on_event(
        &self,
        services: Services,
        cx: &Context,
        event: &Event,
        limits: Limits,
    ) -> Result<Vec<Action>, GuestError> {
        let call = Call { export: Export::OnEvent, limits };
        let world = World::reacting(services, cx.clone(), Meter::start(limits, Stop::default()));
        self.call(
            call,
            world,
            |guest, store| guest.call_on_event(store, cx, event),
            |actions| actions.iter().map(size_of_action).sum(),
        )
    }

    fn call<T>(
        &self,
        call: Call,
        world: World,
        run: impl FnOnce(&Bindings, &mut WasmStore<World>) -> wasmtime::Result<T>,
        size: impl FnOnce(&T) -> usize,
    ) -> Result<T, GuestError> {
        let _running = self.clock.enter().map_err(GuestError::Clock)?;
        let mut store = WasmStore::new(&self.engine, world);
        store.limiter(|world| world.meter());
        store.set_epoch_deadline(1);
        store.epoch_deadline_callback(|mut store| {
            let late = store.data_mut().meter().is_late();
            Ok(if late { UpdateDeadline::Interrupt } else { UpdateDeadline::Continue(1) })
        });
        let answer = self.pre.instantiate(&mut store).and_then(|guest| run(&guest, &mut store));
        let answer = answer.map_err(|source| call.failure(store.data_mut().meter().met(), source))?;
        let size = size(&answer);
        if size > call.limits.output {
            return Err(GuestError::Output { export: call.export, size, limit: call.limits.output });
        }
        Ok(answer)
    }
}

/// Which tool is called, and who may stop it.
#[derive(Debug, Clone)]
pub struct ToolRequest<'a> {
    /// The tool.
    pub name: &'a str,
    /// A JSON object.
    pub arguments: &'a str,
    /// Ends the call.
    pub stop: &'a Stop,
}

/// Which call it is, and what it may use.
#[derive(Clone, Copy)]
struct Call {
    export: Export,
    limits: Limits,
}

impl Call {
    fn failure(self, met: Option<Met>, source: wasmtime::Error) -> GuestError {
        let Self { export, limits } = self;
        match met {
            Some(Met::Wall) => GuestError::Time { export, limit: limits.wall },
            Some(Met::Memory) => GuestError::Memory { export, limit: limits.memory },
            Some(Met::Stop) => GuestError::Stopped { export },
            Some(Met::Effects) => GuestError::Effects { export, limit: limits.effects },
            None => GuestError::Trap { export, source },
        }
    }
}

fn size_of_decision(decision: &Decision) -> usize {
    let said = match &decision.verdict {
        Verdict::Pass | Verdict::Allow => 0,
        Verdict::Deny(text)
        | Verdict::Ask(text)
        | Verdict::Rewrite(text)
        | Verdict::Block(text)
        | Verdict::Halt(text) => text.len(),
    };
    said + decision.message.as_ref().map_or(0, String::len) + decision.context.as_ref().map_or(0, String::len)
}

fn size_of_output(output: &ToolOutput) -> usize {
    let content = output.content.iter().map(|content| match content {
        Content::Text(text) => text.len(),
        Content::Image(media) | Content::Audio(media) => media.data.len(),
        Content::Embedded(resource) => match &resource.body {
            ResourceBody::Text(text) => text.len(),
            ResourceBody::Bytes(bytes) => bytes.len(),
        },
    });
    output.structured.as_ref().map_or(0, String::len) + content.sum::<usize>()
}

fn size_of_action(action: &Action) -> usize {
    match action {
        Action::Emit((first, second)) | Action::Send((first, second)) => first.len() + second.len(),
        Action::Notify(text) => text.len(),
    }
}
