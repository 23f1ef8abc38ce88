/// What `bursar --version` and the server say of themselves.
let version = "0.1.0"

/// `bursar --version`.
func showVersion() -> ExitCode {
  answer("bursar \(version)\n") ? .ok : .inputOutput
}
