"""CrewAI's loop: `native` calls functions, `react` has its prompt, `adapter` its MCPServerAdapter.

CrewAI's own MCP tools start a process per call and are named after the command, so the command is
`bursar`, found on the PATH, and not a path.
"""

import asyncio
import functools
import json
from typing import Any

import crewai.mcp.tool_resolver as resolver
from crewai import Agent, BaseLLM, Crew, Task
from crewai.mcp import MCPServerStdio
from crewai.mcp.client import MCPClient
from crewai_tools import MCPServerAdapter
from mcp import StdioServerParameters

# Its own tools have no setting for the limit and the adapter's has no effect.
HEEDS_LIMIT = {"native", "react"}


class Scripted(BaseLLM):
    script: Any
    calls_functions: bool
    # The rest of a turn, and what was observed in it.
    waiting: list = []
    seen: list = []
    is_acting: bool = False

    def supports_function_calling(self):
        return self.calls_functions

    def call(self, messages, tools=None, *_, **__):
        if not self.calls_functions:
            return self.react(messages)
        readings = []
        for message in reversed(messages):
            if message["role"] == "assistant":
                break
            if message["role"] == "tool":
                readings.insert(0, message["content"])
        calls = self.script.next(readings or None)
        if calls is None:
            return "That is all."
        names = [tool["function"]["name"] for tool in tools]
        return [
            {
                "id": f"call-{len(messages)}-{number}",
                "type": "function",
                "function": {
                    "name": next(name for name in names if name.endswith(call["tool"])),
                    "arguments": json.dumps(call["arguments"]),
                },
            }
            for number, call in enumerate(calls)
        ]

    def react(self, messages):
        """One action at a time; what came of it stands behind `Observation:`."""
        if self.is_acting:
            said = [each["content"] for each in messages if each["role"] == "assistant"]
            observed = said[-1].partition("Observation:")[2]
            # Every third time it adds the description of all tools.
            self.seen.append(observed.partition("\n\n\nYou ONLY have access")[0].strip())
        if not self.waiting:
            self.waiting = self.script.next(self.seen or None) or []
            self.seen = []
        self.is_acting = bool(self.waiting)
        if not self.waiting:
            return "Thought: I now can give a great answer\nFinal Answer: That is all."
        call, *self.waiting = self.waiting
        arguments = json.dumps(call["arguments"])
        return f"Thought: I pay.\nAction: bursar_{call['tool']}\nAction Input: {arguments}"


def live(script, tools, calls_functions):
    agent = Agent(
        role="payer",
        goal="Pay the invoices.",
        backstory="You pay invoices.",
        llm=Scripted(model="scripted", script=script, calls_functions=calls_functions),
        max_iter=60,
        **tools,
    )
    task = Task(description="Pay the invoices.", expected_output="What was paid.", agent=agent)
    Crew(agents=[agent], tasks=[task]).kickoff()


def run(job, script, option):
    if option == "adapter":
        parameters = StdioServerParameters(command=job["command"], env=job["env"])
        with MCPServerAdapter(parameters) as tools:
            return live(script, {"tools": tools}, True)
    limit = {} if job["limit"] is None else {"execution_timeout": job["limit"]}
    resolver.MCPClient = functools.partial(MCPClient, **limit)
    server = MCPServerStdio(command="bursar", env=job["env"])
    live(script, {"mcps": [server]}, option == "native")


async def converse(job, script, option):
    await asyncio.to_thread(run, job, script, option)
