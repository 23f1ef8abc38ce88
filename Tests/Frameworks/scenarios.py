"""What an agent does in each scenario, what it must read, and what the processor must hold then.

A scenario is data, the same for every framework: the model's turns, each a list of calls made at
once, and the words each of their answers must show.
"""

import dataclasses

STOP = (
    "STOP: The spend cap for this agent session has been exhausted. Do not retry this tool. "
    "Inform the user that billing could not be completed and that a new session is required."
)
DONE, PENDING, FIX = "DONE: ", "PENDING: ", "FIX: "
REPLAYED = "DONE: Already done at "
DECLINED = "STOP: The card was declined"
UNKNOWN = "STOP: The outcome of the charge of 40.00 USD"


@dataclasses.dataclass
class Turn:
    """One answer of the model: calls made at once."""

    calls: list
    # What the model must read of each call, one of these; nothing where the framework may give up.
    reads: tuple
    # Kill the server with SIGKILL first.
    kills: bool = False
    # Let the processor be well again first.
    heals: bool = False
    # Seconds the model thinks first.
    thinks: float = 0
    # A run that breaks here, or reads something else, is begun anew with this turn.
    anew: bool = False


@dataclasses.dataclass
class Scenario:
    name: str
    says: str
    turns: list
    # Reference to the amount captured, in minor units; everything the processor holds.
    captured: dict
    faults: list = dataclasses.field(default_factory=list)
    policy: dict = dataclasses.field(default_factory=dict)
    # Seconds after which the framework shall give up on a call; None for its own default.
    limit: float | None = None


def charge(reference, amount=4000, customer="cus_ada", **more):
    arguments = {
        "reference": reference,
        "customer": customer,
        "amount": amount,
        "currency": "USD",
        "payment_method": "pm_card_visa",
    }
    return {"tool": "charge", "arguments": {**arguments, **more}}


def status(reference, wait=0):
    return {"tool": "status", "arguments": {"reference": reference, "wait_seconds": wait}}


def late(seconds, kind="confirm", times=1):
    """What is asked for is carried out at once, and answered that much later."""
    match = {"kind": kind, "times": times}
    return {"match": match, "fault": "late_answer", "after": f"{seconds}s"}


def again(says, *calls, **more):
    return Turn(list(calls), says if isinstance(says, tuple) else (says,), **more)


SCENARIOS = [
    Scenario(
        "charge",
        "a charge",
        [again(DONE, charge("INV-1"))],
        {"INV-1": 4000},
    ),
    Scenario(
        "repeat",
        "the same charge again",
        [again(DONE, charge("INV-1")), again(REPLAYED, charge("INV-1"))],
        {"INV-1": 4000},
    ),
    Scenario(
        "slow",
        "a processor slower than the framework's own patience",
        [
            again(PENDING, charge("INV-1")),
            again((DONE, PENDING), status("INV-1", wait=3)),
            again(REPLAYED, charge("INV-1")),
        ],
        {"INV-1": 4000},
        faults=[late(6)],
    ),
    Scenario(
        "timeout",
        "the framework gives up on the call, looks, and sends it again",
        [
            again((), charge("INV-1")),
            again((PENDING, DONE), status("INV-1")),
            again(REPLAYED, charge("INV-1"), thinks=2.5),
        ],
        {"INV-1": 4000},
        faults=[late(3)],
        limit=1,
    ),
    Scenario(
        "error-500",
        "the processor answers 500, before and after the charge",
        [
            again(UNKNOWN, charge("INV-1")),
            again((DONE, UNKNOWN), status("INV-1"), thinks=1),
            again(DONE, status("INV-1"), thinks=1),
        ],
        {"INV-1": 4000},
        faults=[
            {"match": {"kind": "create"}, "fault": "error_500_not_stored"},
            {"match": {"kind": "confirm"}, "fault": "error_500_executed_stored"},
        ],
    ),
    Scenario(
        "decline",
        "a decline, then another card",
        [
            again(
                DECLINED,
                charge("INV-1", payment_method="pm_card_chargeDeclinedInsufficientFunds"),
            ),
            again(DONE, charge("INV-1")),
        ],
        {"INV-1": 4000},
    ),
    Scenario(
        "cap",
        "the run's cap, to the cent",
        [
            again(DONE, charge("INV-1", 6000)),
            again(STOP, charge("INV-2", 4001)),
            again(DONE, charge("INV-3", 4000, "cus_bob")),
        ],
        {"INV-1": 6000, "INV-3": 4000},
    ),
    Scenario(
        "arguments",
        "bad arguments once, then corrected",
        [
            again(FIX, charge("INV 1", currency="ZZZ")),
            again(DONE, charge("INV-1")),
        ],
        {"INV-1": 4000},
    ),
    Scenario(
        "stubborn",
        "STOP, and the model calls again",
        [
            again(DONE, charge("INV-1", 6000)),
            again(STOP, charge("INV-2", 6000)),
            again(STOP, charge("INV-2", 6000)),
            again(STOP, charge("INV-2b", 5999, "cus_bob")),
            again(STOP, charge("INV-2", 6000)),
        ],
        {"INV-1": 6000},
    ),
    Scenario(
        "parallel",
        "identical calls at once",
        [again(DONE, charge("INV-1"), charge("INV-1"), charge("INV-1"))],
        {"INV-1": 4000},
    ),
    Scenario(
        "kill",
        "the server is killed between two calls",
        [
            again(DONE, charge("INV-1")),
            again(REPLAYED, charge("INV-1"), kills=True, anew=True),
        ],
        {"INV-1": 4000},
    ),
    Scenario(
        "poll",
        "status is asked six times",
        [
            again(PENDING, charge("INV-1")),
            # A process that ends leaves it to the next, and after three of those it is in doubt.
            *[again((PENDING, UNKNOWN), status("INV-1")) for _ in range(6)],
            again((DONE, UNKNOWN), status("INV-1", wait=3), heals=True, thinks=4.5),
            again(DONE, status("INV-1", wait=2), thinks=1),
        ],
        {"INV-1": 4000},
        faults=[late(4, "confirm", times=99), late(4, "retrieve", times=99)],
        policy={"respondWithin": "500ms"},
    ),
]
