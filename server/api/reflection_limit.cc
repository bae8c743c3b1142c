#include "server/api/reflection_limit.h"

#include <grpcpp/server_context.h>

#include <string_view>

namespace vigie::server::api {
namespace {

namespace experimental = grpc::experimental;

class Counted final : public experimental::Interceptor {
 public:
  Counted(std::atomic<int>& open, experimental::ServerRpcInfo* call)
      : open_(open), call_(call), refused_(++open > ReflectionLimit::kMost) {}
  ~Counted() override { --open_; }

  void Intercept(experimental::InterceptorBatchMethods* methods) override {
    const bool begins =
        methods->QueryInterceptionHookPoint(experimental::InterceptionHookPoints::POST_RECV_INITIAL_METADATA);
    if (begins && refused_) call_->server_context()->TryCancel();
    methods->Proceed();
  }

 private:
  std::atomic<int>& open_;
  experimental::ServerRpcInfo* const call_;
  const bool refused_;
};

}  // namespace

experimental::Interceptor* ReflectionLimit::CreateServerInterceptor(experimental::ServerRpcInfo* call) {
  const bool counts = std::string_view(call->method()).starts_with("/grpc.reflection.");
  return counts ? new Counted(open_, call) : nullptr;
}

}  // namespace vigie::server::api
