#include "server/ingest/event_checks.h"

#include "core/customers/record_set.h"
#include "proto/contract/time_conversion.h"
#include "proto/contract/validation.h"

namespace vigie::server::ingest {
namespace {

using base::Result;

constexpr std::uint32_t kMostRecords = 1U << 26;  // a bitmap of runs is small however many ids it stands for

base::Error Invalid(std::string_view field, std::string_view rule) {
  return {base::ErrorCode::kInvalidArgument, std::string(field) + ": " + std::string(rule)};
}

Result<void> CheckFinding(const std::string& field, const v1::CustomerFinding& finding) {
  const auto records = customers::RecordSet::Parse(finding.records());
  if (!records) return Invalid(field + ".records", "is no record set");
  if (records->size() > kMostRecords) return Invalid(field + ".records", "more than 67,108,864");
  if (records->size() != finding.distinct()) return Invalid(field + ".distinct", "is not the number of records");
  return {};
}

}  // namespace

Result<void> CheckBatch(const v1::EventBatch& batch) {
  if (batch.events().empty()) return Invalid("batch.events", "must not be empty");
  if (batch.events_size() > contract::kMaxBatchEvents) return Invalid("batch.events", "more than 1000");
  if (batch.ByteSizeLong() > contract::kMaxBatchBytes) return Invalid("batch", "larger than 3 MiB");
  std::uint64_t last = 0;
  for (const v1::Event& event : batch.events()) {
    if (event.boot_epoch() != batch.events(0).boot_epoch())
      return Invalid("batch.events.boot_epoch", "must be the same in all");
    if (event.sequence() <= last) return Invalid("batch.events.sequence", "must rise from 1");
    last = event.sequence();
  }
  return {};
}

Result<void> CheckEvent(const v1::Event& event, const AgentIdentity& agent, base::SystemTime now) {
  if (auto valid = contract::ValidateEvent(event); !valid) return valid;
  if (event.agent_id() != agent.agent_id) return Invalid("agent_id", "is not the one of the agent's certificate");
  if (event.has_activity()) {
    const std::string& host = event.activity().host();
    if (host != agent.host && host != agent.enrolled_host) return Invalid("activity.host", "is not the agent's host");
  }
  const auto& at = event.has_activity() ? event.activity().at() : event.gap().until();
  if (contract::FromProto(at) > now + kMaxAhead) {
    return Invalid(event.has_activity() ? "activity.at" : "gap.until", "more than 24 h ahead of the collector's clock");
  }
  if (auto good = CheckFinding("inspection.customers", event.inspection().customers()); !good) return good;
  for (const v1::CustomerFinding& other : event.inspection().customers_of_other_ledgers()) {
    if (auto good = CheckFinding("inspection.customers_of_other_ledgers", other); !good) return good;
  }
  return {};
}

}  // namespace vigie::server::ingest
