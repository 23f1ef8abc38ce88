"""A LangChain agent pays an invoice through Bursar, by LangChain's own adapter.

pip install "langchain[mcp]"
"""

import asyncio

from fastmcp.client.transports import StdioTransport
from langchain.agents import create_agent
from langchain.mcp import MCPAdapter
from langchain_core.language_models.fake_chat_models import FakeMessagesListChatModel
from langchain_core.messages import AIMessage, ToolMessage

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


class Scripted(FakeMessagesListChatModel):
    """Stands in for a model: says beforehand what it will call."""

    def bind_tools(self, tools, **_):
        return self


def model():
    # With a key in OPENAI_API_KEY: return "openai:gpt-5.1" (pip install langchain-openai).
    turns = [
        AIMessage("", tool_calls=[{"name": name, "args": arguments, "id": str(number)}])
        for number, (name, arguments) in enumerate(CALLS)
    ]
    return Scripted(responses=[*turns, AIMessage("INV-2001 is paid, INV-2002 is not.")])


async def main():
    # The run is what the session's caps are counted by: one name per run of the agent.
    async with MCPAdapter(StdioTransport("bursar", [], env={"BURSAR_RUN": "run-1"})) as adapter:
        agent = create_agent(model(), await adapter.list_tools())
        answer = await agent.ainvoke({"messages": [("user", "Pay INV-2001 and INV-2002.")]})
    for message in answer["messages"]:
        if isinstance(message, ToolMessage):
            print(f"{message.name}: {message.text.splitlines()[0]}")


asyncio.run(main())
