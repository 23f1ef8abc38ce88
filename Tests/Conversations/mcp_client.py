"""An agent's conversation with the real binary, held by the official MCP client.

Runs under whichever version of the client's package is installed: from 2.0 on in its default mode
(which asks for the stateless revision) and in its legacy mode, before that with a ClientSession. The
configuration and the policy are those of examples/, so that they are tested too.

    python mcp_client.py PATH_OF_THE_BINARY
"""

import asyncio
import contextlib
import importlib.metadata
import json
import pathlib
import shutil
import sys
import tempfile

from mcp import StdioServerParameters
from mcp.client.stdio import stdio_client

EXAMPLES = pathlib.Path(__file__).resolve().parents[2] / "examples"
RUN = "dev.bursar/run"
STOP = (
    "STOP: The spend cap for this agent session has been exhausted. Do not retry this tool. "
    "Inform the user that billing could not be completed and that a new session is required."
)


class Answer:
    """A tool's result, under the same names whichever version of the client read it."""

    def __init__(self, result):
        self.texts = [block.text for block in result.content]
        modern = hasattr(result, "is_error")
        self.is_error = result.is_error if modern else result.isError
        self.fields = result.structured_content if modern else result.structuredContent

    @property
    def first_line(self):
        return self.texts[0].split("\n")[0]


class Checks:
    """Says each thing that holds, and ends with the first that does not."""

    def __init__(self, title):
        self.title = title
        self.count = 0

    def holds(self, truth, sentence, *evidence):
        facts = [repr(getattr(item, "__dict__", item)) for item in evidence]
        assert truth, f"{self.title}: this does not hold: {sentence}: {', '.join(facts)}"
        self.count += 1
        print(f"  ok: {sentence}", flush=True)


class Home:
    """A user's home for one conversation: the example's policy at the place it is looked for."""

    def __init__(self, folder, binary):
        self.folder = pathlib.Path(folder)
        configuration = json.loads((EXAMPLES / "mcp-client.json").read_text())
        server = configuration["mcpServers"]["bursar"]
        place = self.folder / ".config" / "bursar"
        place.mkdir(parents=True)
        shutil.copy(EXAMPLES / "policy.jsonc", place / "policy.jsonc")
        path = f"{binary.parent}:/usr/bin:/bin"
        self.parameters = StdioServerParameters(
            command=server["command"],
            args=server.get("args", []),
            env={**server["env"], "HOME": str(self.folder), "PATH": path},
        )
        self.journal = self.folder / ".local" / "state" / "bursar" / "ledger.db.sandbox"
        self.log = self.folder / "stderr.log"

    def created_intents(self, reference):
        """What the sandbox was asked to create for a reference: one line of its journal each."""
        lines = [json.loads(line) for line in self.journal.read_text().splitlines()]
        created = [line for line in lines if line[1:3] == ["POST", "/v1/payment_intents"]]
        keys = [dict(zip(line[3:-1:2], line[4:-1:2]))["Idempotency-Key"] for line in created]
        mine = [key for key, line in zip(keys, created) if reference in line[-1]]
        return mine, set(keys)


@contextlib.asynccontextmanager
async def connected(home, mode, told=None):
    """A connection to a process of its own; `call` and `tools` whichever client it is. What it is told
    without asking goes to `told`."""

    async def hear(message):
        if told is not None:
            told(message)

    with open(home.log, "a", encoding="utf-8") as log:
        transport = stdio_client(home.parameters, errlog=log)
        if mode == "session":
            from mcp import ClientSession

            async with (
                transport as (read, write),
                ClientSession(read, write, message_handler=hear) as session,
            ):
                await session.initialize()
                yield session
        else:
            from mcp import Client

            async with Client(transport, mode=mode, message_handler=hear) as client:
                yield client


async def call(client, tool, arguments, run="agent-1"):
    return Answer(await client.call_tool(tool, arguments, meta={RUN: run}))


def charge(reference, amount, customer="cus_ada"):
    return {
        "reference": reference,
        "customer": customer,
        "amount": amount,
        "currency": "usd",
        "payment_method": "pm_card_visa",
    }


