#include "server/api/event_summary.h"

#include <algorithm>

#include "proto/contract/enum_names.h"
#include "proto/contract/time_conversion.h"
#include "server/api/event_filter.h"

namespace vigie::server::api {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

// A reader asks the clock no more often than this.
constexpr std::uint64_t kEventsBetweenLooks = 256;
// What is beyond has no nanoseconds in 64 bits.
constexpr std::int64_t kMostSeconds = 4'102'444'800;  // 2100

Error Bad(std::string reason) {
  return {ErrorCode::kInvalidArgument, std::move(reason)};
}

// Of a timestamp or a duration.
template <typename Time>
bool IsSound(const Time& time) {
  return time.seconds() >= 0 && time.seconds() < kMostSeconds && time.nanos() >= 0 && time.nanos() < 1'000'000'000;
}

Result<void> CheckTimes(const v1::SummarizeEventsRequest& request) {
  if (!request.has_from()) return Bad("from: must be given");
  if (!IsSound(request.from())) return Bad("from: is no time between 1970 and 2100");
  if (!IsSound(request.until())) return Bad("until: is no time between 1970 and 2100");
  if (!IsSound(request.bucket())) return Bad("bucket: must be at least one second, and less than a century");
  return {};
}

// Of one that does not depend on more than the channel.
std::string GroupOf(v1::Channel channel, v1::EventGrouping grouping) {
  return grouping == v1::EVENT_GROUPING_CHANNEL ? contract::NameOf(channel) : "";
}

std::vector<std::string> GroupsOf(const v1::Event& event, v1::EventGrouping grouping) {
  switch (grouping) {
    case v1::EVENT_GROUPING_USER:
      return {event.activity().user()};
    case v1::EVENT_GROUPING_HOST:
      return {event.host()};
    case v1::EVENT_GROUPING_VERDICT:
      return {contract::NameOf(event.verdict())};
    case v1::EVENT_GROUPING_RULE:
      return {event.rule()};
    case v1::EVENT_GROUPING_CLASS:
      break;
    default:
      return {GroupOf(event.activity().channel(), grouping)};
  }
  std::vector<std::string> classes;
  for (const v1::ClassFinding& found : event.inspection().classes()) {
    if (found.matches() > 0) classes.push_back(found.class_());
  }
  if (classes.empty()) classes.emplace_back();
  return classes;
}

}  // namespace

Result<SummaryPlan> SummaryPlan::Make(const v1::SummarizeEventsRequest& request, base::SystemTime now) {
  if (auto sound = CheckTimes(request); !sound) return sound.error();
  if (!v1::EventGrouping_IsValid(request.group_by())) return Bad("group_by: is not known to this version");
  SummaryPlan plan;
  plan.filter = request.filter();
  plan.grouping = request.group_by();
  plan.range = {contract::FromProto(request.from()), now, plan.filter.user(), plan.filter.host(),
                plan.filter.channel(), plan.filter.shadow()};
  if (request.has_until()) plan.range.until = contract::FromProto(request.until());
  const auto length = plan.range.until - plan.range.from;
  if (length <= length.zero()) return Bad("until: must be later than from");
  plan.bucket = contract::FromProto(request.bucket());
  if (plan.bucket == plan.bucket.zero())
    plan.bucket = std::max<std::chrono::nanoseconds>(length, std::chrono::seconds(1));
  if (plan.bucket < std::chrono::seconds(1)) return Bad("bucket: must be at least one second");
  if ((length - std::chrono::nanoseconds(1)) / plan.bucket >= kMostBuckets)
    return Bad("bucket: there would be more than 500 of them");
  return plan;
}

bool SummaryPlan::reads_twice() const {
  return grouping == v1::EVENT_GROUPING_USER || grouping == v1::EVENT_GROUPING_HOST ||
         grouping == v1::EVENT_GROUPING_CLASS || grouping == v1::EVENT_GROUPING_RULE;
}

bool SummaryPlan::can_use_rollups() const {
  const bool by_channel = grouping == v1::EVENT_GROUPING_UNSPECIFIED || grouping == v1::EVENT_GROUPING_CHANNEL;
  const bool others = !filter.user().empty() || !filter.host().empty() || !filter.class_().empty() ||
                      filter.verdict() != v1::VERDICT_UNSPECIFIED || filter.shadow() || !filter.rule().empty();
  return by_channel && !others && bucket >= kCellLengths[0];
}

Result<v1::SummarizeEventsResponse> EventSummary::Run() {
  Counts counts;
  if (plan_.reads_twice()) {
    if (auto counted = CountGroups(counts); !counted) return counted.error();
    Choose(counts);
  }
  const IsOver never = [] { return false; };
  const Use add = [this](const v1::Event& event, base::SystemTime at) { Add(event, at); };
  const bool by_cells = rollups_ != nullptr && plan_.can_use_rollups();
  auto read = by_cells ? ReadBuckets() : Read(plan_.range, chosen_ ? never : is_over_, add);
  if (!read) return read.error();
  if (chosen_) return Answer();
  for (const auto& [number, bucket] : buckets_) {
    for (const auto& [name, count] : bucket.groups) counts[name] += count.events();
  }
  Choose(counts);
  return Answer();
}

