"""The loop of strands with its MCPClient."""

import datetime
import json

from mcp import StdioServerParameters, stdio_client
from strands import Agent
from strands.models import Model
from strands.tools.mcp import MCPClient


class Scripted(Model):
    def __init__(self, script):
        self.script = script

    def update_config(self, **_):
        pass

    def get_config(self):
        return {}

    async def structured_output(self, *_, **__):
        raise NotImplementedError("nothing structured is asked for")

    async def stream(self, messages, *_, **__):
        readings = []
        for block in messages[-1]["content"]:
            if "toolResult" in block:
                parts = block["toolResult"]["content"]
                readings.append("\n".join(part.get("text", str(part)) for part in parts))
        calls = self.script.next(readings or None)
        yield {"messageStart": {"role": "assistant"}}
        for number, call in enumerate(calls or []):
            use = {"toolUseId": f"call-{len(messages)}-{number}", "name": call["tool"]}
            yield {"contentBlockStart": {"start": {"toolUse": use}}}
            arguments = json.dumps(call["arguments"])
            yield {"contentBlockDelta": {"delta": {"toolUse": {"input": arguments}}}}
            yield {"contentBlockStop": {}}
        if calls is None:
            yield {"contentBlockDelta": {"delta": {"text": "That is all."}}}
            yield {"contentBlockStop": {}}
        yield {"messageStop": {"stopReason": "end_turn" if calls is None else "tool_use"}}


async def converse(job, script, option):
    parameters = StdioServerParameters(command=job["command"], env=job["env"])
    with MCPClient(lambda: stdio_client(parameters)) as client:
        tools = client.list_tools_sync()
        for tool in tools:
            tool.timeout = job["limit"] and datetime.timedelta(seconds=job["limit"])
        agent = Agent(model=Scripted(script), tools=tools, callback_handler=None)
        await agent.invoke_async("Pay the invoices.")
