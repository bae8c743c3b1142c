#include "agent/lineage/taint_table.h"

#include <algorithm>
#include <set>
#include <string_view>
#include <utility>

#include "core/inspection/merge_inspection.h"

namespace vigie::agent::lineage {
namespace {

constexpr std::size_t kMaxLineage = 16;

std::string_view LastName(std::string_view path) {
  const auto slash = path.rfind('/');
  return slash == path.npos ? path : path.substr(slash + 1);
}

void AppendLineage(const std::vector<std::string>& from, std::vector<std::string>& into) {
  for (const std::string& id : from) {
    if (into.size() < kMaxLineage && std::ranges::find(into, id) == into.end()) into.push_back(id);
  }
}

bool SameFindings(const v1::Inspection& one, const v1::Inspection& other) {
  return one.customers().records() == other.customers().records() && one.bytes() == other.bytes() &&
         one.classes_size() == other.classes_size() && one.evaluated() == other.evaluated();
}

}  // namespace

TaintTable::Source::Source(Reading read, std::shared_ptr<std::atomic<std::size_t>> bytes)
    : reading(std::move(read)), size(reading.inspection.ByteSizeLong() + reading.path.size()), total(std::move(bytes)) {
  *total += size;
}

TaintTable::Source::~Source() {
  *total -= size;
}

void TaintTable::Add(platform::ProcessId process, Reading reading) {
  auto table = table_.Lock();
  Carrier& carrier = table->processes[process];
  Touch(*table, carrier);
  const auto known =
      std::ranges::find_if(carrier.sources, [&](const auto& source) { return source->reading.path == reading.path; });
  if (known != carrier.sources.end() && SameFindings((*known)->reading.inspection, reading.inspection)) {
    carrier.sources.splice(carrier.sources.begin(), carrier.sources, known);
    return;
  }
  auto source = std::make_shared<Source>(std::move(reading), bytes_);
  if (known != carrier.sources.end()) {
    source->lineage = (*known)->lineage;
    carrier.sources.erase(known);
  }
  carrier.sources.push_front(std::move(source));
  KeepWithinLimits(*table, carrier);
}

void TaintTable::AddLineage(platform::ProcessId process, const std::string& source_path, const std::string& event_id) {
  auto table = table_.Lock();
  const auto carrier = table->processes.find(process);
  if (carrier == table->processes.end()) return;
  const auto source =
      std::ranges::find_if(carrier->second.sources, [&](const auto& one) { return one->reading.path == source_path; });
  if (source != carrier->second.sources.end()) AppendLineage({event_id}, (*source)->lineage);
}

bool TaintTable::Pass(platform::ProcessId from, platform::ProcessId to, base::SystemTime read_by) {
  auto table = table_.Lock();
  const auto giver = table->processes.find(from);
  if (giver == table->processes.end() || from == to) return false;
  const auto known = table->processes.find(to);
  std::set<const Source*> has;
  if (known != table->processes.end()) {
    for (const auto& source : known->second.sources) has.insert(source.get());
  }
  Sources more;
  for (const auto& source : giver->second.sources) {
    if (source->reading.at <= read_by && !has.contains(source.get())) more.push_back(source);
  }
  if (more.empty()) return false;
  Carrier& taker = table->processes[to];
  Touch(*table, taker);
  taker.sources.splice(taker.sources.begin(), more);
  KeepWithinLimits(*table, taker);
  return true;
}

std::vector<TaintTable::Taken> TaintTable::Take(platform::ProcessId process, const std::string& path) const {
  auto table = table_.Lock();
  const auto found = table->processes.find(process);
  if (found == table->processes.end()) return {};
  const Sources& sources = found->second.sources;
  const auto same_name = std::ranges::find_if(
      sources, [&](const auto& source) { return !path.empty() && LastName(source->reading.path) == LastName(path); });
  if (same_name != sources.end()) return {{*same_name, (*same_name)->lineage}};
  std::vector<Taken> all;
  for (const auto& source : sources) all.push_back({source, source->lineage});
  return all;
}

std::optional<Taint> TaintTable::CarriedInto(platform::ProcessId process, const std::string& path) const {
  const std::vector<Taken> taken = Take(process, path);
  if (taken.empty()) return std::nullopt;
  const Reading& latest = taken.front().source->reading;
  Taint taint{latest.inspection, latest.path, taken.front().lineage};
  for (std::size_t i = 1; i < taken.size(); ++i) {
    inspection::MergeInspection(taken[i].source->reading.inspection, taint.inspection);
    AppendLineage(taken[i].lineage, taint.lineage);
  }
  return taint;
}

bool TaintTable::CarriesSource(platform::ProcessId process, const std::string& path) const {
  auto table = table_.Lock();
  const auto found = table->processes.find(process);
  return found != table->processes.end() &&
         std::ranges::any_of(found->second.sources, [&](const auto& source) { return source->reading.path == path; });
}

std::vector<platform::ProcessId> TaintTable::Living() const {
  std::vector<platform::ProcessId> living;
  auto table = table_.Lock();
  for (const auto& [process, carrier] : table->processes) {
    if (!carrier.ended) living.push_back(process);
  }
  return living;
}

void TaintTable::NoteEnded(platform::ProcessId process, base::SteadyTime now) {
  auto table = table_.Lock();
  const auto found = table->processes.find(process);
  if (found != table->processes.end() && !found->second.ended) found->second.ended = now;
}

std::vector<platform::ProcessId> TaintTable::DropEnded(const std::function<bool(platform::ProcessId)>& runs,
                                                       base::SteadyTime now) {
  std::vector<platform::ProcessId> ended = Living();
  std::erase_if(ended, runs);
  auto table = table_.Lock();
  for (const platform::ProcessId& process : ended) {
    const auto found = table->processes.find(process);
    if (found != table->processes.end()) found->second.ended = now;
  }
  std::erase_if(table->processes,
                [&](const auto& entry) { return entry.second.ended && now - *entry.second.ended >= limits_.grace; });
  return ended;
}

void TaintTable::KeepWithinLimits(Table& table, Carrier& carrier) {
  while (carrier.sources.size() > limits_.sources) carrier.sources.push_back(MergeOldest(carrier));
  while (table.processes.size() > limits_.processes || (*bytes_ > limits_.bytes && table.processes.size() > 1)) {
    ForgetOldest(table);
  }
}

// Both stay as they are for those who share them.
std::shared_ptr<TaintTable::Source> TaintTable::MergeOldest(Carrier& carrier) const {
  const std::shared_ptr<Source> oldest = std::move(carrier.sources.back());
  carrier.sources.pop_back();
  const std::shared_ptr<Source> rest = std::move(carrier.sources.back());
  carrier.sources.pop_back();
  Reading both = rest->reading;
  inspection::MergeInspection(oldest->reading.inspection, both.inspection);
  both.at = std::min(both.at, oldest->reading.at);
  auto merged = std::make_shared<Source>(std::move(both), bytes_);
  merged->lineage = rest->lineage;
  AppendLineage(oldest->lineage, merged->lineage);
  return merged;
}

// Those that ended go first: they matter for what they wrote last only.
void TaintTable::ForgetOldest(Table& table) {
  const auto oldest = std::ranges::min_element(table.processes, {}, [](const auto& entry) {
    return std::pair(!entry.second.ended.has_value(), entry.second.used);
  });
  if (!oldest->second.ended) ++forgotten_;
  table.processes.erase(oldest);
}

}  // namespace vigie::agent::lineage
