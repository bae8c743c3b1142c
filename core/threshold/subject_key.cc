#include "core/threshold/subject_key.h"

#include <algorithm>

#include "proto/contract/enum_names.h"

namespace vigie::threshold {
namespace {

void AppendEscaped(std::string_view value, std::string& subject) {
  if (value.find_first_of(",%") == std::string_view::npos) {
    subject += value;
    return;
  }
  for (const char c : value) {
    if (c == ',') {
      subject += "%2C";
    } else if (c == '%') {
      subject += "%25";
    } else {
      subject += c;
    }
  }
}

}  // namespace

SubjectKeys::SubjectKeys(const v1::Threshold& threshold, const policy::CompiledPolicy& policy, Missing missing)
    : policy_(&policy), missing_(missing) {
  for (const int number : threshold.per()) {
    const auto key = static_cast<v1::SubjectKey>(number);
    keys_.push_back({key, contract::NameOf(key) + "="});
  }
  std::ranges::sort(keys_, {}, &Key::prefix);
}

std::string_view SubjectKeys::ValueOf(v1::SubjectKey key, const v1::Activity& activity) const {
  switch (key) {
    case v1::SUBJECT_KEY_USER:
      return activity.user();
    case v1::SUBJECT_KEY_HOST:
      return activity.host();
    case v1::SUBJECT_KEY_PROCESS:
      return activity.process().exe();
    case v1::SUBJECT_KEY_DESTINATION:
      return activity.destination().name().empty() ? activity.destination().address() : activity.destination().name();
    case v1::SUBJECT_KEY_GROUP:
      return policy_->GroupOf(activity.user());
    default:
      return "";
  }
}

bool SubjectKeys::Write(const v1::Activity& activity, std::string& subject) const {
  subject.clear();
  for (const Key& key : keys_) {
    const std::string_view value = ValueOf(key.key, activity);
    if (value.empty() && missing_ == Missing::kIsLeftOut) continue;
    if (value.empty()) return false;
    if (!subject.empty()) subject += ',';
    subject += key.prefix;
    AppendEscaped(value, subject);
  }
  return !subject.empty();
}

}  // namespace vigie::threshold
