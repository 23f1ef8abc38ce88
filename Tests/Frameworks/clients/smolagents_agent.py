"""The loop of smolagents' ToolCallingAgent with the tools of its MCPClient.

It refuses a call that leaves out an optional argument and refuses null, so its models fill in what
means nothing: an empty text, or 0.
"""

import asyncio
import re

from mcp import StdioServerParameters
from smolagents import ChatMessage, MCPClient, Model, ToolCallingAgent
from smolagents.models import ChatMessageToolCall, ChatMessageToolCallFunction, MessageRole

VERDICT = re.compile(r"\n(?=(?:DONE|PENDING|RETRY|FIX|STOP): )")


class Scripted(Model):
    def __init__(self, script, tools):
        super().__init__(model_id="scripted")
        self.script = script
        self.inputs = {tool.name: tool.inputs for tool in tools}

    def generate(self, messages, **_):
        readings = []
        last = messages[-1]
        if last.role == MessageRole.TOOL_RESPONSE:
            text = "\n".join(part["text"] for part in last.content)
            # All answers of one turn are in one message, one after the other.
            readings = VERDICT.split(text.removeprefix("Observation:\n"))
        calls = self.script.next(readings or None)
        if calls is None:
            calls = [{"tool": "final_answer", "arguments": {"answer": "That is all."}}]
        return ChatMessage(
            role=MessageRole.ASSISTANT,
            content="",
            tool_calls=[
                ChatMessageToolCall(
                    function=ChatMessageToolCallFunction(
                        name=call["tool"], arguments=self.filled(call)
                    ),
                    id=f"call-{len(messages)}-{number}",
                    type="function",
                )
                for number, call in enumerate(calls)
            ],
        )

    def filled(self, call):
        inputs = self.inputs.get(call["tool"], {})
        nothing = {"string": "", "integer": 0}
        empty = {name: nothing[schema["type"]] for name, schema in inputs.items()}
        return {**empty, **call["arguments"]}


def run(job, script):
    parameters = StdioServerParameters(command=job["command"], env=job["env"])
    limit = {} if job["limit"] is None else {"client_session_timeout_seconds": float(job["limit"])}
    with MCPClient(parameters, adapter_kwargs=limit, structured_output=False) as tools:
        agent = ToolCallingAgent(tools=tools, model=Scripted(script, tools), max_steps=20)
        agent.run("Pay the invoices.")


async def converse(job, script, option):
    await asyncio.to_thread(run, job, script)
