//! A policy, and the component it becomes.

use crate::{Action, Context, Decision, Event, GuestInfo, Hook, Host, Role, ToolError, ToolOutput};

/// A guest's policy: its roles, and what it does when something happens.
pub trait Policy {
    /// The guest's name.
    const NAME: &'static str;
    /// The guest's version.
    const VERSION: &'static str;
    /// The event kinds that [`Policy::on_event`] wants.
    const EVENTS: &'static [&'static str] = &[];

    /// Every role.
    fn roles() -> Vec<Role>;

    /// Reacts to an event.
    #[expect(unused_variables, reason = "the default looks at nothing")]
    fn on_event(host: &mut dyn Host, cx: &Context, event: &Event) -> Vec<Action> {
        Vec::new()
    }
}

/// What the component's exports do; `export_guest!` and native tests call the same functions.
pub mod guest {
    use super::{
        Action, Context, Decision, Event, GuestInfo, Hook, Host, Policy, Role, ToolError, ToolOutput,
    };

    /// The export `describe`.
    #[must_use]
    pub fn describe<P: Policy>() -> GuestInfo {
        GuestInfo {
            name: P::NAME.to_owned(),
            version: P::VERSION.to_owned(),
            roles: P::roles().iter().map(Role::info).collect(),
            events: P::EVENTS.iter().map(|&kind| kind.to_owned()).collect(),
        }
    }

    /// The export `call-tool`.
    ///
    /// # Errors
    /// The caller's role has no such tool, the arguments do not fit, or the tool failed.
    pub fn call_tool<P: Policy>(
        host: &mut dyn Host,
        cx: &Context,
        name: &str,
        arguments: &str,
    ) -> Result<ToolOutput, ToolError> {
        let role = role_of::<P>(cx)
            .ok_or_else(|| ToolError::new(format!("this guest has no role `{}`", cx.agent.role)))?;
        let tool = role.find_tool(name).ok_or_else(|| {
            ToolError::new(format!("role `{}` has no tool `{name}`", role.name()))
                .with_hint(format!("its tools are: {}", role.tool_names().join(", ")))
        })?;
        tool.call(host, cx, arguments)
    }

    /// The export `on-hook`. A role the guest does not have has no opinion.
    pub fn on_hook<P: Policy>(host: &mut dyn Host, cx: &Context, hook: &Hook) -> Decision {
        role_of::<P>(cx).map_or_else(Decision::pass, |role| role.decide(host, cx, hook))
    }

    /// The export `on-event`.
    pub fn on_event<P: Policy>(host: &mut dyn Host, cx: &Context, event: &Event) -> Vec<Action> {
        P::on_event(host, cx, event)
    }

    fn role_of<P: Policy>(cx: &Context) -> Option<Role> {
        P::roles().into_iter().find(|role| role.name() == cx.agent.role)
    }
}

/// Exports a [`Policy`] as a component for world `exomonad:guest`.
#[macro_export]
macro_rules! export_guest {
    ($policy:ty) => {
        #[doc(hidden)]
        struct ExomonadGuest;

        impl $crate::bindings::Guest for ExomonadGuest {
            fn describe() -> $crate::GuestInfo {
                $crate::guest::describe::<$policy>()
            }

            fn call_tool(
                cx: $crate::Context,
                name: String,
                arguments: String,
            ) -> Result<$crate::ToolOutput, $crate::ToolError> {
                $crate::guest::call_tool::<$policy>(&mut $crate::WasmHost, &cx, &name, &arguments)
            }

            fn on_hook(cx: $crate::Context, hook: $crate::Hook) -> $crate::Decision {
                $crate::guest::on_hook::<$policy>(&mut $crate::WasmHost, &cx, &hook)
            }

            fn on_event(cx: $crate::Context, event: $crate::Event) -> Vec<$crate::Action> {
                $crate::guest::on_event::<$policy>(&mut $crate::WasmHost, &cx, &event)
            }
        }

        $crate::bindings::export_component!(ExomonadGuest with_types_in $crate::bindings);
    };
}
