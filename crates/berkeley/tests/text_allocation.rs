//! A line that is read into a `String` used before allocates nothing, nor does one that is written.

#![cfg(feature = "text")]
#![allow(clippy::unwrap_used, clippy::expect_used)]
#![allow(unsafe_code, reason = "an allocator that counts")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use berkeley::text::{Encoding, Newline, TextStream};

thread_local! {
    #[allow(clippy::missing_const_for_thread_local, reason = "it is one")]
    static ALLOCATIONS: Cell<usize> = const { Cell::new(0) };
}

struct Counting;

// SAFETY: every call is the system's own; the count is a number without a destructor, which allocates nothing.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let _ = ALLOCATIONS.try_with(|count| count.set(count.get() + 1));
        // SAFETY: the caller's promise is the one that is asked for.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the pointer is from `System`, by `alloc` or `realloc` here.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        let _ = ALLOCATIONS.try_with(|count| count.set(count.get() + 1));
        // SAFETY: as for `dealloc`, and the caller's promise of the size.
        unsafe { System.realloc(pointer, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn allocations_of(body: impl FnOnce()) -> usize {
    let before = ALLOCATIONS.get();
    body();
    ALLOCATIONS.get() - before
}

#[test]
fn lines_are_read_and_written_without_an_allocation_each() {
    const LINES: usize = 10_000;
    for name in ["utf-8", "latin-1", "utf-16le", "utf-32be", "koi8-r", "shift_jis", "iso-2022-jp"] {
        let encoding: Encoding = name.parse().unwrap();
        let mut output = TextStream::new(Vec::with_capacity(LINES * 200)).with_encoding(encoding);
        output.set_newline(Newline::CrLf);
        let written = allocations_of(|| {
            for number in 0..LINES {
                output.write_line("a line as there are many").unwrap();
                writeln!(output, "and one with a number: {number}").unwrap();
            }
            output.finish().unwrap();
        });
        let bytes = output.into_parts().source;
        let mut input = TextStream::new(bytes.as_slice()).with_encoding(encoding).with_newline(Newline::CrLf);
        let (mut line, mut count) = (String::new(), 0);
        let read = allocations_of(|| {
            while input.read_line(&mut line).unwrap() {
                count += 1;
            }
        });
        assert_eq!(count, 2 * LINES);
        assert!(written < 20 && read < 20, "{name}: {written} when written, {read} when read");
    }
}

#[test]
fn the_allocations_are_counted() {
    assert!(allocations_of(|| drop(vec![0; 100])) > 0);
    assert_eq!(allocations_of(|| ()), 0);
}
