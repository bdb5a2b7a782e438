//! The grammar, row by row.

use super::*;

fn read(text: &str) -> Result<Endpoint, String> {
    Endpoint::parse(text, Purpose::Listen).map_err(|problem| problem.to_string())
}

#[test]
fn every_address_prints_back() {
    let rows = [
        ("tcp://127.0.0.1:80", "tcp://127.0.0.1:80"),
        ("tcp4://127.0.0.1:0", "tcp4://127.0.0.1:0"),
        ("tcp6://[::1]:65535", "tcp6://[::1]:65535"),
        ("udp://[fe80::1%eth0]:53", "udp://[fe80::1%eth0]:53"),
        ("udp6://[fe80::1%3]:53", "udp6://[fe80::1%3]:53"),
        ("tcp://[::0:1]:80", "tcp://[::1]:80"),
        ("tcp://:80", "tcp://:80"),
        ("tcp://*:80", "tcp://:80"),
        ("tcp://localhost:http", "tcp://localhost:http"),
        ("tcp://10.example.org:80", "tcp://10.example.org:80"),
        ("localhost:80", "tcp://localhost:80"),
        ("127.0.0.1:80", "tcp://127.0.0.1:80"),
        ("[::1]:80", "tcp://[::1]:80"),
        ("/run/x.sock", "unix:/run/x.sock"),
        ("./x%41?.sock", "unix:./x%2541%3f.sock"),
        ("unix:/run/x.sock", "unix:/run/x.sock"),
        ("unix:x", "unix:x"),
        ("unix:/a%20b%3f", "unix:/a b%3f"),
        ("unix-dgram:/run/x", "unix-dgram:/run/x"),
        ("unix-seqpacket:/run/x", "unix-seqpacket:/run/x"),
        ("unix-abstract:a%00b", "unix-abstract:a%00b"),
        ("unix-abstract-dgram:a", "unix-abstract-dgram:a"),
        ("unix-abstract-seqpacket:a", "unix-abstract-seqpacket:a"),
        ("tcp://:0?nodelay&rcvbuf=64KiB&linger=0", "tcp://:0?nodelay&rcvbuf=65536&linger=0s"),
        ("tcp://:0?nodelay=on&linger=off", "tcp://:0?nodelay&linger=off"),
        ("udp://:0?broadcast=off", "udp://:0?broadcast=off"),
        ("unix:/x?sndbuf=1", "unix:/x?sndbuf=1"),
        ("tcp://:0?TCP_USER_TIMEOUT=1m", "tcp://:0?tcp.user-timeout=60s"),
        ("tcp://:0?tcp.nodelay=yes&socket.linger=2s", "tcp://:0?nodelay&linger=2s"),
        ("tcp4://:0?ip.tos=16&keepidle=9s", "tcp4://:0?ip.tos=16&tcp.keepidle=9s"),
        ("tcp4://:0?recverr&tcp.congestion=a%26b", "tcp4://:0?ip.recverr&tcp.congestion=a%26b"),
        ("tcp6://:0?recverr", "tcp6://:0?ipv6.recverr"),
        ("unix:/a=b?rcvbuf=1", "unix:/a=b?rcvbuf=1"),
    ];
    for (text, printed) in rows {
        let endpoint = read(text).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(endpoint.to_string(), printed);
        assert_eq!(read(printed), Ok(endpoint), "{text}");
    }
}

