"""The client of fastmcp, without an agent around it."""

import asyncio

from fastmcp import Client
from fastmcp.client.transports import StdioTransport


async def ask(client, call):
    try:
        result = await client.call_tool(call["tool"], call["arguments"])
    except Exception as error:  # what an agent's loop would show its model
        return f"{type(error).__name__}: {error}"
    return "\n".join(block.text for block in result.content)


async def converse(job, script, option):
    transport = StdioTransport(job["command"], [], env=job["env"], keep_alive=False)
    async with Client(transport, timeout=job["limit"]) as client:
        await client.list_tools()
        calls = script.next()
        while calls is not None:
            calls = script.next(await asyncio.gather(*[ask(client, call) for call in calls]))
