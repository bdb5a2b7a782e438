//! Other programs, ended by their id when a test is over.

use std::process::{Child, Command};

/// A program that ends with the value, whatever becomes of the test.
#[derive(Debug)]
pub struct Program(pub Child);

impl Program {
    /// Starts `command`.
    ///
    /// # Panics
    ///
    /// Panics if the program cannot be started.
    pub fn start(command: &mut Command) -> Self {
        Self(command.spawn().unwrap_or_else(|error| panic!("{command:?}: {error}")))
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // It may have ended by itself, which is as good.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
