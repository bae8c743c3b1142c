#pragma once

#include <google/protobuf/generated_enum_reflection.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

// The names of enumerations as people write them: CHANNEL_REMOVABLE_MEDIA is `removable_media`.
namespace vigie::contract {

std::string EnumValueName(const google::protobuf::EnumDescriptor& type, int number);
std::optional<int> EnumValueNumber(const google::protobuf::EnumDescriptor& type, std::string_view name);
// All but the unspecified one, in order of their numbers.
std::vector<std::string> EnumValueNames(const google::protobuf::EnumDescriptor& type);

// "" for the unspecified value, "17" for a number this build does not know.
template <typename E>
std::string NameOf(E value) {
  return EnumValueName(*google::protobuf::GetEnumDescriptor<E>(), static_cast<int>(value));
}

template <typename E>
std::optional<E> ParseName(std::string_view name) {
  const auto number = EnumValueNumber(*google::protobuf::GetEnumDescriptor<E>(), name);
  if (!number) return std::nullopt;
  return static_cast<E>(*number);
}

}  // namespace vigie::contract
