//! `[Socket]`, systemd.socket(5).

use super::build::{Computed, Is, Manager, NO, NO_BUS, NONE, SAME, SIGNED, UNSIGNED, off, on, row};
use crate::table::{
    Directive,
    kind::{
        Kind::{
            Bool, BoolOr, Choice, Command, DescriptorName, Integer, InterfaceName, IpTos, Listen,
            Mode, OneUnit, Paths, Raw, Seconds, Size, Text, User, Xattr,
        },
        Words,
        Zero::{IsInfinity, IsZero},
    },
};

/// A boolean is allowed too: it says whether the socket is for IPv6 alone.
const V6_ONLY: Words = &["default", "both|no|n|false|f|off|0", "ipv6-only|yes|y|true|t|on|1"];

/// Something to listen on.
const fn listen(name: &'static str, since: u16, doc: &'static str) -> Directive {
    row(name, Listen, NONE, since, "Listen", doc).list("listen")
}

/// Commands.
const fn command(name: &'static str, doc: &'static str) -> Directive {
    row(name, Command, NONE, 0, SAME, doc).append().fatal()
}

/// A number whose default is the kernel's.
const fn kernel(
    name: &'static str,
    kind: crate::table::Kind,
    since: u16,
    bus: &'static str,
    doc: &'static str,
) -> Directive {
    row(name, kind, Computed("as the kernel has it"), since, bus, doc)
}

