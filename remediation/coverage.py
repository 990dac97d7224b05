"""What is covered besides the losses, what is not, and which test proves a loss? Pure data for the coverage page.

The checks of other tools go by letters: A access, B endpoint, C names, D identity and data, E proof, F their plumbing.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Beside:
    """What is judged besides the losses."""

    what: str
    rules: tuple[str, ...] = ()
    subsumes: tuple[str, ...] = ()


BESIDE = (
    Beside(
        "Kinds that cannot be closed, and kinds that a profile does not allow, are reported.",
        ("network-support",),
        ("A9",),
    ),
    Beside(
        "An endpoint that differs from what the profile spells out is reported: subnet, static addresses, "
        "security groups, tags, the name of its interface.",
        ("endpoint-settings",),
        ("B2", "B5", "B6", "B7", "B8"),
    ),
    Beside(
        "After every remedy and on every recheck, names and calls are tried from inside and outside.",
        subsumes=("E1", "E2", "E3"),
    ),
)

_NOT_ISOLATION = "it does not decide who can reach the account"

# The peers' checks that none of the above makes.
NOT_SUBSUMED = {
    "C10": "zones elsewhere are read only where a network is not linked to ours",
    "D2": _NOT_ISOLATION,
    "D3": _NOT_ISOLATION,
    "D4": _NOT_ISOLATION,
    "D5": _NOT_ISOLATION,
    "D8": _NOT_ISOLATION,
    "D9": _NOT_ISOLATION,
    "F1": "Latch needs no Azure Policy, and reads no assignments",
    "F2": "what no event told is found by the sweep, whatever became of the event subscription",
}

# By the number of the loss; a person's call to Resource Manager in the lab, up to what people are told.
PROVEN_BY = {
    1: (
        "tests/scenarios/test_opened_account.py::test_an_account_opened_in_the_portal_is_closed_within_one_event",
    ),
    2: ("tests/scenarios/test_opened_account.py::test_the_default_action_alone_is_turned_back",),
    6: (
        "tests/scenarios/test_broken_endpoint.py::test_a_deleted_endpoint_is_rebuilt_with_its_name_zone_group_and_record",
    ),
    7: (
        "tests/scenarios/test_broken_endpoint.py::test_a_rejected_connection_is_told_and_not_fought",
    ),
    9: (
        "tests/scenarios/test_broken_endpoint.py::test_a_pending_connection_of_the_declared_endpoint_is_approved",
    ),
    12: (
        "tests/scenarios/test_broken_names.py::test_a_deleted_zone_group_comes_back_with_its_record",
    ),
    13: ("tests/scenarios/test_broken_names.py::test_a_deleted_record_comes_back",),
    14: (
        "tests/scenarios/test_broken_names.py::test_a_record_that_was_pointed_elsewhere_points_to_the_endpoint_again",
    ),
    15: ("tests/scenarios/test_broken_zone.py::test_a_removed_link_comes_back",),
    17: (
        "tests/scenarios/test_broken_zone.py::test_a_deleted_zone_comes_back_with_link_and_records",
    ),
    19: (
        "tests/scenarios/test_broken_names.py::test_a_zone_group_with_the_wrong_zone_gets_the_right_one_beside_it",
    ),
    21: (
        "tests/scenarios/test_new_account.py::test_a_new_account_without_a_subdomain_is_closed_and_a_person_is_told",
    ),
    24: (
        "tests/scenarios/test_new_account.py::test_a_new_public_account_is_closed_and_connected",
        "tests/scenarios/test_watch.py::test_an_account_is_deleted_and_comes_back",
    ),
    28: (
        "tests/scenarios/test_watch.py::test_an_account_that_loses_its_tag_leaves_the_scope_and_people_are_warned",
    ),
    29: ("tests/scenarios/test_watch.py::test_a_lock_is_removed_and_latch_goes_on_at_once",),
    30: (
        "tests/scenarios/test_watch.py::test_a_role_on_an_account_is_given_and_taken",
        "tests/scenarios/test_rights.py::test_without_its_network_role_latch_closes_and_tells_a_person_once",
    ),
}
