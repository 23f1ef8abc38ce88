"""The loop of agno with its MCPTools."""

import json

from agno.agent import Agent
from agno.models.base import Model
from agno.models.response import ModelResponse
from agno.tools.mcp import MCPTools
from mcp import StdioServerParameters


class Scripted(Model):
    def __init__(self, script):
        super().__init__(id="scripted", name="scripted", provider="scripted")
        self.script = script

    async def ainvoke(self, messages, **_):
        readings = []
        for message in reversed(messages):
            if message.role != "tool":
                break
            readings.insert(0, str(message.content))
        calls = self.script.next(readings or None)
        if calls is None:
            return ModelResponse(role="assistant", content="That is all.")
        return ModelResponse(
            role="assistant",
            tool_calls=[
                {
                    "id": f"call-{len(messages)}-{number}",
                    "type": "function",
                    "function": {
                        "name": call["tool"],
                        "arguments": json.dumps(call["arguments"]),
                    },
                }
                for number, call in enumerate(calls)
            ],
        )

    def invoke(self, *_, **__):
        raise NotImplementedError("everything is asynchronous here")

    def invoke_stream(self, *_, **__):
        raise NotImplementedError("nothing is streamed here")

    def ainvoke_stream(self, *_, **__):
        raise NotImplementedError("nothing is streamed here")

    def _parse_provider_response(self, response, **_):
        return response

    def _parse_provider_response_delta(self, response):
        return response


async def converse(job, script, option):
    parameters = StdioServerParameters(command=job["command"], env=job["env"])
    limit = {} if job["limit"] is None else {"timeout_seconds": job["limit"]}
    async with MCPTools(server_params=parameters, transport="stdio", **limit) as tools:
        agent = Agent(model=Scripted(script), tools=[tools], telemetry=False)
        await agent.arun("Pay the invoices.")
