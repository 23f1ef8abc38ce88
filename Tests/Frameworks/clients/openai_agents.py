"""The loop of openai-agents with its own stdio server; the option is `max_retry_attempts`."""

import json

from agents import Agent, Runner
from agents.items import ModelResponse
from agents.mcp import MCPServerStdio
from agents.models.interface import Model
from agents.usage import Usage
from openai.types.responses import (
    ResponseFunctionToolCall,
    ResponseOutputMessage,
    ResponseOutputText,
)


class Scripted(Model):
    def __init__(self, script):
        self.script = script

    async def get_response(self, system_instructions, input, *_, **__):
        readings = []
        for item in reversed(input if isinstance(input, list) else []):
            if item.get("type") != "function_call_output":
                break
            readings.insert(0, text(item["output"]))
        calls = self.script.next(readings or None)
        if calls is None:
            said = ResponseOutputText(text="That is all.", type="output_text", annotations=[])
            output = [
                ResponseOutputMessage(
                    id="end", content=[said], role="assistant", status="completed", type="message"
                )
            ]
        else:
            output = [
                ResponseFunctionToolCall(
                    name=call["tool"],
                    arguments=json.dumps(call["arguments"]),
                    call_id=f"call-{len(input)}-{number}",
                    type="function_call",
                )
                for number, call in enumerate(calls)
            ]
        return ModelResponse(output=output, usage=Usage(), response_id=None)

    def stream_response(self, *_, **__):
        raise NotImplementedError("nothing is streamed here")


def text(output):
    if isinstance(output, str):
        return output
    return "\n".join(part.get("text", str(part)) for part in output)


async def converse(job, script, option):
    limit = {} if job["limit"] is None else {"client_session_timeout_seconds": job["limit"]}
    parameters = {"command": job["command"], "env": job["env"]}
    async with MCPServerStdio(parameters, max_retry_attempts=int(option), **limit) as server:
        agent = Agent("payer", model=Scripted(script), mcp_servers=[server])
        await Runner.run(agent, "Pay the invoices.", max_turns=30)
