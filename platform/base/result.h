#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace vigie::base {

// The codes mirror gRPC's, so that an error keeps its meaning across the wire
// (https://grpc.github.io/grpc/core/md_doc_statuscodes.html). proto/contract/grpc_status is the only converter.
enum class ErrorCode {
  kInvalidArgument,
  kNotFound,
  kAlreadyExists,
  kPermissionDenied,
  kUnauthenticated,
  kResourceExhausted,
  kFailedPrecondition,
  kUnsupported,
  kUnavailable,
  kDeadlineExceeded,
  kDataLoss,
  kCancelled,
  kInternal,
};

std::string_view ErrorCodeName(ErrorCode code);

// What went wrong, where, and what to do. Never contains customer data.
struct Error {
  ErrorCode code = ErrorCode::kInternal;
  std::string message;

  // "what was being done: what went wrong". The code stays.
  [[nodiscard]] Error Wrap(std::string_view context) const { return {code, std::string(context) + ": " + message}; }
};

// Error from an errno value: "context: No such file or directory", with the code that fits the errno.
Error ErrnoError(int error_number, std::string_view context);

// A value, or the reason why there is none. Test with operator bool before value() or error().
template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}      // NOLINT(google-explicit-constructor)
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}  // NOLINT(google-explicit-constructor)

  explicit operator bool() const { return state_.index() == 0; }
  T& value() & { return std::get<0>(state_); }
  const T& value() const& { return std::get<0>(state_); }
  T&& value() && { return std::get<0>(std::move(state_)); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }
  const Error& error() const { return std::get<1>(state_); }

 private:
  std::variant<T, Error> state_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error) : error_(std::move(error)) {}  // NOLINT(google-explicit-constructor)

  explicit operator bool() const { return !error_.has_value(); }
  const Error& error() const { return *error_; }

 private:
  std::optional<Error> error_;
};

}  // namespace vigie::base
