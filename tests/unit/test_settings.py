"""Settings are read whole, and every mistake is told at once."""

from datetime import timedelta

import pytest

from remediation.clouds import CHINA, PUBLIC, US_GOVERNMENT
from remediation.errors import Fault, SettingsError
from remediation.settings import Settings

REQUIRED = {
    "LATCH_STATE__queueServiceUri": "https://state.queue.core.windows.net",
    "LATCH_STATE__tableServiceUri": "https://state.table.core.windows.net",
    "LATCH_MAILBOX__queueServiceUri": "https://mailbox.queue.core.windows.net",
}


def faults_of(environ: dict[str, str]) -> tuple[Fault, ...]:
    with pytest.raises(SettingsError) as refusal:
        Settings.from_environ(REQUIRED | environ)
    return refusal.value.faults


def test_three_addresses_are_enough() -> None:
    settings = Settings.from_environ(REQUIRED)

    assert settings == Settings(
        policy="policy.yaml",
        cloud=PUBLIC,
        arm_endpoint="https://management.azure.com",
        arm_scope="https://management.azure.com/.default",
        client_id=None,
        state_queues="https://state.queue.core.windows.net",
        state_tables="https://state.table.core.windows.net",
        mailbox_queues="https://mailbox.queue.core.windows.net",
        mailbox_blobs=None,
        alert_topic=None,
        sweep_schedule="0 */15 * * * *",
        retry_for=timedelta(minutes=30),
        keeps_for=timedelta(days=90),
        keeps_personal_data=True,
        paused=False,
        probes=True,
        probe_resolver=None,
        probe_proxy=None,
        probe_public_resolver=None,
        probe_public_proxy=None,
    )


def test_everything_can_be_set() -> None:
    settings = Settings.from_environ(
        {
            "LATCH_POLICY": "policies/prod.yaml",
            "LATCH_CLOUD": "usgov",
            "LATCH_ARM_ENDPOINT": "https://127.0.0.1:8443/",
            "LATCH_ARM_SCOPE": "https://arm.example.com/.default",
            "LATCH_CLIENT_ID": "77777777-7777-4777-8777-77777777777A",
            "LATCH_STATE__queueServiceUri": "https://127.0.0.1:10001/devstoreaccount1",
            "LATCH_STATE__tableServiceUri": "https://127.0.0.1:10002/devstoreaccount1",
            "LATCH_MAILBOX__queueServiceUri": " https://127.0.0.1:10001/devstoreaccount1 ",
            "LATCH_MAILBOX__blobServiceUri": "https://127.0.0.1:10000/devstoreaccount1",
            "LATCH_ALERT_TOPIC": "https://topic.eastus-1.eventgrid.azure.net/api/events",
            "LATCH_SWEEP_SCHEDULE": "30  0,30 6-22/2 * jan-JUN Mon-fri",
            "LATCH_RETRY_MINUTES": "10",
            "LATCH_PERSONAL_DATA": "drop",
            "LATCH_KEEP_DAYS": "7",
            "LATCH_PAUSE": "on",
            "LATCH_PROBE": "off",
            "LATCH_PROBE_RESOLVER": "168.63.129.16",
            "LATCH_PROBE_PROXY": "http://proxy.contoso.example:3128/",
            "LATCH_PROBE_PUBLIC_RESOLVER": "[2606:4700:4700::1111]:5353",
            "LATCH_PROBE_PUBLIC_PROXY": "http://127.0.0.1:8080",
        }
    )

    assert settings == Settings(
        policy="policies/prod.yaml",
        cloud=US_GOVERNMENT,
        arm_endpoint="https://127.0.0.1:8443",
        arm_scope="https://arm.example.com/.default",
        client_id="77777777-7777-4777-8777-77777777777a",
        state_queues="https://127.0.0.1:10001/devstoreaccount1",
        state_tables="https://127.0.0.1:10002/devstoreaccount1",
        mailbox_queues="https://127.0.0.1:10001/devstoreaccount1",
        mailbox_blobs="https://127.0.0.1:10000/devstoreaccount1",
        alert_topic="https://topic.eastus-1.eventgrid.azure.net/api/events",
        sweep_schedule="30 0,30 6-22/2 * jan-JUN Mon-fri",
        retry_for=timedelta(minutes=10),
        keeps_for=timedelta(days=7),
        keeps_personal_data=False,
        paused=True,
        probes=False,
        probe_resolver=("168.63.129.16", 53),
        probe_proxy="http://proxy.contoso.example:3128",
        probe_public_resolver=("2606:4700:4700::1111", 5353),
        probe_public_proxy="http://127.0.0.1:8080",
    )


