#pragma once

#include <grpcpp/channel.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/status.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace vigie::server::http {

struct RelayedRequest {
  std::string path = {};           // "/vigie.v1.IncidentService/ListIncidents"
  std::string authorization = {};  // "Bearer …", or empty
  std::string token_hash = {};     // of the session that asks instead, or empty
  std::string caller = {};         // address:port of who asked, for the audit
  std::optional<std::chrono::milliseconds> timeout = {};
  grpc::ByteBuffer message = {};
};

// A message, or how the call ended: the last one.
using Answer = std::variant<grpc::ByteBuffer, grpc::Status>;
// Called once, on a thread of gRPC; must not block.
using OnAnswer = std::function<void(Answer)>;

// A call on its way. One Next at a time; what is not asked for waits in the server's handler. Ends by itself once it is
// let go of, or cancelled. Thread-safe.
class RelayedCall {
 public:
  virtual ~RelayedCall() = default;
  virtual void Next(OnAnswer on_answer) = 0;
  virtual void Cancel() = 0;
};

// Passes calls on to the collector's own gRPC server: so they meet the same checks of who may do what, the same audit
// and the same limits as every other. Thread-safe.
class Relay {
 public:
  // At least one. They take turns: a server allows so many calls at a time on one connection.
  explicit Relay(const std::vector<std::shared_ptr<grpc::Channel>>& channels);
  std::shared_ptr<RelayedCall> Begin(const RelayedRequest& request);

 private:
  std::vector<grpc::GenericStub> stubs_;
  std::atomic<std::size_t> next_ = 0;
};

}  // namespace vigie::server::http
