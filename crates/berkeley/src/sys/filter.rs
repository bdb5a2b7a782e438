//! Programs that filter what a socket receives, or choose among the sockets of a port: Linux.
//!
//! They are options whose values are pointers and descriptors, so that they have functions of their own.

use std::fmt;

use super::descriptor::Borrowed;
use super::{Result, check};
use crate::error::Operation;

/// One instruction of a classic packet filter: `struct sock_filter`, bpf(4), networking/filter.rst.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
#[repr(C)]
pub struct Instruction {
    code: u16,
    jump_true: u8,
    jump_false: u8,
    operand: u32,
}

impl Instruction {
    /// Makes one that does not jump: `BPF_STMT`.
    #[must_use]
    pub const fn statement(code: u16, operand: u32) -> Self {
        Self { code, jump_true: 0, jump_false: 0, operand }
    }

    /// Makes one that skips as many of the next instructions as its test says: `BPF_JUMP`.
    #[must_use]
    pub const fn jump(code: u16, operand: u32, if_true: u8, if_false: u8) -> Self {
        Self { code, jump_true: if_true, jump_false: if_false, operand }
    }

    /// Ends the program with a number: of a filter how many bytes are kept, zero for none; of a program that chooses, which
    /// socket it is.
    #[must_use]
    pub const fn give(number: u32) -> Self {
        // BPF_RET | BPF_K
        Self::statement(0x06, number)
    }
}

impl fmt::Debug for Instruction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { code, jump_true, jump_false, operand } = self;
        write!(f, "{{ {code:#04x}, {jump_true}, {jump_false}, {operand:#x} }}")
    }
}

/// Which program of a socket is meant.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Program {
    /// The one that filters what is received.
    Filter,
    /// The one that chooses among the sockets of a port.
    Chooser,
}

#[cfg(all(linux_like, not(berkeley_sys = "unsupported")))]
mod calls {
    use std::mem::offset_of;
    use std::os::fd::AsRawFd;

    use super::{Borrowed, Instruction, Operation, Program, Result, check};
    use crate::error::Errno;
    use crate::sys::{Place, system};

    const _: () = {
        assert!(size_of::<Instruction>() == size_of::<libc::sock_filter>());
        assert!(offset_of!(libc::sock_filter, jt) == offset_of!(Instruction, jump_true));
        assert!(offset_of!(libc::sock_filter, jf) == offset_of!(Instruction, jump_false));
        assert!(offset_of!(libc::sock_filter, k) == offset_of!(Instruction, operand));
    };

    /// SO_ATTACH_REUSEPORT_CBPF and _EBPF of asm-generic/socket.h, which libc lacks for Android.
    const CLASSIC_CHOOSER: i32 = 51;
    const EXTENDED_CHOOSER: i32 = 52;

    pub(crate) fn attach(fd: Borrowed<'_>, program: Program, instructions: &[Instruction]) -> Result<()> {
        check(Operation::SetOption)?;
        let number = match program {
            Program::Filter => libc::SO_ATTACH_FILTER,
            Program::Chooser => CLASSIC_CHOOSER,
        };
        let length = u16::try_from(instructions.len()).map_err(|_| Errno::INVAL)?;
        let value = libc::sock_fprog { len: length, filter: instructions.as_ptr().cast_mut().cast() };
        let (at, size) = ((&raw const value).cast(), size_of_val(&value) as libc::socklen_t);
        // SAFETY: the value leads to as many instructions as it says, which the call reads and does not write.
        let set = unsafe { libc::setsockopt(fd.as_raw_fd(), libc::SOL_SOCKET, number, at, size) };
        system::checked(set).map(drop)
    }

    pub(crate) fn attach_extended(fd: Borrowed<'_>, program: Program, loaded: Borrowed<'_>) -> Result<()> {
        let number = match program {
            Program::Filter => 50, // SO_ATTACH_BPF
            Program::Chooser => EXTENDED_CHOOSER,
        };
        let place = Place::of_plain_value(libc::SOL_SOCKET, number);
        system::option::set(fd, place, &loaded.as_raw_fd().to_ne_bytes())
    }

    /// Reads the filter that is attached; its length counts instructions, not bytes.
    pub(crate) fn attached(fd: Borrowed<'_>) -> Result<Vec<Instruction>> {
        check(Operation::GetOption)?;
        let mut length: libc::socklen_t = 0;
        let mut get = |at: *mut libc::c_void| {
            // SAFETY: `at` leads to as many instructions as `length` says, none at first.
            let got = unsafe {
                libc::getsockopt(
                    fd.as_raw_fd(),
                    libc::SOL_SOCKET,
                    libc::SO_ATTACH_FILTER,
                    at,
                    &raw mut length,
                )
            };
            system::checked(got).map(|_| length as usize)
        };
        let count = get(std::ptr::null_mut())?;
        let mut instructions = vec![Instruction::give(0); count];
        let count = if count == 0 { 0 } else { get(instructions.as_mut_ptr().cast())? };
        instructions.truncate(count);
        Ok(instructions)
    }
}

#[cfg(not(all(linux_like, not(berkeley_sys = "unsupported"))))]
mod calls {
    use super::{Borrowed, Instruction, Operation, Program, Result, check};
    use crate::error::Errno;

    pub(crate) fn attach(_: Borrowed<'_>, _: Program, _: &[Instruction]) -> Result<()> {
        check(Operation::SetOption)?;
        Err(Errno::OPNOTSUPP)
    }

    pub(crate) fn attach_extended(_: Borrowed<'_>, _: Program, _: Borrowed<'_>) -> Result<()> {
        check(Operation::SetOption)?;
        Err(Errno::OPNOTSUPP)
    }

    pub(crate) fn attached(_: Borrowed<'_>) -> Result<Vec<Instruction>> {
        check(Operation::GetOption)?;
        Err(Errno::OPNOTSUPP)
    }
}

pub(crate) use self::calls::{attach, attach_extended, attached};
