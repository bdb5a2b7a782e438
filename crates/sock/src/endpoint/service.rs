//! Ports by the names of their services.

use super::Transport;

/// Where the system keeps its list.
#[cfg(not(windows))]
fn file() -> std::path::PathBuf {
    "/etc/services".into()
}

#[cfg(windows)]
fn file() -> std::path::PathBuf {
    let root = std::env::var_os("SystemRoot").unwrap_or_else(|| r"C:\Windows".into());
    std::path::Path::new(&root).join(r"System32\drivers\etc\services")
}

/// Finds the port of a service, `http` for example.
pub(super) fn port(name: &str, transport: Transport) -> Option<u16> {
    let list = std::fs::read(file()).ok()?;
    find(&String::from_utf8_lossy(&list), name, if transport == Transport::Udp { "udp" } else { "tcp" })
}

/// Finds the name of the service that has a port.
pub(super) fn name(port: u16, transport: Transport) -> Option<String> {
    let list = std::fs::read(file()).ok()?;
    let entry = format!("{port}/{}", if transport == Transport::Udp { "udp" } else { "tcp" });
    find_name(&String::from_utf8_lossy(&list), &entry)
}

fn find_name(list: &str, entry: &str) -> Option<String> {
    list.lines().find_map(|line| {
        let mut words = line.split('#').next().unwrap_or_default().split_ascii_whitespace();
        let name = words.next()?;
        (words.next()? == entry).then(|| name.to_owned())
    })
}

fn find(list: &str, name: &str, protocol: &str) -> Option<u16> {
    list.lines().find_map(|line| {
        let line = line.split('#').next().unwrap_or_default();
        let mut words = line.split_ascii_whitespace();
        let official = words.next()?;
        let (port, of) = words.next()?.split_once('/')?;
        let is_it = of == protocol && (official == name || words.any(|alias| alias == name));
        is_it.then(|| port.parse().ok()).flatten()
    })
}

#[cfg(test)]
mod tests {
    use super::{find, find_name};

    #[test]
    fn a_service_is_found_by_name_and_by_alias_for_its_protocol() {
        let list = "# comment\nhttp\t80/tcp\twww # web\ndomain 53/udp\nodd\nbad x/tcp\n";
        assert_eq!(find(list, "http", "tcp"), Some(80));
        assert_eq!(find(list, "www", "tcp"), Some(80));
        assert_eq!(find(list, "web", "tcp"), None);
        assert_eq!(find(list, "domain", "tcp"), None);
        assert_eq!(find(list, "domain", "udp"), Some(53));
        assert_eq!(find(list, "bad", "tcp"), None);
        assert_eq!(find_name(list, "80/tcp").as_deref(), Some("http"));
        assert_eq!(find_name(list, "80/udp"), None);
    }
}
