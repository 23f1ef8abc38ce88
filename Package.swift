// swift-tools-version: 6.2
import PackageDescription

/// The strictest settings the toolchain has, on every target (DESIGN §3).
let strict: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .strictMemorySafety(),
  .treatAllWarnings(as: .error),
]

let package = Package(
  name: "bursar",
  products: [
    .executable(name: "bursar", targets: ["bursar"]),
    .executable(name: "simulate", targets: ["Simulator"]),
  ],
  targets: [
    .systemLibrary(
      name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
    .systemLibrary(
      name: "CCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
    .systemLibrary(
      name: "CCurl", providers: [.apt(["libcurl4-openssl-dev"])]),
    .systemLibrary(
      name: "CMicroHTTPD", providers: [.apt(["libmicrohttpd-dev"])]),

    .target(name: "JSON", swiftSettings: strict),
    .target(name: "Payments", swiftSettings: strict),
    .target(
      name: "Schemas", path: "schemas",
      resources: [
        .embedInCode("charge.tool.json"),
        .embedInCode("refund.tool.json"),
        .embedInCode("status.tool.json"),
        .embedInCode("policy.schema.json"),
        .embedInCode("faults.schema.json"),
        .embedInCode("event.schema.json"),
      ],
      swiftSettings: strict),
    .target(name: "MCP", dependencies: ["JSON"], swiftSettings: strict),
    .target(
      name: "Ledger", dependencies: ["Payments", "CSQLite", "CCrypto"], swiftSettings: strict),
    .target(
      name: "Processors", dependencies: ["JSON", "Payments", "CCrypto"], swiftSettings: strict),
    .target(
      name: "PaymentServer", dependencies: ["MCP", "JSON", "Ledger", "Schemas", "Payments"],
      swiftSettings: strict),
    .executableTarget(
      name: "bursar",
      dependencies: [
        "PaymentServer", "Processors", "Payments", "JSON", "Schemas", "CCurl", "CMicroHTTPD",
      ],
      swiftSettings: strict),

    .executableTarget(
      name: "Simulator",
      dependencies: [
        "PaymentServer", "Processors", "Ledger", "Payments", "MCP", "JSON", "CSQLite",
      ],
      swiftSettings: strict),

    .testTarget(name: "JSONTests", dependencies: ["JSON"], swiftSettings: strict),
    .testTarget(name: "MCPTests", dependencies: ["MCP", "JSON"], swiftSettings: strict),
    .testTarget(name: "PaymentsTests", dependencies: ["Payments"], swiftSettings: strict),
    .testTarget(
      name: "LedgerTests", dependencies: ["Ledger", "Payments", "CSQLite"], swiftSettings: strict),
    .testTarget(
      name: "ProcessorsTests", dependencies: ["Processors", "Payments", "JSON"],
      swiftSettings: strict),
    .testTarget(
      name: "PaymentServerTests",
      dependencies: [
        "PaymentServer", "Processors", "Ledger", "Payments", "MCP", "JSON", "TranscriptFormat",
      ],
      exclude: ["Transcripts", "broken-policies.txt"], swiftSettings: strict),
    .target(name: "TranscriptFormat", path: "Tests/TranscriptFormat", swiftSettings: strict),
    .testTarget(
      name: "BursarTests",
      dependencies: [
        "bursar", "PaymentServer", "Processors", "Payments", "JSON", "CSQLite", "TranscriptFormat",
      ],
      swiftSettings: strict),
    .testTarget(
      name: "SimulatorTests",
      dependencies: ["Simulator", "PaymentServer", "Processors", "Ledger", "Payments", "JSON"],
      swiftSettings: strict),
    .testTarget(name: "TidyTests", swiftSettings: strict),
  ]
)
