extension SimulatedDisk {
  /// Adds the names and the content of all files.
  func add(to digest: inout Digest) {
    for name in platter.names {
      guard let file = platter.file(name) else { continue }
      digest.add(name.utf8)
      digest.add(platter.content(file).bytes)
    }
  }
}