async def converse(home, mode, checks):
    async with connected(home, mode) as client:
        tools = (await client.list_tools()).tools
        names = [tool.name for tool in tools]
        checks.holds(names == ["charge", "refund", "status"], "three tools are listed", names)
        first = await charges_once(client, checks)
        await reaches_the_cap(client, checks)
        await gives_back(client, first, checks)
        await is_told_what_is_wrong(client, checks)
        await asks_at_once(client, checks)
    async with connected(home, mode) as client:
        again = await call(client, "charge", charge("INV-1", 6000))
        checks.holds(
            again.fields["operation"] == first.fields["operation"] and again.fields["replayed"],
            "another process answers a repeated charge from the same books",
            again,
        )
    await watches_another(home, mode, checks)
    mine, keys = home.created_intents(first.fields["operation"])
    checks.holds(len(mine) == 1, "the sandbox holds one PaymentIntent for what was repeated", mine)
    checks.holds(len(keys) == 5, "and one for each of the other charges that were granted", keys)


TASK = "month/end"
ADDRESS = "task://month%2Fend"


@contextlib.asynccontextmanager
async def watching(client, mode, told):
    """Watches the task in the client's own way; gives what waits for the next change."""
    if mode == "auto":
        async with client.listen(resource_subscriptions=[ADDRESS]) as stream:
            assert list(stream.honored.resource_subscriptions) == [ADDRESS]

            async def next_change():
                return (await anext(stream)).uri

            yield next_change
    else:
        await client.subscribe_resource(ADDRESS)

        async def next_change():
            message = await told.get()
            return str(getattr(message, "root", message).params.uri)

        yield next_change
        await client.unsubscribe_resource(ADDRESS)


async def watches_another(home, mode, checks):
    """One process watches a task, another one pays."""
    told = asyncio.Queue()
    async with (
        connected(home, mode, told.put_nowait) as watcher,
        connected(home, mode) as payer,
    ):
        templates = await watcher.list_resource_templates()
        templates = getattr(templates, "resource_templates", None) or templates.resourceTemplates
        names = [template.name for template in templates]
        checks.holds(names == ["operation", "task"], "two kinds of resources are offered", names)
        async with watching(watcher, mode, told) as next_change:
            arguments = {
                **charge("INV-9", 900, "cus_eve"),
                "task_id": TASK,
                "step_id": "1",
                "checkpoint": "caf\u00e9 \u2603",
            }
            paid = await call(payer, "charge", arguments, run="agent-9")
            checks.holds(paid.fields["verdict"] == "DONE", "another process pays", paid)
            changed = await asyncio.wait_for(next_change(), timeout=5)
            checks.holds(changed == ADDRESS, "and the first is told which task changed", changed)
        contents = (await watcher.read_resource(ADDRESS)).contents
        task = json.loads(contents[0].text)
        checks.holds(
            [step["outcome"] for step in task["steps"]] == ["done"]
            and task["resume_from"]["checkpoint"] == arguments["checkpoint"],
            "reads that it is done, and the checkpoint as it was given",
            task,
        )
        listed = [str(entry.uri) for entry in (await watcher.list_resources()).resources]
        checks.holds(
            listed[:2] == [ADDRESS, paid.fields["resource"]],
            "and finds the task and its payment at the top of the list",
            listed,
        )
        try:
            await watcher.read_resource("task://unheard-of")
            code = None
        except Exception as error:
            code = getattr(error, "error", error).code
        wanted = -32602 if mode == "auto" else -32002
        checks.holds(code == wanted, "what is not there has its era's number", code)


async def charges_once(client, checks):
    first = await call(client, "charge", charge("INV-1", 6000))
    checks.holds(first.first_line.startswith("DONE: "), "60.00 USD are charged", first)
    checks.holds(not first.is_error and len(first.texts) == 1, "in one block of text", first)
    checks.holds(first.fields["livemode"] is False, "by the sandbox: no money moves", first)
    checks.holds(
        json.loads(first.texts[0].split("\n", 1)[1]) == first.fields,
        "the second line is the structured content",
        first,
    )
    again = await call(client, "charge", charge("INV-1", 6000))
    checks.holds(
        again.fields["operation"] == first.fields["operation"], "a repeat is the same", again
    )
    checks.holds(again.fields["replayed"] is True, "and says that it is a repeat", again)
    other = await call(client, "charge", charge("INV-1", 6100))
    checks.holds(
        other.first_line.startswith("STOP: ")
        and all(amount in other.first_line for amount in ("6000", "6100")),
        "the same reference with another amount stops and names both",
        other,
    )
    return first


