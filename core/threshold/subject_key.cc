#include "core/threshold/subject_key.h"

#include <algorithm>
#include <string_view>
#include <vector>

#include "proto/contract/enum_names.h"

namespace vigie::threshold {
namespace {

std::string_view ValueOf(v1::SubjectKey key, const v1::Activity& activity) {
  switch (key) {
    case v1::SUBJECT_KEY_USER:
      return activity.user();
    case v1::SUBJECT_KEY_HOST:
      return activity.host();
    case v1::SUBJECT_KEY_PROCESS:
      return activity.process().exe();
    case v1::SUBJECT_KEY_DESTINATION:
      return activity.destination().name().empty() ? activity.destination().address() : activity.destination().name();
    default:
      return "";
  }
}

std::string Escape(std::string_view value) {
  std::string escaped;
  for (const char c : value) {
    if (c == ',') {
      escaped += "%2C";
    } else if (c == '%') {
      escaped += "%25";
    } else {
      escaped += c;
    }
  }
  return escaped;
}

}  // namespace

std::optional<std::string> SubjectOf(const v1::Threshold& threshold, const v1::Activity& activity) {
  std::vector<std::string> parts;
  for (const int number : threshold.per()) {
    const auto key = static_cast<v1::SubjectKey>(number);
    const std::string_view value = ValueOf(key, activity);
    if (value.empty()) return std::nullopt;
    parts.push_back(contract::NameOf(key) + "=" + Escape(value));
  }
  std::ranges::sort(parts);
  std::string subject;
  for (const std::string& part : parts) subject += (subject.empty() ? "" : ",") + part;
  return subject;
}

}  // namespace vigie::threshold
