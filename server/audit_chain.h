#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "vigie/v1/audit_service.pb.h"

// The hash chain of the audit, the same for every store: each row holds the SHA-256 of the hash before it and of its
// own bytes. A row's bytes are its entry, serialised once and kept as they are.
namespace vigie::server {

struct AuditRow {
  std::uint64_t number = 0;
  std::string entry;  // v1::AuditEntry, serialised
  std::string hash;   // hex
};

// Where a chain stands: number and hash of a row; {0, ""} before the first.
struct AuditPlace {
  std::uint64_t number = 0;
  std::string hash;
};

// The row after `last`.
AuditRow ChainAudit(const AuditPlace& last, v1::AuditEntry entry);

// Follows a chain row by row. One thread.
class AuditVerifier {
 public:
  // `base`: the last row that retention removed, {0, ""} if none was.
  explicit AuditVerifier(AuditPlace base) : base_(base), last_(std::move(base)) {}

  // False at the first row that is wrong; nothing may be given to it afterwards.
  bool Take(const AuditRow& row);
  // `head`: where the store says that its chain ends.
  v1::VerifyAuditResponse Finish(const AuditPlace& head);

 private:
  bool Wrong(std::uint64_t number, std::string fault);
  // The removal of the oldest rows is itself an entry: "removed_until" with the hash must stand in the chain.
  void NoteRemoval(const v1::AuditEntry& entry);

  const AuditPlace base_;
  AuditPlace last_;
  bool base_is_told_ = false;
  v1::VerifyAuditResponse result_;
};

// What the entry of a removal asks, so that the verifier can find it: {"removed_until": N, "hash": "…"}.
std::string RemovalText(const AuditPlace& base);
inline constexpr std::string_view kRemovalMethod = "retention/audit";

// Whether an entry's method passes a filter: the whole name, or only its service.
bool MethodMatches(std::string_view method, std::string_view filter);

}  // namespace vigie::server
