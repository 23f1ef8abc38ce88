"""An agno agent pays an invoice through Bursar. pip install "agno[mcp]" """

import asyncio
import json

from agno.agent import Agent
from agno.models.base import Model
from agno.models.response import ModelResponse
from agno.tools.mcp import MCPTools
from mcp import StdioServerParameters

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

    async def ainvoke(self, *_, **__):
        number, (name, arguments) = next(self.turns, (None, (None, None)))
        if not name:
            return ModelResponse(role="assistant", content="INV-2001 is paid, INV-2002 is not.")
        function = {"name": name, "arguments": json.dumps(arguments)}
        call = {"id": str(number), "type": "function", "function": function}
        return ModelResponse(role="assistant", tool_calls=[call])

    def invoke(self, *_, **__):
        raise NotImplementedError

    invoke_stream = ainvoke_stream = invoke
    _parse_provider_response = _parse_provider_response_delta = invoke


async def main():
    # The run is what the session's caps are counted by: one name per run of the agent.
    bursar = StdioServerParameters(command="bursar", env={"BURSAR_RUN": "run-1"})
    async with MCPTools(server_params=bursar, transport="stdio") as tools:
        # With a key in OPENAI_API_KEY: model="openai:gpt-5.1" (pip install openai).
        agent = Agent(model=Scripted(id="scripted"), tools=[tools], telemetry=False)
        answer = await agent.arun("Pay INV-2001 and INV-2002.")
    for tool in answer.tools:
        print(f"{tool.tool_name}: {tool.result.splitlines()[0]}")


asyncio.run(main())
