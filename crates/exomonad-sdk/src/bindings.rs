//! Generated from `wit/`: the guest's side of the contract.

wit_bindgen::generate!({
    path: "../../wit",
    world: "guest",
    pub_export_macro: true,
    export_macro_name: "export_component",
    default_bindings_module: "exomonad_sdk::bindings",
    additional_derives: [PartialEq],
});
