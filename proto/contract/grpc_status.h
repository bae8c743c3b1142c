#pragma once

#include <grpcpp/support/status.h>

#include "platform/base/result.h"

// The only converter between our errors and gRPC's.
namespace vigie::contract {

grpc::Status ToStatus(const base::Error& error);
base::Error FromStatus(const grpc::Status& status);

}  // namespace vigie::contract
