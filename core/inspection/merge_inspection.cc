#include "core/inspection/merge_inspection.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/customers/record_set.h"

namespace vigie::inspection {
namespace {

void MergeClass(const v1::ClassFinding& finding, v1::ClassFinding& sum) {
  sum.set_class_(finding.class_());
  sum.set_matches(sum.matches() + finding.matches());
  sum.set_distinct(sum.distinct() + finding.distinct());
  sum.set_confidence(std::max(sum.confidence(), finding.confidence()));
  if (sum.masked_samples().empty()) *sum.mutable_masked_samples() = finding.masked_samples();
}

void MergeClasses(const v1::Inspection& from, v1::Inspection& into) {
  if (from.classes().empty()) return;
  std::map<std::string, v1::ClassFinding> classes;
  for (const v1::ClassFinding& finding : into.classes()) MergeClass(finding, classes[finding.class_()]);
  for (const v1::ClassFinding& finding : from.classes()) MergeClass(finding, classes[finding.class_()]);
  into.clear_classes();
  for (auto& [name, finding] : classes) *into.add_classes() = std::move(finding);
}

void Unite(const v1::CustomerFinding& from, v1::CustomerFinding& into) {
  if (from.records() == into.records()) return;
  auto known = customers::RecordSet::Parse(into.records());
  const auto more = customers::RecordSet::Parse(from.records());
  if (!known || !more) {  // our own inspector wrote them: keep at least the larger count
    if (from.distinct() > into.distinct()) into = from;
    return;
  }
  known->Unite(*more);
  into.set_distinct(known->size());
  into.set_records(known->Serialize());
  into.set_canaries(std::max(into.canaries(), from.canaries()));
}

std::vector<v1::CustomerFinding> CustomersOf(const v1::Inspection& inspection) {
  const auto& others = inspection.customers_of_other_ledgers();
  std::vector<v1::CustomerFinding> found(others.begin(), others.end());
  if (inspection.customers().distinct() > 0) found.push_back(inspection.customers());
  return found;
}

// The one with the most customers comes first, as in every inspection.
void SetCustomers(std::vector<v1::CustomerFinding> found, v1::Inspection& into) {
  std::ranges::stable_sort(found, std::ranges::greater(), &v1::CustomerFinding::distinct);
  into.clear_customers_of_other_ledgers();
  *into.mutable_customers() = std::move(found.front());
  for (std::size_t i = 1; i < found.size(); ++i) *into.add_customers_of_other_ledgers() = std::move(found[i]);
}

void MergeCustomers(const v1::Inspection& from, v1::Inspection& into) {
  if (from.customers().distinct() == 0) return;
  auto found = CustomersOf(into);
  for (v1::CustomerFinding& more : CustomersOf(from)) {
    const auto same = std::ranges::find(found, more.ledger(), &v1::CustomerFinding::ledger);
    if (same == found.end()) {
      found.push_back(std::move(more));
    } else {
      Unite(more, *same);
    }
  }
  SetCustomers(std::move(found), into);
}

void MergeReasons(const v1::Inspection& from, v1::Inspection& into) {
  std::set<int> reasons(into.reasons().begin(), into.reasons().end());
  reasons.insert(from.reasons().begin(), from.reasons().end());
  into.clear_reasons();
  for (const int reason : reasons) into.add_reasons(static_cast<v1::Reason>(reason));
}

}  // namespace

void MergeInspection(const v1::Inspection& from, v1::Inspection& into) {
  MergeClasses(from, into);
  MergeCustomers(from, into);
  MergeReasons(from, into);
  into.set_bytes(into.bytes() + from.bytes());
  into.set_evaluated(std::max(into.evaluated(), from.evaluated()));  // full < partial < none
  if (into.media_type().empty()) into.set_media_type(from.media_type());
  if (!into.has_derived_from() && from.has_derived_from()) *into.mutable_derived_from() = from.derived_from();
}

}  // namespace vigie::inspection
