import JSON

/// What is no JSON must be refused, and is said to be malformed at the right byte (the `n_` group).
let malformed: [Row] =
  malformedStructure + malformedObjects + malformedWords + malformedNumbers + malformedStrings
  + malformedBytes

private let malformedStructure: [Row] = [
  Row("", .empty, 0), Row(" ", .empty, 1), Row("\n\t\r ", .empty, 4),
  Row("[", .unexpectedEnd, 1), Row("]", .unexpected(ascii("]")), 0),
  Row("[1", .unexpectedEnd, 2), Row("[1,", .unexpectedEnd, 3),
  Row("[1,]", .unexpected(ascii("]")), 3), Row("[,1]", .unexpected(ascii(",")), 1),
  Row("[,]", .unexpected(ascii(",")), 1), Row("[1,,2]", .unexpected(ascii(",")), 3),
  Row("[1,,]", .unexpected(ascii(",")), 3), Row("[1 2]", .unexpected(ascii("2")), 3),
  Row("[1:2]", .unexpected(ascii(":")), 2), Row("[1}", .unexpected(ascii("}")), 2),
  Row("[1]]", .afterValue(ascii("]")), 3), Row("[1],", .afterValue(ascii(",")), 3),
  Row("[][]", .afterValue(ascii("[")), 2), Row("1 2", .afterValue(ascii("2")), 2),
  Row("{}x", .afterValue(ascii("x")), 2), Row("{}}", .afterValue(ascii("}")), 2),
  Row("[\"a\"", .unexpectedEnd, 4), Row("[\"a\"\n", .unexpectedEnd, 5),
  Row("[[1]", .unexpectedEnd, 4), Row("[3[4]]", .unexpected(ascii("[")), 2),
  Row("[\"\"", .unexpectedEnd, 3), Row("[*]", .unexpected(ascii("*")), 1),
  Row("*", .unexpected(ascii("*")), 0), Row("<null>", .unexpected(ascii("<")), 0),
  Row("\u{C}[]", .unexpected(0x0C), 0), Row("[\u{C}]", .unexpected(0x0C), 1),
  Row("[\u{B}1]", .unexpected(0x0B), 1), Row("\u{A0}1", .unexpected(0xC2), 0),
  Row("[\u{2060}]", .unexpected(0xE2), 1), Row("\0", .unexpected(0), 0),
  Row("1\0", .afterValue(0), 1), Row("[]/**/", .afterValue(ascii("/")), 2),
  Row("[]//", .afterValue(ascii("/")), 2), Row("/* */[]", .unexpected(ascii("/")), 0),
  Row("[1,\n1\n,1", .unexpectedEnd, 8), Row("[{", .unexpectedEnd, 2),
  Row("[{}", .unexpectedEnd, 3), Row("[\\n]", .unexpected(ascii("\\")), 1),
  Row("`", .unexpected(ascii("`")), 0), Row("'a'", .unexpected(ascii("'")), 0),
  Row("(1)", .unexpected(ascii("(")), 0), Row(",", .unexpected(ascii(",")), 0),
  Row(":", .unexpected(ascii(":")), 0), Row("[[[[", .unexpectedEnd, 4),
]

private let malformedObjects: [Row] = [
  Row("{", .unexpectedEnd, 1), Row("}", .unexpected(ascii("}")), 0),
  Row("{]", .unexpected(ascii("]")), 1), Row("{\"a\"}", .unexpected(ascii("}")), 4),
  Row("{\"a\"", .unexpectedEnd, 4), Row("{\"a\":", .unexpectedEnd, 5),
  Row("{\"a\":}", .unexpected(ascii("}")), 5), Row("{\"a\":1", .unexpectedEnd, 6),
  Row("{\"a\":1,", .unexpectedEnd, 7), Row("{\"a\":1,}", .unexpected(ascii("}")), 7),
  Row("{\"a\":1,,\"b\":2}", .unexpected(ascii(",")), 7), Row("{,}", .unexpected(ascii(",")), 1),
  Row("{\"a\" 1}", .unexpected(ascii("1")), 5), Row("{\"a\",1}", .unexpected(ascii(",")), 4),
  Row("{\"a\"::1}", .unexpected(ascii(":")), 5), Row("{:1}", .unexpected(ascii(":")), 1),
  Row("{1:1}", .unexpected(ascii("1")), 1), Row("{a:1}", .unexpected(ascii("a")), 1),
  Row("{'a':1}", .unexpected(ascii("'")), 1), Row("{null:1}", .unexpected(ascii("n")), 1),
  Row("{\"a\":1 \"b\":2}", .unexpected(ascii("\"")), 7),
  Row("{\"a\":1]", .unexpected(ascii("]")), 6), Row("{\"a\":1}#", .afterValue(ascii("#")), 7),
  Row("{[]:1}", .unexpected(ascii("[")), 1), Row("{\"a\":1:2}", .unexpected(ascii(":")), 6),
  Row("{\"a\":/*c*/1}", .unexpected(ascii("/")), 5), Row("{\"a\"=1}", .unexpected(ascii("=")), 4),
  Row("{\"a\":1;\"b\":2}", .unexpected(ascii(";")), 6),
]

