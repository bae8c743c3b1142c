#pragma once

#include <grpcpp/grpcpp.h>

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "vigie/v1/agent_service.grpc.pb.h"

namespace vigie::agent::uplink {

// A real gRPC server that keeps events as the collector does (by high-water mark) and drops connections as it pleases:
// after `patience` messages, before or after keeping the last one, and before or after acknowledging it.
class UnsteadyCollector final : public v1::AgentService::Service {
 public:
  struct Kept {
    std::map<std::uint64_t, std::uint64_t> high_water;  // by epoch
    std::vector<std::string> paths;                     // of the events that took effect, in order
    int repeats = 0;
    int holes = 0;
    int connections = 0;
  };

  // Listens on a loopback port. `tls` is null for plain text.
  explicit UnsteadyCollector(std::uint32_t seed, std::shared_ptr<grpc::ServerCredentials> tls = nullptr);
  ~UnsteadyCollector() override;

  // Drops no connection from now on.
  void Calm();
  // Closes the port with every connection; Start opens it again.
  void Stop();
  void Start();
  int port() const { return port_; }
  Kept kept() const;

  grpc::Status Connect(grpc::ServerContext* context,
                       grpc::ServerReaderWriter<v1::CollectorMessage, v1::AgentMessage>* stream) override;

 private:
  // True if it happens this time.
  bool Happens(double share);
  void Keep(const v1::EventBatch& batch);

  const std::shared_ptr<grpc::ServerCredentials> credentials_;
  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
  mutable std::mutex mutex_;
  std::uint64_t random_;
  bool calm_ = false;
  Kept kept_;
};

}  // namespace vigie::agent::uplink
