#include "tests/integration/collector/agent_client.h"

#include <chrono>

#include "proto/contract/time_conversion.h"
#include "tests/unit/server/event_builder.h"

namespace vigie::server {

std::shared_ptr<grpc::ChannelCredentials> TlsCredentials(const std::string& ca_pem, const std::string& key_pem,
                                                         const std::string& certificate_pem) {
  grpc::SslCredentialsOptions options;
  options.pem_root_certs = ca_pem;
  options.pem_private_key = key_pem;
  options.pem_cert_chain = certificate_pem;
  return grpc::SslCredentials(options);
}

AgentClient::AgentClient(const std::string& address, const std::shared_ptr<grpc::ChannelCredentials>& credentials,
                         std::string agent_id)
    : agent_id_(std::move(agent_id)) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);  // each client its own connection
  channel_ = grpc::CreateCustomChannel(address, credentials, arguments);
  context_.set_deadline(std::chrono::system_clock::now() + std::chrono::minutes(1));
  stream_ = v1::AgentService::NewStub(channel_)->Connect(&context_);
}

AgentClient::AgentClient(const std::string& address, const AgentCredentials& credentials)
    : AgentClient(address, TlsCredentials(credentials.ca_pem, credentials.key_pem, credentials.certificate_pem),
                  credentials.agent_id) {
}

AgentClient::~AgentClient() {
  context_.TryCancel();
  if (!finished_) (void)Finish();
}

bool AgentClient::Hello(const std::string& host) {
  v1::AgentMessage message;
  v1::Hello& hello = *message.mutable_hello();
  hello.set_agent_id(agent_id_);
  hello.set_host(host);
  hello.set_operating_system("Debian GNU/Linux 12 (bookworm)");
  hello.set_kernel("Linux 6.1.0");
  hello.set_version("0.1.0");
  hello.set_boot_epoch(1);
  *hello.mutable_at() = contract::ToProto(std::chrono::system_clock::now());
  return Send(message);
}

bool AgentClient::Send(const std::vector<v1::Event>& events) {
  v1::AgentMessage message;
  for (v1::Event event : events) {
    event.set_agent_id(event.agent_id() == "agent-1" ? agent_id_ : event.agent_id());
    *message.mutable_batch()->add_events() = std::move(event);
  }
  return Send(message);
}

bool AgentClient::Send(const v1::AgentMessage& message) {
  return stream_->Write(message);
}

bool AgentClient::Await(v1::CollectorMessage::MessageCase kind) {
  while (stream_->Read(&message_)) {
    if (message_.message_case() == kind) return true;
  }
  return false;
}

std::optional<v1::Welcome> AgentClient::AwaitWelcome() {
  if (!Await(v1::CollectorMessage::kWelcome)) return std::nullopt;
  return message_.welcome();
}

std::optional<v1::Ack> AgentClient::AwaitAck() {
  if (!Await(v1::CollectorMessage::kAck)) return std::nullopt;
  return message_.ack();
}

std::optional<v1::Policy> AgentClient::AwaitPolicy() {
  if (!Await(v1::CollectorMessage::kPolicy)) return std::nullopt;
  return message_.policy();
}

std::optional<v1::ChannelBlocks> AgentClient::AwaitBlocks() {
  if (!Await(v1::CollectorMessage::kBlocks)) return std::nullopt;
  return message_.blocks();
}

void AgentClient::SayGoodBye() {
  stream_->WritesDone();
}

grpc::Status AgentClient::Finish() {
  finished_ = true;
  while (stream_->Read(&message_)) {
  }
  return stream_->Finish();
}

}  // namespace vigie::server
