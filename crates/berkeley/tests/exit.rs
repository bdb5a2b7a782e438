//! The end of a process as a source: of children, whose status stays theirs, and of others.

#![cfg(any(linux_like, bsd))]
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::io::{BufRead, BufReader};
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Command, Stdio};

use berkeley::{
    Deadline, Error, Interest, MILLISECOND, Operation, ProcessExit, ProcessState, Ready, Result, SECOND,
    UdpSocket, Watch, wait_any,
};
use berkeley_testkit::{limit, need, program};

/// Starts a script of the shell that reads from this process. Where there is no shell, the test is skipped.
fn start(script: &str) -> Option<Child> {
    let shell = program("sh")?;
    let piped = || Stdio::piped();
    Some(Command::new(shell).args(["-c", script]).stdin(piped()).stdout(piped()).spawn().unwrap())
}

/// Takes what a source was made with, or says that the system cannot.
fn there<T>(made: Result<T>) -> Option<T> {
    match made {
        Err(error) if error.is_unsupported() => need(false, "Linux 5.4").then_some(None)?,
        made => Some(made.unwrap()),
    }
}

#[test]
fn the_status_of_a_child_is_told_again_and_again_and_stays_its_own() {
    let _limit = limit();
    for (script, code, signal) in
        [("exit 0", Some(0), None), ("exit 255", Some(255), None), ("kill -9 $$", None, Some(9))]
    {
        let Some(mut child) = start(script) else { return };
        let Some(exit) = there(ProcessExit::of(&child)) else { return drop(child.wait()) };
        assert_eq!(exit.id(), child.id());
        let ProcessState::Exited(status) = exit.wait(SECOND * 30).unwrap() else { panic!("{exit:?}") };
        assert_eq!((status.code(), status.signal()), (code, signal), "{script}");
        assert_eq!(exit.state().unwrap(), ProcessState::Exited(status));
        assert_eq!(exit.wait(Deadline::now()).unwrap(), ProcessState::Exited(status));
        assert_eq!(child.wait().unwrap(), status, "it was not taken from whoever waits for the child");
        assert_eq!(exit.state().unwrap(), ProcessState::Gone);
    }
}

#[test]
fn a_child_that_runs_is_waited_for_until_the_deadline_beside_a_socket() {
    let _limit = limit();
    let Some(mut child) = start("read line; exit 7") else { return };
    let Some(exit) = there(ProcessExit::of(&child)) else { return drop(child.wait()) };
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    assert_eq!(exit.state().unwrap(), ProcessState::Running);
    let error = exit.wait(MILLISECOND * 5).unwrap_err();
    assert!(error.is_deadline_passed() && error.operation() == Operation::ExitStatus, "{error}");
    let mut watches = [Watch::new(&exit, Interest::READABLE), Watch::new(&socket, Interest::READABLE)];
    assert_eq!(wait_any(&mut watches, Deadline::now()).unwrap(), 0);

    drop(child.stdin.take());
    assert_eq!(wait_any(&mut watches, SECOND * 30).unwrap(), 1);
    assert_eq!(watches.each_ref().map(Watch::ready), [Ready::READABLE, Ready::empty()]);
    let ProcessState::Exited(status) = exit.wait(SECOND * 30).unwrap() else { panic!("{exit:?}") };
    assert_eq!(status.code(), Some(7));
    assert_eq!(child.wait().unwrap(), status);
}

#[test]
fn a_child_that_has_ended_already_is_told_at_once() {
    let _limit = limit();
    let Some(mut child) = start("exit 4") else { return };
    let Some(first) = there(ProcessExit::of(&child)) else { return drop(child.wait()) };
    first.wait(SECOND * 30).unwrap();
    let later = ProcessExit::of(&child).unwrap();
    let ProcessState::Exited(status) = later.wait(SECOND * 30).unwrap() else { panic!("{later:?}") };
    assert_eq!(status.code(), Some(4));
    child.wait().unwrap();
}

#[test]
fn of_a_process_that_is_no_child_the_end_is_told_and_no_more() {
    let _limit = limit();
    // The shell's child reads from this process, and the shell tells its number.
    let Some(mut child) = start("exec 3<&0; cat <&3 >/dev/null & exec 3<&- <&-; echo $!; wait") else {
        return;
    };
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let made = there(ProcessExit::of_process(line.trim().parse().unwrap()));
    let input = child.stdin.take();
    if let Some(exit) = made {
        assert_eq!(exit.state().unwrap(), ProcessState::Running);
        assert!(exit.wait(MILLISECOND).unwrap_err().is_deadline_passed());
        drop(input);
        assert_eq!(exit.wait(SECOND * 30).unwrap(), ProcessState::Gone);
    }
    child.wait().unwrap();
}

#[test]
fn a_child_that_was_waited_for_and_numbers_of_no_process_are_refused() {
    let _limit = limit();
    let Some(mut child) = start("exit 0") else { return };
    child.wait().unwrap();
    let refused = |made: Result<ProcessExit>| -> Error { made.unwrap_err() };
    let error = refused(ProcessExit::of(&child));
    if error.is_unsupported() {
        let _ = need(false, "Linux 5.4");
        return;
    }
    assert!(error.is_no_such_process() && error.operation() == Operation::OpenProcess, "{error}");
    assert_eq!(error.detail(), Some("the child was waited for already"));
    for number in [0, u32::MAX, i32::MAX as u32] {
        let error = refused(ProcessExit::of_process(number));
        assert!(error.is_no_such_process(), "{number}: {error}");
    }
}

#[test]
#[cfg(debug_assertions)]
fn interruptions_are_repeated_and_failures_told() {
    use berkeley::Errno;
    use berkeley_testkit::fault::Faults;

    let _limit = limit();
    let Some(mut child) = start("read line") else { return };
    let Some(exit) = there(ProcessExit::of(&child)) else { return drop(child.wait()) };
    let faults = Faults::fail(Operation::ExitStatus, Errno::INTR, 3);
    assert_eq!(exit.state().unwrap(), ProcessState::Running);
    drop(faults);
    let faults = Faults::fail(Operation::OpenProcess, Errno::MFILE, 1);
    assert!(ProcessExit::of(&child).unwrap_err().is_descriptor_limit());
    drop(faults);
    drop(child.stdin.take());
    child.wait().unwrap();
}
