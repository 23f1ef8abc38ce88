"""The loop of llama-index's FunctionAgent with the tools of its BasicMCPClient."""

from typing import Any

from llama_index.core.agent.workflow import FunctionAgent
from llama_index.core.base.llms.types import ChatMessage, ChatResponse, LLMMetadata, MessageRole
from llama_index.core.llms.function_calling import FunctionCallingLLM
from llama_index.core.llms.llm import ToolSelection
from llama_index.tools.mcp import BasicMCPClient, McpToolSpec


class Scripted(FunctionCallingLLM):
    script: Any

    @property
    def metadata(self):
        return LLMMetadata(is_function_calling_model=True, is_chat_model=True)

    async def achat_with_tools(self, tools, user_msg=None, chat_history=None, **_):
        readings = []
        for message in reversed(chat_history or []):
            if message.role != MessageRole.TOOL:
                break
            readings.insert(0, message.content)
        calls = self.script.next(readings or None)
        said = "That is all." if calls is None else ""
        message = ChatMessage(role=MessageRole.ASSISTANT, content=said)
        return ChatResponse(message=message, raw={"calls": calls or []})

    def get_tool_calls_from_response(self, response, *_, **__):
        return [
            ToolSelection(
                tool_id=f"call-{id(response)}-{number}",
                tool_name=call["tool"],
                tool_kwargs=call["arguments"],
            )
            for number, call in enumerate(response.raw["calls"])
        ]

    def _prepare_chat_with_tools(self, *_, **__):
        return {}

    def chat(self, *_, **__):
        raise NotImplementedError("everything is asynchronous here")

    achat = astream_chat = stream_chat = complete = acomplete = stream_complete = chat
    astream_complete = chat


async def converse(job, script, option):
    limit = {} if job["limit"] is None else {"timeout": job["limit"]}
    client = BasicMCPClient(job["command"], [], env=job["env"], **limit)
    tools = await McpToolSpec(client).to_tool_list_async()
    agent = FunctionAgent(tools=tools, llm=Scripted(script=script), streaming=False)
    await agent.run("Pay the invoices.", max_iterations=40)
