//! `sock man`: the manual, from the same description as the command line.

mod options;

use std::io::{self, Write};
use std::path::PathBuf;

use clap::{Args, Command, CommandFactory};

use super::Cli;
use crate::endpoint::{SCHEMES, nearest};
use crate::exit::Exit;
use crate::report::{Failure, Problem, io_reason};
use crate::transfer::of_output;

const EXAMPLES: &str = "\
Examples:
  sock man | man -l -                the page of sock
  sock man addresses | man -l -      the page of the addresses that it takes; options for that of the options
  sock man --out /usr/share/man      every page into a directory";

/// Print a page of the manual, or write all of them
#[derive(Debug, Args)]
#[command(before_help = EXAMPLES)]
pub struct Man {
    /// Which page: sock, a verb (of address with its question: address calc), addresses or options
    #[arg(default_value = "sock", num_args = 1..=2)]
    page: Vec<String>,
    /// Write every page into the directory DIR instead
    #[arg(long, value_name = "DIR", conflicts_with = "page")]
    out: Option<PathBuf>,
}

/// A page: the word that chooses it, its file, its text.
struct Page {
    word: String,
    file: String,
    text: Vec<u8>,
}

impl Man {
    pub fn run(&self) -> Result<(), Failure> {
        let pages = pages().map_err(|error| of_output(&error))?;
        let Some(directory) = &self.out else {
            let page = find(&pages, &self.page.join("-"))?;
            return io::stdout().write_all(&page.text).map_err(|error| of_output(&error));
        };
        let write = || {
            std::fs::create_dir_all(directory)?;
            pages.iter().try_for_each(|page| std::fs::write(directory.join(&page.file), &page.text))
        };
        write().map_err(|error| {
            Failure::new(exit_of(&error), format!("write to {}: {}", directory.display(), io_reason(&error)))
        })
    }
}

fn find<'a>(pages: &'a [Page], word: &str) -> Result<&'a Page, Problem> {
    pages.iter().find(|page| page.word == word).ok_or_else(|| {
        let words = || pages.iter().map(|page| page.word.as_str());
        let problem = Problem::new(format!("there is no page {word:?}"), word, 0..word.len());
        match nearest(word, words()) {
            Some(meant) => problem.with_hint(format!("did you mean {meant}?")),
            None => problem.with_hint(format!("known: {}", words().collect::<Vec<_>>().join(", "))),
        }
    })
}

fn exit_of(error: &io::Error) -> Exit {
    if error.kind() == io::ErrorKind::PermissionDenied { Exit::Permission } else { Exit::EndedEarly }
}

fn pages() -> io::Result<Vec<Page>> {
    let mut command = Cli::command();
    command.build();
    let mut pages = vec![page("sock", "sock", &command)?];
    pages_below(&command, "", &mut pages)?;
    for (word, text) in [("addresses", address_page()), ("options", options::page())] {
        pages.push(Page { word: word.to_owned(), file: format!("sock-{word}.7"), text });
    }
    Ok(pages)
}

/// Writes a page for every verb, and for every verb of those.
fn pages_below(command: &Command, before: &str, pages: &mut Vec<Page>) -> io::Result<()> {
    for verb in command.get_subcommands().filter(|verb| verb.get_name() != "help") {
        let word = format!("{before}{}", verb.get_name());
        pages.push(page(&word, &format!("sock-{word}"), verb)?);
        pages_below(verb, &format!("{word}-"), pages)?;
    }
    Ok(())
}

fn page(word: &str, title: &str, command: &Command) -> io::Result<Page> {
    let mut text = Vec::new();
    clap_mangen::Man::new(command.clone()).render(&mut text)?;
    if let Some(examples) = command.get_before_help() {
        let examples = examples.to_string();
        let lines = examples.lines().skip(1).map(escaped).collect::<Vec<_>>().join("\n");
        write!(text, ".SH EXAMPLES\n.nf\n{lines}\n.fi\n")?;
    }
    writeln!(text, ".SH \"EXIT STATUS\"")?;
    for (exit, meaning) in Exit::TABLE {
        write!(text, ".TP\n\\fB{}\\fR\n{}\n", exit.code(), escaped(meaning))?;
    }
    writeln!(
        text,
        ".SH \"SEE ALSO\"\n\\fBsock\\fR(1), \\fBsock\\-addresses\\fR(7), \\fBsock\\-options\\fR(7)"
    )?;
    Ok(Page { word: word.to_owned(), file: format!("{title}.1"), text })
}

/// Writes a text so that roff takes it for nothing else.
fn escaped(text: &str) -> String {
    let text = text.replace('\\', "\\e").replace('-', "\\-");
    if text.starts_with(['.', '\'']) { format!("\\&{text}") } else { text }
}

