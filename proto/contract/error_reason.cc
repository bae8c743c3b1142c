#include "proto/contract/error_reason.h"

#include <algorithm>
#include <string>

namespace vigie::contract {
namespace {

bool IsFieldName(std::string_view text) {
  return std::ranges::all_of(
      text, [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_'; });
}

// The next literal part of the sentence is looked for behind at least one byte of the parameter.
bool Fill(std::string_view sentence, std::string_view message, v1::ErrorDetail& detail) {
  const std::size_t open = sentence.find('{');
  if (open == std::string_view::npos) return sentence == message;
  if (!message.starts_with(sentence.substr(0, open))) return false;
  const std::size_t close = sentence.find('}', open);
  const std::string_view name = sentence.substr(open + 1, close - open - 1);
  const std::string_view rest = sentence.substr(close + 1);
  message.remove_prefix(open);
  const std::string_view literal = rest.substr(0, rest.find('{'));
  const std::size_t end = literal.empty() ? message.size() : message.find(literal, 1);
  if (end == std::string_view::npos || end == 0) return false;
  const std::string_view value = message.substr(0, end);
  if (name == "field" && !IsFieldName(value)) return false;
  (*detail.mutable_parameters())[std::string(name)] = std::string(value);
  return Fill(rest, message.substr(end), detail);
}

}  // namespace

std::optional<v1::ErrorDetail> FindReason(std::span<const ErrorReason> table, std::string_view message) {
  for (const ErrorReason& reason : table) {
    v1::ErrorDetail detail;
    if (!Fill(reason.sentence, message, detail)) continue;
    detail.set_reason(std::string(reason.name));
    return detail;
  }
  return std::nullopt;
}

}  // namespace vigie::contract
