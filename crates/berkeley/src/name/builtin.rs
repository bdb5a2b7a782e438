//! The well-known services and protocols, for systems without files, in the form of the files. The numbers are IANA's.

use crate::kind::Protocol;

/// Finds the protocol that a file of services names.
pub(super) fn transport(name: &str) -> Option<Protocol> {
    const ROWS: &[(&str, Protocol)] = &[
        ("tcp", Protocol::TCP),
        ("udp", Protocol::UDP),
        ("sctp", Protocol::SCTP),
        ("dccp", Protocol::from_raw(33)),
        ("udplite", Protocol::UDPLITE),
    ];
    ROWS.iter().find(|row| row.0.eq_ignore_ascii_case(name)).map(|row| row.1)
}

pub(super) const SERVICES: &str = "\
tcpmux 1/tcp
echo 7/tcp
echo 7/udp
discard 9/tcp sink null
discard 9/udp sink null
systat 11/tcp users
daytime 13/tcp
daytime 13/udp
qotd 17/tcp quote
chargen 19/tcp ttytst source
chargen 19/udp ttytst source
ftp-data 20/tcp
ftp 21/tcp
ssh 22/tcp
telnet 23/tcp
smtp 25/tcp mail
time 37/tcp timserver
time 37/udp timserver
whois 43/tcp nicname
domain 53/tcp
domain 53/udp
bootps 67/udp
bootpc 68/udp
tftp 69/udp
gopher 70/tcp
finger 79/tcp
http 80/tcp www
kerberos 88/tcp kerberos5 krb5 kerberos-sec
kerberos 88/udp kerberos5 krb5 kerberos-sec
pop3 110/tcp pop-3
sunrpc 111/tcp portmapper
sunrpc 111/udp portmapper
auth 113/tcp authentication tap ident
nntp 119/tcp readnews untp
ntp 123/udp
netbios-ns 137/udp
netbios-dgm 138/udp
netbios-ssn 139/tcp
imap2 143/tcp imap
snmp 161/tcp
snmp 161/udp
snmp-trap 162/udp snmptrap
bgp 179/tcp
irc 194/tcp
ldap 389/tcp
ldap 389/udp
https 443/tcp
https 443/udp
microsoft-ds 445/tcp
kpasswd 464/tcp
kpasswd 464/udp
submissions 465/tcp ssmtp smtps urd
isakmp 500/udp
syslog 514/udp
printer 515/tcp spooler
rtsp 554/tcp
nntps 563/tcp snntp
submission 587/tcp
ipp 631/tcp
ldaps 636/tcp
ldaps 636/udp
domain-s 853/tcp
domain-s 853/udp
rsync 873/tcp
ftps-data 989/tcp
ftps 990/tcp
telnets 992/tcp
imaps 993/tcp
pop3s 995/tcp
socks 1080/tcp
openvpn 1194/tcp
openvpn 1194/udp
ms-sql-s 1433/tcp
radius 1812/udp
radius-acct 1813/udp radacct
nfs 2049/tcp
nfs 2049/udp
mysql 3306/tcp
ms-wbt-server 3389/tcp
stun 3478/tcp
stun 3478/udp
svn 3690/tcp subversion
sip 5060/tcp
sip 5060/udp
sip-tls 5061/tcp
sip-tls 5061/udp
xmpp-client 5222/tcp jabber-client
xmpp-server 5269/tcp jabber-server
mdns 5353/udp
postgresql 5432/tcp postgres
amqps 5671/tcp
amqp 5672/tcp
amqp 5672/sctp
redis 6379/tcp
git 9418/tcp
";

pub(super) const PROTOCOLS: &str = "\
ip 0 IP
hopopt 0 HOPOPT
icmp 1 ICMP
igmp 2 IGMP
ipencap 4 IP-ENCAP
tcp 6 TCP
egp 8 EGP
udp 17 UDP
dccp 33 DCCP
ipv6 41 IPv6
ipv6-route 43 IPv6-Route
ipv6-frag 44 IPv6-Frag
rsvp 46 RSVP
gre 47 GRE
esp 50 IPSEC-ESP
ah 51 IPSEC-AH
ipv6-icmp 58 IPv6-ICMP
ipv6-nonxt 59 IPv6-NoNxt
ipv6-opts 60 IPv6-Opts
eigrp 88 EIGRP
ospf 89 OSPFIGP
ipip 94 IPIP
pim 103 PIM
vrrp 112 VRRP
l2tp 115 L2TP
sctp 132 SCTP
udplite 136 UDPLite
mpls-in-ip 137 MPLS-in-IP
hip 139 HIP
shim6 140 Shim6
";

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::name::{ProtocolEntry, ServiceEntry};

    #[test]
    fn every_line_is_read() {
        let services: Vec<_> = ServiceEntry::parse(SERVICES).collect();
        assert_eq!(services.len(), SERVICES.lines().count());
        assert!(services.iter().all(|entry| entry.protocol().is_some()));
        assert!(services.is_sorted_by_key(ServiceEntry::port));
        assert_eq!(ProtocolEntry::parse(PROTOCOLS).count(), PROTOCOLS.lines().count());
    }

    #[test]
    fn the_tables_say_what_the_files_of_this_system_say() {
        for entry in ServiceEntry::parse(SERVICES) {
            if let Ok(listed) = ServiceEntry::by_name(entry.name(), entry.protocol()) {
                assert_eq!(listed.port(), entry.port(), "{entry}");
            }
        }
        for entry in ProtocolEntry::parse(PROTOCOLS) {
            if let Ok(listed) = ProtocolEntry::by_name(entry.name()) {
                assert_eq!(listed.number(), entry.number(), "{entry}");
            }
        }
    }
}
