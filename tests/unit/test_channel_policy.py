"""What the policy may say of channels, and what the settings behind it must hold."""

from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from remediation.channel import Channel, Every, Kind, Rate, Vendor
from remediation.channels import secrets
from remediation.errors import SettingsError
from remediation.plan import Severity
from remediation.policy_alerts import AlertsSection, channels

KEY = "LATCH_CHANNEL_KEY"
URL = "LATCH_CHANNEL_URL"
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
SLACK: dict[str, Any] = {"name": "chat", "kind": "slack", "url": {"setting": URL}}
ON_CALL: dict[str, Any] = {"name": "on-call", "kind": "pagerduty", "key": {"setting": KEY}}
MACHINE: dict[str, Any] = {
    "name": "siem",
    "kind": "webhook",
    "url": {"setting": URL},
    "key": {"setting": KEY},
}


def read(*sections: dict[str, Any], **alerts: Any) -> AlertsSection:
    return AlertsSection.model_validate({"channels": list(sections), **alerts})


def only(section: dict[str, Any], **alerts: Any) -> Channel:
    (channel,) = channels(read(section, **alerts), has_topic=False).each
    return channel


# The policy --------------------------------------------------------------------------------------------------------


def test_people_get_few_messages_unless_somebody_says_otherwise() -> None:
    chat = only(SLACK)

    assert (chat.rate, chat.window, chat.heartbeat) == (
        Rate(4, 6),
        timedelta(minutes=1),
        Every.NEVER,
    )
    assert (only(ON_CALL).rate, only(ON_CALL).window) == (Rate(10, 10), timedelta())
    assert (only(MACHINE).rate, only(MACHINE).window) == (None, timedelta())


def test_everything_can_be_said() -> None:
    said = only(
        SLACK
        | {
            "severity": "warning",
            "kinds": ["Held", "Restored"],
            "profiles": ["production"],
            "rate": {"burst": "2", "per_minute": "3"},
            "window": "5m",
            "heartbeat": "daily",
        },
        hosts=["*.Example.org"],
    )

    assert said.route.least is Severity.WARNING
    assert said.route.kinds == {Kind.HELD, Kind.RESTORED}
    assert said.route.profiles == {"production"}
    assert (said.rate, said.window, said.heartbeat) == (
        Rate(2, 3),
        timedelta(minutes=5),
        Every.DAILY,
    )
    assert said.hosts == ("*.example.org",)