Result<void> EventSummary::Read(const EventRange& range, const IsOver& is_over, const Use& use) {
  std::uint64_t seen = 0;
  bool over = false;
  base::SystemTime last{};
  std::optional<base::SystemTime> stopped;
  const auto done = reader_.EachInRange(range, [&](const v1::Event& event, base::SystemTime at) -> Result<void> {
    // Only between two moments: all of one are counted, or none.
    over = over || (++seen % kEventsBetweenLooks == 0 && is_over());
    if (over && at != last) stopped = at;
    last = at;
    if (stopped) return Error{ErrorCode::kCancelled, "the answer takes too long"};
    if (Matches(plan_.filter, event)) use(event, at);
    return {};
  });
  if (!stopped) return done;
  StopAt(*stopped);
  return {};
}

void EventSummary::StopAt(base::SystemTime at) {
  truncated_ = true;
  plan_.range.until = at;
}

Result<void> EventSummary::ReadBuckets() {
  for (std::int64_t number = 0; plan_.range.from + number * plan_.bucket < plan_.range.until; ++number) {
    if (auto read = ReadBucket(number); !read) return read;
  }
  return {};
}

// Cells where they fit, events before and behind them.
Result<void> EventSummary::ReadBucket(std::int64_t number) {
  const base::SystemTime from = plan_.range.from + number * plan_.bucket;
  const base::SystemTime until = std::min(from + plan_.bucket, plan_.range.until);
  base::SystemTime at = from;
  for (const RollupCell& cell : CellsIn(from, until)) {
    if (auto read = AddEvents(at, cell.from); !read) return read;
    if (auto read = AddCell(number, cell); !read) return read;
    if (truncated_) return {};
    at = cell.until();
  }
  return AddEvents(at, until);
}

Result<void> EventSummary::AddEvents(base::SystemTime from, base::SystemTime until) {
  if (from >= until || truncated_) return {};
  EventRange range = plan_.range;
  range.from = from;
  range.until = until;
  return Read(range, is_over_, [this](const v1::Event& event, base::SystemTime at) { Add(event, at); });
}

Result<void> EventSummary::AddCell(std::int64_t number, const RollupCell& cell) {
  if (truncated_) return {};
  const auto figures = rollups_->FiguresOf(cell, reader_, is_over_);
  if (!figures && (figures.error().code != ErrorCode::kCancelled || !is_over_())) return figures.error();
  if (!figures) {
    StopAt(cell.from);
    return {};
  }
  for (const auto& [channel, figure] : *figures) {
    if (plan_.filter.channel() != v1::CHANNEL_UNSPECIFIED && channel != plan_.filter.channel()) continue;
    Bucket& bucket = buckets_[number];
    bucket.all.Add(figure);
    bucket.groups[GroupOf(channel, plan_.grouping)].Add(figure);
  }
  if (cell.until() < plan_.range.until && is_over_()) StopAt(cell.until());
  return {};
}

Result<void> EventSummary::CountGroups(Counts& counts) {
  return Read(plan_.range, is_over_, [&](const v1::Event& event, base::SystemTime) {
    for (const std::string& group : GroupsOf(event, plan_.grouping)) ++counts[group];
  });
}

void EventSummary::Choose(const Counts& counts) {
  std::vector<std::pair<std::uint64_t, std::string>> order;
  for (const auto& [name, events] : counts) order.emplace_back(events, name);
  std::ranges::sort(order, [](const auto& one, const auto& other) {
    return one.first != other.first ? one.first > other.first : one.second < other.second;
  });
  all_groups_ = order.size();
  order.resize(std::min(order.size(), SummaryPlan::kMostGroups));
  chosen_.emplace();
  for (const auto& [events, name] : order) chosen_->push_back(name);
  chosen_names_ = {chosen_->begin(), chosen_->end()};
}

void EventSummary::Add(const v1::Event& event, base::SystemTime at) {
  Bucket& bucket = buckets_[(at - plan_.range.from) / plan_.bucket];
  bucket.all.Add(event);
  bool in_others = false;
  for (const std::string& group : GroupsOf(event, plan_.grouping)) {
    const bool apart = !chosen_ || chosen_names_.contains(group);
    if (apart) bucket.groups[group].Add(event);
    in_others = in_others || !apart;
  }
  if (in_others) bucket.others.Add(event);
}

v1::EventBucket EventSummary::BucketAnswer(std::int64_t number, const Bucket& bucket) const {
  v1::EventBucket answer;
  *answer.mutable_from() = contract::ToProto(plan_.range.from + number * plan_.bucket);
  *answer.mutable_figures() = bucket.all.Figures();
  for (const std::string& name : *chosen_) {
    const auto group = bucket.groups.find(name);
    if (group == bucket.groups.end()) continue;
    v1::EventGroup& told = *answer.add_groups();
    told.set_name(name);
    *told.mutable_figures() = group->second.Figures();
  }
  if (bucket.others.events() > 0) *answer.mutable_others() = bucket.others.Figures();
  return answer;
}

v1::SummarizeEventsResponse EventSummary::Answer() const {
  v1::SummarizeEventsResponse answer;
  FigureCount all;
  std::map<std::string, FigureCount> groups;
  for (const auto& [number, bucket] : buckets_) {
    *answer.add_buckets() = BucketAnswer(number, bucket);
    all.Add(bucket.all);
    for (const auto& [name, count] : bucket.groups) groups[name].Add(count);
  }
  *answer.mutable_figures() = all.Figures();
  for (const std::string& name : *chosen_) {
    v1::EventGroup& told = *answer.add_groups();
    told.set_name(name);
    *told.mutable_figures() = groups[name].Figures();
  }
  answer.set_other_groups(static_cast<std::uint32_t>(all_groups_ - chosen_->size()));
  answer.set_truncated(truncated_);
  *answer.mutable_complete_until() = contract::ToProto(plan_.range.until);
  return answer;
}

}  // namespace vigie::server::api
