/// `bursar --help` and `bursar help COMMAND`.
func help(_ topic: Command.Topic?) -> ExitCode {
  let text =
    switch topic {
    case nil: overview
    case .serve: serveHelp
    case .check: checkHelp
    case .operations: operationsHelp
    case .policy: policyHelp
    case .freeze: freezeHelp
    case .thaw: thawHelp
    case .approve: approveHelp
    case .settle: settleHelp
    case .reconcile: reconcileHelp
    case .webhooks: webhooksHelp
    case .deadLetters: deadLettersHelp
    case .sandbox: sandboxHelp
    case .metrics: metricsHelp
    case .audit: auditHelp
    case .replay: replayHelp
    case .initialize: initHelp
    case .doctor: doctorHelp
    case .events: eventsHelp
    }
  return answer(text) ? .ok : .inputOutput
}

private let overview = """
  bursar: a payment tool server for AI agents. It speaks the Model Context Protocol on standard
  input and output, pays what is owed once, keeps the books, and says no when the money allotted
  is spent.

  usage:
    bursar [serve] [--policy FILE] [--run ID] [--transcript FILE]
    bursar check [--policy FILE] [--json] [--strict]
    bursar operations [list | show ID] [--json] [--policy FILE]
    bursar policy diff | explain | simulate | usage | size ...
    bursar freeze [--run ID | --customer ID | --namespace | --all] --why TEXT ...
    bursar thaw (--run ID | --customer ID | --namespace | --all) [--why TEXT] ...
    bursar approve OPERATION --amount A --currency C --customer ID --why TEXT [--for 1h] ...
    bursar settle [--watch | --limit SECONDS] [--events] [--json] [--policy FILE]
    bursar reconcile [--since 30d] [--json] [--policy FILE]
    bursar webhooks --port N [--policy FILE]
    bursar dead-letters [list | show ID | retry ID | resolve ID ...] [--json] [--policy FILE]
    bursar sandbox --port N [--faults FILE] [--seed N] [--books FILE]
    bursar events [--follow] [--since N] [--json] [--policy FILE]
    bursar audit verify [--head SEQ:HASH] [--json] [--policy FILE]
    bursar audit head [--policy FILE]
    bursar audit export OPERATION [--policy FILE]
    bursar init CLIENT [--write] [--policy FILE] ...
    bursar doctor [CLIENT] [--json] [--offline] [--policy FILE]
    bursar replay FILE... [--policy NEW] [--run ID] [--json]
    bursar metrics [--policy FILE] [--watch FILE [--every SECONDS]]
    bursar help COMMAND
    bursar --version

  The policy is the first of: --policy, $BURSAR_POLICY, $XDG_CONFIG_HOME/bursar/policy.jsonc (by
  default ~/.config/bursar/policy.jsonc), or the one compiled in: sandbox, no money moves.

  exit codes:
    0   it did what it was asked for
    1   check found something wrong; operations show found nothing; settle left something open;
        there was nothing to thaw or to approve; audit verify found an entry that is not what was written;
        doctor found something that must be mended; replay found a difference; init wrote nothing;
        reconcile found discrepancies; there are dead letters, or one cannot be resolved so
    64  the command line cannot be understood
    69  there is no standard output to answer on
    74  a file could not be read or written, a port is taken, or reconcile could not read the list
    78  the policy is broken, so it is not known where the ledger is; the plan of faults is

  """

private let serveHelp = """
  usage: bursar [serve] [--policy FILE] [--run ID] [--transcript FILE]

  Serves the tools charge, refund and status on standard input and output, one JSON-RPC message a
  line, until the input ends. Log lines, one JSON object each, go to standard error.

    --policy FILE      the operator's rules, JSON with comments. A file that is named and missing
                       or broken refuses all money; bursar check says what is wrong
    --run ID           the agent run that caps are counted by; else $BURSAR_RUN, else one name for
                       everything the same parent starts
    --transcript FILE  appends both directions to FILE: > in, < out, ! and = the network

  It ends with 0 when the input ends, on SIGTERM, on SIGINT, and when nobody reads its output. What
  is in flight then has a second and a half; what is not done stays recorded, and the next start
  goes on with it.

  """

private let checkHelp = """
  usage: bursar check [--policy FILE] [--json] [--strict]

  Reads the policy, finds the processor's key, opens the ledger, and says either what is wrong and
  what is expected, as file:line:column, with exit code 1, or what will be in force, with 0. Nothing
  is sent.

  What is allowed and probably not meant is a warning: a rule that can never decide, a currency
  without a cap, a cap below the largest payment in the ledger, a run's cap more than twice what a
  run ever used. So is what is frozen. With --strict a warning ends it with 1 too.

  """

