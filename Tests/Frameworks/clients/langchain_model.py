"""The scripted model as LangChain's agents want it."""

from langchain_core.language_models.chat_models import BaseChatModel
from langchain_core.messages import AIMessage, ToolMessage
from langchain_core.outputs import ChatGeneration, ChatResult


class Scripted(BaseChatModel):
    script: object

    @property
    def _llm_type(self):
        return "scripted"

    def bind_tools(self, tools, **_):
        return self

    def _generate(self, messages, stop=None, run_manager=None, **_):
        readings = []
        for message in reversed(messages):
            if not isinstance(message, ToolMessage):
                break
            readings.insert(0, text(message.content))
        calls = self.script.next(readings or None)
        answer = AIMessage(
            content="" if calls else "That is all.",
            tool_calls=[
                {"name": call["tool"], "args": call["arguments"], "id": f"call-{len(messages)}-{n}"}
                for n, call in enumerate(calls or [])
            ],
        )
        return ChatResult(generations=[ChatGeneration(message=answer)])


def text(content):
    if isinstance(content, str):
        return content
    return "\n".join(block.get("text", str(block)) for block in content)