#[test]
fn what_a_socket_is_bound_to_reads_back() {
    let rows = [
        (Transport::Tcp, "127.0.0.1:80", "tcp://127.0.0.1:80"),
        (Transport::Tcp, "[::ffff:192.0.2.1]:80", "tcp://192.0.2.1:80"),
        (Transport::Udp, "[::1]:53", "udp://[::1]:53"),
        (Transport::UnixStream, "/run/x", "unix:/run/x"),
        (Transport::UnixDgram, "unix:/run/a%20b?", "unix-dgram:/run/a b"),
        (Transport::UnixSeqpacket, "unix-abstract:a", "unix-abstract-seqpacket:a"),
        (Transport::UnixDgram, "unix-abstract:a", "unix-abstract-dgram:a"),
    ];
    for (transport, address, shown) in rows {
        let address: Address = address.trim_end_matches('?').parse().unwrap();
        assert_eq!(transport.show(&address), shown);
        assert_eq!(read(shown).map(|endpoint| endpoint.to_string()), Ok(shown.to_owned()));
    }
    assert_eq!(Transport::UnixDgram.show(&UnixAddress::unnamed().into()), "unix-dgram:(unnamed)");
}

const KNOWN: &str = "tcp, tcp4, tcp6, udp, udp4, udp6, udplite, udplite4, udplite6, mcast, unix, unix-dgram, \
                     unix-seqpacket, unix-abstract, \
                     unix-abstract-dgram, unix-abstract-seqpacket";

#[test]
fn what_is_wrong_is_pointed_at() {
    let hints = |hint: &str| hint.replace("{known}", &format!("known: {KNOWN}"));
    let rows = [
        ("", "an address is missing", "^    write tcp://HOST:PORT or unix:PATH"),
        ("tcp://127.0.0.1:99999", "port 99999 is out of range (0 to 65535)", "                ^^^^^"),
        ("127.0.0.1:99999", "port 99999 is out of range (0 to 65535)", "          ^^^^^"),
        (
            "tcp://::1:80",
            "an IPv6 address needs brackets before its port",
            "      ^^^    write tcp://[::1]:80",
        ),
        ("::1:80", "an IPv6 address needs brackets before its port", "^^^    write tcp://[::1]:80"),
        ("tcp://::1", "a port is missing", "         ^    write tcp://[::1]:PORT"),
        ("tpc://127.0.0.1:80", "unknown scheme \"tpc\"", "^^^    did you mean tcp? ({known})"),
        ("http://a:80", "unknown scheme \"http\"", "^^^^    {known}"),
        ("can://vcan0", "unknown scheme \"can\"", "^^^    {known}"),
        (
            "unix-datagram:/x",
            "unknown scheme \"unix-datagram\"",
            "^^^^^^^^^^^^^    did you mean unix-dgram? ({known})",
        ),
        ("unx:/x", "unknown scheme \"unx\"", "^^^    did you mean unix? ({known})"),
        ("tcp:localhost:80", "tcp needs :// behind it", "^^^    write tcp://localhost:80"),
        ("localhost", "a port is missing", "         ^    write localhost:PORT, or ./localhost for a path"),
        ("tcp://localhost", "a port is missing", "               ^    write tcp://localhost:PORT"),
        ("tcp://localhost:", "a port is missing", "                ^"),
        ("tcp://[::1]", "a port is missing", "           ^    write tcp://[::1]:PORT"),
        ("tcp://[::1:80", "a bracket is not closed", "      ^"),
        ("tcp://[::1]80", "unexpected \"80\" after the address", "           ^^"),
        ("tcp://10.0.0.300:80", "octet 300 is out of range (0 to 255)", "             ^^^"),
        ("tcp://[::g]:80", "g is not a hexadecimal number from 0 to ffff", "         ^"),
        ("tcp://[fe80::1%]:80", "a zone is missing", "               ^"),
        ("tcp://a b:80", "' ' cannot be in a host name", "       ^"),
        ("tcp://a:80/x", "unexpected \"/x\" after the address", "          ^^"),
        ("tcp://a:8x0", "port \"8x0\" is not a number", "        ^^^"),
        ("tcp4://[::1]:80", "tcp4 is IPv4, and [::1] is not", "       ^^^^^"),
        ("udp6://127.0.0.1:80", "udp6 is IPv6, and 127.0.0.1 is not", "       ^^^^^^^^^"),
        ("unix:", "a path is missing", "     ^    write unix:PATH"),
        ("unix-dgram:?rcvbuf=1", "a path is missing", "           ^    write unix-dgram:PATH"),
        (
            "unix-seqpacket:/a%zz",
            "\"%zz\" is not an escape (% and two hexadecimal digits)",
            "                 ^^^    write %25 for a percent sign",
        ),
        ("unix:/a%00b", "a path cannot contain NUL", "     ^^^^^^"),
        (
            "tcp://:0?nodelya",
            "unknown option \"nodelya\"",
            "         ^^^^^^^    did you mean nodelay? (sock option lists all)",
        ),
        ("unix:/x?ttl=4", "unix has no option ttl", "        ^^^"),
        ("unix:/x?nodelay", "unix has no option nodelay", "        ^^^^^^^"),
        ("tcp4://:0?v6only", "tcp4 has no option v6only", "          ^^^^^^"),
        ("udp://:0?tcp.user-timeout=1s", "udp has no option tcp.user-timeout", "         ^^^^^^^^^^^^^^^^"),
        (
            "tcp://:0?recverr",
            "recverr is the name of 2 options",
            "         ^^^^^^^    write ip.recverr or ipv6.recverr",
        ),
        (
            "tcp://:0?nodelay=maybe",
            "\"maybe\" is no value of nodelay",
            "                 ^^^^^    nodelay is on or off",
        ),
        (
            "tcp://:0?rcvbuf",
            "rcvbuf needs a value",
            "               ^    rcvbuf is a number from 0 to 4294967295, or a size such as 64KiB",
        ),
        (
            "tcp://:0?linger=",
            "\"\" is no value of linger",
            "                ^    linger is off, or whole seconds such as 15s",
        ),
        (
            "tcp://:0?nodelay&tcp.user-timeout=soon",
            "\"soon\" is no value of tcp.user-timeout",
            "                                  ^^^^    tcp.user-timeout is a time such as 1500ms, up to 2147483647ms; a bare number counts milliseconds",
        ),
        ("tcp://:0?tcp.info=1", "tcp.info can only be read", "         ^^^^^^^^"),
        ("tcp://:0?", "unknown option \"\"", "         ^    sock option lists all"),
        ("pid:812/fd:7", "a socket of a running process is for sock option alone", "^^^^^^^^^^^^"),
        ("tcp://:0?nodelay&nodelay=off", "nodelay is given twice", "                 ^^^^^^^"),
    ];
    for (text, message, marked) in rows {
        assert_eq!(read(text), Err(format!("{message}\n  {text}\n  {}", hints(marked))), "{text}");
    }
    let long = format!("unix:/{}", "x".repeat(120));
    assert!(
        read(&long).is_err_and(|error| error.starts_with("a path of a Unix socket has at most 108 bytes"))
    );
}

