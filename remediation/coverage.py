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
        "Each sweep looks whether the way that events take is still there, and whether Latch sees what it guards.",
        subsumes=("F2",),
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
}

# By the number of the loss; a person's call to Resource Manager in the lab, up to what people are told.
PROVEN_BY = {
    1: (
        "tests/scenarios/test_opened_account.py::test_an_account_opened_in_the_portal_is_closed_within_one_event",
    ),
    2: ("tests/scenarios/test_opened_account.py::test_the_default_action_alone_is_turned_back",),
    3: (
        "tests/scenarios/test_account_networks.py::test_ranges_that_nobody_allowed_are_removed_and_the_allowed_ones_stay",
        "tests/scenarios/test_account_networks.py::test_an_account_opened_to_all_is_open_to_the_allowed_ranges_again",
        "tests/scenarios/test_account_networks.py::test_an_aiservices_account_opened_to_a_partner_is_closed_where_nobody_is_let_in",
    ),
    4: (
        "tests/scenarios/test_account_subnets.py::test_subnets_that_nobody_allowed_are_removed_and_the_allowed_one_stays",
        "tests/scenarios/test_account_subnets.py::test_an_account_with_subnet_rules_is_closed",
        "tests/scenarios/test_account_subnets.py::test_a_person_is_told_which_right_the_rules_need_and_closing_does_not_wait_for_it",
    ),
    5: ("tests/scenarios/test_account_switches.py::test_trusted_services_are_let_in_no_more",),
    6: (
        "tests/scenarios/test_broken_endpoint.py::test_a_deleted_endpoint_is_rebuilt_with_its_name_zone_group_and_record",
    ),
    7: (
        "tests/scenarios/test_broken_endpoint.py::test_a_rejected_connection_is_told_and_not_fought",
        "tests/scenarios/test_network_rebuild.py::test_a_rejected_connection_is_built_anew",
    ),
    8: (
        "tests/scenarios/test_network_rebuild.py::test_a_removed_connection_is_built_anew_with_each_member_and_zone",
        "tests/scenarios/test_network_rebuild.py::test_without_the_opt_in_a_removed_connection_is_told_and_the_endpoint_left_alone",
    ),
    9: (
        "tests/scenarios/test_broken_endpoint.py::test_a_pending_connection_of_the_declared_endpoint_is_approved",
    ),
    10: (
        "tests/scenarios/test_network_failed.py::test_a_failed_endpoint_is_written_again",
        "tests/scenarios/test_network_failed.py::test_a_failed_endpoint_is_deleted_first_where_the_policy_says_so",
    ),
    11: (
        "tests/scenarios/test_network_others.py::test_an_approved_endpoint_of_others_is_told_and_stays",
    ),
    12: (
        "tests/scenarios/test_broken_names.py::test_a_deleted_zone_group_comes_back_with_its_record",
    ),
    13: ("tests/scenarios/test_broken_names.py::test_a_deleted_record_comes_back",),
    14: (
        "tests/scenarios/test_broken_names.py::test_a_record_that_was_pointed_elsewhere_points_to_the_endpoint_again",
    ),
    15: (
        "tests/scenarios/test_broken_zone.py::test_a_removed_link_comes_back",
        "tests/scenarios/test_network_hub.py::test_a_removed_link_of_one_spoke_comes_back_and_the_others_never_notice",
    ),
    16: (
        "tests/scenarios/test_names_links.py::test_a_link_that_was_changed_is_mended_where_the_policy_says_so",
    ),
    17: (
        "tests/scenarios/test_broken_zone.py::test_a_deleted_zone_comes_back_with_link_and_records",
    ),
    18: (
        "tests/scenarios/test_names_links.py::test_a_zone_of_the_same_name_that_took_the_network_is_named_and_left_alone",
    ),
    19: (
        "tests/scenarios/test_broken_names.py::test_a_zone_group_with_the_wrong_zone_gets_the_right_one_beside_it",
    ),
    20: (
        "tests/scenarios/test_network_around.py::test_dns_servers_that_nobody_declared_are_told_and_stay",
    ),
    21: (
        "tests/scenarios/test_new_account.py::test_a_new_account_without_a_subdomain_is_closed_and_a_person_is_told",
    ),
    22: (
        "tests/scenarios/test_account_switches.py::test_keys_that_were_turned_on_are_turned_off",
        "tests/scenarios/test_watch.py::test_keys_are_listed_again_and_again_and_told_once",
    ),
    23: (
        "tests/scenarios/test_network_around.py::test_filters_before_the_endpoint_are_told_and_stay",
    ),
    24: (
        "tests/scenarios/test_new_account.py::test_a_new_public_account_is_closed_and_connected",
        "tests/scenarios/test_watch.py::test_an_account_is_deleted_and_comes_back",
        "tests/scenarios/test_account_returns.py::test_a_restored_account_is_closed_and_its_endpoint_built_anew",
    ),
    25: (
        "tests/scenarios/test_account_returns.py::test_an_upgraded_account_gets_its_zones_and_an_endpoint_with_all_members",
        "tests/scenarios/test_account_returns.py::test_an_upgraded_account_gets_its_zones_and_a_person_is_told_of_the_missing_members",
    ),
    26: (
        "tests/scenarios/test_account_perimeter.py::test_a_perimeter_is_told_with_whom_it_lets_in_and_never_fought",
        "tests/scenarios/test_account_perimeter.py::test_an_account_that_its_perimeter_secures_is_left_to_it",
    ),
    27: (
        "tests/scenarios/test_account_switches.py::test_what_the_account_may_reach_is_put_back",
        "tests/scenarios/test_account_switches.py::test_agents_in_a_network_of_their_own_are_told_and_not_taken_out",
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
