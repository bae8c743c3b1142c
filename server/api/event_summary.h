#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/customers/record_set.h"
#include "platform/base/result.h"
#include "server/event_reader.h"
#include "vigie/v1/event_service.pb.h"

namespace vigie::server::api {

// Events, bytes and the exact distinct customers of some events. Record ids are of a ledger: the union is taken ledger
// by ledger.
class FigureCount {
 public:
  void Add(const v1::Event& event);
  void Add(const FigureCount& other);
  std::uint64_t events() const { return events_; }
  v1::EventFigures Figures() const;

 private:
  std::uint64_t events_ = 0;
  std::uint64_t bytes_ = 0;
  std::map<std::string, customers::RecordSet> customers_;  // by ledger
};

// A checked SummarizeEventsRequest.
struct SummaryPlan {
  static constexpr std::int64_t kMostBuckets = 500;
  static constexpr std::size_t kMostGroups = 20;

  // kInvalidArgument names the field. `now` stands for an unset `until`.
  static base::Result<SummaryPlan> Make(const v1::SummarizeEventsRequest& request, base::SystemTime now);

  // There may be many groups: it takes a reading to know which have most events.
  bool reads_twice() const;

  EventRange range;
  v1::EventFilter filter;
  std::chrono::nanoseconds bucket{};
  v1::EventGrouping grouping = v1::EVENT_GROUPING_UNSPECIFIED;
};

// Works an answer out from one reader. Where there may be many groups it reads twice: first which have most events,
// then what these have; so that memory holds the record sets of 21 groups and no more. One thread.
class EventSummary {
 public:
  // True once the first reading should stop: what it has by then is the answer, and says so. A second one reads no more
  // than the first.
  using IsOver = std::function<bool()>;

  EventSummary(SummaryPlan plan, EventReader& reader, IsOver is_over)
      : plan_(std::move(plan)), reader_(reader), is_over_(std::move(is_over)) {}

  base::Result<v1::SummarizeEventsResponse> Run();

 private:
  struct Bucket {
    FigureCount all;
    std::map<std::string, FigureCount> groups;
    FigureCount others;
  };
  using Counts = std::map<std::string, std::uint64_t>;

  // Reads what the filter wants, until the end or until `is_over`: then the range ends there.
  base::Result<void> Read(const IsOver& is_over, const std::function<void(const v1::Event&, base::SystemTime)>& use);
  base::Result<void> CountGroups(Counts& counts);
  void Choose(const Counts& counts);
  void Add(const v1::Event& event, base::SystemTime at);
  v1::SummarizeEventsResponse Answer() const;
  v1::EventBucket BucketAnswer(std::int64_t number, const Bucket& bucket) const;

  SummaryPlan plan_;
  EventReader& reader_;
  const IsOver is_over_;
  bool truncated_ = false;
  std::optional<std::vector<std::string>> chosen_;  // groups, most events first; none = not known yet
  std::set<std::string> chosen_names_;
  std::size_t all_groups_ = 0;
  std::map<std::int64_t, Bucket> buckets_;  // by number in the range
};

}  // namespace vigie::server::api
