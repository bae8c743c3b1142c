#include "server/near_thresholds.h"

#include <algorithm>

#include "proto/contract/time_conversion.h"

namespace vigie::server {
namespace {

// Of what raises an incident, which is one more than the limit.
double ShareOf(std::uint64_t measured, std::uint64_t limit) {
  return static_cast<double>(measured) / (static_cast<double>(limit) + 1.0);
}

bool CountsPer(const v1::Threshold& rule, v1::SubjectKey key) {
  return std::ranges::find(rule.per(), static_cast<int>(key)) != rule.per().end();
}

void DescribeSubject(const NearReading& reading, v1::NearThreshold& near) {
  near.set_rule(reading.rule.id());
  near.set_subject(std::string(reading.subject));
  if (CountsPer(reading.rule, v1::SUBJECT_KEY_USER)) near.set_user(reading.activity.user());
  if (CountsPer(reading.rule, v1::SUBJECT_KEY_HOST)) near.set_host(reading.activity.host());
  near.set_measure(reading.rule.measure());
  near.set_severity(reading.rule.severity());
  *near.mutable_window() = reading.rule.window();
}

bool IsCurrent(const v1::NearThreshold& near, base::SystemTime now) {
  return contract::FromProto(near.last_event_at()) + contract::FromProto(near.window()) >= now;
}

bool IsNearer(const v1::NearThreshold& one, const v1::NearThreshold& other) {
  if (one.fraction() != other.fraction()) return one.fraction() > other.fraction();
  return std::pair(one.rule(), one.subject()) < std::pair(other.rule(), other.subject());
}

}  // namespace

std::string NearThresholds::KeyOf(std::string_view rule, std::string_view subject) {
  return std::string(rule) + '\0' + std::string(subject);
}

void NearThresholds::Note(const NearReading& reading) {
  const double share = ShareOf(reading.measured, reading.limit);
  if (reading.measured > reading.limit || share < kLeastShare) return Forget(reading.rule.id(), reading.subject);
  auto subjects = subjects_.Lock();
  const auto [entry, fresh] = subjects->try_emplace(KeyOf(reading.rule.id(), reading.subject));
  v1::NearThreshold& near = entry->second;
  if (fresh) DescribeSubject(reading, near);
  near.set_measured(reading.measured);
  near.set_over(reading.limit);
  near.set_fraction(share);
  *near.mutable_last_event_at() = contract::ToProto(reading.at);
  if (subjects->size() > kMostSubjects) ForgetFarther(*subjects);
}

void NearThresholds::Forget(std::string_view rule, std::string_view subject) {
  subjects_.Lock()->erase(KeyOf(rule, subject));
}

void NearThresholds::Clear() {
  subjects_.Lock()->clear();
}

void NearThresholds::ForgetFarther(Subjects& subjects) {
  std::vector<double> shares;
  for (const auto& [key, near] : subjects) shares.push_back(near.fraction());
  const auto middle = shares.begin() + static_cast<std::ptrdiff_t>(shares.size() / 2);
  std::ranges::nth_element(shares, middle);
  // Of equals some must go, too.
  const double least = *middle;
  std::size_t to_forget = shares.size() / 2;
  std::erase_if(subjects, [&](const auto& entry) {
    if (to_forget == 0 || entry.second.fraction() > least) return false;
    --to_forget;
    return true;
  });
}

std::vector<v1::NearThreshold> NearThresholds::Nearest(std::size_t most, base::SystemTime now) {
  std::vector<v1::NearThreshold> nearest;
  {
    auto subjects = subjects_.Lock();
    std::erase_if(*subjects, [now](const auto& entry) { return !IsCurrent(entry.second, now); });
    std::vector<const v1::NearThreshold*> order;
    for (const auto& [key, near] : *subjects) order.push_back(&near);
    const auto end = order.begin() + static_cast<std::ptrdiff_t>(std::min(most, order.size()));
    std::ranges::partial_sort(order, end, [](const auto* one, const auto* other) { return IsNearer(*one, *other); });
    for (auto near = order.begin(); near != end; ++near) nearest.push_back(**near);
  }
  return nearest;
}

}  // namespace vigie::server
