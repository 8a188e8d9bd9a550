//! Network and BPF: systemd.resource-control(5), network and BPF programs.

use crate::table::{
    Directive,
    kind::Kind::{
        Addresses, Bool, BpfPaths, BpfProgram, InterfaceName, NetworkInterfaces, NftSet, SocketBind,
    },
    rows::build::{Manager, NONE, SAME, obsolete, row},
};

#[rustfmt::skip] // a row is easier to read on one line
pub(in crate::table::rows) const ROWS: &[Directive] = &[
    row("IPAccounting", Bool, Manager("DefaultIPAccounting"), 235, SAME, "Counts network traffic"),
    row("IPAddressAllow", Addresses, NONE, 235, SAME, "Addresses that may be spoken with, even where IPAddressDeny= says no").append(),
    row("IPAddressDeny", Addresses, NONE, 235, SAME, "Addresses that may not be spoken with").append(),
    row("SocketBindAllow", SocketBind, NONE, 249, SAME, "Ports that sockets may be bound to, even where SocketBindDeny= says no").append(),
    row("SocketBindDeny", SocketBind, NONE, 249, SAME, "Ports that sockets may not be bound to").append(),
    row("RestrictNetworkInterfaces", NetworkInterfaces, NONE, 250, SAME, "The network interfaces that may be used; with ~ in front, those that may not").append(),
    row("BindNetworkInterface", InterfaceName, NONE, 260, SAME, "The network interface that all sockets are bound to"),
    row("NFTSet", NftSet, NONE, 255, SAME, "Sets of the packet filter that the control group, user or group is put into").append(),
    row("IPIngressFilterPath", BpfPaths, NONE, 243, SAME, "Pinned BPF programs that see packets that come in").append(),
    row("IPEgressFilterPath", BpfPaths, NONE, 243, SAME, "Pinned BPF programs that see packets that go out").append(),
    row("BPFProgram", BpfProgram, NONE, 249, SAME, "Pinned BPF programs and where they are attached").append(),
    obsolete("NetClass", "", "Was the traffic class under version 1 of control groups"),
];
