//! Descriptors that were received: what each of them is.

use std::fmt;

use berkeley::Descriptor;

use crate::output::Record;

/// A descriptor and what it is; it is closed when this is dropped.
#[derive(Debug)]
#[cfg_attr(not(unix), allow(dead_code, reason = "no descriptor is ever received there"))]
pub struct Held {
    pub descriptor: Descriptor,
    kind: String,
    /// The path that it leads to, or the ends of a socket.
    name: Option<String>,
}

impl fmt::Display for Held {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.name {
            Some(name) => write!(f, "{} {name}", self.kind),
            None => f.write_str(&self.kind),
        }
    }
}

impl Held {
    pub fn new(descriptor: Descriptor) -> Self {
        let (kind, name) = describe(&descriptor);
        Self { descriptor, kind, name }
    }

    pub fn record(&self) -> Record {
        Record::new().with("type", self.kind.as_str()).with_some("name", self.name.as_deref())
    }

    /// Whether it is a socket.
    #[cfg_attr(not(unix), allow(dead_code, reason = "as above"))]
    pub fn is_socket(&self) -> bool {
        berkeley::option::socket::TYPE.get(&self.descriptor).is_ok()
    }
}

/// Says what a descriptor is, and what it leads to.
#[cfg(unix)]
fn describe(descriptor: &Descriptor) -> (String, Option<String>) {
    use std::os::fd::AsRawFd;
    use std::os::unix::fs::FileTypeExt;

    if let Some(socket) = of_socket(descriptor) {
        return socket;
    }
    let data = descriptor.try_clone().and_then(|copy| std::fs::File::from(copy).metadata());
    let kind = data.map_or("unknown", |data| {
        let kind = data.file_type();
        let rows = [
            (kind.is_file(), "file"),
            (kind.is_dir(), "directory"),
            (kind.is_fifo(), "pipe"),
            (kind.is_char_device(), "character-device"),
            (kind.is_block_device(), "block-device"),
        ];
        rows.iter().find(|row| row.0).map_or("other", |row| row.1)
    });
    let link = std::fs::read_link(format!("/proc/self/fd/{}", descriptor.as_raw_fd()));
    (kind.to_owned(), link.ok().map(|path| path.display().to_string()))
}

/// No descriptor is ever received there.
#[cfg(not(unix))]
fn describe(descriptor: &Descriptor) -> (String, Option<String>) {
    of_socket(descriptor).unwrap_or_else(|| ("unknown".to_owned(), None))
}

/// A socket's kind and its ends; nothing about it is changed.
fn of_socket(descriptor: &Descriptor) -> Option<(String, Option<String>)> {
    let listed = crate::cmd::socket_of(String::new(), descriptor.try_clone().ok()?)?;
    Some((format!("socket {}", listed.kind), Some(listed.ends())))
}
