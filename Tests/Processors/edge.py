"""What stands between Bursar and localstripe: it takes away what localstripe does not know.

localstripe is an independent set of books, not an independent Stripe: it refuses parameters every
client sends and has no filters for lists. The edge validates nothing, remembers nothing and retries
nothing; it can lose an answer when it is told to.
"""

import http.client
import http.server
import json
import threading
import urllib.parse

# Parameters localstripe refuses, by the end of the path they are sent to.
UNKNOWN = {"/confirm": {"payment_method", "off_session"}, "/refunds": {"reason"}}


class Edge(http.server.ThreadingHTTPServer):
    """Listens on a free port of 127.0.0.1 and forwards to localstripe."""

    daemon_threads = True

    def __init__(self, upstream):
        super().__init__(("127.0.0.1", 0), Request)
        self.upstream = upstream
        self.requests = []
        # Paths that end so are forwarded and never answered, once each.
        self.silent = []
        self.silenced = threading.Event()
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def address(self):
        return f"http://127.0.0.1:{self.server_port}"

    def forward(self, method, path, headers, body=None):
        connection = http.client.HTTPConnection(self.upstream, timeout=10)
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def every(self, path, headers):
        """All objects of a list, oldest first, as localstripe pages them."""
        found = []
        while True:
            after = f"&starting_after={found[-1]['id']}" if found else ""
            status, body = self.forward("GET", f"{path}?limit=100{after}", headers)
            if status != 200:
                return status, body
            page = json.loads(body)
            found += page["data"]
            if not page["has_more"]:
                return status, found


class Request(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_GET(self):
        path, _, query = self.path.partition("?")
        if path != "/v1/payment_intents":
            return self.answer(*self.server.forward("GET", self.path, self.kept()))
        wanted = dict(urllib.parse.parse_qsl(query))
        status, found = self.server.every(path, self.kept())
        if status == 200:
            since = int(wanted.get("created[gte]", 0))
            found = [
                one
                for one in reversed(found)
                if one["created"] >= since and wanted.get("customer") in (None, one["customer"])
            ]
            found = json.dumps(
                {"object": "list", "data": found, "has_more": False, "url": path}
            ).encode()
        self.answer(status, found)

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.requests.append((self.path, self.headers.get("Idempotency-Key"), body))
        for end, names in UNKNOWN.items():
            if self.path.endswith(end):
                fields = urllib.parse.parse_qsl(body.decode())
                fields = [field for field in fields if field[0] not in names]
                body = urllib.parse.urlencode(fields).encode()
        status, found = self.server.forward("POST", self.path, self.kept(), body)
        for end in self.server.silent:
            if self.path.endswith(end):
                self.server.silent.remove(end)
                self.server.silenced.set()
                self.close_connection = True
                # Held until the client is gone.
                self.connection.recv(1)
                return
        self.answer(status, found)

    def kept(self):
        names = ("Authorization", "Content-Type")
        return {name: self.headers[name] for name in names if name in self.headers}

    def answer(self, status, body):
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
