/// What differs between two texts, line by line, with up to three lines around: for people.
///
/// What both begin and end with is left out first; of the rest the longest common subsequence
/// stays.
func lineDiff(_ old: String, _ new: String) -> String {
  let before = old.split(separator: "\n", omittingEmptySubsequences: false)
  let after = new.split(separator: "\n", omittingEmptySubsequences: false)
  var head = 0
  while head < min(before.count, after.count), isSameLine(before[head], after[head]) { head += 1 }
  var tail = 0
  while tail < min(before.count, after.count) - head,
    isSameLine(before[before.count - 1 - tail], after[after.count - 1 - tail])
  {
    tail += 1
  }
  let around = 3
  var rows = before[max(0, head - around)..<head].map { "  \($0)" }
  rows += changes(before[head..<before.count - tail], after[head..<after.count - tail])
  rows += before[(before.count - tail)...].prefix(around).map { "  \($0)" }
  return rows.map { $0 + "\n" }.joined()
}

private func changes(_ old: ArraySlice<Substring>, _ new: ArraySlice<Substring>) -> [String] {
  let (before, after) = (Array(old), Array(new))
  // Beyond that only the whole of both is told: a table of lengths would be too large.
  guard before.count * after.count <= 4_000_000 else {
    return before.map { "- \($0)" } + after.map { "+ \($0)" }
  }
  var lengths = Array(
    repeating: Array(repeating: 0, count: after.count + 1), count: before.count + 1)
  for i in before.indices.reversed() {
    for j in after.indices.reversed() {
      lengths[i][j] =
        isSameLine(before[i], after[j])
        ? lengths[i + 1][j + 1] + 1 : max(lengths[i + 1][j], lengths[i][j + 1])
    }
  }
  var rows: [String] = []
  var (i, j) = (0, 0)
  while i < before.count || j < after.count {
    if i < before.count, j < after.count, isSameLine(before[i], after[j]) {
      rows.append("  \(before[i])")
      i += 1
      j += 1
    } else if j == after.count || i < before.count && lengths[i + 1][j] >= lengths[i][j + 1] {
      rows.append("- \(before[i])")
      i += 1
    } else {
      rows.append("+ \(after[j])")
      j += 1
    }
  }
  return rows
}

private func isSameLine(_ left: Substring, _ right: Substring) -> Bool {
  left.utf8.elementsEqual(right.utf8)
}
