//! How a server on the network is treated: flags, and what is said where it is not of this machine.

use std::net::IpAddr;
use std::str::FromStr;
use std::time::Duration;

use clap::Args;
use url::{Host, Url};

use crate::target::Manners;

/// How a server on the network is treated.
#[derive(Debug, Args)]
pub(super) struct MannerFlags {
    /// The most requests that are sent in a while, for example 10/s or 300/m; none for as many as go. Only
    /// for a TARGET that is a URL.
    /// [default: none for this machine, 50/s for any other]
    #[arg(long, value_name = "RATE")]
    rate_limit: Option<Rate>,
}

impl MannerFlags {
    /// How the server of this URL is treated, and a notice where it is not of this machine.
    pub(super) fn towards(
        &self,
        url: &Url,
        request_timeout: Duration,
    ) -> (Manners, Option<String>) {
        let is_here = is_loopback(url);
        let default = if is_here {
            Rate::UNLIMITED
        } else {
            Rate::MODEST
        };
        let rate = self.rate_limit.unwrap_or(default);
        let manners = Manners {
            interval: rate.0,
            outage: request_timeout,
            ..Manners::default()
        };
        let notice = (!is_here).then(|| {
            let host = url.host_str().unwrap_or_default();
            let most = match rate.0 {
                Some(interval) => format!("at most {:.1} a second", 1.0 / interval.as_secs_f64()),
                None => "as many as go".to_owned(),
            };
            format!(
                "{host} is not this machine. It will get thousands of requests, most of them malformed, {most} (--rate-limit); \
                 test only what is yours to test"
            )
        });
        (manners, notice)
    }
}

/// The time between two requests; `None` for no limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Rate(Option<Duration>);

impl Rate {
    const UNLIMITED: Self = Self(None);
    const MODEST: Self = Self(Some(Duration::from_millis(20)));
}

impl FromStr for Rate {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == "none" {
            return Ok(Self::UNLIMITED);
        }
        let wrong = || {
            format!(
                "\"{text}\" is no rate; write a number above 0 and a unit (s, m or h) such as 10/s, or none"
            )
        };
        let (number, unit) = text.split_once('/').ok_or_else(wrong)?;
        let seconds = match unit {
            "s" => 1.0,
            "m" => 60.0,
            "h" => 3600.0,
            _ => return Err(wrong()),
        };
        let number: f64 = number.parse().map_err(|_| wrong())?;
        let interval = Duration::try_from_secs_f64(seconds / number).map_err(|_| wrong())?;
        Ok(Self(Some(interval)))
    }
}

/// Whether a server is of this machine.
pub(super) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => IpAddr::V6(address).to_canonical().is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn interval(url: &str, flag: Option<&str>) -> (Option<Duration>, bool) {
        let flags = MannerFlags {
            rate_limit: flag.map(|text| text.parse().expect("a rate")),
        };
        let url = Url::parse(url).expect("a URL");
        let (manners, notice) = flags.towards(&url, Duration::from_secs(1));
        (manners.interval, notice.is_some())
    }

    #[test]
    fn who_is_not_this_machine_is_spared() {
        let modest = Some(Duration::from_millis(20));
        assert_eq!(interval("https://issuer.example", None), (modest, true));
        assert_eq!(interval("http://[::1]:3000", None), (None, false));
        assert_eq!(interval("http://localhost:3000", None), (None, false));
        assert_eq!(interval("http://10.0.0.1", Some("none")), (None, true));
        let asked = Some(Duration::from_millis(200));
        assert_eq!(interval("http://127.0.0.1", Some("300/m")), (asked, false));
    }

    #[test]
    fn what_is_no_rate() {
        for text in ["", "10", "x/s", "10/d", "0/s", "-1/s", "nan/s"] {
            assert!(text.parse::<Rate>().is_err(), "{text}");
        }
    }
}