@pytest.mark.parametrize(
    ("section", "has_topic", "names"),
    [
        (None, False, []),
        (None, True, ["event-grid"]),
        (read(SLACK), True, ["chat", "event-grid"]),
        (read({"name": "all", "kind": "event-grid"}), True, ["all"]),
    ],
)
def test_a_topic_gets_everything_named_or_not(
    section: AlertsSection | None, *, has_topic: bool, names: list[str]
) -> None:
    assert [each.name for each in channels(section, has_topic=has_topic).each] == names


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        pytest.param({"kind": "slack", "name": "c"}, "is required for slack", id="no address"),
        pytest.param(SLACK | {"key": {"setting": KEY}}, "means nothing for slack", id="idle key"),
        pytest.param(
            SLACK | {"endpoint": "https://a.example"}, "means nothing for slack", id="no secret"
        ),
        pytest.param(ON_CALL | {"window": "1m"}, "every alert by itself", id="a window on call"),
        pytest.param(MACHINE | {"rate": {"burst": 1, "per_minute": 1}}, "every alert", id="a rate"),
        pytest.param(
            MACHINE | {"endpoint": "https://a.example"},
            "either url or endpoint",
            id="two addresses",
        ),
        pytest.param(SLACK | {"name": "Chat!"}, "name a channel", id="a name"),
        pytest.param(SLACK | {"url": {"setting": "SLACK"}}, "LATCH_CHANNEL_", id="a setting"),
        pytest.param(
            SLACK | {"url": {"setting": "LATCH_CHANNEL_A__B"}}, "LATCH_CHANNEL_", id="a connection"
        ),
        pytest.param(
            SLACK | {"rate": {"burst": 0, "per_minute": 1}}, "from 1 to 1000", id="no message"
        ),
        pytest.param(SLACK | {"window": "2h"}, "longer than 1h", id="a long window"),
        pytest.param(SLACK | {"surprise": 1}, "Extra inputs", id="an unknown key"),
        pytest.param(
            ON_CALL | {"endpoint": "http://a.example"}, "not an https address", id="plain http"
        ),
        pytest.param(
            ON_CALL | {"endpoint": "https://["}, "not an https address", id="no address at all"
        ),
    ],
)
def test_what_makes_no_sense_is_refused(wrong: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        read(wrong)


@pytest.mark.parametrize("host", ["https://a.example", "a b", "*.com", "*"])
def test_what_is_no_host_is_refused(host: str) -> None:
    with pytest.raises(ValidationError, match=r"not a host|allows too much"):
        read(SLACK, hosts=[host])


def test_two_channels_need_two_names() -> None:
    with pytest.raises(ValidationError, match="'chat' is there twice"):
        read(SLACK, SLACK)


# The settings ------------------------------------------------------------------------------------------------------


def resolved(channel: Channel, **environ: str) -> secrets.Address:
    return secrets.resolve((channel,), environ)[channel.name]


def test_an_address_comes_from_its_setting_and_never_shows() -> None:
    address = resolved(
        only(SLACK), LATCH_CHANNEL_URL="https://hooks.slack.com/services/T0/B0/verysecret"
    )

    assert address.url.reveal().endswith("verysecret")
    assert address.host == "hooks.slack.com"
    assert "verysecret" not in f"{address} {address!r} {address.url}"
    assert (
        address.redacted("no verysecret at https://hooks.slack.com/services/T0/B0/verysecret")
        == "no *** at ***"
    )


def test_pagerduty_is_where_it_is_unless_somebody_says_otherwise() -> None:
    europe = ON_CALL | {"endpoint": "https://events.eu.pagerduty.com/v2/enqueue"}

    assert resolved(only(ON_CALL), LATCH_CHANNEL_KEY="0" * 32).host == "events.pagerduty.com"
    assert resolved(only(europe), LATCH_CHANNEL_KEY="0" * 32).host == "events.eu.pagerduty.com"


def test_an_address_of_ones_own_is_allowed_by_name() -> None:
    own = only(MACHINE, hosts=["*.example.org"])
    environ = {URL: "https://siem.example.org/latch", KEY: SECRET}

    assert secrets.resolve((own,), environ)["siem"].host == "siem.example.org"


@pytest.mark.parametrize(
    ("section", "environ", "fault"),
    [
        pytest.param(SLACK, {}, f"{URL}: is required", id="missing"),
        pytest.param(
            SLACK, {URL: "@Microsoft.KeyVault(SecretUri=https://v)"}, "not resolved", id="vault"
        ),
        pytest.param(
            SLACK, {URL: "http://hooks.slack.com/verysecret"}, "no https address", id="http"
        ),
        pytest.param(
            SLACK, {URL: "https://u:verysecret@hooks.slack.com"}, "without a user", id="user"
        ),
        pytest.param(SLACK, {URL: "https://[verysecret"}, "no https address", id="no address"),
        pytest.param(
            SLACK,
            {URL: "https://evil.example/verysecret"},
            "evil.example, which alerts.hosts",
            id="host",
        ),
        pytest.param(
            SLACK,
            {URL: "https://hooks.slack.com.evil.example/verysecret"},
            "not allow",
            id="a host alike",
        ),
        pytest.param(ON_CALL, {KEY: "verysecret"}, "no integration key", id="key"),
        pytest.param(
            MACHINE, {URL: "https://a.example/verysecret", KEY: "x"}, "whsec_", id="signing key"
        ),
        pytest.param(
            SLACK,
            {URL: "https://hooks.slack.com/x", "LATCH_CHANNEL_TYPO": "x"},
            "TYPO: is named by no",
            id="unused",
        ),
    ],
)
def test_a_wrong_setting_stops_the_start_and_is_not_shown(
    section: dict[str, Any], environ: dict[str, str], fault: str
) -> None:
    with pytest.raises(SettingsError, match=fault) as caught:
        secrets.resolve((only(section),), environ)

    assert "verysecret" not in str(caught.value)


def test_only_the_vendors_of_chats_are_read_by_people() -> None:
    assert {Vendor.TEAMS, Vendor.SLACK, Vendor.APPRISE} == {
        v for v in Vendor if v.is_read_by_people
    }
