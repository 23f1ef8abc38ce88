"""The same tool on the official SDK's low-level server, which leaves out what FastMCP adds.

python3 lowlevel_server.py FILE
"""

import json
import sys

import anyio
import mcp_types as types
from durable import Books
from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server

books = Books(sys.argv[1])

TOOL = types.Tool(
    name="charge",
    description="Charges a customer once.",
    input_schema={
        "type": "object",
        "properties": {
            "reference": {"type": "string"},
            "customer": {"type": "string"},
            "amount": {"type": "integer"},
            "currency": {"type": "string"},
            "payment_method": {"type": "string"},
        },
        "required": ["reference", "customer", "amount", "currency"],
    },
)


async def list_tools(_, __) -> types.ListToolsResult:
    return types.ListToolsResult(tools=[TOOL])


async def call_tool(_, params: types.CallToolRequestParams) -> types.CallToolResult:
    result = books.charge(**params.arguments)
    text = f"{result['message']}\n{json.dumps(result)}"
    return types.CallToolResult(content=[types.TextContent(text=text)])


async def main() -> None:
    server = Server("charges", on_list_tools=list_tools, on_call_tool=call_tool)
    async with stdio_server() as (reading, writing):
        await server.run(reading, writing, server.create_initialization_options())


anyio.run(main)
