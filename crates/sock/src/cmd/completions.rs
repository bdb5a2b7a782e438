//! `sock completions`: what a shell needs to complete the command line.

use std::io::Write;

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use super::Cli;
use crate::report::Failure;
use crate::transfer::of_output;

const EXAMPLES: &str = "\
Examples:
  sock completions bash > /etc/bash_completion.d/sock
  sock completions zsh > ~/.zfunc/_sock
  sock completions fish > ~/.config/fish/completions/sock.fish";

/// Print the completions of a shell: bash, elvish, fish, powershell, zsh
#[derive(Debug, Args)]
#[command(before_help = EXAMPLES)]
pub struct Completions {
    /// For which shell
    shell: Shell,
}

impl Completions {
    pub fn run(&self) -> Result<(), Failure> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut Cli::command(), "sock", &mut script);
        std::io::stdout().write_all(&script).map_err(|error| of_output(&error))
    }
}
