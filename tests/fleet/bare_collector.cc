// The limit that a collector is measured against: the same stream of the same batches over the same TLS, and no work at
// all; each batch is acknowledged as it comes. usage: bare_collector ADDRESS:PORT STATE (of a collector; "" = no TLS)
#include <grpcpp/grpcpp.h>

#include <fstream>
#include <iostream>
#include <iterator>
#include <mutex>
#include <string>

#include "server/state_files.h"
#include "vigie/v1/agent_service.grpc.pb.h"

namespace {

using namespace vigie;

std::string Read(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

class BareStream final : public grpc::ServerBidiReactor<v1::AgentMessage, v1::CollectorMessage> {
 public:
  BareStream() { StartRead(&incoming_); }

  void OnReadDone(bool good) override {
    if (!good) return Finish(grpc::Status::OK);
    outgoing_.Clear();
    if (incoming_.has_hello()) {
      outgoing_.mutable_welcome()->set_credits(4000);
    } else if (incoming_.has_batch()) {
      const v1::EventBatch& batch = incoming_.batch();
      outgoing_.mutable_ack()->set_boot_epoch(batch.events(0).boot_epoch());
      outgoing_.mutable_ack()->set_sequence(batch.events().rbegin()->sequence());
      outgoing_.mutable_ack()->set_credits(static_cast<std::uint32_t>(batch.events_size()));
    } else {
      return StartRead(&incoming_);
    }
    StartWrite(&outgoing_);
  }
  void OnWriteDone(bool good) override {
    if (good) StartRead(&incoming_);
  }
  void OnDone() override { delete this; }

 private:
  v1::AgentMessage incoming_;
  v1::CollectorMessage outgoing_;
};

class BareService final : public v1::AgentService::CallbackService {
 public:
  grpc::ServerBidiReactor<v1::AgentMessage, v1::CollectorMessage>* Connect(grpc::CallbackServerContext*) override {
    return new BareStream;
  }
};

std::shared_ptr<grpc::ServerCredentials> Credentials(const std::string& state) {
  if (state.empty()) return grpc::InsecureServerCredentials();
  const server::StateFiles files(state);
  grpc::SslServerCredentialsOptions options(GRPC_SSL_REQUEST_CLIENT_CERTIFICATE_AND_VERIFY);
  options.pem_root_certs = Read(files.authority_certificate());
  options.pem_key_cert_pairs.push_back({Read(files.server_key()), Read(files.server_certificate())});
  return grpc::SslServerCredentials(options);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "usage: bare_collector ADDRESS:PORT STATE\n";
    return 2;
  }
  BareService service;
  grpc::ServerBuilder builder;
  int port = 0;
  builder.AddListeningPort(argv[1], Credentials(argv[2]), &port);
  builder.RegisterService(&service);
  const auto server = builder.BuildAndStart();
  if (!server || port == 0) return 1;
  std::cout << port << std::endl;
  server->Wait();
}
