#include "tests/unit/server/detection_reference.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>

#include "proto/contract/time_conversion.h"

namespace vigie::server::reference {
namespace {

const Rule kCanary{.id = "canary", .measure = "events", .per = {"host", "user"}, .window_seconds = 60, .channel = ""};

const std::string& ValueOf(const std::string& key, const Event& event) {
  if (key == "user") return event.user;
  if (key == "host") return event.host;
  return key == "process" ? event.process : event.destination;
}

// "" = it has none.
std::string SubjectOf(const Rule& rule, const Event& event) {
  std::vector<std::string> keys = rule.per;
  std::ranges::sort(keys);
  std::string subject;
  for (const std::string& key : keys) {
    if (ValueOf(key, event).empty()) return "";
    subject += (subject.empty() ? "" : ",") + key + "=" + ValueOf(key, event);
  }
  return subject;
}

bool Matches(const Rule& rule, const Event& event) {
  if (rule.id == "canary") return event.canary;
  return rule.channel.empty() || rule.channel == event.channel;
}

// A window has 512 steps; each covers its beginning and not its end.
std::int64_t StepOf(const Rule& rule, base::SystemTime at) {
  const std::int64_t length = (rule.window_seconds * 1'000'000'000 + 511) / 512;
  return at.time_since_epoch().count() / length;  // after 1970
}

std::int64_t NewestStep(const Rule& rule, const std::vector<Event>& events) {
  std::int64_t newest = StepOf(rule, events.front().at);
  for (const Event& event : events) newest = std::max(newest, StepOf(rule, event.at));
  return newest;
}

bool Covers(const Rule& rule, const std::vector<Event>& events, const Event& event) {
  return events.empty() || StepOf(rule, event.at) >= NewestStep(rule, events) - 512;
}

void Put(const Rule& rule, const Event& event, std::vector<Event>& events) {
  events.push_back(event);
  const std::int64_t newest = NewestStep(rule, events);
  std::erase_if(events, [&](const Event& other) { return StepOf(rule, other.at) < newest - 512; });
}

std::uint64_t Measure(const Rule& rule, const std::vector<Event>& events) {
  std::uint64_t accesses = 0;
  std::uint64_t bytes = 0;
  std::set<std::string> files;
  std::set<std::uint32_t> customers;
  for (const Event& event : events) {
    accesses += 1 + event.folded;
    bytes += event.bytes;
    if (!event.path.empty()) files.insert(event.host + ":" + event.path);
    customers.insert(event.customers.begin(), event.customers.end());
  }
  if (rule.measure == "events") return accesses;
  if (rule.measure == "bytes") return bytes;
  return rule.measure == "distinct_files" ? files.size() : customers.size();
}

std::vector<Event> EndingWith(const Rule& rule, const std::vector<Event>& events, std::int64_t last) {
  std::vector<Event> window;
  for (const Event& event : events) {
    if (StepOf(rule, event.at) >= last - 512 && StepOf(rule, event.at) <= last) window.push_back(event);
  }
  return window;
}

// What happened within a window before the last of them, each told at its own time; if that is not over but more is of
// which it is a part, the most of that; with a baseline the most in any case.
std::vector<Event> AmongThemselves(const Rule& rule, const std::vector<Event>& late) {
  const std::int64_t own = StepOf(rule, late.back().at);
  std::vector<Event> fullest = EndingWith(rule, late, own);
  const bool has_baseline = rule.history_days > 0;
  if (!has_baseline && Measure(rule, fullest) > rule.over) return fullest;
  std::set<std::int64_t> ends;
  for (const Event& event : late) ends.insert(StepOf(rule, event.at));
  for (const std::int64_t end : ends) {
    if (end < own || end > own + 512) continue;
    const std::vector<Event> other = EndingWith(rule, late, end);
    const bool counts = has_baseline || Measure(rule, other) > rule.over;
    if (counts && Measure(rule, other) > Measure(rule, fullest)) fullest = other;
  }
  return fullest;
}

std::int64_t DaysSince1970(base::SystemTime time) {
  return time.time_since_epoch().count() / 86'400'000'000'000;
}

// On which a step begins.
std::int64_t DayOf(const Rule& rule, std::int64_t step) {
  return step * ((rule.window_seconds * 1'000'000'000 + 511) / 512) / 86'400'000'000'000;
}

double MedianOf(std::vector<double> values) {
  std::ranges::sort(values);
  const std::size_t half = values.size() / 2;
  return values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
}

std::uint64_t FarthestUsual(const std::vector<double>& days, std::int64_t deviation) {
  const double median = MedianOf(days);
  std::vector<double> deviations;
  for (const double day : days) deviations.push_back(std::abs(day - median));
  const double scale = std::max({1.4826 * MedianOf(deviations), 0.1 * median, 1.0});
  return static_cast<std::uint64_t>(median + static_cast<double>(deviation) * scale);
}

// Five binary digits.
double RoundedAsInGroups(std::uint64_t value) {
  std::uint64_t unit = 1;
  while (value / unit >= 32) unit *= 2;
  return static_cast<double>(value / unit * unit);
}

std::string Text(base::SystemTime time) {
  return contract::FormatTime(contract::ToProto(time));
}

}  // namespace

std::string YamlOf(const Policy& policy, int version) {
  std::string yaml = "version: " + std::to_string(version) + "\nthresholds:\n";
  for (const Rule& rule : policy.rules) {
    std::string per;
    for (const std::string& key : rule.per) per += (per.empty() ? "" : ", ") + key;
    yaml += "  - {id: " + rule.id + ", measure: " + rule.measure + ", per: [" + per +
            "], window: " + std::to_string(rule.window_seconds) + "s, over: " + std::to_string(rule.over) +
            ", severity: high";
    if (!rule.channel.empty()) yaml += ", when: {channels: [" + rule.channel + "]}";
    if (rule.rearm_below) yaml += ", rearm_below: " + std::to_string(*rule.rearm_below);
    if (rule.rearm_after) yaml += ", rearm_after: " + std::to_string(*rule.rearm_after);
    if (rule.history_days > 0) {
      yaml += ", baseline: {history: " + std::to_string(rule.history_days) +
              "d, at_least: " + std::to_string(rule.at_least) + ", deviation: " + std::to_string(rule.deviation) + "}";
    }
    yaml += "}\n";
  }
  std::string users;
  for (const std::string& user : policy.group) users += (users.empty() ? "" : ", ") + user;
  if (!users.empty()) yaml += "groups: [{name: sales, users: [" + users + "]}]\n";
  if (policy.suppressions.empty()) return yaml;
  yaml += "suppressions:\n";
  for (const Suppression& suppression : policy.suppressions) {
    yaml += "  - {threshold: " + suppression.rule + (suppression.user.empty() ? "" : ", user: " + suppression.user) +
            ", until: \"" + Text(suppression.until) + "\", owner: carol, reason: agreed}\n";
  }
  return yaml;
}

Reference::Window Reference::WindowOf(const Rule& rule, const std::string& subject, std::size_t count) const {
  std::vector<Event> current;
  std::vector<Event> late;  // all of them
  bool is_covered = false;
  bool is_late = false;
  std::optional<base::SystemTime> newest;
  std::optional<base::SystemTime> touched;
  std::optional<base::SystemTime> late_touched;
  const auto is_idle = [&](const auto& since) {
    return since && *newest - *since > std::chrono::seconds(2 * rule.window_seconds);
  };
  for (std::size_t i = 0; i < count; ++i) {
    const Event& event = events_[i];
    const std::string other = Matches(rule, event) ? SubjectOf(rule, event) : "";
    if (other.empty()) continue;
    newest = newest ? std::max(*newest, event.received) : event.received;
    if (other != subject) continue;
    if (is_idle(touched)) current.clear();
    if (is_idle(late_touched)) late.clear();
    touched = newest;
    is_covered = Covers(rule, current, event);
    is_late = !is_covered || (!late.empty() && StepOf(rule, event.at) < NewestStep(rule, current));
    if (is_covered) Put(rule, event, current);
    if (!is_late) continue;
    late.push_back(event);
    late_touched = newest;
  }
  if (!is_late) return {current, false, NewestStep(rule, current), rule.over};
  const std::vector<Event> among = AmongThemselves(rule, late);
  const bool only_late = rule.history_days == 0
                             ? Measure(rule, current) <= rule.over && Measure(rule, among) > rule.over
                             : Measure(rule, among) > Measure(rule, current);
  return !is_covered || only_late ? Window{among, true, StepOf(rule, late.back().at), rule.over}
                                  : Window{current, false, NewestStep(rule, current), rule.over};
}

Reference::Window Reference::NewestWindow(const Rule& rule, const std::string& subject) const {
  return WindowOf(rule, subject, events_.size());
}

Reference::Histories Reference::HistoriesOf(const Rule& rule) {
  Histories histories;
  std::map<std::string, std::int64_t> touched;
  for (std::size_t i = 0; i < events_.size(); ++i) {
    const std::string subject = Matches(rule, events_[i]) ? SubjectOf(rule, events_[i]) : "";
    if (subject.empty()) continue;
    auto known = known_.find({rule.Definition(), i});
    if (known == known_.end()) {
      const Window window = WindowOf(rule, subject, i + 1);
      const std::pair measured(Measure(rule, window.events), window.end);
      known = known_.emplace(Known(rule.Definition(), i), measured).first;
    }
    const std::int64_t day = DayOf(rule, known->second.second);
    histories.newest = std::max({histories.newest, day, DaysSince1970(events_[i].received)});
    const bool is_idle = touched.contains(subject) && histories.newest - touched[subject] > rule.history_days + 2;
    Days& own = histories.own[subject];
    if (is_idle) own.clear();
    touched[subject] = histories.newest;
    const std::int64_t newest = own.empty() ? day : std::max(day, own.rbegin()->first);
    if (day >= newest - rule.history_days - 2) own[day] = std::max(own[day], known->second.first);
    std::erase_if(own, [&](const auto& one) { return one.first < newest - rule.history_days - 2; });
    histories.user[subject] = events_[i].user;
  }
  return histories;
}

std::uint64_t Reference::LimitOf(const Rule& rule, const std::string& subject, const Window& window) {
  constexpr std::uint64_t kNone = std::numeric_limits<std::uint64_t>::max();
  if (rule.history_days == 0 || Measure(rule, window.events) <= rule.over) return rule.over;
  const Histories histories = HistoriesOf(rule);
  const std::int64_t last = DayOf(rule, window.end - 512) - 1;
  const std::int64_t first = last - rule.history_days + 1;
  std::vector<double> own;
  std::vector<double> others;
  std::set<std::int64_t> days_of_others;
  for (const auto& [other, days] : histories.own) {
    for (const auto& [day, peak] : days) {
      if (day < first || day > last) continue;
      if (other == subject) own.push_back(static_cast<double>(peak));
      if (other == subject || !policy_.group.contains(histories.user.at(other))) continue;
      if (day < histories.newest - rule.history_days - 2) continue;
      others.push_back(RoundedAsInGroups(peak));
      days_of_others.insert(day);
    }
  }
  if (std::ssize(own) < rule.at_least) return kNone;
  std::uint64_t limit = std::max(rule.over, FarthestUsual(own, rule.deviation));
  const bool per_user = rule.per == std::vector<std::string>{"user"};
  if (!per_user || !policy_.group.contains(histories.user.at(subject))) return limit;
  if (std::ssize(days_of_others) < rule.at_least) return limit;
  return std::max(limit, FarthestUsual(others, rule.deviation));
}

bool Reference::IsSuppressed(const std::string& rule, const Event& event, base::SystemTime now) const {
  return std::ranges::any_of(policy_.suppressions, [&](const Suppression& each) {
    return each.rule == rule && now < each.until && (each.user.empty() || each.user == event.user);
  });
}

bool Reference::IsArmed(const Subject& subject, const Rule& rule, const Window& window) {
  const auto closed = closed_.find(subject);
  if (closed == closed_.end()) return true;
  const bool is_other = closed->second.rule.Definition() != rule.Definition();
  const std::vector<Event> others(window.events.begin(), window.events.end() - 1);
  const std::uint64_t before = Measure(rule, others);
  const bool has_limit = window.limit != std::numeric_limits<std::uint64_t>::max();
  const bool was_below =
      rule.rearm_below ? before < *rule.rearm_below : before <= (has_limit ? window.limit : rule.over);
  if (window.late && !is_other) return was_below;
  closed->second.lowest = std::min(closed->second.lowest, before);
  const std::uint64_t more = rule.rearm_after.value_or(window.limit);
  const std::uint64_t measured = Measure(rule, window.events);
  const bool has_grown = measured > closed->second.lowest && measured - closed->second.lowest > more;
  if (!is_other && !was_below && !has_grown) return false;
  closed_.erase(closed);
  return true;
}

void Reference::Count(const Rule& rule, const std::string& subject, base::SystemTime now) {
  Window window = NewestWindow(rule, subject);
  window.limit = LimitOf(rule, subject, window);
  const Event& event = window.events.back();
  const std::uint64_t measured = Measure(rule, window.events);
  const Subject key(rule.id, subject);
  auto open = open_.find(key);
  if (open != open_.end() && incidents_[open->second].state == "suppressed" && !IsSuppressed(rule.id, event, now)) {
    incidents_[open->second].state = "closed";
    open_.erase(open);
    open = open_.end();
  }
  if (open != open_.end()) {
    Incident& incident = incidents_[open->second];
    ++incident.events;
    incident.measured = std::max(incident.measured, measured);
    incident.customers.insert(event.customers.begin(), event.customers.end());
    incident.event_ids.push_back(event.id);
    if (!window.late) latest_[open->second] = measured;
    return;
  }
  if (!IsArmed(key, rule, window) || measured <= window.limit) return;
  Incident incident{rule.id, subject, IsSuppressed(rule.id, event, now) ? "suppressed" : "open", window.events.size(),
                    measured};
  for (const Event& each : window.events) incident.customers.insert(each.customers.begin(), each.customers.end());
  std::vector<Event> sorted = window.events;
  std::ranges::sort(sorted, {}, [](const Event& each) { return std::tuple(each.at, each.id.size(), each.id); });
  for (const Event& each : sorted) incident.event_ids.push_back(each.id);
  open_[key] = incidents_.size();
  latest_[incidents_.size()] = measured;
  incidents_.push_back(incident);
}

void Reference::Observe(const Event& event, base::SystemTime now) {
  events_.push_back(event);
  for (const Rule& rule : policy_.rules) {
    const std::string subject = SubjectOf(rule, event);
    if (Matches(rule, event) && !subject.empty()) Count(rule, subject, now);
  }
  if (event.canary) Count(kCanary, SubjectOf(kCanary, event), now);
}

void Reference::Close(std::size_t number) {
  Incident& incident = incidents_[number];
  incident.state = "closed";
  const Subject key(incident.rule, incident.subject);
  open_.erase(key);
  std::vector<Rule> rules = policy_.rules;
  rules.push_back(kCanary);
  for (const Rule& rule : rules) {
    if (rule.id == incident.rule) closed_.insert_or_assign(key, Closed{latest_[number], rule});
  }
}

}  // namespace vigie::server::reference
