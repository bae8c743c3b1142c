#include "server/audit_chain.h"

#include <utility>

#include "core/credentials/digest.h"

namespace vigie::server {

AuditRow ChainAudit(const AuditPlace& last, v1::AuditEntry entry) {
  AuditRow row;
  row.number = last.number + 1;
  entry.set_number(row.number);
  row.entry = entry.SerializeAsString();
  row.hash = credentials::Sha256Hex(last.hash + row.entry);
  return row;
}

bool AuditVerifier::Wrong(std::uint64_t number, std::string fault) {
  result_.set_faulty(number);
  result_.set_fault(std::move(fault));
  return false;
}

bool AuditVerifier::Take(const AuditRow& row) {
  if (row.number != last_.number + 1) {
    const std::string missing = std::to_string(last_.number + 1);
    return Wrong(last_.number + 1, "row " + missing + " is missing: the next one is " + std::to_string(row.number));
  }
  v1::AuditEntry entry;
  const bool whole = entry.ParseFromString(row.entry) && entry.number() == row.number;
  if (!whole || row.hash != credentials::Sha256Hex(last_.hash + row.entry)) {
    return Wrong(row.number, "row " + std::to_string(row.number) + " was changed, or the one before it");
  }
  NoteRemoval(entry);
  if (result_.entries() == 0) result_.set_first(row.number);
  result_.set_entries(result_.entries() + 1);
  last_ = {row.number, row.hash};
  return true;
}

void AuditVerifier::NoteRemoval(const v1::AuditEntry& entry) {
  if (entry.method() == kRemovalMethod && entry.asked() == RemovalText(base_)) base_is_told_ = true;
}

v1::VerifyAuditResponse AuditVerifier::Finish(const AuditPlace& head) {
  result_.set_last(last_.number);
  result_.set_hash(last_.hash);
  if (!result_.fault().empty()) return result_;
  if (head.number != last_.number || head.hash != last_.hash) {
    Wrong(last_.number + 1,
          "rows after " + std::to_string(last_.number) + " are missing: there were " + std::to_string(head.number));
  } else if (base_.number > 0 && !base_is_told_) {
    Wrong(base_.number, "rows up to " + std::to_string(base_.number) + " were removed, and not by retention");
  }
  result_.set_good(result_.fault().empty());
  return result_;
}

std::string RemovalText(const AuditPlace& base) {
  return "{\"removed_until\": " + std::to_string(base.number) + ", \"hash\": \"" + base.hash + "\"}";
}

bool MethodMatches(std::string_view method, std::string_view filter) {
  if (!method.starts_with(filter)) return false;
  return method.size() == filter.size() || filter.empty() || method[filter.size()] == '/';
}

}  // namespace vigie::server
