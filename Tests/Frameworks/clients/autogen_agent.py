"""The loop of autogen's AssistantAgent with its McpWorkbench."""

import json

from autogen_agentchat.agents import AssistantAgent
from autogen_core import FunctionCall
from autogen_core.models import (
    ChatCompletionClient,
    CreateResult,
    FunctionExecutionResultMessage,
    ModelFamily,
    RequestUsage,
)
from autogen_ext.tools.mcp import McpWorkbench, StdioServerParams

NOTHING = RequestUsage(prompt_tokens=0, completion_tokens=0)


class Scripted(ChatCompletionClient):
    def __init__(self, script):
        self.script = script

    async def create(self, messages, **_):
        readings = []
        if isinstance(messages[-1], FunctionExecutionResultMessage):
            readings = [result.content for result in messages[-1].content]
        calls = self.script.next(readings or None)
        content = "That is all."
        if calls is not None:
            content = [
                FunctionCall(
                    id=f"call-{len(messages)}-{number}",
                    name=call["tool"],
                    arguments=json.dumps(call["arguments"]),
                )
                for number, call in enumerate(calls)
            ]
        reason = "stop" if calls is None else "function_calls"
        return CreateResult(finish_reason=reason, content=content, usage=NOTHING, cached=False)

    def create_stream(self, *_, **__):
        raise NotImplementedError("nothing is streamed here")

    async def close(self):
        pass

    def actual_usage(self):
        return NOTHING

    def total_usage(self):
        return NOTHING

    def count_tokens(self, *_, **__):
        return 0

    def remaining_tokens(self, *_, **__):
        return 1000

    @property
    def capabilities(self):
        return self.model_info

    @property
    def model_info(self):
        return {
            "vision": False,
            "function_calling": True,
            "json_output": False,
            "family": ModelFamily.UNKNOWN,
            "structured_output": False,
        }


async def converse(job, script, option):
    limit = {} if job["limit"] is None else {"read_timeout_seconds": job["limit"]}
    parameters = StdioServerParams(command=job["command"], env=job["env"], **limit)
    async with McpWorkbench(parameters) as workbench:
        model = Scripted(script)
        agent = AssistantAgent(
            "payer", model_client=model, workbench=workbench, max_tool_iterations=30
        )
        await agent.run(task="Pay the invoices.")
