"""An ADK agent pays an invoice through Bursar. pip install "google-adk[mcp]" """

import asyncio

from google.adk.agents import LlmAgent
from google.adk.models.base_llm import BaseLlm
from google.adk.models.llm_response import LlmResponse
from google.adk.runners import InMemoryRunner
from google.adk.tools.mcp_tool import McpToolset, StdioConnectionParams
from google.genai.types import Content, FunctionCall, Part
from mcp import StdioServerParameters

INVOICE = {
    "reference": "INV-2001",
    "customer": "cus_grace",
    "amount": 4000,
    "currency": "USD",
    "payment_method": "pm_card_visa",
}
CALLS = [
    ("charge", INVOICE),
    ("charge", INVOICE),  # the answer was lost: nothing is charged twice
    ("charge", {**INVOICE, "reference": "INV-2002", "amount": 900000}),
    ("status", {}),
]


class Scripted(BaseLlm):
    """Stands in for a model: says beforehand what it will call."""

    async def generate_content_async(self, request, stream=False):
        turn = sum(content.role == "model" for content in request.contents)
        part = Part(text="INV-2001 is paid, INV-2002 is not.")
        if turn < len(CALLS):
            name, arguments = CALLS[turn]
            part = Part(function_call=FunctionCall(name=name, args=arguments))
        yield LlmResponse(content=Content(role="model", parts=[part]))


async def main():
    # The run is what the session's caps are counted by: one name per run of the agent.
    bursar = StdioServerParameters(command="bursar", env={"BURSAR_RUN": "run-1"})
    tools = McpToolset(connection_params=StdioConnectionParams(server_params=bursar))
    # With a key in GOOGLE_API_KEY: model="gemini-3.5-flash".
    agent = LlmAgent(name="payer", model=Scripted(model="scripted"), tools=[tools])
    runner = InMemoryRunner(agent=agent, app_name="billing")
    session = await runner.session_service.create_session(app_name="billing", user_id="ada")
    task = Content(role="user", parts=[Part(text="Pay INV-2001 and INV-2002.")])
    async for event in runner.run_async(user_id="ada", session_id=session.id, new_message=task):
        for answer in event.get_function_responses():
            print(f"{answer.name}: {answer.response['content'][0]['text'].splitlines()[0]}")
    await tools.close()


asyncio.run(main())
