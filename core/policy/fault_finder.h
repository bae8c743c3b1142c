#pragma once

#include <google/protobuf/generated_enum_reflection.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/policy/policy_fault.h"

namespace vigie::policy {

inline constexpr std::size_t kMaxGlobBytes = 1024;
inline constexpr std::size_t kMaxTextBytes = 8192;
inline constexpr int kMaxElements = 1000;

// "rules[0]"
inline std::string Element(std::string_view list, int index) {
  return std::string(list) + "[" + std::to_string(index) + "]";
}

inline constexpr std::size_t kMaxFaults = 100;

// Remembers the first kMaxFaults, one for each field; `parent`, `owner` and `prefix` say where it is looking.
class FaultFinder {
 public:
  void Look(std::string owner, std::string parent) {
    owner_ = std::move(owner);
    parent_ = std::move(parent);
  }
  void LookInside(std::string prefix) { prefix_ = std::move(prefix); }

  void Require(bool holds, std::string_view field, std::string_view reason,
               base::ErrorCode code = base::ErrorCode::kInvalidArgument) {
    if (holds || faults_.size() >= kMaxFaults) return;
    Fault fault{code, owner_, parent_, prefix_ + std::string(field), std::string(reason)};
    const bool known = std::ranges::any_of(faults_, [&](const Fault& one) { return one.path() == fault.path(); });
    if (!known) faults_.push_back(std::move(fault));
  }

  // For what is well said, but not within this build's power.
  void RequireSupport(bool supported, std::string_view field, std::string_view reason) {
    Require(supported, field, reason, base::ErrorCode::kUnsupported);
  }

  template <typename E>
  void Known(E value, std::string_view field) {
    Require(static_cast<int>(value) != 0, field, "must be given");
    const auto* type = google::protobuf::GetEnumDescriptor<E>();
    RequireSupport(type->FindValueByNumber(static_cast<int>(value)) != nullptr, field, "is not known to this version");
  }

  template <typename E, typename List>
  void KnownList(const List& list, std::string_view field) {
    Count(list.size(), field);
    for (int i = 0; i < list.size(); ++i) Known(static_cast<E>(list[i]), Element(field, i));
  }

  void Count(int size, std::string_view field) {
    Require(size <= kMaxElements, field, "must have at most 1000 elements");
  }

  template <typename List>
  void Texts(const List& list, std::string_view field, std::size_t limit) {
    Count(list.size(), field);
    for (int i = 0; i < list.size(); ++i) {
      Require(!list[i].empty(), Element(field, i), "must not be empty");
      Require(list[i].size() <= limit, Element(field, i), "must be at most " + std::to_string(limit) + " bytes");
    }
  }

  std::optional<Fault> TakeFirst() {
    return faults_.empty() ? std::nullopt : std::optional<Fault>(std::move(faults_.front()));
  }
  std::vector<Fault> TakeFaults() { return std::move(faults_); }

 private:
  std::string owner_;
  std::string parent_;
  std::string prefix_;
  std::vector<Fault> faults_;
};

}  // namespace vigie::policy
