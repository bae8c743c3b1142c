#include "agent/enforce/taint_table.h"

#include <algorithm>
#include <set>
#include <string_view>
#include <utility>

namespace vigie::agent::enforce {
namespace {

constexpr std::size_t kMaxLineage = 16;

std::string_view LastName(std::string_view path) {
  const auto slash = path.rfind('/');
  return slash == path.npos ? path : path.substr(slash + 1);
}

void MergeClasses(const v1::Inspection& from, v1::Inspection& into) {
  std::map<std::string, v1::ClassFinding> classes;
  for (const v1::Inspection* inspection : {static_cast<const v1::Inspection*>(&into), &from}) {
    for (const v1::ClassFinding& finding : inspection->classes()) {
      v1::ClassFinding& sum = classes[finding.class_()];
      sum.set_class_(finding.class_());
      sum.set_matches(sum.matches() + finding.matches());
      sum.set_distinct(sum.distinct() + finding.distinct());
      if (sum.masked_samples().empty()) *sum.mutable_masked_samples() = finding.masked_samples();
    }
  }
  into.clear_classes();
  for (auto& [name, finding] : classes) *into.add_classes() = std::move(finding);
}

void MergeCustomers(const v1::Inspection& from, v1::Inspection& into) {
  if (from.customers().distinct() == 0) return;
  auto known = customers::RecordSet::Parse(into.customers().records());
  const auto more = customers::RecordSet::Parse(from.customers().records());
  if (!known || !more) {  // our own inspector wrote them: keep at least the larger count
    if (from.customers().distinct() > into.customers().distinct()) *into.mutable_customers() = from.customers();
    return;
  }
  known->Unite(*more);
  into.mutable_customers()->set_distinct(known->size());
  into.mutable_customers()->set_records(known->Serialize());
}

void MergeReasons(const v1::Inspection& from, v1::Inspection& into) {
  std::set<int> reasons(into.reasons().begin(), into.reasons().end());
  reasons.insert(from.reasons().begin(), from.reasons().end());
  into.clear_reasons();
  for (const int reason : reasons) into.add_reasons(static_cast<v1::Reason>(reason));
}

void AppendLineage(const std::vector<std::string>& from, std::vector<std::string>& into) {
  for (const std::string& id : from) {
    if (into.size() < kMaxLineage && std::ranges::find(into, id) == into.end()) into.push_back(id);
  }
}

}  // namespace

void MergeInspection(const v1::Inspection& from, v1::Inspection& into) {
  MergeClasses(from, into);
  MergeCustomers(from, into);
  MergeReasons(from, into);
  into.set_bytes(into.bytes() + from.bytes());
  into.set_evaluated(std::max(into.evaluated(), from.evaluated()));  // full < partial < none
  if (into.media_type().empty()) into.set_media_type(from.media_type());
}

void TaintTable::Add(platform::ProcessId process, const std::string& source_path, const v1::Inspection& inspection) {
  auto table = table_.Lock();
  Carrier& carrier = table->processes[process];
  carrier.used = ++table->uses;
  Source source{source_path, inspection, {}};
  const auto known = std::ranges::find(carrier.sources, source_path, &Source::path);
  if (known != carrier.sources.end()) {
    source.lineage = std::move(known->lineage);
    carrier.sources.erase(known);
  }
  carrier.sources.push_front(std::move(source));
  if (carrier.sources.size() > limits_.sources) MergeOldest(carrier);
  if (table->processes.size() > limits_.processes) ForgetOldest(*table);
}

void TaintTable::AddLineage(platform::ProcessId process, const std::string& source_path, const std::string& event_id) {
  auto table = table_.Lock();
  const auto carrier = table->processes.find(process);
  if (carrier == table->processes.end()) return;
  const auto source = std::ranges::find(carrier->second.sources, source_path, &Source::path);
  if (source != carrier->second.sources.end()) AppendLineage({event_id}, source->lineage);
}

std::optional<Taint> TaintTable::CarriedInto(platform::ProcessId process, const std::string& path) const {
  auto table = table_.Lock();
  const auto found = table->processes.find(process);
  if (found == table->processes.end()) return std::nullopt;
  const std::list<Source>& sources = found->second.sources;
  const auto same_name =
      std::ranges::find_if(sources, [&](const Source& source) { return LastName(source.path) == LastName(path); });
  if (same_name != sources.end()) return Taint{same_name->inspection, same_name->path, same_name->lineage};
  Taint taint{sources.front().inspection, sources.front().path, sources.front().lineage};
  for (auto source = std::next(sources.begin()); source != sources.end(); ++source) {
    MergeInspection(source->inspection, taint.inspection);
    AppendLineage(source->lineage, taint.lineage);
  }
  return taint;
}

void TaintTable::DropEnded(const std::function<bool(platform::ProcessId)>& runs) {
  std::vector<platform::ProcessId> carriers;
  for (auto table = table_.Lock(); const auto& [process, carrier] : table->processes) carriers.push_back(process);
  std::erase_if(carriers, runs);
  auto table = table_.Lock();
  for (const platform::ProcessId& ended : carriers) table->processes.erase(ended);
}

void TaintTable::MergeOldest(Carrier& carrier) const {
  Source oldest = std::move(carrier.sources.back());
  carrier.sources.pop_back();
  Source& rest = carrier.sources.back();
  MergeInspection(oldest.inspection, rest.inspection);
  AppendLineage(oldest.lineage, rest.lineage);
}

void TaintTable::ForgetOldest(Table& table) const {
  const auto oldest =
      std::ranges::min_element(table.processes, {}, [](const auto& entry) { return entry.second.used; });
  table.processes.erase(oldest);
}

}  // namespace vigie::agent::enforce
