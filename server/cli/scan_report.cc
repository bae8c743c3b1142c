#include "server/cli/scan_report.h"

#include <nlohmann/json.hpp>
#include <vector>

#include "proto/contract/enum_names.h"

namespace vigie::cli {
namespace {

constexpr std::uint64_t kRowsPerPage = 64;

customers::RecordSet RecordsOf(const v1::CustomerFinding& finding) {
  auto records = customers::RecordSet::Parse(finding.records());
  return records ? *std::move(records) : customers::RecordSet();
}

template <typename Visit>
void ForEachLedger(const v1::Inspection& inspection, Visit visit) {
  visit(inspection.customers());
  for (const auto& other : inspection.customers_of_other_ledgers()) visit(other);
}

// Of all ledgers: the people of one are not those of another.
std::uint64_t DistinctCustomers(const v1::Inspection& inspection) {
  std::uint64_t distinct = 0;
  ForEachLedger(inspection, [&](const v1::CustomerFinding& finding) { distinct += finding.distinct(); });
  return distinct;
}

nlohmann::ordered_json CustomersOf(const v1::Inspection& inspection, bool records) {
  nlohmann::ordered_json json = {{"distinct", DistinctCustomers(inspection)}};
  std::uint32_t canaries = inspection.customers().canaries();
  if (records) json["records"] = RecordsOf(inspection.customers()).Ids();
  for (const auto& other : inspection.customers_of_other_ledgers()) {
    nlohmann::ordered_json of_ledger = {{"ledger", other.ledger()}, {"distinct", other.distinct()}};
    if (records) of_ledger["records"] = RecordsOf(other).Ids();
    json["other_ledgers"].push_back(std::move(of_ledger));
    canaries += other.canaries();
  }
  if (canaries > 0) json["canaries"] = canaries;
  return json;
}

std::vector<std::string> ReasonsOf(const v1::Inspection& inspection) {
  std::vector<std::string> reasons;
  for (const int reason : inspection.reasons()) reasons.push_back(contract::NameOf(static_cast<v1::Reason>(reason)));
  return reasons;
}

nlohmann::ordered_json ClassesOf(const v1::Inspection& inspection) {
  auto classes = nlohmann::ordered_json::object();
  for (const v1::ClassFinding& finding : inspection.classes()) {
    classes[finding.class_()] = {{"matches", finding.matches()}, {"distinct", finding.distinct()}};
  }
  return classes;
}

// "1-40, 55"
std::string RangesOf(const std::vector<customers::RecordId>& ids) {
  std::vector<std::string> ranges;
  for (std::size_t begin = 0; begin < ids.size();) {
    std::size_t end = begin + 1;
    while (end < ids.size() && ids[end] == ids[end - 1] + 1) ++end;
    ranges.push_back(std::to_string(ids[begin]) + (end - begin > 1 ? "-" + std::to_string(ids[end - 1]) : ""));
    begin = end;
  }
  return Join(ranges);
}

// "1-40, 55", and of which ledgers if there are several.
std::string DescribeRecords(const v1::Inspection& inspection) {
  if (inspection.customers_of_other_ledgers_size() == 0) return RangesOf(RecordsOf(inspection.customers()).Ids());
  std::vector<std::string> ledgers;
  ForEachLedger(inspection, [&](const v1::CustomerFinding& finding) {
    ledgers.push_back(RangesOf(RecordsOf(finding).Ids()) + " of ledger " + finding.ledger());
  });
  return Join(ledgers);
}

std::string DescribeClasses(const v1::Inspection& inspection) {
  std::vector<std::string> classes;
  for (const v1::ClassFinding& finding : inspection.classes()) {
    classes.push_back(finding.class_() + " " + std::to_string(finding.distinct()));
  }
  return Join(classes);
}

std::string DescribeDecision(const ScanDecision& decision) {
  if (decision.decision.rule.empty()) return "allow";
  return contract::NameOf(decision.decision.verdict) + (decision.decision.shadow ? " in shadow" : "") + " by " +
         decision.decision.rule + " (" + contract::NameOf(decision.channel) + ")";
}

bool WouldAct(const ScanDecision& decision) {
  return !decision.decision.shadow && decision.decision.verdict > v1::VERDICT_ALLOW;
}

bool IsStricter(const policy::Decision& a, const policy::Decision& b) {
  if (a.verdict != b.verdict) return a.verdict > b.verdict;
  return b.rule.empty() && !a.rule.empty();
}

std::vector<std::string> HeaderFor(const ScanReport::Options& options) {
  std::vector<std::string> header = {"PATH", "TYPE", "EVALUATED", "CUSTOMERS", "FOUND"};
  if (options.policy) header.emplace_back("POLICY");
  if (options.records) header.emplace_back("RECORDS");
  return header;
}

}  // namespace

ScanDecision DecideForScan(const policy::CompiledPolicy& policy, const ScanResult& result) {
  v1::Activity activity;
  activity.mutable_file()->set_path(result.path);
  activity.mutable_file()->set_bytes(result.inspection.bytes());
  ScanDecision strictest;
  for (int kind = v1::ActivityKind_MIN + 1; kind <= v1::ActivityKind_MAX; ++kind) {
    for (int channel = v1::Channel_MIN + 1; channel <= v1::Channel_MAX; ++channel) {
      activity.set_kind(static_cast<v1::ActivityKind>(kind));
      activity.set_channel(static_cast<v1::Channel>(channel));
      auto decision = policy::Evaluate(policy, activity, result.inspection);
      if (IsStricter(decision, strictest.decision)) strictest = {std::move(decision), activity.channel()};
    }
  }
  return strictest;
}

std::string DescribeEvaluated(const ScanResult& result) {
  std::string text = contract::NameOf(result.inspection.evaluated());
  const std::string reasons = Join(ReasonsOf(result.inspection));
  if (!reasons.empty()) text += ": " + reasons;
  return result.note.empty() ? text : text + " (" + result.note + ")";
}

bool HasFindings(const v1::Inspection& inspection) {
  return inspection.classes_size() > 0 || inspection.customers().distinct() > 0;
}

ScanReport::ScanReport(const Options& options, std::ostream& out)
    : options_(options), out_(out), table_(HeaderFor(options)) {
}

void ScanReport::Add(const ScanResult& result) {
  ++files_;
  const bool findings = HasFindings(result.inspection);
  if (findings) ++with_findings_;
  if (result.inspection.evaluated() != v1::EVALUATED_FULL) ++not_evaluated_;
  found_ = found_ || (result.decision ? WouldAct(*result.decision) : findings);
  ForEachLedger(result.inspection,
                [this](const v1::CustomerFinding& finding) { customers_[finding.ledger()].Unite(RecordsOf(finding)); });
  if (options_.json) {
    WriteJson(result);
  } else {
    AddRow(result);
  }
}

void ScanReport::WriteJson(const ScanResult& result) {
  const v1::Inspection& inspection = result.inspection;
  nlohmann::ordered_json json = {{"path", result.path},
                                 {"media_type", inspection.media_type()},
                                 {"bytes", inspection.bytes()},
                                 {"evaluated", contract::NameOf(inspection.evaluated())},
                                 {"reasons", ReasonsOf(inspection)},
                                 {"classes", ClassesOf(inspection)},
                                 {"customers", CustomersOf(inspection, options_.records)},
                                 {"milliseconds", inspection.milliseconds()}};
  if (result.decision) {
    const policy::Decision& decision = result.decision->decision;
    json["policy"] = {{"verdict", contract::NameOf(decision.verdict)},
                      {"rule", decision.rule},
                      {"channel", contract::NameOf(result.decision->channel)},
                      {"shadow", decision.shadow}};
  }
  out_ << json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) << "\n" << std::flush;
}

void ScanReport::AddRow(const ScanResult& result) {
  const v1::Inspection& inspection = result.inspection;
  std::vector<std::string> row = {result.path, inspection.media_type(), DescribeEvaluated(result),
                                  std::to_string(DistinctCustomers(inspection)), DescribeClasses(inspection)};
  if (options_.policy) row.push_back(result.decision ? DescribeDecision(*result.decision) : "");
  if (options_.records) row.push_back(DescribeRecords(inspection));
  table_.AddRow(std::move(row));
  if (++rows_waiting_ < kRowsPerPage) return;
  table_.Write(out_);
  rows_waiting_ = 0;
}

void ScanReport::Finish(std::uint64_t links) {
  if (options_.json || files_ + links == 0) return;
  if (rows_waiting_ > 0) table_.Write(out_);
  std::uint64_t customers = 0;
  for (const auto& [ledger, records] : customers_) customers += records.size();
  out_ << "\n"
       << files_ << " files, " << with_findings_ << " with findings, " << customers << " distinct customers, "
       << not_evaluated_ << " not fully evaluated";
  if (links > 0) out_ << ", " << links << " symbolic links not followed";
  out_ << "\n";
}

}  // namespace vigie::cli