private let malformedWords: [Row] = [
  Row("nul", .unexpectedEnd, 3), Row("nulL", .unexpected(ascii("L")), 3),
  Row("tru", .unexpectedEnd, 3), Row("True", .unexpected(ascii("T")), 0),
  Row("TRUE", .unexpected(ascii("T")), 0), Row("fals", .unexpectedEnd, 4),
  Row("falsy", .unexpected(ascii("y")), 4), Row("nulls", .afterValue(ascii("s")), 4),
  Row("truefalse", .afterValue(ascii("f")), 4), Row("undefined", .unexpected(ascii("u")), 0),
  Row("NaN", .unexpected(ascii("N")), 0), Row("nan", .unexpected(ascii("a")), 1),
  Row("Infinity", .unexpected(ascii("I")), 0), Row("-Infinity", .unexpected(ascii("I")), 1),
  Row("[nu]", .unexpected(ascii("]")), 3), Row("None", .unexpected(ascii("N")), 0),
]

private let malformedNumbers: [Row] = [
  Row("01", .leadingZero, 0), Row("-01", .leadingZero, 1), Row("00", .leadingZero, 0),
  Row("-00.1", .leadingZero, 1), Row("[012]", .leadingZero, 1), Row("-", .unexpectedEnd, 1),
  Row("--1", .unexpected(ascii("-")), 1), Row("+1", .unexpected(ascii("+")), 0),
  Row("-a", .unexpected(ascii("a")), 1), Row("- 1", .unexpected(ascii(" ")), 1),
  Row(".5", .unexpected(ascii(".")), 0), Row("-.5", .unexpected(ascii(".")), 1),
  Row("1.", .unexpectedEnd, 2), Row("[1.]", .unexpected(ascii("]")), 3),
  Row("1.e1", .unexpected(ascii("e")), 2), Row("0.e1", .unexpected(ascii("e")), 2),
  Row("1e", .unexpectedEnd, 2), Row("1e+", .unexpectedEnd, 3), Row("1E-", .unexpectedEnd, 3),
  Row("[1e]", .unexpected(ascii("]")), 3), Row("1e1.5", .afterValue(ascii(".")), 3),
  Row("1ee1", .unexpected(ascii("e")), 2), Row("1e+-1", .unexpected(ascii("-")), 3),
  Row("1.2.3", .afterValue(ascii(".")), 3), Row("0x1F", .afterValue(ascii("x")), 1),
  Row("1a", .afterValue(ascii("a")), 1), Row("1_000", .afterValue(ascii("_")), 1),
  Row("1 000", .afterValue(ascii("0")), 2), Row("1,5", .afterValue(ascii(",")), 1),
  Row("[-]", .unexpected(ascii("]")), 2), Row("1+2", .afterValue(ascii("+")), 1),
  Row("\u{FF11}", .unexpected(0xEF), 0), Row("1e\u{661}", .unexpected(0xD9), 2),
  Row("9.3e+", .unexpectedEnd, 5), Row("0e", .unexpectedEnd, 2), Row("1f", .afterValue(102), 1),
]

