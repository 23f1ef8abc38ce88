/// What RFC 8259 allows must be read (the `y_` group), and read back from its own canonical form.
let accepted: [Row] = acceptedStructure + acceptedNumbers + acceptedStrings

private let acceptedStructure: [Row] = [
  Row("null"), Row("true"), Row("false"), Row("[]"), Row("{}"), Row(" [] "), Row("[ ]"),
  Row("{ }"), Row("\t\r\n []\n"), Row("[null]"), Row("[true]"), Row("[false]"), Row("[1]"),
  Row("[1,2]"), Row("[1 , 2]"), Row("[1\n,\t2]"), Row("[[]]"), Row("[[],[]]"), Row("[{}]"),
  Row("[[[[[[1]]]]]]"), Row("[1,null,true,\"x\",[],{}]"), Row("[\"\"]"), Row("[\"a\"]"),
  Row("[null,1,null,2,null]"), Row("[2] "), Row(" [1]"), Row("{\"a\":1}"), Row("{\"a\" : 1}"),
  Row("{\"\":0}"), Row("{\"a\":[]}"), Row("{\"a\":{}}"), Row("{\"a\":\"b\",\"c\":\"d\"}"),
  Row("{\n\"a\": \"b\"\n}"), Row("{\"a\":{\"a\":{\"a\":1}}}"), Row("{\"a\":1,\"A\":2}"),
  Row("{\"a\":1,\"b\":1}"), Row(#"{"foo\u0000bar":42}"#), Row(#"{"\u0000":1,"":2}"#),
  Row(#"{"title":"\u041f\u043e\u043b"}"#), Row("{\"min\":-1.0e+28,\"max\":1.0e+28}"),
  Row("{\"\u{E9}\":1,\"e\u{301}\":2}"), Row("{\"a\":[{\"b\":1},{\"b\":1}]}"),
]

private let acceptedNumbers: [Row] = [
  Row("0"), Row("-0"), Row("1"), Row("-1"), Row("42"), Row("123"), Row("-123"), Row("[-0]"),
  Row("0.1"), Row("-0.1"), Row("1.0"), Row("1.5"), Row("0e1"), Row("0e+1"), Row("0e-1"),
  Row("0E0"), Row("1e1"), Row("1E1"), Row("1e+1"), Row("1E+1"), Row("1e-1"), Row("1E-1"),
  Row("1.5e3"), Row("1.5E-003"), Row("20e1"), Row("123.456e78"), Row("123.456789"),
  Row("-0.0e-0"), Row("0.00000000000000000000000000000000000000000000000000000000000000000001"),
  Row("9007199254740993"), Row("9223372036854775807"), Row("-9223372036854775808"),
  Row("9223372036854775808"), Row("1234567890123456789012345"), Row("1e400"), Row("-1e-400"),
  Row("100.00000000000000000001"), Row("[1e1]"), Row("[ 4]"), Row("[-1,-0.5e-2]"),
]

private let acceptedStrings: [Row] = [
  Row("\"\""), Row("\"a\""), Row(#""\"""#), Row(#""\\""#), Row(#""\/""#), Row("\"/\""),
  Row(#""\b\f\n\r\t""#), Row(#""\u0060\u012a\u12AB""#), Row(#""\u0041""#), Row(#""\uaBcD""#),
  Row(#""\u0000""#), Row(#""\u001f""#), Row(#""\u007f""#), Row("\"\u{7F}\""), Row(#""\\u0000""#),
  Row(#""\\a""#), Row(#""\\n""#), Row(#""\"\\\/""#), Row("\"\u{E9}\""), Row("\"\u{20AC}\""),
  Row("\"\u{1D11E}\""), Row(#""\ud834\udd1e""#), Row(#""\uD834\uDD1E""#), Row(#""\uDBFF\uDFFF""#),
  Row(#""\ud83d\ude39\ud83d\udc8d""#), Row(#""\uFEFF""#), Row("\"\u{FEFF}\""), Row("\"\u{FFFF}\""),
  Row("\"\u{FFFE}\""), Row(#""\uFFFF""#), Row(#""\uFDD0""#), Row("\"\u{10FFFF}\""),
  Row("\"\u{2028}\u{2029}\""), Row(#""\u2028\u2029""#), Row("\"\u{80}\""),
  Row("\"\u{D7FF}\u{E000}\""),
  Row("\" \""), Row("\"a/*b*/c//d\""), Row("\"#\""), Row("\"'\""), Row("[\"a\",\"a\"]"),
  Row("\"\u{301}\""), Row("\"[{]},:\""),
]
