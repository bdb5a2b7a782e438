//! The command line: one verb a file.

mod address;
mod completions;
mod connect;
mod errno;
mod explain;
mod fd;
mod forward;
mod free_port;
mod interface;
mod listen;
mod man;
mod option;
mod pipe;
mod recv;
mod relay;
mod resolve;
mod scan;
mod send;
mod wait;

pub use self::option::socket_of;

use berkeley::addr::network::IpNet;
use clap::{Args, Parser, Subcommand};

use crate::endpoint::Transport;
use crate::quantity;
use crate::report::{Failure, Problem, Problems, Voice};
use crate::stdio::{BUFFER, Cut};

const EXAMPLES: &str = "\
Examples:
  sock connect tcp://localhost:7       standard input and output to a TCP server
  sock forward tcp://:8080 unix:/run/app.sock   take every client to a path
  sock address calc 10.1.2.3/20        network, hosts, masks, and what it is";

/// Move bytes between the standard input and output and sockets of every family, and explain what they are named by.
#[derive(Debug, Parser)]
#[command(name = "sock", version, before_help = EXAMPLES, after_help = AFTER, subcommand_required = true)]
#[command(arg_required_else_help = true)]
pub struct Cli {
    #[command(subcommand)]
    verb: Verb,
    #[command(flatten)]
    voice: VoiceArgs,
}

const AFTER: &str = "Addresses are described by `sock man addresses`.";

#[derive(Debug, Subcommand)]
enum Verb {
    Connect(connect::Connect),
    Listen(listen::Listen),
    Forward(forward::Forward),
    Pipe(pipe::Pipe),
    Send(send::Send),
    Recv(recv::Recv),
    Fd(fd::Fd),
    Wait(wait::Wait),
    Scan(scan::Scan),
    Address(address::Address),
    Explain(explain::Explain),
    Errno(errno::ErrnoArgs),
    Resolve(resolve::Resolve),
    Interface(interface::InterfaceArgs),
    FreePort(free_port::FreePort),
    Option(option::OptionArgs),
    Completions(completions::Completions),
    Man(man::Man),
}

#[derive(Debug, Args)]
struct VoiceArgs {
    /// Say on the standard error what is done: addresses, bytes, times
    #[arg(short, long, global = true, conflicts_with = "quiet")]
    verbose: bool,
    /// Say nothing on the standard error but errors
    #[arg(short, long, global = true)]
    quiet: bool,
}

impl VoiceArgs {
    const fn voice(&self) -> Voice {
        match (self.quiet, self.verbose) {
            (true, _) => Voice::Quiet,
            (false, true) => Voice::Verbose,
            (false, false) => Voice::Normal,
        }
    }
}

impl Cli {
    pub fn run(&self) -> Result<(), Failure> {
        let voice = self.voice.voice();
        match &self.verb {
            Verb::Connect(connect) => connect.run(voice),
            Verb::Listen(listen) => listen.run(voice),
            Verb::Forward(forward) => forward.run(voice),
            Verb::Pipe(pipe) => pipe.run(voice),
            Verb::Send(send) => send.run(voice),
            Verb::Recv(recv) => recv.run(voice),
            Verb::Fd(fd) => fd.run(voice),
            Verb::Wait(wait) => wait.run(voice),
            Verb::Scan(scan) => scan.run(voice),
            Verb::Address(address) => address.run(),
            Verb::Explain(explain) => explain.run(),
            Verb::Errno(errno) => errno.run(),
            Verb::Resolve(resolve) => resolve.run(),
            Verb::Interface(interface) => interface.run(voice),
            Verb::FreePort(free_port) => free_port.run(),
            Verb::Option(option) => option.run(),
            Verb::Completions(completions) => completions.run(),
            Verb::Man(man) => man.run(),
        }
    }
}

/// How the standard input becomes datagrams or records.
#[derive(Debug, Args)]
struct CutArgs {
    /// Cut what is sent as datagrams or records at BYTES at the latest [default: 8192]
    #[arg(long, value_name = "BYTES")]
    size: Option<String>,
    /// Send each line as a datagram or record, without its newline, and print each with one
    #[arg(long, conflicts_with = "size")]
    lines: bool,
}

