"""LangChain's agent loop with the tools of langchain-mcp-adapters.

The option `session` keeps one server process for the run, `call` has the adapters' default: one
process for each call.
"""

import datetime

from langchain.agents import create_agent
from langchain_mcp_adapters.client import MultiServerMCPClient
from langchain_mcp_adapters.tools import load_mcp_tools
from langchain_model import Scripted


async def converse(job, script, option):
    connection = {"transport": "stdio", "command": job["command"], "args": [], "env": job["env"]}
    if job["limit"]:
        seconds = datetime.timedelta(seconds=job["limit"])
        connection["session_kwargs"] = {"read_timeout_seconds": seconds}
    client = MultiServerMCPClient({"bursar": connection})
    if option == "session":
        async with client.session("bursar") as session:
            await run(await load_mcp_tools(session), script)
    else:
        await run(await client.get_tools(), script)


async def run(tools, script):
    agent = create_agent(Scripted(script=script), tools)
    await agent.ainvoke({"messages": [("user", "Pay the invoices.")]}, {"recursion_limit": 60})
