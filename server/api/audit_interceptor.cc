#include "server/api/audit_interceptor.h"

#include <google/protobuf/message.h>
#include <grpcpp/server_context.h>

#include <array>
#include <string>

#include "server/api/caller_address.h"
#include "vigie/v1/event_service.pb.h"

namespace vigie::server::api {
namespace {

using grpc::experimental::InterceptionHookPoints;
using grpc::experimental::InterceptorBatchMethods;
using grpc::experimental::ServerRpcInfo;

// https://grpc.github.io/grpc/core/md_doc_statuscodes.html
std::string CodeName(grpc::StatusCode code) {
  constexpr std::array kNames = {
      "OK",        "CANCELLED",      "UNKNOWN",           "INVALID_ARGUMENT",   "DEADLINE_EXCEEDED",
      "NOT_FOUND", "ALREADY_EXISTS", "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION",
      "ABORTED",   "OUT_OF_RANGE",   "UNIMPLEMENTED",     "INTERNAL",           "UNAVAILABLE",
      "DATA_LOSS", "UNAUTHENTICATED"};
  const auto number = static_cast<std::size_t>(code);
  return number < kNames.size() ? kNames[number] : "UNKNOWN";
}

// All messages of our services are protobuf's: gRPC hands them on as pointers to their common base.
const google::protobuf::Message* AsMessage(const void* message) {
  return dynamic_cast<const google::protobuf::Message*>(static_cast<const google::protobuf::MessageLite*>(message));
}

// Of a question about the events of one incident; else empty.
std::string IncidentAskedFor(const google::protobuf::Message& request) {
  if (request.GetDescriptor() != v1::QueryEventsRequest::descriptor()) return "";
  return static_cast<const v1::QueryEventsRequest&>(request).incident_id();
}

class AuditInterceptor final : public grpc::experimental::Interceptor {
 public:
  AuditInterceptor(AuditTrail& trail, const RecordMask& mask, ServerRpcInfo& info)
      : trail_(trail), mask_(mask), info_(info), streams_(info.type() != ServerRpcInfo::Type::UNARY) {}
  // A call that broke off before its status was sent is an end, too; one that never began asked nothing.
  ~AuditInterceptor() override {
    if (call_) End("CANCELLED");
  }

  void Intercept(InterceptorBatchMethods* methods) override {
    if (methods->QueryInterceptionHookPoint(InterceptionHookPoints::POST_RECV_MESSAGE))
      Begin(methods->GetRecvMessage());
    if (methods->QueryInterceptionHookPoint(InterceptionHookPoints::PRE_SEND_MESSAGE)) Tell(*methods);
    if (methods->QueryInterceptionHookPoint(InterceptionHookPoints::PRE_SEND_STATUS)) {
      End(CodeName(methods->GetSendStatus().error_code()));
    }
    methods->Proceed();
  }

 private:
  void Begin(const void* request) {
    if (begun_ || request == nullptr) return;
    begun_ = true;
    if (const auto* message = AsMessage(request)) {
      Call()->SetRequest(*message);
      asked_incident_ = IncidentAskedFor(*message);
    }
    AuditedCall::SetCurrent(Call());
  }

  // What the caller may not see leaves the answer here, whichever method gave it.
  void Tell(InterceptorBatchMethods& methods) {
    Count(methods.GetSendMessage());
    const void* answer = methods.GetSendMessage();
    const auto* message = answer == nullptr ? nullptr : AsMessage(answer);
    if (message == nullptr) return;
    const v1::AuditEntry& entry = Call()->entry();
    masked_ = mask_.Masked(*message, entry.who(), entry.role(), asked_incident_);
    if (masked_) methods.ModifySendMessage(static_cast<const google::protobuf::MessageLite*>(masked_.get()));
  }

  void Count(const void* answer) {
    // Before the first message of a stream leaves: its end may be far away, and the collector killed until then.
    if (streams_ && !told_begin_) trail_.Began(*Call());
    told_begin_ = true;
    const auto* message = answer == nullptr ? nullptr : AsMessage(answer);
    if (message != nullptr) Call()->answer().Add(*message);
  }

  void End(const std::string& outcome) {
    if (ended_) return;
    ended_ = true;
    const std::shared_ptr<AuditedCall> call = Call();
    if (AuditedCall::Current() == call.get()) AuditedCall::SetCurrent(nullptr);
    trail_.Finished(*call, outcome);
  }

  // Not made before it is needed: the caller's address is not known yet when the interceptor is made.
  const std::shared_ptr<AuditedCall>& Call() {
    if (!call_) {
      call_ = std::make_shared<AuditedCall>(FindMethod(info_.method()), info_.method(),
                                            CallerAddress(*info_.server_context()));
    }
    return call_;
  }

  AuditTrail& trail_;
  const RecordMask& mask_;
  ServerRpcInfo& info_;
  const bool streams_;
  std::shared_ptr<AuditedCall> call_;
  std::string asked_incident_;
  std::unique_ptr<google::protobuf::Message> masked_;  // until the next message, or the end
  bool begun_ = false;
  bool told_begin_ = false;
  bool ended_ = false;
};

}  // namespace

grpc::experimental::Interceptor* AuditInterceptorFactory::CreateServerInterceptor(ServerRpcInfo* info) {
  const std::string_view path = info->method();
  if (!path.starts_with("/vigie.v1.")) return nullptr;
  const MethodRule* rule = FindMethod(path);
  if (rule != nullptr && rule->caller == Caller::kAgent) return nullptr;
  return new AuditInterceptor(trail_, mask_, *info);
}

}  // namespace vigie::server::api
