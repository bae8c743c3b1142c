#include "server/http/transcoder.h"

#include <google/protobuf/util/json_util.h>

#include <algorithm>
#include <memory>
#include <vector>

namespace vigie::server::http {
namespace {

using base::Error;
using base::ErrorCode;
using google::protobuf::DescriptorPool;
using google::protobuf::Message;
using google::protobuf::MessageFactory;

constexpr std::string_view kPackage = "/vigie.v1.";

std::unique_ptr<Message> NewMessage(const google::protobuf::Descriptor* type) {
  return std::unique_ptr<Message>(MessageFactory::generated_factory()->GetPrototype(type)->New());
}

grpc::ByteBuffer ToBytes(const Message& message) {
  const grpc::Slice slice(message.SerializeAsString());
  return {&slice, 1};
}

bool Parse(const grpc::ByteBuffer& bytes, Message& message) {
  grpc::Slice slice;
  if (bytes.DumpToSingleSlice(&slice).ok())
    return message.ParseFromArray(slice.begin(), static_cast<int>(slice.size()));
  return false;
}

}  // namespace

base::Result<Method> Method::Find(std::string_view path) {
  const Error unknown{ErrorCode::kNotFound, "there is no such method: POST /vigie.v1.SERVICE/METHOD"};
  if (!path.starts_with(kPackage)) return unknown;
  std::string name(path.substr(1));
  if (std::ranges::count(name, '/') != 1) return unknown;
  std::ranges::replace(name, '/', '.');
  const auto* found = DescriptorPool::generated_pool()->FindMethodByName(name);
  if (found == nullptr) return unknown;
  if (found->client_streaming()) {
    return Error{ErrorCode::kUnsupported, "this method takes a stream: call it over gRPC"};
  }
  return Method(found);
}

base::Result<grpc::ByteBuffer> Method::Request(std::string_view json) const {
  const auto message = NewMessage(descriptor_->input_type());
  const std::string_view text = json.empty() ? "{}" : json;
  const auto read = google::protobuf::util::JsonStringToMessage({text.data(), text.size()}, message.get());
  if (read.ok()) return ToBytes(*message);
  return Error{ErrorCode::kInvalidArgument,
               "the request is no " + descriptor_->input_type()->name() + ": " + read.message().ToString()};
}

base::Result<std::string> Method::Answer(const grpc::ByteBuffer& bytes) const {
  const auto message = NewMessage(descriptor_->output_type());
  std::string json;
  if (Parse(bytes, *message) && google::protobuf::util::MessageToJsonString(*message, &json).ok()) return json;
  return Error{ErrorCode::kInternal, "the answer is no " + descriptor_->output_type()->name()};
}

}  // namespace vigie::server::http
