#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "platform/base/result.h"
#include "server/http/assets.h"
#include "server/http/relay.h"
#include "server/http/sessions.h"
#include "server/upload_shelf.h"

namespace vigie::server::http {

// What one who has no token can take of this process is bounded by these.
struct Limits {
  std::size_t connections = 1024;
  std::size_t connections_of_one_address = 256;
  std::size_t header_bytes = 16 << 10;
  std::size_t request_bytes = 4 << 20;          // of one request
  std::size_t small_request_bytes = 64 << 10;   // up to here nobody waits for anybody
  std::size_t large_requests_bytes = 64 << 20;  // of all larger ones that are being read or answered
  std::size_t uploads = 2;                      // files that are being received or inspected
  std::chrono::seconds idle{60};  // between two requests; for a request to arrive; for an answer to be taken
  std::chrono::milliseconds call_timeout{60'000};  // the most a call may take; streams take as long as they like
};

// Where a file that is given to POST /attribution lies while it is inspected.
struct Uploads {
  std::string directory;         // on its file system, without a name
  UploadShelf* shelf = nullptr;  // outlives the server; null: no files are taken
};

struct ServerTls {
  std::string certificate_pem;  // with its chain
  std::string key_pem;
};

struct HttpSetup {
  std::string host;              // or its address, IPv6 without brackets
  std::uint16_t port = 0;        // 0 = any
  std::optional<ServerTls> tls;  // nothing: plain HTTP
  Limits limits;
  SessionLimits sessions;
  Assets console;
  Uploads uploads;
  // Told of each request when it is answered: "IncidentService/GetIncident", "session", "console", "metrics",
  // "healthz", "readyz" or "other", and the HTTP status. Thread-safe, never blocks.
  std::function<void(std::string_view what, unsigned status)> answered = [](std::string_view, unsigned) {};
};

// The HTTP side of the collector (HTTP/1.1, TLS 1.3):
//   POST /vigie.v1.SERVICE/METHOD   the API by the Connect protocol, with `authorization: Bearer TOKEN` or a session's
//                                   cookie and its CSRF token in X-Vigie-CSRF
//   POST /attribution               a leaked file, which is inspected and not kept: AttributionService/AttributeUpload
//   POST, GET, DELETE /session      signs a browser in with {"token": "…"}, says who is signed in, signs him out
//   GET /…                          the console's files and routes, and /api, the reference of the API
//   GET /healthz, /readyz           this process is there; it can answer (no token is needed)
//   GET /metrics                    MetricsService/GetMetrics as text, for Prometheus, with a token
// It knows no service by name but those of /attribution, /metrics, /readyz and /session: calls are transcoded by their
// descriptors and passed on by a Relay. Thread-safe.
class HttpServer {
 public:
  // Listens, on threads of its own. kUnavailable if it cannot, kInvalidArgument for a name or keys that are none.
  // `clock` outlives it.
  static base::Result<std::unique_ptr<HttpServer>> Start(HttpSetup setup, std::unique_ptr<Relay> relay,
                                                         const base::Clock& clock);
  ~HttpServer();

  std::uint16_t port() const;
  // Ends all connections and the calls they made, and waits for that. Again: nothing.
  void Stop();

 private:
  struct Parts;
  explicit HttpServer(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace vigie::server::http
