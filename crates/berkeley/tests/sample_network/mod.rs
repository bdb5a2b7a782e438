//! A network with interfaces and addresses of every kind, as far as the kernel has them.
#![allow(dead_code, reason = "each test binary uses a part")]

use std::io::Write;
use std::process::{Command, Stdio};

use berkeley::interface::InterfaceKind;
use berkeley_testkit::{ip, need, program};
use serde_json::Value;

/// The interfaces that there are, and what they are.
pub struct Zoo {
    pub kinds: Vec<(&'static str, InterfaceKind)>,
}

/// What `ip -j` says.
pub fn json(words: &[&str]) -> Vec<Value> {
    let output = Command::new("ip").arg("-j").args(words).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Has ip do many things at once.
pub fn batch(lines: &str) {
    let mut child = Command::new("ip").args(["-batch", "-"]).stdin(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(lines.as_bytes()).unwrap();
    assert!(child.wait().unwrap().success());
}

/// Interfaces that every kernel has for which these tests are made, with what they are.
const MADE: &[(&str, &str, InterfaceKind)] = &[
    ("va", "link add va type veth peer name vb", InterfaceKind::Veth),
    // As a VLAN is called.
    ("v0.5", "link add v0.5 type veth peer name v0.6", InterfaceKind::Veth),
];

/// Interfaces that not every kernel has.
const MAYBE: &[(&str, &str, InterfaceKind)] = &[
    ("br0", "link add br0 type bridge", InterfaceKind::Bridge),
    ("mv0", "link add mv0 link va type macvlan", InterfaceKind::Macvlan),
    ("vx0", "link add vx0 type vxlan id 5 remote 192.0.2.9 dstport 4789", InterfaceKind::Vxlan),
    ("tun0", "tuntap add tun0 mode tun", InterfaceKind::Tun),
    ("vl0", "link add vl0 link va type vlan id 7", InterfaceKind::Vlan),
    ("du0", "link add du0 type dummy", InterfaceKind::Dummy),
    ("bo0", "link add bo0 type bond", InterfaceKind::Bond),
    ("wg0", "link add wg0 type wireguard", InterfaceKind::Wireguard),
    ("ifb7", "link add ifb7 type ifb", InterfaceKind::Dummy),
    ("gre7", "link add gre7 type gre remote 192.0.2.9", InterfaceKind::Tunnel),
    ("vrf7", "link add vrf7 type vrf table 10", InterfaceKind::Vrf),
    ("vcan7", "link add vcan7 type vcan", InterfaceKind::VirtualCan),
];

/// Addresses of every kind, names, and what is set.
const SET: &[&str] = &[
    "link set va alias my\\ alias",
    "link set va mtu 1300 address 02:00:00:00:00:01",
    "addr add 10.0.0.1/24 brd + dev va label va:x",
    "addr add 10.0.0.2/24 dev va",
    "addr add 10.9.0.1 peer 10.9.0.2/32 dev va",
    "addr add 10.8.0.1/24 scope link valid_lft 500 preferred_lft 400 dev va",
    "addr add fd00::1/64 preferred_lft 0 valid_lft 1000 dev va",
    "addr add fd00::5/64 nodad dev va",
    "addr add fd01::1 peer fd01::2/128 nodad dev va",
    "addr add 10.1.0.1/31 dev vb",
    "link set va up",
    "link set vb up",
    "link set v0.5 up",
    "route add default via 10.0.0.9 metric 5",
    "route add default via 10.0.0.8 metric 4",
    "route add 10.77.0.0/16 nexthop via 10.0.0.3 nexthop via 10.0.0.4",
    "route add 10.55.0.0/16 dev va table 100",
    "route add blackhole 10.66.0.0/16",
    "-6 route add default via fe80::9 dev va",
];

/// What older programs, or kernels, do not know.
const TRIED: &[&str] = &[
    "link property add dev va altname averylongaltnameofva",
    "link set vb master br0",
    "route add 10.78.0.0/16 via inet6 fe80::9 dev va",
];

fn run(line: &str) -> std::io::Result<()> {
    let words: Vec<String> =
        line.replace("\\ ", "\0").split(' ').map(|word| word.replace('\0', " ")).collect();
    ip(&words.iter().map(String::as_str).collect::<Vec<_>>())
}

/// Makes the network that the thread is in one with everything; `None` if it cannot, which was said.
pub fn zoo() -> Option<Zoo> {
    program("ip")?;
    let mut kinds = Vec::new();
    for (name, line, kind) in MADE {
        let made = run(line);
        need(made.is_ok(), &format!("what `ip {line}` makes ({made:?})")).then_some(())?;
        kinds.push((*name, *kind));
    }
    for (name, line, kind) in MAYBE {
        if run(line).is_ok() {
            kinds.push((*name, *kind));
        }
    }
    for line in SET {
        run(line).unwrap();
    }
    for line in TRIED {
        let _ = run(line);
    }
    Some(Zoo { kinds })
}