def test_the_cloud_decides_where_arm_is() -> None:
    settings = Settings.from_environ(REQUIRED | {"LATCH_CLOUD": "china"})

    assert settings.cloud == CHINA
    assert settings.arm_endpoint == "https://management.chinacloudapi.cn"
    assert settings.arm_scope == "https://management.chinacloudapi.cn/.default"


def test_another_endpoint_keeps_the_scope_of_the_cloud() -> None:
    settings = Settings.from_environ(REQUIRED | {"LATCH_ARM_ENDPOINT": "https://127.0.0.1:8443"})

    assert settings.arm_endpoint == "https://127.0.0.1:8443"
    assert settings.arm_scope == "https://management.azure.com/.default"


def test_an_empty_setting_counts_as_not_set() -> None:
    empty = {"LATCH_CLOUD": "", "LATCH_CLIENT_ID": " ", "LATCH_ALERT_TOPIC": "", "LATCH_POLICY": ""}

    assert Settings.from_environ(REQUIRED | empty) == Settings.from_environ(REQUIRED)


def test_other_settings_of_the_app_and_of_connections_are_not_ours() -> None:
    others = {
        "AzureWebJobsStorage__accountName": "x",
        "PATH": "/bin",
        "LATCH_STATE__credential": "managedidentity",
        "LATCH_STATE__clientId": "77777777-7777-4777-8777-777777777777",
    }

    assert Settings.from_environ(REQUIRED | others) == Settings.from_environ(REQUIRED)


def test_every_mistake_is_told_at_once() -> None:
    with pytest.raises(SettingsError) as refusal:
        Settings.from_environ(
            {
                "LATCH_CLOUD": "pubic",
                "LATCH_POLCY": "policy.yaml",
                "LATCH_COLOR_OF_THE_SKY": "blue",
                "LATCH_STATE__queueServiceUri": "http://state.queue.core.windows.net",
                "LATCH_STATE__tableServiceUri": "https://state.table.core.windows.net",
                "LATCH_RETRY_MINUTES": "9",
            }
        )

    assert str(refusal.value).splitlines() == [
        "LATCH_COLOR_OF_THE_SKY: is no setting of Latch",
        "LATCH_POLCY: is no setting of Latch; did you mean 'LATCH_POLICY'?",
        "LATCH_CLOUD: is 'pubic': it must be one of public, usgov, china; did you mean 'public'?",
        "LATCH_STATE__queueServiceUri: is no https address",
        "LATCH_MAILBOX__queueServiceUri: is required",
        "LATCH_RETRY_MINUTES: must be a whole number of minutes from 10 to 1440",
    ]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        pytest.param("LATCH_ARM_ENDPOINT", "http://127.0.0.1", id="plain http"),
        pytest.param("LATCH_ARM_ENDPOINT", "management.azure.com", id="a host without a scheme"),
        pytest.param("LATCH_ARM_ENDPOINT", "https://", id="a scheme without a host"),
        pytest.param("LATCH_ARM_ENDPOINT", "https://a b", id="a host with a blank"),
        pytest.param("LATCH_ARM_ENDPOINT", "https://a:99999", id="a port that cannot be"),
        pytest.param("LATCH_ARM_ENDPOINT", "https://a:0", id="port zero"),
        pytest.param("LATCH_ARM_ENDPOINT", "https://[::1", id="a bracket left open"),
        pytest.param(
            "LATCH_ARM_SCOPE", "https://management.azure.com", id="a scope without .default"
        ),
        pytest.param("LATCH_CLIENT_ID", "latch", id="a name instead of a client id"),
        pytest.param("LATCH_RETRY_MINUTES", "half an hour", id="words for a number"),
        pytest.param("LATCH_RETRY_MINUTES", "1e3", id="an exponent"),
        pytest.param("LATCH_RETRY_MINUTES", "1441", id="more than a day"),
        pytest.param("LATCH_RETRY_MINUTES", "9" * 5000, id="a number too long to be read"),
        pytest.param("LATCH_PERSONAL_DATA", "yes", id="an unknown word"),
        pytest.param("LATCH_CLOUD", "PUBLIC", id="a cloud in capitals"),
        pytest.param("LATCH_PROBE", "yes", id="neither on nor off"),
        pytest.param("LATCH_PROBE_RESOLVER", "dns.contoso.example:53", id="a resolver's name"),
        pytest.param("LATCH_PROBE_RESOLVER", "10.0.0.256:53", id="an address that cannot be"),
        pytest.param("LATCH_PROBE_RESOLVER", "10.0.0.4:0", id="a resolver's port zero"),
        pytest.param("LATCH_PROBE_RESOLVER", "10.0.0.4:65536", id="a resolver's port too high"),
        pytest.param("LATCH_PROBE_RESOLVER", "fd00::4", id="an IPv6 address without brackets"),
        pytest.param("LATCH_PROBE_PROXY", "https://proxy.example", id="a proxy that speaks TLS"),
        pytest.param("LATCH_PROBE_PROXY", "proxy.example:3128", id="a proxy without a scheme"),
        pytest.param("LATCH_PROBE_PROXY", "http://proxy:99999", id="a proxy's port too high"),
        pytest.param("LATCH_PROBE_PROXY", "http://proxy/path", id="a proxy with a path"),
        pytest.param("LATCH_PROBE_PROXY", "http://me:key@proxy", id="a proxy with a password"),
        pytest.param("LATCH_PROBE_PUBLIC_PROXY", "http://proxy:3128", id="a proxy and no resolver"),
        pytest.param("LATCH_SWEEP_SCHEDULE", "*/15 * * * *", id="a schedule of five fields"),
        pytest.param("LATCH_SWEEP_SCHEDULE", "60 * * * * *", id="a second too many"),
        pytest.param("LATCH_SWEEP_SCHEDULE", "0 0 0 0 * *", id="day zero"),
        pytest.param("LATCH_SWEEP_SCHEDULE", "0 0 0 * * 7", id="an eighth day of the week"),
        pytest.param("LATCH_SWEEP_SCHEDULE", "0 0 0 * * mon-sun", id="a range that runs backwards"),
        pytest.param("LATCH_SWEEP_SCHEDULE", "0 */0 * * * *", id="a step of zero"),
        pytest.param("LATCH_SWEEP_SCHEDULE", "0 */x * * * *", id="a step that is no number"),
        pytest.param("LATCH_SWEEP_SCHEDULE", "0 1, * * * *", id="a comma with nothing behind it"),
        pytest.param("LATCH_SWEEP_SCHEDULE", "0 jan * * * *", id="a month for a minute"),
        pytest.param("LATCH_SWEEP_SCHEDULE", "0 1-2-3 * * * *", id="a range with three ends"),
    ],
)
def test_a_wrong_value_is_refused(name: str, text: str) -> None:
    assert [fault.where for fault in faults_of({name: text})] == [name]


