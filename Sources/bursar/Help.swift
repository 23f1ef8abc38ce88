/// `bursar --help` and `bursar help COMMAND`.
func help(_ topic: Command.Topic?) -> ExitCode {
  let text =
    switch topic {
    case nil: overview
    case .serve: serveHelp
    case .check: checkHelp
    case .operations: operationsHelp
    }
  return answer(text) ? .ok : .inputOutput
}

private let overview = """
  bursar: a payment tool server for AI agents. It speaks the Model Context Protocol on standard
  input and output, pays what is owed once, keeps the books, and says no when the money allotted
  is spent.

  usage:
    bursar [serve] [--policy FILE] [--run ID] [--transcript FILE]
    bursar check [--policy FILE] [--json]
    bursar operations [list | show ID] [--json] [--policy FILE]
    bursar help COMMAND
    bursar --version

  The policy is the first of: --policy, $BURSAR_POLICY, $XDG_CONFIG_HOME/bursar/policy.jsonc (by
  default ~/.config/bursar/policy.jsonc), or the one compiled in: sandbox, no money moves.

  exit codes:
    0   it did what it was asked for
    1   check found something wrong; operations show found nothing
    64  the command line cannot be understood
    69  there is no standard output to answer on
    74  a file could not be read or written
    78  the policy is broken, so it is not known where the ledger is

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
  usage: bursar check [--policy FILE] [--json]

  Reads the policy, finds the processor's key, opens the ledger, and says either what is wrong and
  what is expected, as file:line:column, with exit code 1, or what will be in force, with 0. Nothing
  is sent.

  """

private let operationsHelp = """
  usage: bursar operations [list | show ID] [--json] [--policy FILE]

  Lists the newest operations in the ledger the policy names, or shows one with its history.

  """