#[test]
fn what_serves_no_purpose_is_refused() {
    let connect = |text| Endpoint::parse(text, Purpose::Connect).map_err(|problem| problem.to_string());
    assert_eq!(
        connect("tcp://:80"),
        Err("a host is needed to connect to\n  tcp://:80\n        ^    write tcp://localhost:80".to_owned())
    );
    assert_eq!(
        connect("tcp://a:0"),
        Err("port 0 is no port to connect to\n  tcp://a:0\n          ^    only a listener can have one chosen".to_owned())
    );
    assert!(connect("tcp://a:1").is_ok());
}

#[test]
fn a_wildcard_is_both_families_unless_one_is_said() {
    let of = |text: &str| -> Vec<String> {
        read(text).unwrap().addresses().unwrap().iter().map(ToString::to_string).collect()
    };
    assert_eq!(of("tcp://:80"), ["[::]:80", "0.0.0.0:80"]);
    assert_eq!(of("tcp4://:80"), ["0.0.0.0:80"]);
    assert_eq!(of("udp6://*:80"), ["[::]:80"]);
    assert_eq!(of("tcp://[::1]:80"), ["[::1]:80"]);
    assert_eq!(of("tcp4://localhost:80"), ["127.0.0.1:80"]);
}

fn group(text: &str) -> Result<String, String> {
    let read = Endpoint::parse(text, Purpose::Receive);
    read.map(|endpoint| endpoint.to_string()).map_err(|problem| problem.to_string())
}