async def reaches_the_cap(client, checks):
    exact = await call(client, "charge", charge("INV-2", 4000))
    checks.holds(exact.fields["verdict"] == "DONE", "100.00 of 100.00 are allowed", exact)
    beyond = await call(client, "charge", charge("INV-3", 50))
    checks.holds(beyond.texts == [STOP], "what crosses the cap is the exact STOP", beyond)
    checks.holds(not beyond.is_error, "which is a normal result", beyond)
    checks.holds(
        beyond.fields["verdict"] == "STOP" and beyond.fields["retryable"] is False,
        "and says the same in its fields",
        beyond,
    )
    fresh = await call(client, "charge", charge("INV-4", 6000, "cus_bob"), run="agent-2")
    checks.holds(fresh.fields["verdict"] == "DONE", "another run has a budget of its own", fresh)
    cent = await call(client, "charge", charge("INV-5", 4001, "cus_bob"), run="agent-2")
    checks.holds(cent.texts == [STOP], "100.01 of 100.00 are not allowed", cent)


async def gives_back(client, first, checks):
    arguments = {"charge": "INV-1", "reference": "CN-1", "amount": 2000}
    back = await call(client, "refund", arguments)
    checks.holds(back.fields["verdict"] == "DONE", "20.00 USD are refunded", back)
    again = await call(client, "refund", arguments)
    checks.holds(
        again.fields["operation"] == back.fields["operation"] and again.fields["replayed"],
        "a repeated refund is the same",
        again,
    )
    known = await call(client, "status", {"operation": first.fields["operation"]})
    checks.holds(
        known.fields["refunded"] == 2000 and known.fields["state"] in ("captured", "settled"),
        "status knows the charge and what was given back",
        known,
    )
    whole = await call(client, "status", {})
    references = {item["reference"] for item in whole.fields["operations"]}
    checks.holds({"INV-1", "INV-2", "CN-1"} <= references, "status lists the run", whole)


async def is_told_what_is_wrong(client, checks):
    arguments = {**charge("INV-6", 49.99), "currency": "US", "tip": 5, "customer": None}
    wrong = await call(client, "charge", arguments)
    checks.holds(wrong.is_error and wrong.first_line.startswith("FIX: "), "a FIX is an error", wrong)
    checks.holds(
        all(name in wrong.texts[0] for name in ("amount", "currency", "tip", "customer")),
        "and names every mistake at once",
        wrong,
    )


async def asks_at_once(client, checks):
    arguments = charge("INV-7", 700, "cus_eve")
    calls = [call(client, "charge", arguments, run="agent-3") for _ in range(20)]
    answers = await asyncio.gather(*calls)
    operations = {answer.fields["operation"] for answer in answers}
    checks.holds(len(operations) == 1, "20 identical charges at once are one operation", operations)
    verdicts = {answer.fields["verdict"] for answer in answers}
    checks.holds(verdicts == {"DONE"}, "and all of them are told so", verdicts)


def innermost(error):
    """What went wrong, without the task groups around it."""
    while getattr(error, "exceptions", None):
        error = error.exceptions[0]
    return error


async def main():
    binary = pathlib.Path(sys.argv[1]).resolve()
    version = importlib.metadata.version("mcp")
    modes = ["session"] if version.startswith("1.") else ["auto", "legacy"]
    for mode in modes:
        checks = Checks(f"mcp {version}, {mode}")
        print(checks.title, flush=True)
        with tempfile.TemporaryDirectory() as folder:
            home = Home(folder, binary)
            try:
                await asyncio.wait_for(converse(home, mode, checks), timeout=60)
            except Exception as error:
                log = home.log.read_text()[-4000:] if home.log.exists() else ""
                sys.exit(f"{log}\n{innermost(error)!r}")
        print(f"{checks.title}: {checks.count} checks hold")


asyncio.run(main())
