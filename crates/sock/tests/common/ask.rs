//! A program that is asked all at once: its arguments, its input, and what comes back.
#![allow(dead_code, reason = "each test binary uses a part")]

use std::io::Write;

use crate::common::{Running, beside, sock, start};

/// What a program answered.
pub struct Answer {
    pub code: Option<i32>,
    pub out: String,
    pub said: String,
}

impl Answer {
    /// The lines of the standard output, of a program that ended with this code.
    pub fn lines(&self, code: i32) -> Vec<&str> {
        assert_eq!(self.code, Some(code), "{}\n{}", self.out, self.said);
        self.out.lines().collect()
    }
}

/// Asks the program under test.
pub fn ask(arguments: &[&str], input: &str) -> Answer {
    finish(sock(arguments), input)
}

/// Asks another program.
pub fn ask_program(program: &str, arguments: &[&str], input: &str) -> Answer {
    finish(start(program, arguments), input)
}

fn finish(mut program: Running, input: &str) -> Answer {
    let mut stdin = program.stdin.take().unwrap();
    let input = input.to_owned();
    let writing = beside(move || {
        // Who does not read to the end has said why.
        let _ = stdin.write_all(input.as_bytes());
    });
    let out = String::from_utf8(program.read_to_end()).unwrap();
    writing.join().unwrap();
    let code = program.status().code();
    Answer { code, out, said: program.all_said() }
}
