//! The shape of errors: what was being done, to which address, why; every condition has its predicate.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::io;

use berkeley::{Errno, Error, Family, Kind, Operation, Protocol, Socket, TcpStream};

type Predicate = fn(&Error) -> bool;

/// The conditions of IOLib's sockets by the number that each is for, and the predicate that stands for it here.
const CONDITIONS: &[(&str, Errno, Predicate)] = &[
    ("socket-address-in-use-error", Errno::ADDRINUSE, Error::is_address_in_use),
    ("socket-address-family-not-supported-error", Errno::AFNOSUPPORT, Error::is_family_unsupported),
    ("socket-address-not-available-error", Errno::ADDRNOTAVAIL, Error::is_address_not_available),
    ("socket-network-down-error", Errno::NETDOWN, Error::is_network_down),
    ("socket-network-reset-error", Errno::NETRESET, Error::is_network_reset),
    ("socket-network-unreachable-error", Errno::NETUNREACH, Error::is_network_unreachable),
    ("socket-no-network-error", Errno::NONET, Error::is_no_network),
    ("socket-connection-aborted-error", Errno::CONNABORTED, Error::is_connection_aborted),
    ("socket-connection-reset-error", Errno::CONNRESET, Error::is_connection_reset),
    ("socket-connection-refused-error", Errno::CONNREFUSED, Error::is_refused),
    ("socket-connection-timeout-error", Errno::TIMEDOUT, Error::is_timed_out),
    ("socket-connection-in-progress-error", Errno::INPROGRESS, Error::is_in_progress),
    ("socket-endpoint-shutdown-error", Errno::SHUTDOWN, Error::is_endpoint_shut_down),
    ("socket-no-buffer-space-error", Errno::NOBUFS, Error::is_no_buffer_space),
    ("socket-host-down-error", Errno::HOSTDOWN, Error::is_host_down),
    ("socket-host-unreachable-error", Errno::HOSTUNREACH, Error::is_host_unreachable),
    ("socket-already-connected-error", Errno::ISCONN, Error::is_already_connected),
    ("socket-not-connected-error", Errno::NOTCONN, Error::is_not_connected),
    ("socket-option-not-supported-error", Errno::NOPROTOOPT, Error::is_option_unsupported),
    ("socket-operation-not-supported-error", Errno::OPNOTSUPP, Error::is_operation_unsupported),
    ("ewouldblock", Errno::AGAIN, Error::is_would_block),
    ("eintr", Errno::INTR, Error::is_interrupted),
    ("epipe", Errno::PIPE, Error::is_broken_pipe),
    ("enoent", Errno::NOENT, Error::is_not_found),
    ("edestaddrreq", Errno::DESTADDRREQ, Error::is_destination_required),
    ("enotsock", Errno::NOTSOCK, Error::is_not_a_socket),
    ("ebadf", Errno::BADF, Error::is_not_a_socket),
    ("einval", Errno::INVAL, Error::is_invalid),
    ("eacces", Errno::ACCES, Error::is_permission_denied),
    ("emfile", Errno::MFILE, Error::is_descriptor_limit),
    ("enodev", Errno::NODEV, Error::is_no_such_interface),
    ("emsgsize", Errno::MSGSIZE, Error::is_message_too_long),
];

#[test]
fn every_condition_of_iolib_has_its_predicate() {
    for (name, errno, predicate) in CONDITIONS {
        let error = Error::new(Operation::Connect, *errno);
        assert!(predicate(&error), "{name}");
        assert!(
            predicate(&error.with_address("127.0.0.1:1".parse::<berkeley::Address>().unwrap())),
            "{name}"
        );
    }
}

/// No two of the conditions are true of the same error, but for those that say so.
#[test]
fn a_predicate_is_true_of_its_own_condition_alone() {
    for (name, errno, _) in CONDITIONS {
        for (other, number, predicate) in CONDITIONS {
            let same = errno == number
                || (*name, *other) == ("socket-endpoint-shutdown-error", "epipe")
                || (*name, *other) == ("enotsock", "ebadf")
                || (*name, *other) == ("ebadf", "enotsock");
            assert_eq!(
                predicate(&Error::new(Operation::Send, *errno)),
                same,
                "{name} by the predicate of {other}"
            );
        }
    }
}

#[test]
#[cfg(target_os = "linux")]
fn the_text_names_operation_address_and_number() {
    // The words are those of the system's own C library, which musl has shorter than glibc.
    let reset = Errno::CONNRESET.text();
    assert!(reset.to_lowercase().contains("reset"), "{reset}");
    let error = Error::new(Operation::Receive, Errno::CONNRESET);
    assert_eq!(error.to_string(), format!("receive: {reset} (ECONNRESET)"));
    assert_eq!(format!("{error:?}"), format!("Error(receive: {reset} (ECONNRESET))"));
    let error = berkeley::TcpListener::bind("192.0.2.1:80").unwrap_err();
    let nowhere = Errno::ADDRNOTAVAIL.text();
    assert_eq!(error.to_string(), format!("bind 192.0.2.1:80: {nowhere} (EADDRNOTAVAIL)"));
    let error = Error::deadline_passed(Operation::Accept);
    assert_eq!(error.to_string(), "accept: the deadline has passed");
    let unknown = Errno::from_raw(9999);
    assert_eq!(
        Error::new(Operation::Send, unknown).to_string(),
        format!("send: {} (error 9999)", unknown.text())
    );
    let error = Error::unsupported(Operation::SetOption, "SO_BUSY_POLL");
    assert_eq!(error.to_string(), "set option: this system has no SO_BUSY_POLL");
    let error = TcpStream::connect("1.2.3.4").unwrap_err();
    assert!(error.to_string().starts_with("address: "), "{error}");
}