const ADDRESS_HEAD: &str = r".ie \n(.g .ds Aq \(aq
.el .ds Aq '
.TH sock-addresses 7
.SH NAME
sock\-addresses \- the addresses that sock reads and prints
.SH DESCRIPTION
Every verb of
.BR sock (1)
takes addresses of this grammar, and prints them so that they read back:
.PP
.nf
.RS
SCHEME://HOST:PORT[?OPTION[=VALUE][&OPTION...]]
SCHEME:PATH[?OPTION...]
SCHEME:NAME[?OPTION...]
.RE
.fi
.PP
HOST:PORT alone is TCP. A path that begins with / or ./ or ../ is a Unix stream, and is taken as it is written.
.SH SCHEMES
";

const ADDRESS_PARTS: &str = r".SH PARTS
.TP
.B HOST
An IPv4 address, an IPv6 address in brackets with or without a zone ([fe80::1%eth0]), or a name, all addresses of
which are tried: of TCP those of both families in turns, a quarter of a second apart, and the first that answers is taken;
of UDP in the order in which the system gives them. Nothing, or *, is every address of this machine: for
listeners alone, over IPv6 and IPv4 at once.
.TP
.B GROUP
An address of 224.0.0.0/4, or in brackets one of ff00::/8, for
.BR sock\-send (1)
and
.BR sock\-recv (1).
Options of its own are if=INTERFACE (a name, an index, an address, or * for every one; GROUP%INTERFACE is the same),
source=ADDRESS, the one sender that is heard (ADDRESS@GROUP is the same), ttl=N, over how many hops it may go, and loop=off,
so that it does not come back to this machine.
.TP
.B PORT
A number from 0 to 65535, or the name of a service. For a listener 0 has the system choose.
.TP
.B PATH, NAME
%xx stands for a byte: %3f for a question mark, %25 for a percent sign. A path has no NUL and at most 108 bytes, an
abstract name at most 107 of any bytes.
.TP
.B listen+
Before an address of
.BR sock\-pipe (1)
alone: the end is one that somebody connects to.
.TP
.B pid:N/fd:M
The descriptor M of the running process N (Linux), for
.BR sock\-option (1)
alone; pid:N is all of its sockets.
.TP
.B HOSTS:PORTS
Networks, ranges, and several ports with commas are for
.BR sock\-scan (1)
alone.
.SH OPTIONS
Every option of
.BR sock\-options (7)
that can be set and is one of the address's sockets, by its name in full (tcp.user\-timeout=30s) or a short one. They are
set before the socket is bound or connected. In a value %26 stands for an ampersand. Of TCP
.B connect
and
.B listen
turn nodelay on, and listeners reuseaddr, unless the address turns it off. Those of every day:
";

fn address_page() -> Vec<u8> {
    let schemes = SCHEMES.iter().map(|scheme| {
        let rest = match (scheme.transport.is_inet(), scheme.is_abstract) {
            (true, _) if scheme.is_group => "://GROUP:PORT",
            (true, _) => "://HOST:PORT",
            (false, true) => ":NAME",
            (false, false) => ":PATH",
        };
        entry(scheme.name, rest, scheme.about)
    });
    let also = ".SH \"SEE ALSO\"\n\\fBsock\\fR(1), \\fBsock\\-connect\\fR(1), \\fBsock\\-listen\\fR(1), \\fBsock\\-forward\\fR(1), \\fBsock\\-pipe\\fR(1), \\fBsock\\-options\\fR(7)\n";
    let parts = [ADDRESS_HEAD.to_owned()].into_iter().chain(schemes);
    let parts = parts.chain([ADDRESS_PARTS.to_owned(), options::every_day(), also.to_owned()]);
    parts.collect::<String>().into_bytes()
}

fn entry(name: &str, form: &str, about: &str) -> String {
    format!(".TP\n\\fB{}\\fR{}\n{}\n", escaped(name), escaped(form), escaped(about))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_a_page_for_every_word_that_chooses_one() {
        let pages = pages().unwrap();
        let words: Vec<&str> = pages.iter().map(|page| page.word.as_str()).collect();
        assert_eq!(words[..5], ["sock", "connect", "listen", "forward", "pipe"]);
        assert_eq!(words[words.len() - 3..], ["man", "addresses", "options"]);
        let mut files: Vec<&str> = pages.iter().map(|page| page.file.as_str()).collect();
        assert!(files.contains(&"sock-address.1") && files.contains(&"sock-address-calc.1"));
        files.sort_unstable();
        files.dedup();
        assert_eq!(files.len(), pages.len());
        assert!(find(&pages, "free-port").is_ok());
        let problem = find(&pages, "lisen").err().unwrap().to_string();
        assert!(problem.ends_with("did you mean listen?"), "{problem}");
        let text = String::from_utf8(pages.iter().flat_map(|page| page.text.clone()).collect()).unwrap();
        for part in [
            "listen+",
            "unix\\-abstract\\-seqpacket",
            "nodelay",
            "EXIT STATUS",
            "\\-\\-exit\\-on\\-eof",
            "TCP_USER_TIMEOUT",
        ] {
            assert!(text.contains(part), "{part}");
        }
    }
}
