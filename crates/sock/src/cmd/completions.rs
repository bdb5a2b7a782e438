//! `sock completions`: what a shell needs to complete the command line.

use std::io::Write;

use clap::builder::{PossibleValue, TypedValueParser};
use clap::{Args, CommandFactory};
use clap_complete::Shell;

use super::Cli;
use super::option::Words;
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

/// Completes the names of options, which the generator for fish leaves out: it has no values of arguments.
fn option_names() -> String {
    let names: Vec<_> = Words.possible_values().into_iter().flatten().collect();
    let names: Vec<_> = names.iter().map(PossibleValue::get_name).collect();
    format!("complete -c sock -n \"__fish_seen_subcommand_from option opts\" -a \"{}\"\n", names.join(" "))
}

impl Completions {
    pub fn run(&self) -> Result<(), Failure> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut Cli::command(), "sock", &mut script);
        if self.shell == Shell::Fish {
            script.extend(option_names().into_bytes());
        }
        std::io::stdout().write_all(&script).map_err(|error| of_output(&error))
    }
}