#[rustfmt::skip] // a row is easier to read on one line
pub(super) const ROWS: &[Directive] = &[
    listen("ListenStream", 0, "Address of a stream socket: path, port, address with port, @abstract, vsock:"),
    listen("ListenDatagram", 0, "Address of a datagram socket"),
    listen("ListenSequentialPacket", 0, "Address of a sequential packet socket"),
    listen("ListenFIFO", 0, "Path of a FIFO"),
    listen("ListenSpecial", 0, "Path of a character device or of a file below /proc or /sys"),
    listen("ListenNetlink", 0, "Netlink family and multicast group"),
    listen("ListenMessageQueue", 0, "Name of a POSIX message queue"),
    listen("ListenUSBFunction", 227, "Path of a USB FunctionFS endpoint"),
    row("SocketProtocol", Choice(&["udplite", "sctp", "mptcp"]), NONE, 229, SAME, "A protocol in place of the usual one"),
    row("BindIPv6Only", Choice(V6_ONLY), Is("default"), 0, SAME, "Whether an IPv6 socket takes IPv4 as well"),
    row("Backlog", UNSIGNED, Is("4294967295"), 0, SAME, "How many connections may wait to be accepted; the kernel has its own limit"),
    row("BindToDevice", InterfaceName, NONE, 0, SAME, "The network interface that traffic must come through"),
    row("SocketUser", User, NONE, 214, SAME, "The owner of sockets and FIFOs in the file system").fatal(),
    row("SocketGroup", User, NONE, 214, SAME, "The group of sockets and FIFOs in the file system").fatal(),
    row("SocketMode", Mode, Is("0666"), 0, SAME, "The access mode of sockets and FIFOs in the file system"),
    row("DirectoryMode", Mode, Is("0755"), 0, SAME, "The access mode of directories that are made for them"),
    off("Accept", 0, "Starts an instance of the service for each connection"),
    off("Writable", 227, "Opens ListenSpecial= for writing too"),
    off("FlushPending", 247, "Throws away what is waiting when it listens again after the service has ended"),
    row("MaxConnections", UNSIGNED, Is("64"), 0, SAME, "How many instances may run at once, with Accept="),
    row("MaxConnectionsPerSource", UNSIGNED, Is("0"), 232, SAME, "How many of them for one address or user; 0 is no limit"),
    off("KeepAlive", 0, "TCP asks from time to time whether the peer is still there"),
    kernel("KeepAliveTimeSec", Seconds(IsZero), 216, "KeepAliveTimeUSec", "After how long without traffic it asks first"),
    kernel("KeepAliveIntervalSec", Seconds(IsZero), 216, "KeepAliveIntervalUSec", "How long it waits before it asks again"),
    kernel("KeepAliveProbes", UNSIGNED, 216, SAME, "How often it asks before the connection is given up"),
    off("NoDelay", 216, "TCP sends small packets at once"),
    kernel("Priority", SIGNED, 0, SAME, "The priority of all traffic of the socket"),
    row("DeferAcceptSec", Seconds(IsZero), Is("0"), 216, "DeferAcceptUSec", "How long TCP waits for data before it reports a connection"),
    kernel("ReceiveBuffer", Size, 0, SAME, "The size of the receive buffer"),
    kernel("SendBuffer", Size, 0, SAME, "The size of the send buffer"),
    kernel("IPTOS", IpTos, 0, SAME, "The type of service field of IP packets"),
    kernel("IPTTL", SIGNED, 0, SAME, "The time to live, or hop limit, of IP packets"),
    kernel("Mark", SIGNED, 0, SAME, "The firewall mark of packets of the socket"),
    off("ReusePort", 206, "Several sockets may be bound to the same port"),
    row("SmackLabel", Text, NONE, 196, SAME, "The Smack label of the FIFO or socket file"),
    row("SmackLabelIPIn", Text, NONE, 196, SAME, "The Smack label of connections that come in"),
    row("SmackLabelIPOut", Text, NONE, 196, SAME, "The Smack label of connections that go out"),
    row("XAttrEntryPoint", Xattr, NONE, 262, SAME, "An extended attribute of the socket file").append(),
    row("XAttrListen", Xattr, NONE, 262, SAME, "An extended attribute of the socket that listens").append(),
    row("XAttrAccept", Xattr, NONE, 262, SAME, "An extended attribute of the sockets of connections").append(),
    row("SELinuxContextFromNet", Bool, NO, 217, NO_BUS, "The SELinux level of an instance is that of its peer"),
    kernel("PipeSize", Size, 0, SAME, "The size of a FIFO's buffer"),
    kernel("MessageQueueMaxMessages", Integer(0, i64::MAX), 0, SAME, "How many messages the queue holds"),
    kernel("MessageQueueMessageSize", Integer(0, i64::MAX), 0, SAME, "How long a message of the queue may be, in bytes"),
    off("FreeBind", 0, "May be bound to IP addresses that are not there yet"),
    off("Transparent", 0, "Takes packets for foreign addresses, for transparent proxies"),
    off("Broadcast", 0, "Datagrams may be sent to broadcast addresses"),
    off("PassCredentials", 0, "Messages carry the sender's process, user and group"),
    off("PassPIDFD", 258, "Messages carry a descriptor of the sender's process"),
    off("PassSecurity", 0, "Messages carry the sender's security context"),
    off("PassPacketInfo", 246, "Messages carry what is known of the packet"),
    on("AcceptFileDescriptors", 258, "Peers may send descriptors"),
    row("Timestamping", Choice(&["off", "us|usec|µs|μs", "ns|nsec"]), Is("off"), 247, SAME, "How exactly arrival times are attached to packets"),
    row("TCPCongestion", Raw, NONE, 0, SAME, "The congestion control algorithm of TCP"),
    command("ExecStartPre", "Commands that run before the sockets are made"),
    command("ExecStartPost", "Commands that run after the sockets are made"),
    command("ExecStopPre", "Commands that run before the sockets are closed"),
    command("ExecStopPost", "Commands that run after the sockets are closed"),
    row("TimeoutSec", Seconds(IsInfinity), Manager("DefaultTimeoutStartSec"), 0, "TimeoutUSec", "How long each of these commands may take"),
    row("Service", OneUnit(".service"), Computed("the service of the same name"), 0, NO_BUS, "What is started when traffic comes in"),
    off("RemoveOnStop", 214, "Removes the files of sockets, FIFOs, queues and links when it stops"),
    row("Symlinks", Paths, NONE, 214, SAME, "Symbolic links to the socket's path").append(),
    row("FileDescriptorName", DescriptorName, Computed("the unit's name; connection with Accept="), 227, SAME, "The name under which the service is handed the sockets"),
    row("TriggerLimitIntervalSec", Seconds(IsZero), Is("2s"), 230, "TriggerLimitIntervalUSec", "The span in which starts are counted for TriggerLimitBurst="),
    row("TriggerLimitBurst", UNSIGNED, Computed("20; 200 with Accept="), 230, SAME, "How often the service may be started in that span before the socket fails"),
    row("PollLimitIntervalSec", Seconds(IsZero), Is("2s"), 255, "PollLimitIntervalUSec", "The span in which wake-ups are counted for PollLimitBurst="),
    row("PollLimitBurst", UNSIGNED, Computed("15; 150 with Accept="), 255, SAME, "After how many wake-ups in that span the socket pauses"),
    row("DeferTrigger", BoolOr(&["patient"]), NO, 258, SAME, "Waits for conflicting units to go rather than stops them"),
    row("DeferTriggerMaxSec", Seconds(IsInfinity), Is("infinity"), 258, "DeferTriggerMaxUSec", "How long it waits for them"),
    off("PassFileDescriptorsToExec", 256, "Its own commands are handed the sockets too"),
];
