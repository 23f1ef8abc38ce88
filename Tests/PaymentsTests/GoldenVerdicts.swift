/// The agreed texts: code and message of every verdict of `VerdictTests`, one to a line; a
/// backslash and `#` at the end go on with the same line.
let goldenVerdicts = #"""
  captured DONE: 49.99 USD was charged to "cus_1" for "INV-7" (operation \#
  op_abcdefghijklmnopqrstuvwxyz).
  captured DONE: 49.99 USD was charged to "cus_1" for "INV-7" at 2026-11-18T11:06:39Z \#
  (operation op_abcdefghijklmnopqrstuvwxyz).
  replayed DONE: Already done at 2026-11-18T11:06:39Z: 49.99 USD was charged to "cus_1" for \#
  "INV-7" (operation op_abcdefghijklmnopqrstuvwxyz). Nothing was charged again.
  refunded DONE: 49.99 USD was refunded to "cus_1" under "INV-7" (operation \#
  op_abcdefghijklmnopqrstuvwxyz).
  replayed DONE: Already done at 2026-11-18T11:06:39Z: 49.99 USD was refunded to "cus_1" \#
  under "INV-7" (operation op_abcdefghijklmnopqrstuvwxyz). Nothing was refunded again.
  pending PENDING: The charge of 49.99 USD for "INV-7" was accepted and its outcome is not \#
  known yet after 5.234 s (asked 2 times). Do not start it under another reference. Call \#
  status with operation "op_abcdefghijklmnopqrstuvwxyz" in 5 seconds, or repeat the same \#
  call: it cannot happen twice.
  outcome_unknown STOP: The outcome of the charge of 49.99 USD for "INV-7" is unknown after \#
  5.234 s (asked 2 times). It may have happened: do not charge again, under this or any \#
  other reference. The processor is being asked. Tell the user it is being checked, and \#
  call status with operation "op_abcdefghijklmnopqrstuvwxyz" later.
  approval_required STOP: The charge of 49.99 USD for "INV-7" waits for a person's approval \#
  at the processor (for 5.234 s, asked 2 times). It may still happen: do not charge again, \#
  under this or any other reference. Tell the user that it must be approved there. Call \#
  status with operation "op_abcdefghijklmnopqrstuvwxyz" when it was.
  outcome_unknown STOP: The outcome of the refund of 49.99 USD for "INV-7" is unknown after \#
  5.234 s (asked 2 times). It may have happened: do not refund again, under this or any \#
  other reference. The processor is being asked. Tell the user it is being checked, and \#
  call status with operation "op_abcdefghijklmnopqrstuvwxyz" later.
  dead_letter STOP: The refund of 49.99 USD for "INV-7" could not be resolved automatically \#
  and is held for a person. It may have happened: do not refund again, under this or any \#
  other reference. Tell the user that the operator must look at operation \#
  "op_abcdefghijklmnopqrstuvwxyz".
  refund_failed STOP: The refund of 49.99 USD for "INV-7" failed at the processor; the \#
  customer did not get the money. Do not retry. Tell the user that the refund must be made \#
  another way.
  voided STOP: The charge of 49.99 USD for "INV-7" was cancelled at the processor before it \#
  took effect. No money moved. Tell the user. Call again with the same reference only if \#
  the user still wants it.
  denied STOP: The policy refused the charge of 49.99 USD for "INV-7". No money moved. Do \#
  not retry this tool. Tell the user.
  executed_after_all STOP: The charge of 49.99 USD for "INV-7" was given up, and the \#
  processor took the money after all. It is being given back. Do not charge again, under \#
  this or any other reference. Tell the user.
  executed_after_all STOP: The charge of 49.99 USD for "INV-7" was given up, and the \#
  processor took the money after all. It was given back. Do not charge again, under this \#
  or any other reference. Tell the user.
  executed_after_all STOP: The charge of 49.99 USD for "INV-7" was given up, and the \#
  processor took the money after all. The operator has been told and decides. Do not \#
  charge again, under this or any other reference. Tell the user.
  card_declined STOP: The card was declined (generic_decline) for the charge of 49.99 USD \#
  for "INV-7". No money moved. Do not retry with the same payment method. Ask the user for \#
  a different payment method, then call again with the same reference and the new \#
  payment_method.
  card_declined STOP: The card was declined (generic_decline) for the charge of 49.99 USD \#
  for "INV-7". No money moved. Do not retry with the same payment method. The customer must \#
  authenticate with the bank, which cannot be done here. Tell the user.
  card_declined STOP: The card was declined (generic_decline) for the charge of 49.99 USD \#
  for "INV-7". No money moved. Do not retry with the same payment method. The issuer may \#
  think differently on a later day. Tell the user, or ask for a different payment method \#
  and call again with the same reference and the new payment_method.
  authentication_required STOP: The charge of 49.99 USD for "INV-7" needs the customer to \#
  authenticate in person, which cannot be done here, so it was cancelled. No money moved. Do \#
  not retry with the same payment method. Tell the user, or ask for a different payment \#
  method and call again with the same reference and the new payment_method.
  rejected FIX: The processor refused the charge of 49.99 USD for "INV-7" \#
  (resource_missing:customer). No money moved. Correct the arguments and call again with \#
  the same reference. If nothing can be corrected, tell the user.
  processor_misconfigured STOP: The payment processor does not let this server in \#
  (invalid_api_key), so the charge of 49.99 USD for "INV-7" did not happen. No money moved. \#
  Do not retry. Tell the user that the operator must correct the configuration.
  blocked_upstream STOP: A limit at the processor or its proxy refused the charge of 49.99 \#
  USD for "INV-7" (cap_exhausted). No money moved. Do not retry this tool. Tell the user \#
  that billing could not be completed.
  approval_required STOP: The processor wants a person to approve the charge of 49.99 USD \#
  for "INV-7". No money moved. Do not retry. Tell the user.
  processor_unreachable STOP: The processor could not be reached for the charge of 49.99 \#
  USD for "INV-7". Nothing was sent and no money moved. Do not retry now. Tell the user; \#
  the same call may be made later.
  max_retries_exceeded STOP: The charge of 49.99 USD for "INV-7" was given up after the \#
  allowed attempts. No money moved. Do not retry now. Tell the user; the same call may be \#
  made later.
  not_executed STOP: The processor does not know the charge of 49.99 USD for "INV-7", so it \#
  did not happen. No money moved. Do not retry now. Tell the user.
  resolved_by_operator STOP: The operator looked and found that the charge of 49.99 USD for \#
  "INV-7" did not happen. No money moved. Do not repeat this call. Tell the user.
  tool_not_allowed STOP: The policy does not allow the tool `charge`. Do not call it again. \#
  Tell the user.
  currency_not_allowed STOP: The policy does not allow charges in JPY; allowed: USD. \#
  Nothing was charged. Do not convert the amount yourself. Tell the user.
  currency_without_cap STOP: The policy has no spend cap in JPY, so nothing may be charged \#
  in it. Do not convert the amount yourself. Tell the user.
  customer_not_allowed STOP: The policy does not allow charging this customer. Nothing was \#
  charged. Do not retry. Tell the user.
  run_expired STOP: The time this agent session may spend money has run out. Do not retry \#
  this tool. Inform the user that billing could not be completed and that a new session is \#
  required.
  declined_too_often STOP: The payment method "pm_\u{e9}\u{a}" was declined 8 times within \#
  30 days, so it is not tried again. Nothing was charged. Do not retry with it, for this or \#
  any other reference. Ask the user for a different payment method, then call again with the \#
  same reference and the new payment_method.
  declined_too_often STOP: What the customer has on file was declined once within 1 h, so it \#
  is not tried again. Nothing was charged. Do not retry with it, for this or any other \#
  reference. Ask the user for a different payment method, then call again with the same \#
  reference and the new payment_method.
  operation_too_large STOP: The cap "limit \"1\"\u{a}" allows at most 500.00 USD in one \#
  operation. Nothing was done. Do not split it. Do not retry unless the user says that it was \#
  approved. Tell the user: it was the charge of 49.99 USD for "INV-7", customer "cus_1", \#
  operation op_abcdefghijklmnopqrstuvwxyz.
  spend_cap_exceeded STOP: The spend cap for this agent session has been exhausted. Do not \#
  retry this tool. Inform the user that billing could not be completed and that a new \#
  session is required.
  spend_cap_exceeded STOP: The spend cap "limit \"1\"\u{a}" (500.00 USD per customer in 24 \#
  h) has been exhausted. Do not retry this tool, with this or a smaller amount. Inform the \#
  user that billing could not be completed.
  spend_cap_exceeded STOP: The spend cap "limit \"1\"\u{a}" (500.00 USD and 1 operation per \#
  namespace a day) has been exhausted. Do not retry this tool, with this or a smaller \#
  amount. Inform the user that billing could not be completed.
  invalid_arguments FIX: 1 argument is wrong, so nothing was done. `amount` must be an \#
  integer. Correct this and call again.
  invalid_arguments FIX: 2 arguments are wrong, so nothing was done. `amount` must be an \#
  integer. `customer` is missing. Correct this and call again.
  invalid_arguments FIX: 1 argument is wrong, so nothing was done. `amount` must be an \#
  integer. `amount` must be at least 50. Correct this and call again.
  reference_conflict STOP: Reference "INV-7" already names another charge (operation \#
  op_abcdefghijklmnopqrstuvwxyz, captured): customer is recorded as "cus_1" and was sent as \#
  "cus_\u{202e}2"; amount is recorded as "4999" and was sent as "5000". Nothing was done. \#
  Do not retry with changed values. If this is a different payment, use its own reference; \#
  if not, tell the user.
  rate_limited RETRY: Nothing was sent: too many calls in this minute. Repeat the same call \#
  after 7 seconds.
  processor_awaited RETRY: Nothing was sent: another payment is finding out whether the \#
  processor answers again, so the charge of 49.99 USD for "INV-7" was not started. Repeat the \#
  same call after 5 seconds.
  processor_unavailable STOP: The payment processor is not answering as it should, so the \#
  charge of 49.99 USD for "INV-7" was not started. Nothing was sent and no money moved. Do not \#
  retry now. Tell the user; the same call may be made later.
  refund_too_large FIX: `amount` is more than is left to refund of charge "INV-7": at most \#
  0.99 USD, which is 99 in minor units. Nothing was refunded. If the user agrees to less, \#
  call again with the same reference and that amount.
  nothing_to_refund STOP: Charge "INV-7" is captured and nothing of it is left to refund. \#
  Nothing was refunded. Do not retry. Tell the user.
  unknown_operation FIX: No operation is known by `reference` "INV \u{e9}\u{a}". Nothing \#
  was done. Send the operation id or the reference exactly as it was charged; call status \#
  without arguments to see what is known.
  ambiguous_charge FIX: `charge` "INV-7" names 2 charges: op_abcdefghijklmnopqrstuvwxyz (49.99 \#
  USD), op_abcdefghijklmnopqrstuvwxyz (49.99 USD). Nothing was refunded. Call again with the \#
  operation id of the one that is meant as `charge`; if that is not certain, ask the user.
  ambiguous_charge FIX: `charge` "INV \u{e9}\u{a}" names 7 charges: \#
  op_abcdefghijklmnopqrstuvwxyz (49.99 USD), op_abcdefghijklmnopqrstuvwxyz (49.99 USD), \#
  op_abcdefghijklmnopqrstuvwxyz (49.99 USD), op_abcdefghijklmnopqrstuvwxyz (49.99 USD), \#
  op_abcdefghijklmnopqrstuvwxyz (49.99 USD) and 2 older. Nothing was refunded. Call again \#
  with the operation id of the one that is meant as `charge`; if that is not certain, ask \#
  the user.
  policy_broken STOP: The policy is broken ("caps[0].amount is missing."), so no money may \#
  move. Do not retry. Tell the user that the operator must run `bursar check`.
  ledger_busy RETRY: Nothing was sent: the ledger is in use by another program. Repeat the \#
  same call after 2 seconds.
  ledger_full STOP: The ledger cannot be used (the disk is full), so no money may move. \#
  Nothing was sent. Do not retry. Tell the user that the operator must run `bursar check`.
  internal_error STOP: Bursar met an error of its own and cannot say what happened. Do not \#
  charge or refund again. Call status with the reference, and tell the user.
  """#
