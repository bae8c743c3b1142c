#pragma once

#include <grpcpp/grpcpp.h>

#include <memory>
#include <string>
#include <vector>

#include "vigie/v1/agent_service.grpc.pb.h"
#include "vigie/v1/event.pb.h"

namespace vigie::server {

// What an agent keeps of its enrolment.
struct AgentCredentials {
  std::string agent_id;
  std::string key_pem;
  std::string certificate_pem;
  std::string ca_pem;
};

// Credentials of a client; without key and certificate those of an analyst.
std::shared_ptr<grpc::ChannelCredentials> TlsCredentials(const std::string& ca_pem, const std::string& key_pem = "",
                                                         const std::string& certificate_pem = "");

// A plain agent's end of the stream: says what a test tells it to say. Every wait ends after a minute.
class AgentClient {
 public:
  AgentClient(const std::string& address, const std::shared_ptr<grpc::ChannelCredentials>& credentials,
              std::string agent_id);
  AgentClient(const std::string& address, const AgentCredentials& credentials);
  ~AgentClient();

  bool Hello(const std::string& host = "w1");
  bool Send(const std::vector<v1::Event>& events);
  bool Send(const v1::AgentMessage& message);
  // Reads until a message of this kind comes; others are kept for nobody. Nothing once the stream has ended.
  std::optional<v1::Welcome> AwaitWelcome();
  std::optional<v1::Ack> AwaitAck();
  std::optional<v1::Policy> AwaitPolicy();
  std::optional<v1::ChannelBlocks> AwaitBlocks();
  // Why the stream ended.
  grpc::Status Finish();
  void SayGoodBye();

 private:
  bool Await(v1::CollectorMessage::MessageCase kind);

  std::shared_ptr<grpc::Channel> channel_;
  grpc::ClientContext context_;
  std::string agent_id_;
  std::unique_ptr<grpc::ClientReaderWriter<v1::AgentMessage, v1::CollectorMessage>> stream_;
  v1::CollectorMessage message_;
  bool finished_ = false;
};

}  // namespace vigie::server