private let operationsHelp = """
  usage: bursar operations [list | show ID] [--json] [--policy FILE]

  Lists the newest operations in the ledger the policy names, or shows one with its history.

  """

private let policyHelp = """
  usage:
    bursar policy diff OLD NEW [--json]
    bursar policy explain --reference R --amount A --currency C --customer X [--run R]
                          [--policy FILE] [--json]
    bursar policy simulate [--policy NEW] [--since 30d] [--json]
    bursar policy usage [--policy FILE] [--json]
    bursar policy size --batch N --amount A [--currency C] [--json]

  Shows what rules do before they do it. All of these read, none writes; amounts are in major units.

    diff      what NEW changes, key by key and cap by cap
    explain   which rule would decide about a charge, and what is left of each cap now
    simulate  every recorded operation judged again, in order: what would have been stopped, what
              would have passed, and how full each cap would have been. What was stopped frees its
              budget; what was denied and passes now counts as captured; what was recorded before
              --since counts as it was. Operations are judged by the terms they have now. Rates only
              delay and are left out; near duplicates and freezes stand where they stood
    usage     how full each cap is now
    size      how large a cap per run should be for N operations of at most A: one and a half times
              to twice what they need

  """

private let freezeHelp = """
  usage: bursar freeze (--run ID | --customer ID | --namespace | --all) --why TEXT
                       [--policy FILE] [--json]
         bursar freeze [--policy FILE] [--json]

  Lets no new charge or refund begin, of one run, of one customer, in the policy's namespace, or of
  everything in the ledger, until it is thawed. It counts at once in every process that uses the
  ledger, and after restarts. What was granted before is brought to its end, and what was done is
  still answered. The model is told that it was frozen and reads at most 80 characters of the reason.
  Without an extent it lists what is frozen; with --json it always does. A policy with mistakes does
  not keep it from freezing: its namespace and its ledger.path still count. Where the file is no JSON
  at all, or there is no hope of finding it: bursar freeze --all --ledger FILE --why TEXT.

  A namespace is frozen by itself, in the same transaction, when a rule about money is found broken:
  more refunded than captured, money moved twice or in another amount for one operation, money of
  another mode than the policy's, money moved for what had ended without, or held and spent sums that
  contradict the operations. Its reason begins with "automatic:", the log says "violation", and only
  bursar thaw --namespace takes it back. bursar check and bursar settle look for it in old books too.

  """

private let thawHelp = """
  usage: bursar thaw (--run ID | --customer ID | --namespace | --all) [--why TEXT]
                     [--policy FILE] [--json]

  Takes a freeze back. A run that was closed for money, because it went on after it was told to stop
  (rates.stopsPerRun), is open again. Exit code 1 when there is nothing to thaw. Freezes and thaws
  are in the ledger's history. What bursar settle found in the books and was thawed since freezes
  nothing again while it stays the same.

  """

private let approveHelp = """
  usage: bursar approve OPERATION --amount 600.00 --currency USD --customer ID --why TEXT
                        [--for 1h] [--policy FILE]

  A person's word that one operation may pass which a cap per operation stops (operation_too_large,
  split_refused). OPERATION is its id (op_...), as the stopped call and bursar operations name it;
  amount, currency and customer are said again, so that nothing else is put in its place. The same
  call then goes through, from whatever process, for as long as --for says (by default 1h, at most
  7d): of that customer, that amount, for a refund that charge, in the policy's environment, and of
  nothing else. Every other cap and rule counts as ever; what else stops it is said. It is in the
  ledger's history with the reason, and so is that it was used. A clock that goes back ends it. No
  tool of the model leads here.

  """

private let settleHelp = """
  usage: bursar settle [--watch | --limit SECONDS] [--events] [--json] [--policy FILE]

  Carries out what is due at the processor: repeats, look-ups, cancellations, what a process that died
  left behind; and tells the policy's sinks what they were not told yet. It ends when nothing is left
  to do before the limit (60 seconds unless it is given), and lists what is still pending and the dead
  letters, which wait for a person. Exit code 0 when there are none, 1 otherwise. No new payment begins
  here.

    --watch    goes on until SIGTERM or SIGINT, and says nothing but log lines: for systemd
               (examples/bursar-settle.service). SIGHUP reads the policy again
    --events   standard output is a sink as well: it is told of every event from its first use on, one
               CloudEvent a line, at least once; the list goes to standard error then

  """

private let eventsHelp = """
  usage: bursar events [--follow] [--since N] [--json] [--policy FILE]

  Every change to the books is an event: requested, authorised, captured, settled, failed, unknown,
  refunded and so on, and besides payments warnings of caps, changes of policy, dead letters and
  discrepancies. This prints them in order, one a line.

    --follow   goes on with those to come, until SIGTERM or SIGINT
    --since N  only those after entry N of the history; the last one seen is a good N
    --json     each as a CloudEvent 1.0, by schemas/event.schema.json

  """

