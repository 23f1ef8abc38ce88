"""A Strands agent pays an invoice through Bursar. pip install strands-agents"""

import json

from mcp import StdioServerParameters, stdio_client
from strands import Agent
from strands.models import Model
from strands.tools.mcp import MCPClient

INVOICE = {
    "reference": "INV-2001",
    "customer": "cus_grace",
    "amount": 4000,
    "currency": "USD",
    "payment_method": "pm_card_visa",
}
CALLS = [
    ("charge", INVOICE),
    ("charge", INVOICE),  # the answer was lost: nothing is charged twice
    ("charge", {**INVOICE, "reference": "INV-2002", "amount": 900000}),
    ("status", {}),
]


class Scripted(Model):
    """Stands in for a model: says beforehand what it will call."""

    turns = enumerate(CALLS)

    async def stream(self, *_, **__):
        number, (name, arguments) = next(self.turns, (None, (None, None)))
        yield {"messageStart": {"role": "assistant"}}
        if name:
            use = {"toolUseId": str(number), "name": name}
            yield {"contentBlockStart": {"start": {"toolUse": use}}}
            yield {"contentBlockDelta": {"delta": {"toolUse": {"input": json.dumps(arguments)}}}}
        else:
            yield {"contentBlockDelta": {"delta": {"text": "INV-2001 is paid, INV-2002 is not."}}}
        yield {"contentBlockStop": {}}
        yield {"messageStop": {"stopReason": "tool_use" if name else "end_turn"}}

    def get_config(self):
        return {}

    update_config = structured_output = get_config


BURSAR = StdioServerParameters(command="bursar")
# The run is what the session's caps are counted by: one name per run of the agent.
with MCPClient(lambda: stdio_client(BURSAR), meta={"dev.bursar/run": "run-1"}) as client:
    # With AWS credentials: leave `model` out, and Bedrock answers.
    agent = Agent(model=Scripted(), tools=client.list_tools_sync(), callback_handler=None)
    agent("Pay INV-2001 and INV-2002.")
for message in agent.messages:
    for block in message["content"]:
        if "toolResult" in block:
            print(block["toolResult"]["content"][0]["text"].splitlines()[0])
