#include "proto/contract/enum_names.h"

#include <google/protobuf/descriptor.h>

#include <algorithm>
#include <cctype>

namespace vigie::contract {
namespace {

constexpr std::string_view kUnspecified = "UNSPECIFIED";

// The zero value is PREFIX_UNSPECIFIED by rule, so it tells the prefix.
std::size_t PrefixLength(const google::protobuf::EnumDescriptor& type) {
  return type.value(0)->name().size() - kUnspecified.size();
}

std::string Lower(std::string_view text) {
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return lower;
}

}  // namespace

std::string EnumValueName(const google::protobuf::EnumDescriptor& type, int number) {
  if (number == 0) return "";
  const auto* value = type.FindValueByNumber(number);
  if (value == nullptr) return std::to_string(number);
  return Lower(std::string_view(value->name()).substr(PrefixLength(type)));
}

std::optional<int> EnumValueNumber(const google::protobuf::EnumDescriptor& type, std::string_view name) {
  for (int i = 0; i < type.value_count(); ++i) {
    const int number = type.value(i)->number();
    if (number != 0 && EnumValueName(type, number) == name) return number;
  }
  return std::nullopt;
}

std::vector<std::string> EnumValueNames(const google::protobuf::EnumDescriptor& type) {
  std::vector<std::string> names;
  for (int i = 0; i < type.value_count(); ++i) {
    if (type.value(i)->number() != 0) names.push_back(EnumValueName(type, type.value(i)->number()));
  }
  return names;
}

}  // namespace vigie::contract