private let auditHelp = """
  usage: bursar audit verify [--head SEQ:HASH] [--json] [--policy FILE]
         bursar audit head [--policy FILE]
         bursar audit export OPERATION [--policy FILE]

  Every entry of the ledger's history is tied to all before it. verify reads the whole and says that
  every entry is as it was written, or names the first that is not and what was done to it: flipped,
  dropped, swapped, truncated, added or rewritten; then it ends with 1.

  head prints where the history ends now. Who can write to the ledger could cut its end off, or write
  it anew; keep a head elsewhere from time to time (delivered events carry it too) and give it to
  verify --head, and that shows as well.

  export prints everything the ledger holds about one operation as one JSON document: its timeline with
  what was asked for and where the agent was, the policies in force, each request and what its answer
  proved, refunds, and where the chain ends. Keys and names of means of payment are left out.

  """

private let reconcileHelp = """
  usage: bursar reconcile [--since 30d] [--json] [--policy FILE]

  Reads the processor's own list of everything made within --since (by default 30d) and compares it
  with the books, both ways: what is missing here or there, state, amount, currency, customer,
  refunds, two objects for one operation. What is still pending here is resolved by what the
  processor says; funds that are available are settled; what is decided is reported and never
  rewritten. Objects of others in the same account are counted and left alone, and so is what
  changed within the last five minutes. A refund may bounce for weeks: refunds are read at least 35
  days back, and one that failed after all is failed in the books too.

  It ends with 1 if anything differs. Each discrepancy is written into the history once, and again
  when it is gone. bursar check warns of those that are known.

  """

private let webhooksHelp = """
  usage: bursar webhooks --port N [--policy FILE]

  Takes Stripe's webhooks on 127.0.0.1:N, behind whatever ends TLS, until it is told to end; with
  --port 0 it finds a free one and says which. Needs webhooks.secret in the policy: the endpoint's
  signing secret, from the environment or a file of mode 0600.

  A webhook that is not signed with the secret, or more than five minutes off, is refused. Of the
  others only the object's name is believed: the object is read at the processor and compared with
  the books, as reconcile does with its list, so that what is pending is resolved and available
  funds are settled within moments. It is answered 200 once it is in the books, and the same event
  twice is taken once.

  """

private let deadLettersHelp = """
  usage:
    bursar dead-letters [list] [--json] [--policy FILE]
    bursar dead-letters show ID [--json] [--policy FILE]
    bursar dead-letters retry ID [--policy FILE]
    bursar dead-letters resolve ID --as captured|refunded|failed --evidence TEXT [--policy FILE]

  Operations whose outcome could not be found out in a day of look-ups, held for a person: their
  budget stays held. And deliveries to a sink that were given up, each called after its entry of the
  history and its sink (41@hook). No tool of the model leads here.

    list     all of them, the longest waiting first; ends with 1 if there are any
    show     one with its attempts and its whole history
    retry    another day of look-ups, or one more try of a delivery; bursar settle, or any server,
             makes them
    resolve  says what really became of it: captured (a charge), refunded (a refund) or failed. The
             text of --evidence, what was seen and where, is kept in the history for ever. What
             contradicts the processor's own last word is refused

  """

private let sandboxHelp = """
  usage: bursar sandbox --port N [--faults FILE] [--seed N] [--books FILE]

  A processor to practise on, for any client of Stripe: PaymentIntents and refunds over HTTP on
  127.0.0.1, with Stripe's rules for parameters and idempotency keys, and books of what moved. No
  money moves, any key is accepted and none is kept.

    --port N      the port; with 0 it finds a free one. The first line of output is the address
    --faults FILE what goes wrong and when: JSON with comments, by schemas/faults.schema.json
    --seed N      where rules with a probability begin; the same seed draws the same faults
    --books FILE  where the books go at the end, as JSON; standard output otherwise

    GET /_books   the books          POST /_clock  {"by": "25h"} puts its clock forward
    GET /_log     every request      POST /_faults a plan takes the place of the present one

  It ends with 0 on SIGTERM and SIGINT.

  """

private let metricsHelp = """
  usage: bursar metrics [--policy FILE] [--watch FILE [--every SECONDS]]

  Prints what the ledger says of how it goes, for Prometheus (text format 0.0.4): repeated calls and
  conflicts, attempts and retries, what is unknown and for how long, the time to a final state, what
  is used of each cap, dead letters, and the ratios made of them. No label holds a customer, a
  reference or a run. Reading takes the same few milliseconds whatever the size of the ledger.

    --watch FILE  writes FILE in one piece, for node_exporter's textfile collector, every 15 seconds
    --every N     or every N seconds, until SIGTERM or SIGINT, which end it with 0

  """
