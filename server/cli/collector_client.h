#pragma once

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>
#include <grpcpp/security/credentials.h>

#include <chrono>
#include <memory>
#include <string>

#include "server/cli/collector_channel.h"

namespace vigie::cli {

inline constexpr std::chrono::seconds kCallDeadline{10};

// What the collector's channel is made of.
class CollectorChannel::Connection {
 public:
  Connection(std::string address, std::string token, const std::shared_ptr<grpc::ChannelCredentials>& credentials);

  template <typename Stub, typename Request, typename Response>
  base::Result<Response> Call(grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                              std::unique_ptr<Stub> stub, const Request& request,
                              std::chrono::seconds patience = kCallDeadline) {
    grpc::ClientContext context;
    Authorize(context);
    context.set_deadline(std::chrono::system_clock::now() + patience);
    Response response;
    const grpc::Status status = (*stub.*method)(&context, request, &response);
    if (!status.ok()) return Explain(status, patience);
    return response;
  }

  base::Result<void> Watch(const v1::WatchIncidentsRequest& request,
                           const std::function<bool(const v1::Incident&)>& on_incident);

  base::Result<void> Backtest(const v1::BacktestPolicyRequest& request,
                              const std::function<bool(const v1::BacktestPolicyResponse&)>& on_message);

  base::Result<void> Export(const v1::ExportEvidenceRequest& request,
                            const std::function<bool(const std::string&)>& on_piece);

  const std::shared_ptr<grpc::Channel>& channel() const { return channel_; }

 private:
  void Authorize(grpc::ClientContext& context) const {
    if (!token_.empty()) context.AddMetadata("authorization", "Bearer " + token_);
  }

  base::Error Explain(const grpc::Status& status, std::chrono::seconds patience = kCallDeadline) const;

  const std::string address_;
  const std::string token_;
  const std::shared_ptr<grpc::Channel> channel_;
};

}  // namespace vigie::cli
