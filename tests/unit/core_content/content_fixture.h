#pragma once

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/content/inspect_content.h"

namespace vigie::content {

// An index whose customers are words: each word is one customer.
class WordIndex final : public customers::CustomerIndex {
 public:
  explicit WordIndex(std::map<std::string, customers::RecordId> words) : words_(std::move(words)) {}
  const customers::IndexInfo& info() const override { return info_; }
  void Match(std::string_view text, customers::RecordSet& found) const override {
    for (const auto& [word, id] : words_) {
      if (text.find(word) != std::string_view::npos) found.Add(id);
    }
  }

 private:
  std::map<std::string, customers::RecordId> words_;
  customers::IndexInfo info_;
};

// A clock that moves only when told to, or by a step each time it is asked.
class ManualClock final : public base::Clock {
 public:
  base::SystemTime Now() const override { return base::SystemTime(now_); }
  base::SteadyTime SteadyNow() const override { return base::SteadyTime(now_ += step_); }
  void StepEachTime(std::chrono::nanoseconds step) { step_ = step; }

 private:
  mutable std::chrono::nanoseconds now_{0};
  std::chrono::nanoseconds step_{0};
};

// One engine for all tests: making it is the costly part.
class ContentTest : public ::testing::Test {
 protected:
  static ContentEngine& Engine() {
    static const auto engine = ContentEngine::Create();
    return **engine;
  }

  v1::Inspection Inspect(std::string_view bytes) {
    MemorySource source(bytes);
    return InspectContent(source, {.budget = budget_, .indexes = indexes_}, Engine(), clock_);
  }

  static std::uint64_t Matches(const v1::Inspection& inspection, std::string_view name) {
    for (const auto& found : inspection.classes()) {
      if (found.class_() == name) return found.matches();
    }
    return 0;
  }
  static std::uint64_t Distinct(const v1::Inspection& inspection, std::string_view name) {
    for (const auto& found : inspection.classes()) {
      if (found.class_() == name) return found.distinct();
    }
    return 0;
  }
  static std::vector<v1::Reason> Reasons(const v1::Inspection& inspection) {
    std::vector<v1::Reason> reasons;
    for (const auto reason : inspection.reasons()) reasons.push_back(static_cast<v1::Reason>(reason));
    return reasons;
  }

  v1::InspectionBudget budget_;
  std::vector<const customers::CustomerIndex*> indexes_;
  ManualClock clock_;
};

// "name,mail" and `rows` rows with an address each: person0@example.com, person1@example.com, …
inline std::string CustomerCsv(int rows) {
  std::string csv = "name,mail\n";
  for (int i = 0; i < rows; ++i) {
    csv += "Person " + std::to_string(i) + ",person" + std::to_string(i) + "@example.com\n";
  }
  return csv;
}

}  // namespace vigie::content
