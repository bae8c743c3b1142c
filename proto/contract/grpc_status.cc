#include "proto/contract/grpc_status.h"

#include <array>
#include <utility>

namespace vigie::contract {
namespace {

using base::ErrorCode;

constexpr std::array<std::pair<ErrorCode, grpc::StatusCode>, 13> kCodes = {{
    {ErrorCode::kInvalidArgument, grpc::StatusCode::INVALID_ARGUMENT},
    {ErrorCode::kNotFound, grpc::StatusCode::NOT_FOUND},
    {ErrorCode::kAlreadyExists, grpc::StatusCode::ALREADY_EXISTS},
    {ErrorCode::kPermissionDenied, grpc::StatusCode::PERMISSION_DENIED},
    {ErrorCode::kUnauthenticated, grpc::StatusCode::UNAUTHENTICATED},
    {ErrorCode::kResourceExhausted, grpc::StatusCode::RESOURCE_EXHAUSTED},
    {ErrorCode::kFailedPrecondition, grpc::StatusCode::FAILED_PRECONDITION},
    {ErrorCode::kUnsupported, grpc::StatusCode::UNIMPLEMENTED},
    {ErrorCode::kUnavailable, grpc::StatusCode::UNAVAILABLE},
    {ErrorCode::kDeadlineExceeded, grpc::StatusCode::DEADLINE_EXCEEDED},
    {ErrorCode::kDataLoss, grpc::StatusCode::DATA_LOSS},
    {ErrorCode::kCancelled, grpc::StatusCode::CANCELLED},
    {ErrorCode::kInternal, grpc::StatusCode::INTERNAL},
}};

}  // namespace

grpc::Status ToStatus(const base::Error& error) {
  for (const auto& [ours, theirs] : kCodes) {
    if (ours == error.code) return {theirs, error.message};
  }
  return {grpc::StatusCode::INTERNAL, error.message};
}

base::Error FromStatus(const grpc::Status& status) {
  for (const auto& [ours, theirs] : kCodes) {
    if (theirs == status.error_code()) return {ours, status.error_message()};
  }
  return {ErrorCode::kInternal, status.error_message()};
}

}  // namespace vigie::contract