#[test]
fn a_number_becomes_the_standard_librarys_error_with_that_number() {
    let error: io::Error = Error::new(Operation::Send, Errno::PIPE).into();
    assert_eq!(error.raw_os_error(), Some(Errno::PIPE.as_raw()));
    let error: io::Error = Error::new(Operation::Receive, Errno::AGAIN).into();
    assert_eq!(error.kind(), io::ErrorKind::WouldBlock);
}

#[test]
fn a_context_goes_along_and_comes_back() {
    // Bound, and not listening: a listener that is closed lives on in a program that another test is starting.
    let bound = Socket::open(Family::INET, Kind::STREAM, Protocol::DEFAULT).unwrap();
    bound.bind("127.0.0.1:0").unwrap();
    let gone = bound.local_address().unwrap();
    let error = TcpStream::connect(&gone).unwrap_err();
    let raw = error.raw_os_error();
    let error: io::Error = error.into();
    assert_eq!(error.kind(), io::ErrorKind::ConnectionRefused);
    assert!(error.to_string().contains(&gone.to_string()));
    let back = error.downcast::<Error>().unwrap();
    assert_eq!((back.address(), back.raw_os_error()), (Some(&gone), raw));

    let error: io::Error = Error::deadline_passed(Operation::Send).into();
    assert_eq!(error.kind(), io::ErrorKind::TimedOut);
    assert!(error.downcast::<Error>().unwrap().is_deadline_passed());
    let error: io::Error = TcpStream::connect("nonsense").unwrap_err().into();
    assert_eq!(error.kind(), io::ErrorKind::InvalidInput);
}

#[test]
fn would_block_interrupted_and_deadline_are_two_words() {
    assert_eq!(size_of::<Error>(), 2 * size_of::<usize>());
    assert_eq!(size_of::<Result<usize, Error>>(), 2 * size_of::<usize>());
}

#[test]
fn numbers_are_found_by_name_whatever_the_case() {
    assert_eq!(Errno::by_name("econnrefused"), Some(Errno::CONNREFUSED));
    assert_eq!(Errno::by_name("EWHATEVER"), None);
    assert_eq!(Errno::CONNREFUSED.name().map(|name| name.trim_start_matches("WSA")), Some("ECONNREFUSED"));
    assert_eq!(format!("{:?}", Errno::from_raw(9999)), "Errno(9999)");
}

/// Every name is the one that the C library knows the number by.
#[test]
#[cfg(target_os = "linux")]
fn numbers_and_names_are_those_of_the_kernel() {
    let Some(python) = berkeley_testkit::program("python3") else { return };
    let script = "import errno\nfor n, c in sorted(errno.errorcode.items()): print(n, c)";
    let output = std::process::Command::new(python).args(["-c", script]).output().unwrap();
    let mut seen = 0;
    for line in String::from_utf8(output.stdout).unwrap().lines() {
        let (number, name) = line.split_once(' ').unwrap();
        let ours = Errno::from_raw(number.parse().unwrap()).name();
        // One number has two names for four of them.
        let same = [("EOPNOTSUPP", "ENOTSUP"), ("EAGAIN", "EWOULDBLOCK"), ("EDEADLK", "EDEADLOCK")];
        assert!(
            ours == Some(name) || same.iter().any(|(a, b)| (*b, Some(*a)) == (name, ours)),
            "{line}: {ours:?}"
        );
        seen += 1;
    }
    assert!(seen > 100);
}

#[test]
fn every_error_is_found_by_its_name_and_its_number() {
    let all: Vec<(Errno, &str)> = Errno::all().collect();
    assert!(all.windows(2).all(|pair| pair[0].0 < pair[1].0), "each number once, in order");
    for (errno, name) in &all {
        assert_eq!((errno.name(), Errno::by_name(name)), (Some(*name), Some(*errno)));
        assert_eq!(Errno::by_name(&name.to_lowercase()), Some(*errno));
    }
    #[cfg(target_os = "linux")]
    {
        // 41 and 58 are numbers that Linux has left out.
        let numbers: Vec<i32> = all.iter().map(|row| row.0.as_raw()).collect();
        assert_eq!(numbers, (1..=133).filter(|number| ![41, 58].contains(number)).collect::<Vec<_>>());
        assert_eq!(Errno::by_name("EWOULDBLOCK"), Some(Errno::AGAIN));
        assert_eq!(Errno::by_name("ENOTSUP").and_then(Errno::name), Some("EOPNOTSUPP"));
    }
}

#[test]
fn the_list_of_predicates_is_whole() {
    let source = include_str!("../src/error/predicate.rs");
    let names: Vec<&str> = Error::PREDICATES.iter().map(|row| row.0).collect();
    let written = source.lines().filter_map(|line| line.trim().strip_prefix("pub fn "));
    let written = written.filter_map(|line| line.split('(').next()).filter(|name| !name.starts_with('$'));
    for name in written {
        assert!(names.contains(&name), "{name}");
    }
    for (name, errno, predicate) in CONDITIONS {
        let error = Error::new(Operation::Connect, *errno);
        assert!(predicate(&error) && Error::PREDICATES.iter().any(|row| row.1(&error)), "{name}");
    }
}
