"""An agent of openai-agents pays an invoice through Bursar. pip install openai-agents"""

import asyncio
import json

from agents import Agent, ModelResponse, Runner, ToolCallOutputItem, Usage, set_tracing_disabled
from agents.mcp import MCPServerStdio
from agents.models.interface import Model
from openai.types.responses import ResponseFunctionToolCall as ToolCall
from openai.types.responses import ResponseOutputMessage, ResponseOutputText

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

    async def get_response(self, *_, **__):
        number, (name, arguments) = next(self.turns, (None, (None, None)))
        said = ResponseOutputText(text="Paid one of two.", type="output_text", annotations=[])
        output = ResponseOutputMessage(
            id="end", content=[said], role="assistant", status="completed", type="message"
        )
        if name:
            text = json.dumps(arguments)
            output = ToolCall(name=name, arguments=text, call_id=str(number), type="function_call")
        return ModelResponse(output=[output], usage=Usage(), response_id=None)

    def stream_response(self, *_, **__):
        raise NotImplementedError


async def main():
    set_tracing_disabled(True)
    # The run is what the session's caps are counted by: here the run's context names it.
    run = lambda call: {"dev.bursar/run": call.run_context.context}
    async with MCPServerStdio({"command": "bursar"}, tool_meta_resolver=run) as server:
        # With a key in OPENAI_API_KEY: model="gpt-5.1".
        agent = Agent("payer", model=Scripted(), mcp_servers=[server])
        answer = await Runner.run(agent, "Pay INV-2001 and INV-2002.", context="run-1")
    for item in answer.new_items:
        if isinstance(item, ToolCallOutputItem):
            print(item.output["text"].splitlines()[0])


asyncio.run(main())
