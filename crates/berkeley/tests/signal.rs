//! Signals as a source: what is told of them, whom they are kept from, and for how long.

#![cfg(any(linux_like, bsd))]
#![allow(clippy::unwrap_used, clippy::expect_used, unsafe_code)]

use std::env;
use std::io;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::Command;

use berkeley::{
    Deadline, Interest, MILLISECOND, Operation, Ready, SECOND, Signal, Signals, UdpSocket, Watch, wait_any,
};
use berkeley_testkit::{limit, program};

/// Sends a signal to this thread and no other, so that tests beside each other do not meet.
fn raise(signal: Signal) {
    // SAFETY: the call takes a number.
    assert_eq!(unsafe { libc::raise(signal.as_raw()) }, 0);
}

/// Returns whether the signal is kept from this thread.
fn is_blocked(signal: Signal) -> bool {
    // SAFETY: zeros are a set of signals, which the next call writes.
    let mut mask: libc::sigset_t = unsafe { std::mem::zeroed() };
    // SAFETY: no set is given, and one is writable.
    let read = unsafe { libc::pthread_sigmask(libc::SIG_BLOCK, std::ptr::null(), &raw mut mask) };
    assert_eq!(read, 0);
    // SAFETY: the set is readable.
    unsafe { libc::sigismember(&raw const mask, signal.as_raw()) == 1 }
}

/// Keeps a signal from this thread, by C's means.
fn block(signal: Signal) -> io::Result<()> {
    // SAFETY: zeros are a set of signals, which the next call writes.
    let mut set: libc::sigset_t = unsafe { std::mem::zeroed() };
    // SAFETY: the set is writable.
    unsafe { libc::sigemptyset(&raw mut set) };
    // SAFETY: as above.
    unsafe { libc::sigaddset(&raw mut set, signal.as_raw()) };
    // SAFETY: the set is readable, and none is asked for.
    match unsafe { libc::pthread_sigmask(libc::SIG_BLOCK, &raw const set, std::ptr::null_mut()) } {
        0 => Ok(()),
        number => Err(io::Error::from_raw_os_error(number)),
    }
}

/// Runs a test of this file again, in a process all of whose threads the signal is kept from, as in a program that makes
/// its `Signals` before its threads. There it returns `true`.
fn in_a_process_of_its_own(test: &str, signal: Signal) -> bool {
    const HERE: &str = "BERKELEY_SIGNALS";
    if env::var_os(HERE).is_some() {
        return true;
    }
    let words = berkeley_testkit::again();
    let mut again = Command::new(&words[0]);
    again.args(&words[1..]).args([test, "--exact", "--nocapture"]).env(HERE, "1");
    // SAFETY: between fork and exec, `block` makes three calls that are safe in a handler of signals, and allocates nothing.
    unsafe { again.pre_exec(move || block(signal)) };
    let output = again.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    false
}

#[test]
fn a_signal_is_taken_with_what_the_system_tells_of_it() {
    let _limit = limit();
    let signals = Signals::new([Signal::USR1, Signal::HUP]).unwrap();
    assert_eq!(signals.take().unwrap(), None);
    raise(Signal::USR1);
    let arrived = signals.wait(SECOND * 10).unwrap();
    assert_eq!(arrived.signal(), Signal::USR1);
    if cfg!(target_os = "linux") {
        // SAFETY: the call takes nothing.
        let user = unsafe { libc::getuid() };
        assert_eq!((arrived.process(), arrived.user()), (Some(std::process::id()), Some(user)));
        assert_eq!(arrived.code(), Some(-6), "SI_TKILL: to one thread");
    }
    assert_eq!(signals.take().unwrap(), None);
}

#[test]
fn a_signal_that_comes_again_before_it_is_taken_comes_once() {
    let _limit = limit();
    let signals = Signals::new([Signal::ALRM, Signal::VTALRM]).unwrap();
    raise(Signal::ALRM);
    raise(Signal::ALRM);
    raise(Signal::VTALRM);
    let mut taken = [signals.wait(SECOND).unwrap().signal(), signals.wait(SECOND).unwrap().signal()];
    taken.sort_unstable();
    assert_eq!(taken, [Signal::ALRM, Signal::VTALRM]);
    let error = signals.wait(MILLISECOND * 3).unwrap_err();
    assert!(error.is_deadline_passed() && error.operation() == Operation::Signals, "{error}");
}

#[test]
fn the_thread_has_its_signals_back_but_those_that_were_kept_from_it_before() {
    let _limit = limit();
    block(Signal::PROF).unwrap();
    let signals = Signals::new([Signal::PROF, Signal::URG]).unwrap();
    assert!(is_blocked(Signal::PROF) && is_blocked(Signal::URG));
    drop(signals);
    assert!(is_blocked(Signal::PROF) && !is_blocked(Signal::URG));

    let signals = Signals::new([Signal::URG]).unwrap();
    std::thread::spawn(move || drop(signals)).join().unwrap();
    assert!(is_blocked(Signal::URG), "another thread changes nothing in this one");
}

