#include "tests/unit/server/detection_reference.h"

#include <algorithm>
#include <chrono>

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
// which it is a part, the most of that.
std::vector<Event> AmongThemselves(const Rule& rule, const std::vector<Event>& late) {
  const std::int64_t own = StepOf(rule, late.back().at);
  std::vector<Event> fullest = EndingWith(rule, late, own);
  if (Measure(rule, fullest) > rule.over) return fullest;
  std::set<std::int64_t> ends;
  for (const Event& event : late) ends.insert(StepOf(rule, event.at));
  for (const std::int64_t end : ends) {
    if (end < own || end > own + 512) continue;
    const std::vector<Event> other = EndingWith(rule, late, end);
    if (Measure(rule, other) > rule.over && Measure(rule, other) > Measure(rule, fullest)) fullest = other;
  }
  return fullest;
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
    yaml += "}\n";
  }
  if (policy.suppressions.empty()) return yaml;
  yaml += "suppressions:\n";
  for (const Suppression& suppression : policy.suppressions) {
    yaml += "  - {threshold: " + suppression.rule + (suppression.user.empty() ? "" : ", user: " + suppression.user) +
            ", until: \"" + Text(suppression.until) + "\", owner: carol, reason: agreed}\n";
  }
  return yaml;
}

Reference::Window Reference::WindowOf(const Rule& rule, const std::string& subject) const {
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
  for (const Event& event : events_) {
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
  if (!is_late) return {current, false};
  const std::vector<Event> among = AmongThemselves(rule, late);
  const bool only_late = Measure(rule, current) <= rule.over && Measure(rule, among) > rule.over;
  return !is_covered || only_late ? Window{among, true} : Window{current, false};
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
  const bool was_below = rule.rearm_below ? before < *rule.rearm_below : before <= rule.over;
  if (window.late && !is_other) return was_below;
  closed->second.lowest = std::min(closed->second.lowest, before);
  const std::uint64_t more = rule.rearm_after.value_or(rule.over);
  const bool has_grown = Measure(rule, window.events) > closed->second.lowest + more;
  if (!is_other && !was_below && !has_grown) return false;
  closed_.erase(closed);
  return true;
}

void Reference::Count(const Rule& rule, const std::string& subject, base::SystemTime now) {
  const Window window = WindowOf(rule, subject);
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
  if (!IsArmed(key, rule, window) || measured <= rule.over) return;
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
