"""The loop of google-adk with its McpToolset."""

import json
from typing import Any

from google.adk.agents import LlmAgent
from google.adk.models.base_llm import BaseLlm
from google.adk.models.llm_response import LlmResponse
from google.adk.runners import InMemoryRunner
from google.adk.tools.mcp_tool import McpToolset, StdioConnectionParams
from google.genai import types
from mcp import StdioServerParameters


class Scripted(BaseLlm):
    script: Any

    async def generate_content_async(self, llm_request, stream=False):
        readings = []
        for part in llm_request.contents[-1].parts:
            if part.function_response:
                readings.append(json.dumps(part.function_response.response))
        calls = self.script.next(readings or None)
        parts = [
            types.Part(function_call=types.FunctionCall(name=call["tool"], args=call["arguments"]))
            for call in calls or []
        ]
        content = types.Content(role="model", parts=parts or [types.Part(text="That is all.")])
        yield LlmResponse(content=content)


async def converse(job, script, option):
    limit = {} if job["limit"] is None else {"timeout": job["limit"]}
    parameters = StdioServerParameters(command=job["command"], env=job["env"])
    tools = McpToolset(
        connection_params=StdioConnectionParams(server_params=parameters, **limit)
    )
    agent = LlmAgent(name="payer", model=Scripted(model="scripted", script=script), tools=[tools])
    runner = InMemoryRunner(agent=agent, app_name="billing")
    try:
        session = await runner.session_service.create_session(app_name="billing", user_id="ada")
        task = types.Content(role="user", parts=[types.Part(text="Pay the invoices.")])
        async for _ in runner.run_async(user_id="ada", session_id=session.id, new_message=task):
            pass
    finally:
        await tools.close()
