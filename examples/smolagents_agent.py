"""A smolagents agent pays an invoice through Bursar. pip install "smolagents[mcp]" "mcp<2" """

from mcp import StdioServerParameters
from smolagents import ChatMessage, MCPClient, Model, ToolCallingAgent
from smolagents.models import ChatMessageToolCall as ToolCall
from smolagents.models import ChatMessageToolCallFunction as Function

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
    ("final_answer", {"answer": "INV-2001 is paid, INV-2002 is not."}),
]


class Scripted(Model):
    """Stands in for a model: says beforehand what it will call."""

    turns = enumerate(CALLS)

    def generate(self, *_, **__):
        number, (name, arguments) = next(self.turns)
        # smolagents wants every argument: an empty text and 0 mean that it is left out.
        if name in TOOLS:
            inputs = TOOLS[name].inputs.items()
            nothing = {key: "" if how["type"] == "string" else 0 for key, how in inputs}
            arguments = {**nothing, **arguments}
        call = ToolCall(Function(arguments, name), id=str(number), type="function")
        return ChatMessage(role="assistant", content="", tool_calls=[call])


# The run is what the session's caps are counted by: one name per run of the agent.
BURSAR = StdioServerParameters(command="bursar", env={"BURSAR_RUN": "run-1"})
with MCPClient(BURSAR, structured_output=False) as tools:
    TOOLS = {tool.name: tool for tool in tools}
    # With a key in HF_TOKEN: model=InferenceClientModel().
    agent = ToolCallingAgent(tools=tools, model=Scripted(), verbosity_level=0)
    agent.run("Pay INV-2001 and INV-2002.")
for step in agent.memory.steps:
    if getattr(step, "observations", None):
        print(step.observations.splitlines()[0])
