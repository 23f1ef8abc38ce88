"""The official Python SDK, without an agent around it: from 2.0 on its Client, before its session.

The option is the SDK's own mode: `auto` asks for the stateless revision first, `legacy` shakes
hands, `session` is the ClientSession of 1.x.
"""

import asyncio
import contextlib
import datetime

from mcp import StdioServerParameters
from mcp.client.stdio import stdio_client


@contextlib.asynccontextmanager
async def connected(job, option):
    transport = stdio_client(StdioServerParameters(command=job["command"], env=job["env"]))
    limit = job["limit"]
    if option == "session":
        from mcp import ClientSession

        seconds = None if limit is None else datetime.timedelta(seconds=limit)
        async with transport as (read, write), ClientSession(read, write, seconds) as session:
            await session.initialize()
            yield session
    else:
        from mcp import Client

        async with Client(transport, mode=option, read_timeout_seconds=limit) as client:
            yield client


async def ask(client, call):
    try:
        result = await client.call_tool(call["tool"], call["arguments"])
    except Exception as error:  # what an agent's loop would show its model
        return f"{type(error).__name__}: {error}"
    return "\n".join(block.text for block in result.content)


async def converse(job, script, option):
    async with connected(job, option) as client:
        await client.list_tools()
        calls = script.next()
        while calls is not None:
            calls = script.next(await asyncio.gather(*[ask(client, call) for call in calls]))
