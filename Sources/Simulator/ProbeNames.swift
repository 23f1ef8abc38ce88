extension Probes {
  /// Every branch a run of many worlds must have taken: those that are rare, those that are
  /// dangerous, and those without which the others mean nothing.
  static let named = [
    // What an agent is told.
    "answer.captured", "answer.card_declined", "answer.charge_unresolved",
    "answer.currency_not_allowed", "answer.currency_without_cap", "answer.customer_not_allowed",
    "answer.dead_letter", "answer.invalid_arguments", "answer.ledger_full",
    "answer.ledger_unavailable", "answer.max_retries_exceeded", "answer.minimum_gap",
    "answer.near_duplicate", "answer.nothing_to_refund", "answer.operation_too_large",
    "answer.outcome_unknown", "answer.pending", "answer.processor_misconfigured",
    "answer.processor_unreachable", "answer.rate_limited", "answer.reference_conflict",
    "answer.refund_too_large", "answer.refunded", "answer.rejected", "answer.replayed",
    "answer.run_closed", "answer.run_expired", "answer.spend_cap_exceeded", "answer.status",
    "answer.unknown_operation", "answer.voided",
    // What a person lets pass.
    "approval.given", "approval.refused", "approval.used",
    // What the disk remembers although it was undone.
    "disk.commit_returned",
    // What the operator's log tells.
    "event.cap_warning", "event.conflict", "event.dead_letter", "event.late_answer", "event.ledger",
    "event.near_duplicate", "event.processor_unavailable", "event.repeated", "event.run_closed",
    // What the processor sees of a careful client.
    "processor.key_in_use", "processor.late_capture", "processor.late_refund",
    "processor.replayed",
    // What bounced, and was found by its list.
    "statement.bounced",
    // What becomes of operations.
    "transition.attempt_due", "transition.cancellation_due", "transition.card_declined",
    "transition.confirmation_due", "transition.denied_currency_not_allowed",
    "transition.denied_currency_without_cap", "transition.denied_customer_not_allowed",
    "transition.denied_near_duplicate", "transition.denied_operation_too_large",
    "transition.denied_run_closed", "transition.denied_run_expired",
    "transition.denied_spend_cap_exceeded", "transition.looking_up",
    "transition.max_retries_exceeded", "transition.not_executed",
    "transition.owner_died_looking_up", "transition.owner_died_max_retries_exceeded",
    "transition.owner_died_retry_due", "transition.processor_captured",
    "transition.processor_created", "transition.processor_misconfigured",
    "transition.processor_refunded", "transition.processor_unreachable",
    "transition.refund_due", "transition.rejected", "transition.requested",
    "transition.given_up", "transition.requested_again", "transition.retry_due",
    "transition.unknown_looking_up", "transition.unknown_retry_due", "transition.voided",
  ]
}
