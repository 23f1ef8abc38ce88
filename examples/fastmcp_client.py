"""fastmcp's client pays an invoice through Bursar. pip install fastmcp

There is no model here, so no key either: your own agent calls `ask` for what its model calls.
"""

import asyncio

from fastmcp import Client
from fastmcp.client.transports import StdioTransport

INVOICE = {
    "reference": "INV-2001",
    "customer": "cus_grace",
    "amount": 4000,
    "currency": "USD",
    "payment_method": "pm_card_visa",
}


async def ask(client, tool, arguments):
    # The run is what the session's caps are counted by: one name per run of the agent.
    result = await client.call_tool(tool, arguments, meta={"dev.bursar/run": "run-1"})
    print(f"{tool}: {result.content[0].text.splitlines()[0]}")


async def main():
    # A processor's key is named in Bursar's policy (BURSAR_POLICY); without one it is the sandbox.
    async with Client(StdioTransport("bursar", [])) as client:
        await ask(client, "charge", INVOICE)
        await ask(client, "charge", INVOICE)  # the answer was lost: nothing is charged twice
        await ask(client, "charge", {**INVOICE, "reference": "INV-2002", "amount": 900000})
        await ask(client, "status", {})


asyncio.run(main())
