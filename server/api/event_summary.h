#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "platform/base/result.h"
#include "server/event_reader.h"
#include "server/rollup_book.h"
#include "vigie/v1/event_service.pb.h"

namespace vigie::server::api {

// A checked SummarizeEventsRequest.
struct SummaryPlan {
  static constexpr std::int64_t kMostBuckets = 500;
  static constexpr std::size_t kMostGroups = 20;

  // kInvalidArgument names the field. `now` stands for an unset `until`.
  static base::Result<SummaryPlan> Make(const v1::SummarizeEventsRequest& request, base::SystemTime now);

  // There may be many groups: it takes a reading to know which have most events.
  bool reads_twice() const;
  // Nothing is asked that figures by channel do not tell.
  bool can_use_rollups() const;

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

  // Without `rollups` all is read.
  EventSummary(SummaryPlan plan, EventReader& reader, IsOver is_over, RollupBook* rollups = nullptr)
      : plan_(std::move(plan)), reader_(reader), is_over_(std::move(is_over)), rollups_(rollups) {}

  base::Result<v1::SummarizeEventsResponse> Run();

 private:
  struct Bucket {
    FigureCount all;
    std::map<std::string, FigureCount> groups;
    FigureCount others;
  };
  using Counts = std::map<std::string, std::uint64_t>;

  // Reads what the filter wants, until the end or until `is_over`: then the range ends there.
  using Use = std::function<void(const v1::Event&, base::SystemTime)>;
  base::Result<void> Read(const EventRange& range, const IsOver& is_over, const Use& use);
  base::Result<void> ReadBuckets();
  base::Result<void> ReadBucket(std::int64_t number);
  base::Result<void> AddCell(std::int64_t number, const RollupCell& cell);
  base::Result<void> AddEvents(base::SystemTime from, base::SystemTime until);
  void StopAt(base::SystemTime at);
  base::Result<void> CountGroups(Counts& counts);
  void Choose(const Counts& counts);
  void Add(const v1::Event& event, base::SystemTime at);
  v1::SummarizeEventsResponse Answer() const;
  v1::EventBucket BucketAnswer(std::int64_t number, const Bucket& bucket) const;

  SummaryPlan plan_;
  EventReader& reader_;
  const IsOver is_over_;
  RollupBook* const rollups_;
  bool truncated_ = false;
  std::optional<std::vector<std::string>> chosen_;  // groups, most events first; none = not known yet
  std::set<std::string> chosen_names_;
  std::size_t all_groups_ = 0;
  std::map<std::int64_t, Bucket> buckets_;  // by number in the range
};

}  // namespace vigie::server::api
