#include "server/policy_start.h"

#include <algorithm>

#include "platform/base/logging.h"
#include "proto/contract/time_conversion.h"

namespace vigie::server {
namespace {

using api::PolicyInForce;
using api::PolicyState;
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

Result<void> ReadPolicyOf(const v1::Ring& ring, const std::vector<PolicyRecord>& kept, PolicyState& state) {
  const std::uint32_t version = ring.policy_version();
  if (version == 0 || state.policies.contains(version)) return {};
  const auto record = std::ranges::find(kept, version, &PolicyRecord::version);
  if (record == kept.end()) return Error{ErrorCode::kDataLoss, "policy " + std::to_string(version) + " is not kept"};
  auto compiled = Compile(*record, "kept policy");
  if (!compiled) return compiled.error();
  state.policies.emplace(version, *std::move(compiled));
  return {};
}

// Of before there were rings, so that they are there from now on.
Result<void> KeepFirstRings(const RolloutPlan& plan, Store& store) {
  const auto kept = store.ListRings();
  if (!kept) return kept.error();
  if (!kept->empty() || plan.in_force() == 0) return {};
  return store.Write([&](StoreTransaction& transaction) { return transaction.SaveRings(plan.rings()); });
}

Result<PolicyState> ReadKept(Store& store) {
  PolicyState state;
  auto plan = ReadRolloutPlan(store);
  if (!plan) return plan.error();
  state.plan = *std::move(plan);
  if (auto saved = KeepFirstRings(state.plan, store); !saved) return saved.error();
  const auto kept = store.ListPolicies();
  if (!kept) return kept.error();
  if (!kept->empty()) state.greatest = kept->front().version;
  for (const v1::Ring& ring : state.plan.rings()) {
    auto read = ReadPolicyOf(ring, *kept, state);
    if (!read && ring.name() == kDefaultRing) return read.error();
    if (!read) base::LogError("ring {} is told no policy: {}", ring.name(), read.error().message);
  }
  return state;
}

v1::AuditEntry EntryOf(const PolicyRecord& record) {
  v1::AuditEntry entry;
  *entry.mutable_at() = contract::ToProto(record.in_force_since);
  entry.set_who("collector");
  entry.set_method("start/policy");
  entry.set_access(v1::AUDIT_ACCESS_CHANGE);
  entry.set_asked("{\"version\": " + std::to_string(record.version) + "}");
  entry.set_outcome("OK");
  return entry;
}

// In all rings, and kept.
Result<void> PutInForce(PolicyInForce policy, Store& store, PolicyState& state) {
  const PolicyRecord& record = policy.record;
  const RolloutAct act{record.in_force_since, record.pushed_by};
  if (auto out = state.plan.RollOut(record.version, std::string(kDefaultRing), act); !out) return out;
  auto saved = store.Write([&](StoreTransaction& transaction) -> Result<void> {
    if (auto kept = transaction.SavePolicy(record); !kept) return kept;
    if (auto kept = transaction.SaveRings(state.plan.rings()); !kept) return kept;
    return transaction.AppendAudit(EntryOf(record));
  });
  if (!saved) return saved;
  state.greatest = record.version;
  state.policies = {{record.version, std::move(policy)}};
  return {};
}

void WarnOfOther(const std::string& file, const PolicyInForce& read, const PolicyState& kept) {
  const auto in_force = kept.in_force();
  if (in_force && read.record.text == in_force->record.text) return;
  base::LogWarning("{} has version {}, policy {} is in force: give it a version greater than {} to put it in force",
                   file, read.record.version, kept.plan.in_force(), kept.greatest);
}

}  // namespace

Result<PolicyState> ChoosePolicy(const std::string& file, platform::FileSystem& files, Store& store,
                                 const base::Clock& clock) {
  auto kept = ReadKept(store);
  if (!kept || file.empty()) return kept;
  auto read = ReadFile(file, files, clock.Now());
  if (!read) {
    if (kept->greatest == 0) return read.error();
    base::LogError("{}; policy {} stays in force", read.error().message, kept->plan.in_force());
    return kept;
  }
  if (read->record.version <= kept->greatest) {
    WarnOfOther(file, *read, *kept);
    return kept;
  }
  if (auto done = PutInForce(*std::move(read), store, *kept); !done) return done.error();
  return kept;
}

void WarnOfWindows(const PolicyState& state, const RetentionPlan& plan) {
  const auto in_force = state.in_force();
  if (!in_force) return;
  if (auto kept = plan.CheckWindows(in_force->compiled->source()); !kept) base::LogError("{}", kept.error().message);
}

Result<void> PutInRings(Store& store, api::AgentSessions& sessions) {
  std::unordered_map<std::string, std::string> rings;
  const auto read = store.EachChangedAgent(0, [&](const AgentRecord& agent) -> Result<void> {
    if (!agent.status.ring().empty()) rings.emplace(agent.status.id(), agent.status.ring());
    return {};
  });
  if (!read) return read.error();
  sessions.PutInRings(std::move(rings));
  return {};
}

}  // namespace vigie::server
