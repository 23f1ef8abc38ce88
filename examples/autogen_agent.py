"""An AutoGen agent pays an invoice through Bursar.

pip install autogen-agentchat "autogen-ext[mcp]" "mcp<2"
"""

import asyncio
import json

from autogen_agentchat.agents import AssistantAgent
from autogen_agentchat.messages import ToolCallExecutionEvent
from autogen_core import FunctionCall
from autogen_core.models import CreateResult, ModelFamily, RequestUsage
from autogen_ext.models.replay import ReplayChatCompletionClient
from autogen_ext.tools.mcp import McpWorkbench, StdioServerParams

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
ABLE = {"vision": False, "function_calling": True, "json_output": False}
ABLE |= {"structured_output": False, "family": ModelFamily.UNKNOWN}


def says(content, reason):
    usage = RequestUsage(prompt_tokens=0, completion_tokens=0)
    return CreateResult(finish_reason=reason, content=content, usage=usage, cached=False)


def model():
    """Stands in for a model: says beforehand what it will call."""
    # With a key in OPENAI_API_KEY: OpenAIChatCompletionClient(model="gpt-5.1").
    turns = [
        says([FunctionCall(str(number), json.dumps(arguments), name)], "function_calls")
        for number, (name, arguments) in enumerate(CALLS)
    ]
    end = says("INV-2001 is paid, INV-2002 is not.", "stop")
    return ReplayChatCompletionClient([*turns, end], ABLE)


async def main():
    # The run is what the session's caps are counted by: one name per run of the agent.
    bursar = StdioServerParams(command="bursar", env={"BURSAR_RUN": "run-1"})
    async with McpWorkbench(bursar) as tools:
        agent = AssistantAgent("payer", model(), workbench=tools, max_tool_iterations=10)
        answer = await agent.run(task="Pay INV-2001 and INV-2002.")
    for message in answer.messages:
        if isinstance(message, ToolCallExecutionEvent):
            print(message.content[0].content.splitlines()[0])


asyncio.run(main())
