"""What most would write today: a charge tool on FastMCP, as durable as the ledger.

python3 fastmcp_server.py FILE
"""

import sys

from durable import Books
from fastmcp import FastMCP

books = Books(sys.argv[1])
server = FastMCP("charges")


@server.tool
def charge(reference: str, customer: str, amount: int, currency: str, payment_method: str) -> dict:
    """Charges a customer once."""
    return books.charge(reference, customer, amount, currency, payment_method)


server.run(transport="stdio", show_banner=False)