#[test]
fn what_cannot_be_received_is_refused_by_its_name() {
    let _limit = limit();
    for (signal, why) in [
        (Signal::KILL, "nothing can receive this signal: SIGKILL"),
        (Signal::STOP, "nothing can receive this signal: SIGSTOP"),
        (Signal::from_raw(0), "there is no such signal: signal 0"),
        (Signal::from_raw(-1), "there is no such signal: signal -1"),
        (Signal::from_raw(4000), "there is no such signal: signal 4000"),
    ] {
        let error = Signals::new([Signal::WINCH, signal]).unwrap_err();
        assert!(error.is_invalid(), "{error}");
        assert_eq!(error.to_string(), format!("receive signals: {why}"));
        assert!(!is_blocked(Signal::WINCH), "nothing is left of what is refused");
    }
    assert!(Signals::new([Signal::from_raw(127)]).unwrap_err().is_invalid(), "a number of no system here");
}

#[test]
fn a_signal_has_one_receiver_at_a_time() {
    let _limit = limit();
    let first = Signals::new([Signal::XCPU]).unwrap();
    let error = Signals::new([Signal::XFSZ, Signal::XCPU]).unwrap_err();
    assert!(error.is_invalid() && error.to_string().ends_with("drop them first: SIGXCPU"), "{error}");
    Signals::new([Signal::XFSZ]).expect("what was refused with another is free");
    drop(first);
    Signals::new([Signal::XCPU]).expect("what was dropped is free");
}

#[test]
fn a_signal_from_another_process_wakes_a_wait_beside_a_socket() {
    let _limit = limit();
    let Some(shell) = program("sh") else { return };
    let name = "a_signal_from_another_process_wakes_a_wait_beside_a_socket";
    if !in_a_process_of_its_own(name, Signal::TERM) {
        return;
    }
    let signals = Signals::new([Signal::TERM]).unwrap();
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let mut watches = [Watch::new(&signals, Interest::READABLE), Watch::new(&socket, Interest::READABLE)];
    assert_eq!(wait_any(&mut watches, Deadline::now()).unwrap(), 0);
    let kill = format!("kill -TERM {}", std::process::id());
    let mut sender = Command::new(shell).args(["-c", &kill]).spawn().unwrap();
    assert_eq!(wait_any(&mut watches, SECOND * 30).unwrap(), 1);
    assert_eq!(watches.each_ref().map(Watch::ready), [Ready::READABLE, Ready::empty()]);
    let arrived = signals.take().unwrap().unwrap();
    assert_eq!(arrived.signal(), Signal::TERM);
    if cfg!(target_os = "linux") {
        assert_eq!((arrived.process(), arrived.code()), (Some(sender.id()), Some(0)));
    }
    assert!(sender.wait().unwrap().success());
}

#[test]
fn the_end_of_a_child_comes_as_a_signal() {
    let _limit = limit();
    let Some(shell) = program("sh") else { return };
    if !in_a_process_of_its_own("the_end_of_a_child_comes_as_a_signal", Signal::CHLD) {
        return;
    }
    let signals = Signals::new([Signal::CHLD]).unwrap();
    let mut child = Command::new(shell).args(["-c", "exit 3"]).spawn().unwrap();
    let arrived = signals.wait(SECOND * 30).unwrap();
    assert_eq!(arrived.signal(), Signal::CHLD);
    if cfg!(target_os = "linux") {
        assert_eq!(arrived.process(), Some(child.id()));
    }
    assert_eq!(child.wait().unwrap().code(), Some(3));
}

#[test]
fn a_program_that_is_started_receives_the_signals_if_they_are_let_through() {
    let _limit = limit();
    let Some(shell) = program("sh") else { return };
    // Not one that a shell ignores in what it starts in the background.
    let signals = Signals::new([Signal::VTALRM]).unwrap();
    let mut command = Command::new(shell);
    command.args(["-c", "kill -VTALRM $$; exit 5"]);
    assert_eq!(command.status().unwrap().code(), Some(5), "the mask is inherited");
    let status = signals.let_through(&mut command).status().unwrap();
    assert_eq!(status.signal(), Some(Signal::VTALRM.as_raw()));
    assert!(is_blocked(Signal::VTALRM), "and nothing changed here");
}

#[test]
#[cfg(debug_assertions)]
fn each_call_that_fails_leaves_nothing_behind() {
    use berkeley::Errno;
    use berkeley_testkit::fault::Faults;

    let _limit = limit();
    for skip in 0..2 {
        let faults = Faults::fail_after(skip, Operation::Signals, Errno::MFILE, 1);
        assert!(Signals::new([Signal::TTIN]).unwrap_err().is_descriptor_limit());
        drop(faults);
        assert!(!is_blocked(Signal::TTIN));
    }
    let signals = Signals::new([Signal::TTIN]).unwrap();
    let faults = Faults::fail(Operation::Signals, Errno::INTR, 3);
    assert_eq!(signals.take().unwrap(), None);
    drop(faults);
}
