"""The official Stripe client drives `bursar sandbox`: that keeps our double honest.

    python stripe_sdk.py PATH_OF_THE_BINARY
"""

import json
import subprocess
import sys
import urllib.request

import stripe

KEY = "sk_test_Qx7Qx7Qx71"


class Checks:
    """Says each thing that holds, and ends with the first that does not."""

    def __init__(self):
        self.count = 0

    def holds(self, truth, sentence, *evidence):
        assert truth, f"this does not hold: {sentence}: {evidence!r}"
        self.count += 1
        print(f"  ok: {sentence}", flush=True)


class Practice:
    """One `bursar sandbox` on a free port."""

    def __init__(self, binary):
        self.process = subprocess.Popen(
            [binary, "sandbox", "--port", "0"], stdout=subprocess.PIPE, text=True
        )
        self.address = self.process.stdout.readline().split()[-1]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.stdout.read()
        self.process.wait()

    def client(self):
        return stripe.StripeClient(
            KEY, base_addresses={"api": self.address}, max_network_retries=0
        )

    def ask(self, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        with urllib.request.urlopen(self.address + path, data) as answer:
            return json.load(answer)


def refused(kind, call, *arguments, **options):
    """The error of that kind a call ends with."""
    try:
        result = call(*arguments, **options)
    except kind as error:
        return error
    raise AssertionError(f"expected {kind.__name__}, got {result!r}")


def pay(checks, practice):
    intents = practice.client().v1.payment_intents
    made = {
        "amount": 1099,
        "currency": "usd",
        "customer": "cus_ada",
        "payment_method": "pm_card_visa",
        "metadata": {"order": "7"},
    }
    key = {"idempotency_key": "order-7"}
    first = intents.create(made, key)
    checks.holds(first.status == "requires_confirmation", "create leaves it unconfirmed", first)
    again = intents.create(made, key)
    checks.holds(again.id == first.id, "the same key gives the same object", again)
    headers = again.last_response.headers
    checks.holds(headers.get("Idempotent-Replayed") == "true", "and says that it does", headers)
    error = refused(stripe.IdempotencyError, intents.create, {**made, "amount": 1100}, key)
    checks.holds(error.http_status == 400, "another amount under it is refused", error)

    paid = intents.confirm(first.id, {"off_session": True}, {"idempotency_key": "confirm-7"})
    checks.holds(paid.status == "succeeded" and paid.amount_received == 1099, "confirm pays", paid)
    error = refused(stripe.InvalidRequestError, intents.confirm, first.id, {"off_session": True})
    checks.holds(
        error.code == "payment_intent_unexpected_state" and error.error.payment_intent.id == paid.id,
        "a second confirm is refused and shows the object",
        error,
    )
    checks.holds(intents.retrieve(first.id).metadata["order"] == "7", "metadata is kept")
    error = refused(stripe.InvalidRequestError, intents.cancel, first.id)
    checks.holds(error.code == "payment_intent_unexpected_state", "what is paid is not cancelled")
    return first.id


def decline(checks, practice):
    intents = practice.client().v1.payment_intents
    error = refused(
        stripe.CardError,
        intents.create,
        {
            "amount": 500,
            "currency": "usd",
            "payment_method": "pm_card_chargeDeclinedInsufficientFunds",
            "confirm": True,
            "off_session": True,
        },
    )
    checks.holds(
        error.http_status == 402 and error.error.decline_code == "insufficient_funds",
        "a decline is a card error with its code",
        error,
    )
    error = refused(
        stripe.InvalidRequestError, intents.create, {"amount": 500, "currency": "usd", "colour": "red"}
    )
    checks.holds(error.param == "colour", "an unknown parameter is refused by name", error)
    error = refused(stripe.InvalidRequestError, intents.retrieve, "pi_none")
    checks.holds(error.http_status == 404, "what is not there is not found", error)


def refund(checks, practice, paid):
    refunds = practice.client().v1.refunds
    key = {"idempotency_key": "refund-7"}
    part = refunds.create({"payment_intent": paid, "amount": 99}, key)
    checks.holds(part.status == "succeeded" and part.amount == 99, "a part is given back", part)
    again = refunds.create({"payment_intent": paid, "amount": 99}, key)
    checks.holds(again.id == part.id, "once for one key", again)
    error = refused(
        stripe.InvalidRequestError, refunds.create, {"payment_intent": paid, "amount": 1001}
    )
    checks.holds(error.param == "amount", "never more than was paid", error)
    refunds.create({"payment_intent": paid})
    error = refused(stripe.InvalidRequestError, refunds.create, {"payment_intent": paid})
    checks.holds(error.code == "charge_already_refunded", "and not after all of it", error)
    listed = refunds.list({"payment_intent": paid})
    checks.holds([one.amount for one in listed.data] == [1000, 99], "newest first in a list", listed)


def pages(checks, practice):
    intents = practice.client().v1.payment_intents
    made = [
        intents.create({"amount": 100 + n, "currency": "usd", "customer": "cus_pages"}).id
        for n in range(5)
    ]
    listed = intents.list({"customer": "cus_pages", "limit": 2})
    seen = [one.id for one in listed.auto_paging_iter()]
    checks.holds(seen == made[::-1], "a list is paged to its end", seen)


def troubles(checks, practice):
    intents = practice.client().v1.payment_intents
    wished = {"amount": 500, "currency": "usd"}
    for fault, kind in [
        ("drop_after", stripe.APIConnectionError),
        ("truncated", stripe.APIConnectionError),
        ("error_500_stored", stripe.APIError),
        ("rate_429", stripe.RateLimitError),
        ("unauthorized_401", stripe.AuthenticationError),
        ("forbidden_403", stripe.PermissionError),
    ]:
        practice.ask("/_faults", {"rules": [{"fault": fault}]})
        error = refused(kind, intents.create, wished, {"idempotency_key": fault})
        checks.holds(True, f"{fault} is what the client takes for {kind.__name__}", error)
    made = intents.create(wished, {"idempotency_key": "drop_after"})
    checks.holds(
        made.last_response.headers.get("Idempotent-Replayed") == "true",
        "what was executed before the drop is replayed",
    )
    log = practice.ask("/_log")
    checks.holds([e["fault"] for e in log if e["fault"]][0] == "drop_after", "the log says so", log)
    checks.holds(KEY[8:] not in json.dumps(log), "the log holds no key")


def main():
    checks = Checks()
    with Practice(sys.argv[1]) as practice:
        paid = pay(checks, practice)
        decline(checks, practice)
        refund(checks, practice, paid)
        pages(checks, practice)
        troubles(checks, practice)
        charges = [i for i in practice.ask("/_books")["payment_intents"] if i["amount_received"]]
        checks.holds([i["id"] for i in charges] == [paid], "one charge stands in the books", charges)
    print(f"stripe {stripe.VERSION if hasattr(stripe, 'VERSION') else ''}: {checks.count} things hold")


main()
