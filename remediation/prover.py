"""Does what Resource Manager says hold on the wire? Looks at the account's names as clients find them."""

from remediation import proof, proof_subject
from remediation.desired import Desired
from remediation.observed import Observed
from remediation.path import Path
from remediation.ports import Prober


class Prover:
    """Proves one account's private path; reads nothing of Azure, and changes nothing."""

    def __init__(self, prober: Prober) -> None:
        """Takes the eyes."""
        self._prober = prober

    async def prove(self, desired: Desired, observed: Observed) -> proof.Proof | None:
        """None when the private path was not looked at, so that there is nothing to compare with."""
        if observed.network is None:
            return None
        path = Path.trace(desired, observed.account, observed.network)
        subject = proof_subject.subject(
            observed.account,
            observed.network,
            path.endpoint,
            () if path.dns is None else tuple(zone.name for zone in path.dns.zones),
            wants_endpoint=desired.endpoint is not None,
            wants_selected=desired.selected is not None,
        )
        return proof.prove(subject, await self._prober.look(subject.hosts))
