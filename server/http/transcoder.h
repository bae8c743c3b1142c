#pragma once

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>
#include <grpcpp/support/byte_buffer.h>

#include <optional>
#include <string>
#include <string_view>

#include "platform/base/result.h"

namespace vigie::server::http {

// A method of vigie.v1 as HTTP can serve it: one request, one answer or a stream of them. Known from the descriptors
// that are linked into this program, so a new rpc needs nothing here. Values; thread-safe.
class Method {
 public:
  // Of "/vigie.v1.IncidentService/ListIncidents". kNotFound if this program serves none of that name; kUnsupported if
  // it takes a stream.
  static base::Result<Method> Find(std::string_view path);

  bool streams() const { return descriptor_->server_streaming(); }

  // protobuf's JSON (https://protobuf.dev/programming-guides/proto3/#json) to the wire's bytes; an empty text is {}.
  // kInvalidArgument says where it is wrong; unknown fields are refused.
  base::Result<grpc::ByteBuffer> Request(std::string_view json) const;
  // And back. kInternal if these are no bytes of the answer's.
  base::Result<std::string> Answer(const grpc::ByteBuffer& bytes) const;

 private:
  explicit Method(const google::protobuf::MethodDescriptor* descriptor) : descriptor_(descriptor) {}
  const google::protobuf::MethodDescriptor* descriptor_;
};

}  // namespace vigie::server::http
