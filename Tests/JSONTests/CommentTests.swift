import JSON
import Testing

private let withComments = [
  "// a\n1", "1 // a", "1//", "/**/1", "/* a */ 1 /* b */", "/***/1", "/* * / */1", "/*/*/1",
  "[/*a*/1/*b*/,//c\n2//d\r]", "{/*a*/\"a\"/*b*/:/*c*/1/*d*/}", "// é \u{1D11E}\n1",
  "/* \n\r\n\u{0} */ 1", "{ // a\n }", "[/**/]", "{/**/}", "/* // */1", "// /*\n1",
]

@Test(arguments: withComments)
func commentsStandWhereBlanksMayAndOnlyWhenAllowed(text: String) throws {
  _ = try read(text, comments: true)
  #expect(refusal(of: text)?.wellFormed == false)
}

@Test func commentsLeaveTheValueAlone() throws {
  let value = try read("{ /* x */ \"a//b\": \"/* c */\", // d\n \"e\": 1 }", comments: true)
  #expect(value == ["a//b": "/* c */", "e": 1])
}

@Test(arguments: [
  Row("/*", .unclosedComment, 0), Row("1 /* a", .unclosedComment, 2),
  Row("1 /*/", .unclosedComment, 2), Row("[1, /* * ]", .unclosedComment, 4),
  Row("/", .unexpected(ascii("/")), 0), Row("1 / 2", .unexpected(ascii("/")), 2),
  Row("/ /1", .unexpected(ascii("/")), 0), Row("// a", .empty, 4), Row("/**/", .empty, 4),
  Row("[1,/**/]", .unexpected(ascii("]")), 7), Row("[1,//\n]", .unexpected(ascii("]")), 6),
  Row("{\"a\":1,//\n}", .unexpected(ascii("}")), 10), Row("# a\n1", .unexpected(ascii("#")), 0),
  Row("tr/**/ue", .unexpected(ascii("/")), 2), Row("1/**/2", .afterValue(ascii("2")), 5),
  Row("-/**/1", .unexpected(ascii("/")), 1), Row("/* /* */ */1", .unexpected(ascii("*")), 9),
  Row([0x2F, 0x2F, 0xE9, 0x0A, 0x31], .invalidUTF8, 2),
])
func whatOnlyLooksLikeACommentIsRefused(row: Row) throws {
  let error = try #require(refusal(of: row.bytes, comments: true))
  #expect(error.kind == row.kind)
  #expect(error.offset == row.offset)
}

@Test func aDuplicateKeyBehindCommentsIsStillWellFormed() {
  let error = refusal(of: "{\"a\":1, // one\n/* two */\"a\":2}", comments: true)
  #expect(error?.offset == 24)
  #expect(error?.wellFormed == true)
}
