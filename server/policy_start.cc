#include "server/policy_start.h"

#include "platform/base/logging.h"
#include "proto/contract/time_conversion.h"

namespace vigie::server {
namespace {

using api::PolicyInForce;
using base::Error;
using base::ErrorCode;
using base::Result;

constexpr std::uint64_t kMaxPolicyBytes = 1 << 20;

Result<PolicyInForce> Compile(PolicyRecord record, const std::string& name, std::optional<base::SystemTime> now = {}) {
  auto compiled = policy::ReadPolicy(record.text, name, now);
  if (!compiled) return compiled.error();
  record.version = compiled->source().version();
  return PolicyInForce{std::move(record), std::make_shared<const policy::CompiledPolicy>(std::move(*compiled))};
}

Result<PolicyInForce> ReadFile(const std::string& file, platform::FileSystem& files, base::SystemTime now) {
  auto text = files.ReadFile(file, kMaxPolicyBytes);
  if (!text) return text.error().Wrap("policy");
  return Compile({0, std::move(*text), now, "collector.yaml"}, file, now);
}

Result<std::optional<PolicyInForce>> ReadKept(Store& store) {
  auto kept = store.LatestPolicy();
  if (!kept) return kept.error();
  if (!*kept) return std::optional<PolicyInForce>();
  auto compiled = Compile(**kept, "kept policy");
  if (!compiled) return compiled.error();
  return std::optional(std::move(*compiled));
}

Result<void> Keep(const PolicyRecord& record, Store& store) {
  v1::AuditEntry entry;
  *entry.mutable_at() = contract::ToProto(record.in_force_since);
  entry.set_who("collector");
  entry.set_method("start/policy");
  entry.set_access(v1::AUDIT_ACCESS_CHANGE);
  entry.set_asked("{\"version\": " + std::to_string(record.version) + "}");
  entry.set_outcome("OK");
  return store.Write([&](StoreTransaction& transaction) -> Result<void> {
    if (auto saved = transaction.SavePolicy(record); !saved) return saved;
    return transaction.AppendAudit(entry);
  });
}

}  // namespace

Result<std::optional<PolicyInForce>> ChoosePolicy(const std::string& file, platform::FileSystem& files, Store& store,
                                                  const base::Clock& clock) {
  auto kept = ReadKept(store);
  if (!kept || file.empty()) return kept;
  auto read = ReadFile(file, files, clock.Now());
  if (!read) {
    if (!*kept) return read.error();
    base::LogError("{}; policy {} stays in force", read.error().message, (*kept)->record.version);
    return kept;
  }
  if (*kept && read->record.version <= (*kept)->record.version) {
    if (read->record.text != (*kept)->record.text) {
      base::LogWarning("{} has version {}, policy {} is in force: raise its version to put it in force", file,
                       read->record.version, (*kept)->record.version);
    }
    return kept;
  }
  if (auto saved = Keep(read->record, store); !saved) return saved.error();
  return std::optional(std::move(*read));
}

}  // namespace vigie::server
