//! The numbers and the names of signals.

use std::fmt;

/// The number of a signal, as the system has it.
///
/// The constants carry C's names without the `SIG`. They are there on every system; where there are no signals, they have
/// the numbers of Linux.
///
/// # Examples
///
/// ```
/// use berkeley::Signal;
///
/// assert_eq!(Signal::by_name("SIGTERM"), Some(Signal::TERM));
/// assert_eq!(Signal::by_name("term"), Some(Signal::TERM));
/// assert_eq!(Signal::TERM.to_string(), "SIGTERM");
/// assert_eq!(Signal::from_raw(15).as_raw(), 15);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Signal(i32);

#[cfg(unix)]
macro_rules! number {
    ($c:ident, $of_linux:literal) => {
        libc::$c
    };
}

#[cfg(not(unix))]
macro_rules! number {
    ($c:ident, $of_linux:literal) => {
        $of_linux
    };
}

/// Writes the constants and the table of their names: the name here, that of C twice, the number on Linux, and what it means.
macro_rules! signals {
    ($($name:ident $c:ident $alias:literal $of_linux:literal $doc:literal;)*) => {
        impl Signal {
            $(
                #[doc = concat!("`", $alias, "`: ", $doc)]
                #[doc(alias = $alias)]
                pub const $name: Self = Self(number!($c, $of_linux));
            )*
        }

        const NAMES: &[(Signal, &str)] = &[$((Signal::$name, $alias),)*];
    };
}

signals! {
    HUP SIGHUP "SIGHUP" 1 "the terminal has gone; to a daemon, that its configuration has changed.";
    INT SIGINT "SIGINT" 2 "interrupt, from the keyboard.";
    QUIT SIGQUIT "SIGQUIT" 3 "quit, from the keyboard.";
    ILL SIGILL "SIGILL" 4 "an instruction that is none.";
    TRAP SIGTRAP "SIGTRAP" 5 "a trap of a debugger.";
    ABRT SIGABRT "SIGABRT" 6 "abort, `abort(3)`.";
    BUS SIGBUS "SIGBUS" 7 "an access to memory that is not there.";
    FPE SIGFPE "SIGFPE" 8 "an arithmetic fault.";
    KILL SIGKILL "SIGKILL" 9 "kill, which nothing can receive.";
    USR1 SIGUSR1 "SIGUSR1" 10 "the first for the program's own use.";
    SEGV SIGSEGV "SIGSEGV" 11 "an access to memory that is not allowed.";
    USR2 SIGUSR2 "SIGUSR2" 12 "the second for the program's own use.";
    PIPE SIGPIPE "SIGPIPE" 13 "a write with no reader.";
    ALRM SIGALRM "SIGALRM" 14 "the timer of `alarm(2)`.";
    TERM SIGTERM "SIGTERM" 15 "the request to end.";
    CHLD SIGCHLD "SIGCHLD" 17 "a child has ended or stopped.";
    CONT SIGCONT "SIGCONT" 18 "continue, if stopped.";
    STOP SIGSTOP "SIGSTOP" 19 "stop, which nothing can receive.";
    TSTP SIGTSTP "SIGTSTP" 20 "stop, from the keyboard.";
    TTIN SIGTTIN "SIGTTIN" 21 "a read from the terminal, in the background.";
    TTOU SIGTTOU "SIGTTOU" 22 "a write to the terminal, in the background.";
    URG SIGURG "SIGURG" 23 "urgent data on a socket.";
    XCPU SIGXCPU "SIGXCPU" 24 "the limit of processor time is reached.";
    XFSZ SIGXFSZ "SIGXFSZ" 25 "the limit of a file's size is reached.";
    VTALRM SIGVTALRM "SIGVTALRM" 26 "the timer of the process's own time.";
    PROF SIGPROF "SIGPROF" 27 "the timer of a profile.";
    WINCH SIGWINCH "SIGWINCH" 28 "the terminal has another size.";
    IO SIGIO "SIGIO" 29 "a descriptor is ready.";
    SYS SIGSYS "SIGSYS" 31 "a system call that is none.";
}

impl Signal {
    /// Makes a signal of its number.
    #[must_use]
    pub const fn from_raw(number: i32) -> Self {
        Self(number)
    }

    /// Returns the number.
    #[must_use]
    pub const fn as_raw(self) -> i32 {
        self.0
    }

    /// Returns the name that C has for it: `SIGTERM`. Others than the constants here have none.
    #[must_use]
    pub fn name(self) -> Option<&'static str> {
        NAMES.iter().find(|row| row.0 == self).map(|row| row.1)
    }

    /// Finds the signal of that name, with `SIG` before it or without, in either case.
    #[must_use]
    pub fn by_name(name: &str) -> Option<Self> {
        let bare = |row: &&'static str| name.eq_ignore_ascii_case(row.trim_start_matches("SIG"));
        NAMES.iter().find(|row| name.eq_ignore_ascii_case(row.1) || bare(&row.1)).map(|row| row.0)
    }
}

impl fmt::Display for Signal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.pad(name),
            None => write!(f, "signal {}", self.0),
        }
    }
}

impl fmt::Debug for Signal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_leads_to_its_number_and_back() {
        for (signal, name) in NAMES {
            assert_eq!((signal.name(), Signal::by_name(name)), (Some(*name), Some(*signal)));
            assert_eq!(Signal::by_name(&name[3..].to_lowercase()), Some(*signal));
        }
        assert_eq!((Signal::by_name("SIG"), Signal::by_name("")), (None, None));
        assert_eq!(Signal::from_raw(4000).to_string(), "signal 4000");
    }
}