def test_a_public_proxy_says_that_it_needs_a_public_resolver() -> None:
    assert faults_of({"LATCH_PROBE_PUBLIC_PROXY": "http://proxy:3128"}) == (
        Fault("LATCH_PROBE_PUBLIC_PROXY", "needs LATCH_PROBE_PUBLIC_RESOLVER"),
    )


def test_a_public_resolver_with_a_mistake_is_one_mistake() -> None:
    both = {"LATCH_PROBE_PUBLIC_PROXY": "http://proxy", "LATCH_PROBE_PUBLIC_RESOLVER": "nobody"}

    assert [fault.where for fault in faults_of(both)] == ["LATCH_PROBE_PUBLIC_RESOLVER"]


def test_a_schedule_with_a_wrong_field_says_which() -> None:
    assert faults_of({"LATCH_SWEEP_SCHEDULE": "0 0 24 * * *"}) == (
        Fault("LATCH_SWEEP_SCHEDULE", "has '24' for the hour, which goes from 0 to 23"),
    )


@pytest.mark.parametrize(
    "address",
    [
        pytest.param("https://topic.example.com/api/events?sig=TOPSECRET", id="in the query"),
        pytest.param("https://user:TOPSECRET@topic.example.com", id="as a password"),
        pytest.param("https://topic.example.com/#TOPSECRET", id="in the fragment"),
        pytest.param("https://topic.example.com:TOPSECRET", id="as a port"),
        pytest.param("Endpoint=https://x;SharedAccessKey=TOPSECRET", id="in a connection string"),
    ],
)
def test_a_key_in_an_address_is_refused_and_not_repeated(address: str) -> None:
    faults = faults_of({"LATCH_ALERT_TOPIC": address})

    assert [fault.where for fault in faults] == ["LATCH_ALERT_TOPIC"]
    assert "topsecret" not in str(faults).casefold()