private let malformedStrings: [Row] = [
  Row("\"", .unexpectedEnd, 1), Row("\"abc", .unexpectedEnd, 4), Row("\"\\\"", .unexpectedEnd, 3),
  Row("\"\\", .unexpectedEnd, 2), Row(#""\a""#, .invalidEscape, 1),
  Row(#""x\x00""#, .invalidEscape, 2), Row(#""\0""#, .invalidEscape, 1),
  Row(#""\'""#, .invalidEscape, 1), Row(#""\U0041""#, .invalidEscape, 1),
  Row(#""\u""#, .invalidEscape, 1), Row(#""\u00A""#, .invalidEscape, 1),
  Row(#""\u00G0""#, .invalidEscape, 1), Row(#""\u+123""#, .invalidEscape, 1),
  Row(#""\u{41}""#, .invalidEscape, 1), Row("\"\\u12", .unexpectedEnd, 5),
  Row("\"\\é\"", .invalidEscape, 1), Row("\"\\\n\"", .invalidEscape, 1),
  Row("\"a\nb\"", .controlCharacter(0x0A), 2), Row("\"\t\"", .controlCharacter(0x09), 1),
  Row("\"\0\"", .controlCharacter(0), 1), Row("\"\u{1F}\"", .controlCharacter(0x1F), 1),
  Row("\"\\n\u{1}\"", .controlCharacter(0x01), 3), Row("{\"\n\":1}", .controlCharacter(0x0A), 2),
  Row("\"a\"b\"", .afterValue(ascii("b")), 3), Row("\"\"\"\"", .afterValue(ascii("\"")), 2),
  Row(#""\ud800\u""#, .invalidEscape, 7), Row(#""\ud800\x""#, .invalidEscape, 7),
  Row(#"["\udc00",]"#, .unexpected(ascii("]")), 10),
]

private let malformedBytes: [Row] = [
  Row([0xEF, 0xBB, 0xBF], .byteOrderMark, 0), Row([0xEF, 0xBB, 0xBF, 0x31], .byteOrderMark, 0),
  Row([0xEF, 0xBB], .invalidUTF8, 0), Row([0xFE, 0xFF, 0x00, 0x31], .invalidUTF8, 0),
  Row([0xFF, 0xFE, 0x31, 0x00], .invalidUTF8, 0), Row([0x31, 0x00], .afterValue(0), 1),
  Row(string(of: 0x80), .invalidUTF8, 1), Row(string(of: 0xFF), .invalidUTF8, 1),
  Row(string(of: 0x61, 0xE9), .invalidUTF8, 2), Row(string(of: 0xC3), .invalidUTF8, 1),
  Row(string(of: 0xC0, 0x80), .invalidUTF8, 1), Row(string(of: 0xC0, 0xAF), .invalidUTF8, 1),
  Row(string(of: 0xC1, 0xBF), .invalidUTF8, 1), Row(string(of: 0xE0, 0x80, 0xAF), .invalidUTF8, 1),
  Row(string(of: 0xE0, 0x9F, 0xBF), .invalidUTF8, 1),
  Row(string(of: 0xF0, 0x80, 0x80, 0xAF), .invalidUTF8, 1),
  Row(string(of: 0xF0, 0x8F, 0xBF, 0xBF), .invalidUTF8, 1),
  Row(string(of: 0xED, 0xA0, 0x80), .invalidUTF8, 1),
  Row(string(of: 0xED, 0xBF, 0xBF), .invalidUTF8, 1),
  Row(string(of: 0xED, 0xA0, 0xB4, 0xED, 0xB4, 0x9E), .invalidUTF8, 1),
  Row(string(of: 0xF4, 0x90, 0x80, 0x80), .invalidUTF8, 1),
  Row(string(of: 0xF5, 0x80, 0x80, 0x80), .invalidUTF8, 1),
  Row(string(of: 0xF8, 0x88, 0x80, 0x80, 0x80), .invalidUTF8, 1),
  Row(string(of: 0xE2, 0x82), .invalidUTF8, 1), Row(string(of: 0x80, 0xBF), .invalidUTF8, 1),
  Row([0x5B, 0xFF, 0x5D], .invalidUTF8, 1), Row([0x31, 0xE5], .invalidUTF8, 1),
  Row([0x7B, 0x22, 0xB9, 0x22, 0x3A, 0x31, 0x7D], .invalidUTF8, 2),
]

/// What is JSON by its grammar and refused all the same (the `i_` group: readers differ here).
let refused: [Row] = [
  Row(#"{"a":1,"a":1}"#, .duplicateKey("\"a\""), 7),
  Row(#"{"a":1,"a":2}"#, .duplicateKey("\"a\""), 7),
  Row(#"{"a":1,"b":2,"a":3}"#, .duplicateKey("\"a\""), 13),
  Row(#"{"a":1,"\u0061":2}"#, .duplicateKey("\"a\""), 7),
  Row(#"{"\u00e9":1,"é":2}"#, .duplicateKey(#""\u00e9""#), 12),
  Row(#"{"":1,"":2}"#, .duplicateKey("\"\""), 6),
  Row(#"{"\/":1,"/":2}"#, .duplicateKey("\"/\""), 8),
  Row(#"{"\u0000":1,"\u0000":2}"#, .duplicateKey(#""\u0000""#), 12),
  Row(#"[{"x":{"a":1, "a":1}}]"#, .duplicateKey("\"a\""), 14),
  Row(#"{"a":1,"a":2,"b":1,"b":2}"#, .duplicateKey("\"a\""), 7),
  Row(#""\ud800""#, .loneSurrogate, 1), Row(#""\uDBFF""#, .loneSurrogate, 1),
  Row(#""\udc00""#, .loneSurrogate, 1), Row(#""\uDFFF""#, .loneSurrogate, 1),
  Row(#""\udd1e\ud834""#, .loneSurrogate, 1), Row(#""\ud800\ud800\udc00""#, .loneSurrogate, 1),
  Row(#""\ud800\n""#, .loneSurrogate, 1), Row(#""\ud800x""#, .loneSurrogate, 1),
  Row(#""\ud800\u0041""#, .loneSurrogate, 1), Row(#""ab\n\ud83d""#, .loneSurrogate, 5),
  Row(#"{"\udc00":1}"#, .loneSurrogate, 2), Row(#"["\ud800\\udc00"]"#, .loneSurrogate, 2),
  Row(nested(65), .tooDeep(64), 64), Row(nested(200), .tooDeep(64), 64),
  Row(#"{"a":1,"a":"# + nested(65) + "}", .duplicateKey("\"a\""), 7),
]

/// So many arrays within each other.
func nested(_ depth: Int) -> String {
  String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
}
