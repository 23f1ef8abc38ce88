/// The contract files of this folder as bytes, exactly as they stand, compiled into the program.
///
/// They are what a client reads (`tools/list`) and what arguments and policies are checked against:
/// one text for both, so that nothing is promised that is not checked.
public enum Schemas {
  /// The whole MCP Tool object of `charge`, UTF-8 JSON.
  public static var charge: [UInt8] { PackageResources.charge_tool_json }

  /// The whole MCP Tool object of `refund`, UTF-8 JSON.
  public static var refund: [UInt8] { PackageResources.refund_tool_json }

  /// The whole MCP Tool object of `status`, UTF-8 JSON.
  public static var status: [UInt8] { PackageResources.status_tool_json }

  /// The JSON Schema (2020-12) of a policy file, UTF-8 JSON.
  public static var policy: [UInt8] { PackageResources.policy_schema_json }

  /// The JSON Schema (2020-12) of a plan of faults for the sandbox, UTF-8 JSON.
  public static var faults: [UInt8] { PackageResources.faults_schema_json }

  /// The JSON Schema (2020-12) of an event as it is delivered, UTF-8 JSON.
  public static var event: [UInt8] { PackageResources.event_schema_json }
}
