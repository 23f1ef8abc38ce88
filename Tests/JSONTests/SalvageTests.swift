import JSON
import Testing

@Test(
  arguments: [
    (#"{"id":7}"#, 7), (#"{"id":"x"}"#, "x"),
    (#"{"id":9007199254740993,"a":1}"#, 9_007_199_254_740_993),
    (#" { "a" : [ { "id" : 1 } ] , "id" : 2 } "#, 2), (#"{"\u0069d":3}"#, 3),
    (#"{"\u0069\u0064":3}"#, 3), (#"{"id":"","a":1}"#, ""),
    // Refused, but JSON.
    (#"{"id":4,"a":1,"a":2}"#, 4), (#"{"a":{"b":1,"b":2},"id":4}"#, 4),
    (#"{"id":5,"a":"\ud800"}"#, 5), (#"{"a":"\ud800","id":5}"#, 5),
    (#"{"\ud800":1,"id":5}"#, 5),
    // Broken inside a string.
    (#"{"a":"\x","id":6}"#, 6), ("{\"a\":\"\n\",\"id\":6}", 6), (#"{"a":"\uZZZZ","id":6}"#, 6),
    // Cut off, or broken behind the id.
    (#"{"jsonrpc":"2.0","id":8,"method":"tools/call","params":{"na"#, 8), (#"{"id":8,"#, 8),
    (#"{"id":8,}"#, 8), (#"{"id":8,"a":}"#, 8), (#"{"id":8,"a":NaN}"#, 8), (#"{"id":8} x"#, 8),
    (#"{"id":8,"a":{"id":1},"b":01}"#, 8), (#"{"id":8,"a":[1,]}"#, 8), (#"{"id":8,"a"#, 8),
    (#"{"id":8,"params":{"id":1,"#, 8),
    // Numbers of all kinds are ids.
    (#"{"id":1.5}"#, .number(JSONNumber(text: "1.5")!)),
  ] as [(String, JSONValue)])
func anIDThatIsBeyondDoubtIsFound(line: String, id: JSONValue) {
  #expect(salvagedID(of: Array(line.utf8)) == id)
}

@Test(arguments: [
  "", "x", "[]", "{", "{}", "1", "null", #""id""#, #"[{"id":1}]"#, #"{"a":{"id":1}}"#,
  #"{"id":null}"#, #"{"id":true}"#, #"{"id":[1]}"#, #"{"id":{}}"#, #"{"ID":1}"#, #"{"id ":1}"#,
  // Twice.
  #"{"id":1,"id":2}"#, #"{"id":1,"id":1}"#, #"{"id":1,"\u0069d":1}"#, #"{"id":1,"id":null}"#,
  #"{"id":null,"id":1}"#, #"{"id":1,"id":}"#, #"{"id":1}{"id":2}"#,
  #"{"id":1,"a":x,"id":2}"#, #"{"id":1,"a":"b"c","id":2}"#,
  // Not known to be complete.
  #"{"id":1"#, #"{"id":12x}"#, #"{"id":"a"#, #"{"id":"a""#, #"{"id":1 "a":2}"#, #"{"id":01}"#,
  #"{"id":-}"#, #"{"id":"\ud800"}"#, #"{"id":"\x"}"#,
  // Behind what could not be followed.
  #"{"a":x,"id":1}"#, #"{"a":1,,"id":1}"#, #"{"a":"b"c","id":1}"#, #"{"a":{"b":1},"id":1"#,
  #"{"a":{"id":1}"#, #"{'id':1}"#, #"{id:1}"#,
])
func anIDInDoubtIsNotFound(line: String) {
  #expect(salvagedID(of: Array(line.utf8)) == nil)
}

@Test func anIDIsFoundBesideBytesThatAreNoText() {
  let broken = Array(#"{"a":""#.utf8) + [0xE9, 0xFF] + Array(#"","id":6}"#.utf8)
  #expect(salvagedID(of: broken) == 6)
  #expect(salvagedID(of: [0xEF, 0xBB, 0xBF] + Array(#"{"id":6}"#.utf8)) == 6)
  #expect(salvagedID(of: Array(#"{"id":""#.utf8) + [0xFF] + Array(#""}"#.utf8)) == nil)
}

@Test func anIDIsFoundInALineThatIsTooDeepOrTooLong() {
  #expect(salvagedID(of: Array(#"{"id":1,"a":\#(nested(1000))}"#.utf8)) == 1)
  #expect(salvagedID(of: Array(#"{"a":\#(nested(1000)),"id":1}"#.utf8)) == 1)
  let long = String(repeating: "a", count: 2 << 20)
  #expect(salvagedID(of: Array(#"{"a":"\#(long)","id":"x"}"#.utf8)) == "x")
}

@Test(arguments: [
  (#"{"a":{"b":[1,{"x":1,"x":2}],"c":3}}"#, #"{"a":{"b":null,"c":3}}"#),
  (
    #" { "z" : "}" , "a" : { "c" : {} , "b" : "\ud800" } } "#,
    #" { "z" : "}" , "a" : { "c" : {} , "b" : null } } "#
  ),
  (#"{"a":{"b":1,"b":2}}"#, #"{"a":{"b":null,"b":2}}"#),
])
func aPartThatNobodyHasToReadIsLeftOut(line: String, rest: String) {
  #expect(leavingOut(["a", "b"], of: Array(line.utf8)) == Array(rest.utf8))
}

@Test(arguments: [
  "", "{", "[]", "1", "{}", #"{"a":1}"#, #"{"a":{}}"#, #"{"b":{"a":1}}"#, #"{"a":[{"b":1}]}"#,
  #"{"a":{"b":}}"#, #"{"a":{"b":[1}}"#, #"{"a":{"c":1 "b":1}}"#, #"[{"a":{"b":1}}]"#,
])
func whatIsNotThereCannotBeLeftOut(line: String) {
  #expect(leavingOut(["a", "b"], of: Array(line.utf8)) == nil)
}

@Test func aPartThatIsTooDeepIsLeftOut() {
  let line = Array(#"{"a":{"b":\#(nested(100_000))}}"#.utf8)
  #expect(leavingOut(["a", "b"], of: line) == Array(#"{"a":{"b":null}}"#.utf8))
}