#[test]
fn a_group_prints_back_in_one_spelling() {
    let rows = [
        ("mcast://239.1.2.3:5000", "mcast://239.1.2.3:5000"),
        ("mcast://239.1.2.3%eth0:5000", "mcast://239.1.2.3:5000?if=eth0"),
        ("mcast://10.0.0.1@232.1.2.3:0?if=*", "mcast://232.1.2.3:0?if=*&source=10.0.0.1"),
        ("mcast://[ff02::1%3]:http", "mcast://[ff02::1]:http?if=3"),
        ("mcast://[fe80::1]@[ff32::5]:9?ttl=2", "mcast://[ff32::5]:9?source=fe80::1&ttl=2"),
        ("mcast://239.1.2.3:5?loop&rcvbuf=64KiB", "mcast://239.1.2.3:5?loop=on&rcvbuf=65536"),
        ("mcast://239.1.2.3:5?loop=off&if=any", "mcast://239.1.2.3:5?loop=off"),
        ("mcast://239.1.2.3:5?if=10.0.0.1&ip.tos=16", "mcast://239.1.2.3:5?if=10.0.0.1&ip.tos=16"),
    ];
    for (text, printed) in rows {
        assert_eq!(group(text), Ok(printed.to_owned()), "{text}");
        assert_eq!(group(printed), Ok(printed.to_owned()), "{text}");
    }
}

#[test]
fn what_is_wrong_with_a_group_is_pointed_at() {
    let rows = [
        (
            "mcast://10.1.2.3:5",
            "10.1.2.3 is no group",
            "        ^^^^^^^^    those of IPv4 are 224.0.0.0/4, those of IPv6 ff00::/8",
        ),
        (
            "mcast://nosuch:5",
            "\"nosuch\" is no address",
            "        ^^^^^^    write it in figures: 239.1.2.3, [ff02::1234]",
        ),
        ("mcast://:5", "\"\" is no address", "        ^    write it in figures: 239.1.2.3, [ff02::1234]"),
        ("mcast://239.1.2.3", "a port is missing", "                 ^    write mcast://239.1.2.3:PORT"),
        ("mcast://239.1.2.3:99999", "port 99999 is out of range (0 to 65535)", "                  ^^^^^"),
        ("mcast://::1@232.1.2.3:5", "::1 is of another family than the group", "        ^^^"),
        (
            "mcast://239.1.2.3:5?source=239.1.1.1",
            "239.1.1.1 is the address of no single sender",
            "                           ^^^^^^^^^",
        ),
        (
            "mcast://239.1.2.3:5?ttl=256",
            "\"256\" is no number of hops",
            "                        ^^^    ttl is a number from 0 to 255; 0 stays on this machine, 1 on the link",
        ),
        (
            "mcast://239.1.2.3:5?loop=maybe",
            "\"maybe\" is no value of loop",
            "                         ^^^^^    loop is on or off",
        ),
        ("mcast://239.1.2.3%eth0:5?if=lo", "if is given twice", "                         ^^"),
        (
            "mcast://239.1.2.3:5?if=",
            "\"\" names no interface",
            "                       ^    write its name, its index, one of its addresses, or * for all",
        ),
    ];
    for (text, message, marked) in rows {
        assert_eq!(group(text), Err(format!("{message}\n  {text}\n  {marked}")), "{text}");
    }
    let refused = read("mcast://239.1.2.3:5").unwrap_err();
    assert!(refused.starts_with("a group is for sock send and sock recv\n"), "{refused}");
}
