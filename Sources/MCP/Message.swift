import JSON

/// One JSON-RPC message, told apart by what it carries; what a broken one earns is written out
/// here.
enum Message {
  /// To be answered, exactly once.
  case request(Request)
  /// Never to be answered, whatever is wrong with it; parameters that are no object count as none.
  case notification(method: String, params: JSONObject)
  /// A client's answer to a request. We send none, so it is nobody's.
  case response
  /// No message, and the id to say so to, if one was readable.
  case broken(Refusal, id: Echo?)

  /// A request whose outer form is right.
  struct Request {
    let id: Echo
    let method: String
    let params: JSONObject
    /// The parameters' `_meta`; empty when it is no object.
    let meta: JSONObject
    /// What is known to be wrong with the parameters: a refusal for all but a call of a tool.
    var flaws: [Flaw]
  }

  init(_ value: JSONValue) {
    guard case .object(let members) = value else {
      self = .broken(.invalidRequest("a message is an object"), id: nil)
      return
    }
    let id = Echo(members["id"])
    guard let method = members["method"] else {
      let isAnswer = members["result"] != nil || members["error"] != nil
      self = isAnswer ? .response : .broken(.invalidRequest("the method is missing"), id: id)
      return
    }
    do throws(Refusal) {
      self = try Message(method: method, id: id, of: members)
    } catch {
      self = .broken(error, id: id)
    }
  }

  private init(method: JSONValue, id: Echo?, of members: JSONObject) throws(Refusal) {
    guard let version = members["jsonrpc"]?.string, version.utf8.elementsEqual("2.0".utf8) else {
      throw .invalidRequest("jsonrpc must be \"2.0\"")
    }
    guard let method = method.string else {
      throw .invalidRequest("the method must be a string")
    }
    guard members["id"] != nil else {
      self = .notification(method: method, params: members["params"]?.object ?? JSONObject())
      return
    }
    guard let id else {
      throw .invalidRequest("the id must be a string or a whole number")
    }
    let params = try members.optionalObject("params", called: "params")
    let meta = params["_meta"]?.object ?? JSONObject()
    let flaws = [params.flaw(in: "_meta")].compactMap { $0 }
    self = .request(Request(id: id, method: method, params: params, meta: meta, flaws: flaws))
  }
}

extension JSONObject {
  /// What is wrong with a member that has to be an object, if it is there and not null.
  func flaw(in key: String) -> Flaw? {
    switch self[key] {
    case nil, .null, .object: nil
    case .bool, .number, .string, .array: Flaw(key, "must be an object")
    }
  }

  /// A member that is an object, or is absent, or is null, which means the same as absent.
  func optionalObject(_ key: String, called name: String) throws(Refusal) -> JSONObject {
    switch self[key] {
    case nil, .null: return JSONObject()
    case .object(let object): return object
    case .bool, .number, .string, .array:
      throw .invalidParams("\(name) must be an object")
    }
  }
}
