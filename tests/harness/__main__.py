"""`python -m tests.harness serve`: the lab as a program, until SIGTERM or Ctrl-C."""

import argparse
import asyncio
import json
import os
import signal
from pathlib import Path

from tests.harness.control import Control
from tests.harness.lab import LATCH, REPOSITORY, Lab, Plan
from tests.harness.world import Json


def main() -> None:
    arguments = _parse()
    plan = Plan(
        world=arguments.world,
        ingest=arguments.ingest,
        policy=arguments.policy.resolve(),
        functions=not arguments.no_functions,
    )
    asyncio.run(serve(plan, arguments.ready_file))


async def serve(plan: Plan, ready_file: Path) -> None:
    """Opens the lab, says in `ready_file` where everything is, and waits for a signal."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for each in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(each, stop.set)
    async with Lab(plan) as lab:
        control = Control(lab)
        url = await control.start()
        try:
            _write(ready_file, await ready(lab, url))
            print(
                f"The lab is ready; {ready_file} says where everything is. Ctrl-C ends it.",
                flush=True,
            )
            await stop.wait()
        finally:
            ready_file.unlink(missing_ok=True)
            await control.close()


async def ready(lab: Lab, control_url: str) -> Json:
    """Where everything is. The shape is a contract: add to it, never change it."""
    host = lab.host
    inside, outside = [
        "{}:{}".format(*await lab.names.view(view)) for view in (lab.places.network.id, None)
    ]
    return {
        "arm": {
            "url": lab.arm.url,
            "ca_file": os.fspath(lab.authority.ca_file),
            "subscriptions": list(lab.world.subscriptions),
        },
        "functions": {
            "url": host.url if host else None,
            "host_key": host.keys.host if host else None,
            "master_key": host.keys.master if host else None,
            "system_key": host.keys.system if host else None,
        },
        "identity": {
            "endpoint": lab.identity.endpoint,
            "header": lab.identity.header,
            "client_id": LATCH.client_id,
            "principal": LATCH.name,
        },
        "storage": {"connection_string": lab.azurite.connection_string},
        "dns": {"inside": inside, "outside": outside},
        "openai": {
            "inside_base_url": lab.inside_door.base_url,
            "outside_base_url": lab.outside_door.base_url,
            "api_key": lab.api_key,
        },
        "event_grid": {"topic_endpoint": lab.topic.endpoint, "topic_key": lab.topic.key},
        "control": {"url": control_url},
    }


def _write(file: Path, content: Json) -> None:
    """At once, so that nobody reads half of it."""
    part = file.with_name(f"{file.name}.part")
    part.write_text(json.dumps(content, indent=2) + "\n", "utf-8")
    part.replace(file)


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tests.harness", description="A small Azure for one machine."
    )
    commands = parser.add_subparsers(required=True)
    lab = commands.add_parser("serve", help="start the lab and run until SIGTERM")
    lab.add_argument(
        "--ready-file", type=Path, required=True, help="JSON file that says where everything is"
    )
    lab.add_argument("--policy", type=Path, default=REPOSITORY / "policy.yaml")
    lab.add_argument("--ingest", choices=("queue", "push"), default="queue")
    lab.add_argument("--no-functions", action="store_true", help="start everything but the app")
    lab.add_argument("--world", default="article", help="empty, article or fleet:N")
    return parser.parse_args()


if __name__ == "__main__":
    main()
