"""LangChain's agent loop with its own adapter, langchain.mcp (beta)."""

from fastmcp import Client
from fastmcp.client.transports import StdioTransport
from langchain.agents import create_agent
from langchain.mcp import MCPAdapter
from langchain_model import Scripted


async def converse(job, script, option):
    transport = StdioTransport(job["command"], [], env=job["env"], keep_alive=False)
    async with MCPAdapter(Client(transport, timeout=job["limit"])) as adapter:
        agent = create_agent(Scripted(script=script), await adapter.list_tools())
        await agent.ainvoke({"messages": [("user", "Pay the invoices.")]}, {"recursion_limit": 60})
