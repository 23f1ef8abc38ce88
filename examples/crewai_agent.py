"""A CrewAI agent pays an invoice through Bursar. pip install crewai mcp"""

import json

from crewai import Agent, BaseLLM, Crew, Task
from crewai.events import ToolUsageFinishedEvent, crewai_event_bus
from crewai.mcp import MCPServerStdio

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


class Scripted(BaseLLM):
    """Stands in for a model: says beforehand what it will call."""

    turn: int = 0

    def supports_function_calling(self):
        return True

    def call(self, *_, **__):
        if self.turn == len(CALLS):
            return "INV-2001 is paid, INV-2002 is not."
        name, arguments = CALLS[self.turn]
        self.turn += 1
        # CrewAI names a tool after the command that starts its server.
        function = {"name": f"bursar_{name}", "arguments": json.dumps(arguments)}
        return [{"id": str(self.turn), "type": "function", "function": function}]


@crewai_event_bus.on(ToolUsageFinishedEvent)
def show(_, event):
    print(f"{event.tool_name}: {str(event.output).splitlines()[0]}", flush=True)


# The run is what the session's caps are counted by: one name per run of the agent.
bursar = MCPServerStdio(command="bursar", env={"BURSAR_RUN": "run-1"})
agent = Agent(
    role="payer",
    goal="Pay invoices.",
    backstory="You pay what is owed, once.",
    # With a key in OPENAI_API_KEY: llm="openai/gpt-5.1".
    llm=Scripted(model="scripted"),
    mcps=[bursar],
)
task = Task(description="Pay INV-2001 and INV-2002.", expected_output="What was paid.", agent=agent)
Crew(agents=[agent], tasks=[task]).kickoff()
