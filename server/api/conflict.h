#pragma once

#include <grpcpp/support/status.h>

namespace vigie::server::api {

// Of a call that names what it was shown: what the seams call "already exists" is that something else is there by now.
inline grpc::Status WithAborted(const grpc::Status& status) {
  if (status.error_code() != grpc::StatusCode::ALREADY_EXISTS) return status;
  return {grpc::StatusCode::ABORTED, status.error_message()};
}

}  // namespace vigie::server::api
