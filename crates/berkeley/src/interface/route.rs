//! A route.

use std::net::IpAddr;

use crate::addr::network::IpNet;

/// A way to a network: through which interface, and by which gateway.
///
/// One with several next hops is listed as one for each of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[doc(alias = "rtmsg")]
#[doc(alias = "MIB_IPFORWARD_ROW2")]
pub struct Route {
    pub(crate) destination: IpNet,
    pub(crate) gateway: Option<IpAddr>,
    pub(crate) interface: Option<u32>,
    pub(crate) source: Option<IpAddr>,
    pub(crate) metric: u32,
    pub(crate) table: u32,
}

impl Route {
    /// Returns the network that it leads to.
    #[must_use]
    #[doc(alias = "RTA_DST")]
    pub const fn destination(&self) -> IpNet {
        self.destination
    }

    /// Returns `true` if it leads to whatever no other route leads to.
    #[must_use]
    pub fn is_default(&self) -> bool {
        self.destination.prefix_len() == 0
    }

    /// Returns the next router, which may be of the other family; `None` if the network is on the link.
    #[must_use]
    #[doc(alias = "RTA_GATEWAY")]
    pub const fn gateway(&self) -> Option<IpAddr> {
        self.gateway
    }

    /// Returns the index of the interface; `None` if it leads through none.
    #[must_use]
    #[doc(alias = "RTA_OIF")]
    pub const fn interface(&self) -> Option<u32> {
        self.interface
    }

    /// Returns the address from which is sent what has none yet.
    #[must_use]
    #[doc(alias = "RTA_PREFSRC")]
    pub const fn source(&self) -> Option<IpAddr> {
        self.source
    }

    /// Returns the metric: of two routes to the same network, that of the lesser one is taken.
    #[must_use]
    #[doc(alias = "RTA_PRIORITY")]
    pub const fn metric(&self) -> u32 {
        self.metric
    }

    /// Returns the number of the table: 254 is the main one of Linux, zero the only one elsewhere.
    #[must_use]
    #[doc(alias = "RTA_TABLE")]
    pub const fn table(&self) -> u32 {
        self.table
    }

    /// The default gateways of an interface, those of the least metric first.
    pub(crate) fn gateways_of(routes: &[Self], interface: u32) -> Vec<IpAddr> {
        let leads_out = |route: &&Self| route.interface == Some(interface) && route.is_default();
        let mut found: Vec<_> = routes
            .iter()
            .filter(leads_out)
            .filter_map(|route| Some((route.metric, route.gateway?)))
            .collect();
        found.sort_by_key(|row| row.0);
        let mut gateways = Vec::new();
        for (_, gateway) in found {
            if !gateways.contains(&gateway) {
                gateways.push(gateway);
            }
        }
        gateways
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn gateways_are_in_the_order_of_their_metrics_and_each_is_there_once() {
        let route = |destination: &str, gateway: &str, metric| Route {
            destination: destination.parse().unwrap(),
            gateway: gateway.parse().ok(),
            interface: Some(2),
            source: None,
            metric,
            table: 254,
        };
        let routes = [
            route("0.0.0.0/0", "10.0.0.2", 200),
            route("0.0.0.0/0", "10.0.0.1", 100),
            route("10.1.0.0/16", "10.0.0.3", 1),
            route("0.0.0.0/0", "10.0.0.2", 300),
            route("::/0", "", 1),
        ];
        let gateways: Vec<_> = Route::gateways_of(&routes, 2).iter().map(IpAddr::to_string).collect();
        assert_eq!(gateways, ["10.0.0.1", "10.0.0.2"]);
        assert!(Route::gateways_of(&routes, 3).is_empty());
    }
}
