"""The loop of pydantic-ai with its MCPToolset."""

import json

from fastmcp.client.transports import StdioTransport
from pydantic_ai import Agent
from pydantic_ai.mcp import MCPToolset
from pydantic_ai.messages import ModelRequest, ModelResponse, TextPart, ToolCallPart
from pydantic_ai.messages import RetryPromptPart, ToolReturnPart
from pydantic_ai.models.function import FunctionModel


def model(script):
    def respond(messages, _):
        readings = []
        if isinstance(messages[-1], ModelRequest):
            for part in messages[-1].parts:
                if isinstance(part, ToolReturnPart):
                    readings.append(part.model_response_str())
                elif isinstance(part, RetryPromptPart):
                    readings.append(part.model_response())
        calls = script.next(readings or None)
        if calls is None:
            return ModelResponse(parts=[TextPart("That is all.")])
        parts = []
        for number, call in enumerate(calls):
            name = f"call-{len(messages)}-{number}"
            parts.append(ToolCallPart(call["tool"], json.dumps(call["arguments"]), name))
        return ModelResponse(parts=parts)

    return FunctionModel(respond)


async def converse(job, script, option):
    limit = {} if job["limit"] is None else {"read_timeout": job["limit"]}
    transport = StdioTransport(job["command"], [], env=job["env"], keep_alive=False)
    agent = Agent(model(script), toolsets=[MCPToolset(transport, **limit)])
    async with agent:
        await agent.run("Pay the invoices.")
