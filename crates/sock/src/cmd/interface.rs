//! `sock interface`: the interfaces of this machine, and what becomes of them.

mod record;
mod text;
mod watch;

use std::time::Duration;

use berkeley::interface::InterfaceAddress;
use berkeley::{Deadline, Interface, Interfaces};
use clap::Args;

use self::text::Table;
use crate::exit::Exit;
use crate::input::Input;
use crate::output::{OutputArgs, Sink};
use crate::quantity;
use crate::report::{Failure, Problems, Voice};

const EXAMPLES: &str = "\
Examples:
  sock interface                           a line an interface: kind, state, MTU, hardware address, addresses
  sock interface --counters lo             everything that is known of one
  sock interface --watch --jsonl           every change, as it happens";

const AFTER: &str = "\
An interface is named by any of its names, its index, or one of its addresses. STATE is whether frames pass, as the system \
tells it; an interface that nobody has enabled is said to be disabled, whatever its state. An interface is up if it is enabled \
and frames pass.

--watch prints each change until a signal, --count or --timeout ends it. An interface that is named then need not be there \
yet. Where so much changes that the system loses count, that is told as lost: list everything again.

The exit code is 1 if there is no such interface, or none that is as asked for; 4 if --timeout passes before --count changes.";

/// List the interfaces of this machine with their addresses, or watch them
#[derive(Debug, Args)]
#[command(visible_alias = "if", before_help = EXAMPLES, after_help = AFTER)]
#[allow(clippy::struct_excessive_bools, reason = "a flag each, as clap takes them")]
pub struct InterfaceArgs {
    /// Names, indices or addresses [default: all interfaces]
    interfaces: Vec<String>,
    /// Only those that are up: enabled, and frames pass
    #[arg(long, conflicts_with = "watch")]
    up: bool,
    /// Only those that are of a kind, as it is printed: ethernet, veth, bridge …
    #[arg(long, value_name = "KIND", conflicts_with = "watch")]
    kind: Option<String>,
    /// Only addresses of IPv4, and interfaces that have one
    #[arg(short = '4', long, conflicts_with = "ipv6")]
    ipv4: bool,
    /// Only addresses of IPv6, and interfaces that have one
    #[arg(short = '6', long)]
    ipv6: bool,
    /// Print everything that is known of each, as of those that are named
    #[arg(short, long, conflicts_with = "watch")]
    long: bool,
    /// Count what has passed: bytes, packets, errors
    #[arg(long, conflicts_with = "watch")]
    counters: bool,
    /// Print changes as they happen: of interfaces, their addresses and routes
    #[arg(short, long)]
    watch: bool,
    /// End after N changes
    #[arg(long, value_name = "N", requires = "watch")]
    count: Option<String>,
    /// End after DURATION: 500ms, 3s, 1m
    #[arg(long, value_name = "DURATION", requires = "watch")]
    timeout: Option<String>,
    #[command(flatten)]
    output: OutputArgs,
}

/// What is said of an interface.
struct View<'a> {
    interface: &'a Interface,
    addresses: Vec<&'a InterfaceAddress>,
    /// Those that it may lie on, or belong to.
    all: &'a [Interface],
    has_counters: bool,
}

/// When watching ends by itself.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    count: Option<u64>,
    timeout: Option<Duration>,
}

impl InterfaceArgs {
    pub(super) fn read(&self) -> Result<Limits, Failure> {
        let mut problems = Problems::default();
        let count = problems.take_some("--count", self.count.as_ref(), quantity::count);
        let timeout = problems.take_some("--timeout", self.timeout.as_ref(), quantity::duration);
        problems.check()?;
        Ok(Limits { count, timeout })
    }

    pub fn run(&self, voice: Voice) -> Result<(), Failure> {
        let limits = self.read()?;
        self.output.run("interface", |sink| {
            if self.watch {
                let deadline = limits.timeout.map_or(Deadline::never(), Deadline::after);
                return watch::run(sink, self, limits.count, deadline, voice);
            }
            self.list(sink)
        })
    }

    fn list(&self, sink: &mut Sink) -> Result<Exit, Failure> {
        let all = open()?.list().map_err(|error| failed(&error))?;
        let mut exit = Exit::Done;
        for named in &self.interfaces {
            if !all.iter().any(|interface| is_meant(interface, named)) {
                sink.failed(&Input::argument(named), &unknown(named, &all))?;
                exit = Exit::No;
            }
        }
        let views: Vec<View<'_>> = all.iter().filter_map(|interface| self.view(interface, &all)).collect();
        if views.is_empty() {
            return Ok(Exit::No);
        }
        let is_long = self.long || self.counters || !self.interfaces.is_empty();
        let table = Table::of(&views);
        for (row, view) in views.iter().enumerate() {
            let text = if is_long { text::whole(view, row > 0) } else { table.line(row) };
            sink.line(&Input::none(), text, || record::of_view(view))?;
        }
        Ok(exit)
    }

    /// What is to be said of an interface, if it is one that was asked for.
    fn view<'a>(&self, interface: &'a Interface, all: &'a [Interface]) -> Option<View<'a>> {
        let is_named =
            self.interfaces.is_empty() || self.interfaces.iter().any(|named| is_meant(interface, named));
        let is_of_kind = self.kind.as_ref().is_none_or(|kind| {
            kind.eq_ignore_ascii_case(interface.kind().name())
                || interface.driver_kind().is_some_and(|driver| kind.eq_ignore_ascii_case(driver))
        });
        let is_wanted = |address: &&InterfaceAddress| self.has_family(address.address().is_ipv4());
        let addresses: Vec<_> = interface.addresses().iter().filter(is_wanted).collect();
        let has_family = !(self.ipv4 || self.ipv6) || !addresses.is_empty();
        let is_chosen = is_named && is_of_kind && has_family && (!self.up || interface.is_running());
        is_chosen.then_some(View { interface, addresses, all, has_counters: self.counters })
    }

    /// Tells whether addresses of a family were asked for.
    const fn has_family(&self, is_ipv4: bool) -> bool {
        match (self.ipv4, self.ipv6) {
            (true, _) => is_ipv4,
            (_, true) => !is_ipv4,
            _ => true,
        }
    }
}

pub(super) fn open() -> Result<Interfaces, Failure> {
    Interfaces::open().map_err(|error| failed(&error))
}

pub(super) fn failed(error: &berkeley::Error) -> Failure {
    Failure::of("list the interfaces", error)
}

/// Finds the interface that is named so; of a name, an index or an address that none has, says which there are.
pub(super) fn find(named: &str) -> Result<Interface, Failure> {
    let all = open()?.list().map_err(|error| failed(&error))?;
    let found = all.iter().find(|interface| is_meant(interface, named));
    found.cloned().ok_or_else(|| unknown(named, &all).with_exit(Exit::Usage))
}

/// Tells whether an interface has a name, an index or an address.
fn is_meant(interface: &Interface, named: &str) -> bool {
    let address = named.parse::<std::net::IpAddr>();
    interface.is_called(named)
        || named.parse() == Ok(interface.index())
        || address.is_ok_and(|wanted| interface.addresses().iter().any(|has| has.address() == wanted))
}

fn unknown(named: &str, all: &[Interface]) -> Failure {
    let present: Vec<&str> = all.iter().map(Interface::name).collect();
    let what = if named.parse::<std::net::IpAddr>().is_ok() { "has the address" } else { "is called" };
    Failure::new(Exit::No, format!("no interface {what} {named} (there are {})", present.join(", ")))
}