/// How many bytes of the standard input become a datagram if nothing is said.
pub const SIZE: u64 = 8192;

/// What a UDP datagram over IPv4 can hold.
const LONGEST_UDP: u64 = 65507;

impl CutArgs {
    fn cut(&self, transport: Option<Transport>, problems: &mut Problems) -> Cut {
        let most =
            if transport.is_some_and(Transport::is_udp) { LONGEST_UDP } else { crate::stdio::LONGEST as u64 };
        let size = problems.take_some("--size", self.size.as_ref(), |text| quantity::between(text, 1, most));
        if !transport.is_none_or(Transport::has_messages) {
            for (flag, given) in [("--size", self.size.is_some()), ("--lines", self.lines)] {
                if given {
                    problems
                        .take(Err::<(), _>(misplaced(flag, "datagrams and records, and a stream has none")));
                }
            }
            return Cut::Reads(BUFFER);
        }
        if self.lines { Cut::Lines } else { Cut::Reads(size.unwrap_or(SIZE) as usize) }
    }
}

/// The networks that clients may come from.
fn networks(texts: &[String], problems: &mut Problems) -> Vec<IpNet> {
    let read = |text: &String| {
        let network = text.parse().or_else(|_| text.parse::<std::net::IpAddr>().map(IpNet::from));
        network.map_err(|_| {
            let problem = Problem::new("this is no network", text, 0..text.len());
            problem.with_hint("write 10.0.0.0/8, 2001:db8::/32 or an address")
        })
    };
    texts.iter().filter_map(|text| problems.take_some("--allow", Some(text), |_| read(text))).collect()
}

/// Says that a flag does not go with the address.
fn misplaced(flag: &str, what: &str) -> Problem {
    Problem::new(format!("{flag} is for {what}"), flag, 0..flag.len())
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn every_verb_begins_its_help_with_three_examples_that_are_right() {
        let mut command = Cli::command();
        command.build();
        let mut commands = vec![&command];
        let mut at = 0;
        while let Some(verb) = commands.get(at).copied() {
            commands.extend(verb.get_subcommands().filter(|verb| verb.get_name() != "help"));
            at += 1;
        }
        for verb in commands {
            let before = verb.get_before_help().unwrap().to_string();
            let examples: Vec<&str> = before.lines().filter(|line| line.contains("sock ")).collect();
            assert_eq!(examples.len(), 3, "{}", verb.get_name());
            for line in examples {
                let (_, words) = line.split_once("sock ").unwrap();
                let words = words.split("  ").next().unwrap().split(['|', '<', '>']).next().unwrap();
                let words = crate::serve::split(words).unwrap();
                let parsed = Cli::try_parse_from(std::iter::once("sock".to_owned()).chain(words));
                let parsed = parsed.unwrap_or_else(|error| panic!("{line}: {error}"));
                assert!(parsed.is_right(), "{line}");
            }
        }
    }

    impl Cli {
        /// Whether what clap leaves to the verbs is right as well.
        fn is_right(&self) -> bool {
            match &self.verb {
                Verb::Connect(connect) => connect.read().is_ok(),
                Verb::Listen(listen) => listen.read().is_ok(),
                Verb::Forward(forward) => forward.read().is_ok(),
                Verb::Pipe(pipe) => pipe.read().is_ok(),
                Verb::Send(send) => send.read().is_ok(),
                Verb::Recv(recv) => recv.read().is_ok(),
                Verb::Fd(fd) => fd.read().is_ok(),
                Verb::Wait(wait) => wait.read().is_ok(),
                Verb::Scan(scan) => scan.read().is_ok(),
                Verb::FreePort(free_port) => free_port.read().is_ok(),
                Verb::Interface(interface) => interface.read().is_ok(),
                Verb::Option(option) => option.read().is_ok(),
                Verb::Resolve(resolve) => resolve.read().is_ok(),
                _ => true,
            }
        }
    }
}
