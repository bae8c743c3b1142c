#pragma once

#include <grpcpp/support/server_interceptor.h>

#include <atomic>

namespace vigie::server::api {

// gRPC's reflection keeps a call thread for each of its streams, and anybody may open one: of more than kMost at a time
// the rest are cancelled at once, so that they cannot take the analysts' threads. Thread-safe.
class ReflectionLimit final : public grpc::experimental::ServerInterceptorFactoryInterface {
 public:
  static constexpr int kMost = 16;

  // Nothing for all other methods.
  grpc::experimental::Interceptor* CreateServerInterceptor(grpc::experimental::ServerRpcInfo* call) override;

 private:
  std::atomic<int> open_ = 0;
};

}  // namespace vigie::server::api
