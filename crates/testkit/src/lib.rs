//! What the tests of `berkeley` share.
