"""A Pydantic AI agent pays an invoice through Bursar. pip install "pydantic-ai-slim[mcp]" """

import asyncio

from fastmcp.client.transports import StdioTransport
from pydantic_ai import Agent
from pydantic_ai.mcp import MCPToolset
from pydantic_ai.messages import ModelResponse, TextPart, ToolCallPart, ToolReturnPart
from pydantic_ai.models.function import FunctionModel

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


def scripted(messages, _):
    """Stands in for a model: says beforehand what it will call."""
    turn = sum(isinstance(message, ModelResponse) for message in messages)
    if turn < len(CALLS):
        return ModelResponse(parts=[ToolCallPart(*CALLS[turn])])
    return ModelResponse(parts=[TextPart("INV-2001 is paid, INV-2002 is not.")])


async def in_run(ctx, call, name, arguments):
    # The run is what the session's caps are counted by; ctx.run_id is Pydantic AI's own name.
    return await call(name, arguments, metadata={"dev.bursar/run": ctx.run_id})


async def main():
    bursar = MCPToolset(StdioTransport("bursar", []), process_tool_call=in_run)
    # With a key in OPENAI_API_KEY: Agent("openai:gpt-5.1", ...).
    agent = Agent(FunctionModel(scripted), toolsets=[bursar])
    async with agent:
        answer = await agent.run("Pay INV-2001 and INV-2002.")
    for message in answer.all_messages():
        for part in message.parts:
            if isinstance(part, ToolReturnPart):
                print(f"{part.tool_name}: {part.content['message']}")


asyncio.run(main())
