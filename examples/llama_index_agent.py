"""A LlamaIndex agent pays an invoice through Bursar.

pip install llama-index-core llama-index-tools-mcp
"""

import asyncio

from llama_index.core.agent.workflow import FunctionAgent, ToolCallResult
from llama_index.core.base.llms.types import ChatMessage, ChatResponse
from llama_index.core.llms.llm import ToolSelection
from llama_index.core.llms.mock import MockFunctionCallingLLM
from llama_index.tools.mcp import BasicMCPClient, McpToolSpec

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


class Scripted(MockFunctionCallingLLM):
    """Stands in for a model: says beforehand what it will call."""

    async def achat_with_tools(self, tools, user_msg=None, chat_history=None, **_):
        turn = sum(message.role == "tool" for message in chat_history)
        said = "" if turn < len(CALLS) else "INV-2001 is paid, INV-2002 is not."
        return ChatResponse(message=ChatMessage(role="assistant", content=said), raw={"turn": turn})

    def get_tool_calls_from_response(self, response, *_, **__):
        turn = response.raw["turn"]
        return [
            ToolSelection(tool_id=str(turn), tool_name=name, tool_kwargs=arguments)
            for name, arguments in CALLS[turn : turn + 1]
        ]


async def main():
    # The run is what the session's caps are counted by: one name per run of the agent.
    bursar = BasicMCPClient("bursar", env={"BURSAR_RUN": "run-1"})
    tools = await McpToolSpec(bursar).to_tool_list_async()
    # With a key in OPENAI_API_KEY: llm=OpenAI("gpt-5.1") of llama-index-llms-openai.
    agent = FunctionAgent(tools=tools, llm=Scripted(), streaming=False)
    running = agent.run("Pay INV-2001 and INV-2002.")
    async for event in running.stream_events():
        if isinstance(event, ToolCallResult):
            answer = event.tool_output.raw_output
            print(f"{event.tool_name}: {answer.content[0].text.splitlines()[0]}")
    await running


asyncio.run(main())
