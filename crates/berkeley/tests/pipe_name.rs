//! Names of pipes, which are checked on every system; where there are no pipes, that is what is said.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use berkeley::os::windows::{PipeListener, PipeName, PipeStream};
use berkeley_testkit::limit;

#[test]
fn names_are_checked_and_spelt_alike() {
    let _limit = limit();
    let same = [r"\\.\pipe\a\b", "//./pipe/a/b", r"\\.\PIPE\a/b", r"//./Pipe\a\b"];
    for text in same {
        assert_eq!(text.parse::<PipeName>().unwrap().as_str(), r"\\.\pipe\a\b");
    }
    let long = "x".repeat(256 - 9);
    assert_eq!(PipeName::local(&long).unwrap().to_string().len(), 256);
    let too_long = format!("{long}x");
    for (text, why) in [
        ("", r"begins with `\\.\pipe\`"),
        ("service", r"begins with `\\.\pipe\`"),
        (
            r"\\server\pipe\service",
            r"of this machine begins with `\\.\pipe\`, or `//./pipe/`: `\\server\pipe\service`",
        ),
        (r"C:\pipe\x", "begins with"),
        (r"\\.\pipeé", "begins with"),
        (r"\\.\pipe\", "there is nothing"),
        (r"\\.\pipe\..\C:\secret", "ends with a dot"),
        (r"\\.\pipe\a\.\b", "ends with a dot"),
        (r"\\.\pipe\a ", "a space"),
        (r"\\.\pipe\a\\b", "no part of the name of a pipe is empty"),
        (r"\\.\pipe\a\", "no part of the name of a pipe is empty"),
        ("\\\\.\\pipe\\a\0b", r"control characters in it: `\\.\pipe\a\0b`"),
    ] {
        let error = text.parse::<PipeName>().unwrap_err();
        assert!(error.is_invalid() && error.to_string().contains(why), "{text:?}: {error}");
        assert!(PipeStream::connect(text).unwrap_err().is_invalid());
        assert!(PipeListener::bind(text).unwrap_err().is_invalid());
    }
    let error = PipeName::local(&too_long).unwrap_err();
    assert!(error.to_string().contains("256 units"), "{error}");
}

#[test]
#[cfg(not(windows))]
fn pipes_are_unsupported_elsewhere() {
    use berkeley::os::windows::PipeOptions;
    use berkeley::{MILLISECOND, Operation};

    let _limit = limit();
    let name = r"\\.\pipe\berkeley";
    let error = PipeListener::bind(name).unwrap_err();
    assert!(error.is_unsupported() && error.operation() == Operation::Bind, "{error}");
    let error = PipeStream::connect(name).unwrap_err();
    assert!(error.is_unsupported() && error.operation() == Operation::Connect, "{error}");
    let error = PipeOptions::new().connect(name, MILLISECOND).unwrap_err();
    assert!(error.is_unsupported() && error.detail() == Some(name), "{error}");
    // What is wrong is wrong everywhere.
    assert!(PipeListener::bind("no pipe").unwrap_err().is_invalid());
    assert!(PipeOptions::new().instances(255).bind(name).unwrap_err().is_invalid());
}
