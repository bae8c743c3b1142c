#include "server/http/connect_protocol.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <nlohmann/json.hpp>
#include <string>

#include "server/http/error_reasons.h"

namespace vigie::server::http {
namespace {

using base::Error;
using base::ErrorCode;

constexpr char kEndFlag = 2;
constexpr char kCompressedFlag = 1;
constexpr std::size_t kPrefixBytes = 5;
constexpr std::size_t kMostTimeoutDigits = 10;

struct Code {
  std::string_view name;
  unsigned http_status;
};

// By the number of the gRPC status.
constexpr std::array<Code, 17> kCodes = {{{"ok", 200},
                                          {"canceled", 499},
                                          {"unknown", 500},
                                          {"invalid_argument", 400},
                                          {"deadline_exceeded", 504},
                                          {"not_found", 404},
                                          {"already_exists", 409},
                                          {"permission_denied", 403},
                                          {"resource_exhausted", 429},
                                          {"failed_precondition", 400},
                                          {"aborted", 409},
                                          {"out_of_range", 400},
                                          {"unimplemented", 501},
                                          {"internal", 500},
                                          {"unavailable", 503},
                                          {"data_loss", 500},
                                          {"unauthenticated", 401}}};

const Code& CodeOf(grpc::StatusCode code) {
  const auto number = static_cast<std::size_t>(code);
  return kCodes.at(number < kCodes.size() ? number : static_cast<std::size_t>(grpc::StatusCode::UNKNOWN));
}

// The protocol's "Any": base64 of the message, and the same for people under `debug`.
nlohmann::json DetailJson(const v1::ErrorDetail& detail) {
  const std::string bytes = detail.SerializeAsString();
  std::string base64((bytes.size() + 2) / 3 * 4 + 1, '\0');
  const int size =
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(base64.data()),
                      reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
  base64.resize(static_cast<std::size_t>(size));
  const std::map<std::string, std::string> parameters(detail.parameters().begin(), detail.parameters().end());
  return {{"type", v1::ErrorDetail::descriptor()->full_name()},
          {"value", base64},
          {"debug", {{"reason", detail.reason()}, {"parameters", parameters}}}};
}

nlohmann::json ErrorJson(const grpc::Status& status) {
  nlohmann::json error = {{"code", ConnectCode(status.error_code())}, {"message", status.error_message()}};
  if (const auto detail = ReasonOf(status.error_message())) error["details"].push_back(DetailJson(*detail));
  return error;
}

// Errors may quote what a caller sent, and that need not be UTF-8.
std::string Text(const nlohmann::json& json) {
  return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string WithPrefix(char flags, std::string_view text) {
  const auto size = static_cast<std::uint32_t>(text.size());
  std::string whole{flags, static_cast<char>(size >> 24), static_cast<char>(size >> 16), static_cast<char>(size >> 8),
                    static_cast<char>(size)};
  return whole.append(text);
}

std::uint32_t LengthIn(std::string_view prefix) {
  std::uint32_t length = 0;
  for (const char byte : prefix.substr(1, kPrefixBytes - 1)) length = (length << 8) | static_cast<unsigned char>(byte);
  return length;
}

}  // namespace

std::string_view ConnectCode(grpc::StatusCode code) {
  return CodeOf(code).name;
}

unsigned HttpStatusOf(grpc::StatusCode code) {
  return CodeOf(code).http_status;
}

std::string ErrorBody(const grpc::Status& status) {
  return Text(ErrorJson(status));
}

std::string Envelope(std::string_view json) {
  return WithPrefix(0, json);
}

std::string EndEnvelope(const grpc::Status& status) {
  const nlohmann::json end = status.ok() ? nlohmann::json::object() : nlohmann::json{{"error", ErrorJson(status)}};
  return WithPrefix(kEndFlag, Text(end));
}

base::Result<std::string> OpenOnlyEnvelope(std::string_view body) {
  if (body.size() < kPrefixBytes) {
    return Error{ErrorCode::kInvalidArgument, "a stream's request is one message with its prefix of five bytes"};
  }
  if ((body[0] & kCompressedFlag) != 0) {
    return Error{ErrorCode::kUnsupported, "compressed messages are not taken: send it as it is"};
  }
  if (body[0] != 0 || LengthIn(body) != body.size() - kPrefixBytes) {
    return Error{ErrorCode::kInvalidArgument, "a stream's request is exactly one message: its prefix says otherwise"};
  }
  return std::string(body.substr(kPrefixBytes));
}

base::Result<std::optional<std::chrono::milliseconds>> ParseTimeout(std::string_view header) {
  if (header.empty()) return std::optional<std::chrono::milliseconds>();
  std::int64_t milliseconds = 0;
  const auto [end, error] = std::from_chars(header.data(), header.data() + header.size(), milliseconds);
  if (error != std::errc() || end != header.data() + header.size() || header.size() > kMostTimeoutDigits ||
      milliseconds < 0) {
    return Error{ErrorCode::kInvalidArgument, "Connect-Timeout-Ms must be a number of at most ten digits"};
  }
  return std::optional(std::chrono::milliseconds(milliseconds));
}

std::string MediaType(std::string_view header) {
  header = header.substr(0, header.find(';'));
  while (!header.empty() && header.back() == ' ') header.remove_suffix(1);
  std::string type(header);
  std::ranges::transform(type, type.begin(), [](char letter) {
    return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
  });
  return type;
}

}  // namespace vigie::server::http
