#include "core/evidence/event_digest.h"

#include <openssl/rand.h>

#include <cstdlib>

namespace vigie::evidence {
namespace {

std::string RandomSalt() {
  std::string salt(kSaltBytes, '\0');
  // Fails only where nothing random can be had at all.
  if (RAND_bytes(reinterpret_cast<unsigned char*>(salt.data()), static_cast<int>(salt.size())) != 1) std::abort();
  return salt;
}

template <typename Event, typename Visit>
void EachFinding(Event& event, const Visit& visit) {
  if (!event.has_inspection()) return;
  if constexpr (std::is_const_v<Event>) {
    if (event.inspection().has_customers()) visit(event.inspection().customers());
    for (const auto& other : event.inspection().customers_of_other_ledgers()) visit(other);
  } else {
    if (event.inspection().has_customers()) visit(*event.mutable_inspection()->mutable_customers());
    for (auto& other : *event.mutable_inspection()->mutable_customers_of_other_ledgers()) visit(other);
  }
}

bool HoldsRecords(const v1::CustomerFinding& finding) {
  return !finding.records().empty() || !finding.salt().empty();
}

bool HoldsRecords(const v1::Event& event) {
  bool holds = false;
  EachFinding(event, [&](const v1::CustomerFinding& finding) { holds = holds || HoldsRecords(finding); });
  return holds;
}

bool HoldsCollectorFields(const v1::Event& event) {
  return event.has_received_at() || event.has_clock_offset() || !event.host().empty() || !event.told_digest().empty();
}

void ClearCollectorFields(v1::Event& event) {
  event.clear_received_at();
  event.clear_clock_offset();
  event.clear_host();
  event.clear_told_digest();
}

Digest DigestOf(const v1::Event& concealed) {
  return Hasher("vigie event 1").AddRest(concealed.SerializeAsString()).Finish();
}

}  // namespace

void SaltRecords(v1::Event& event) {
  EachFinding(event, [](v1::CustomerFinding& finding) {
    if (!finding.records().empty() && finding.salt().empty()) finding.set_salt(RandomSalt());
  });
}

void Conceal(v1::Event& event) {
  EachFinding(event, [](v1::CustomerFinding& finding) {
    if (!HoldsRecords(finding)) return;
    const Digest digest = Hasher("vigie records 1").AddText(finding.salt()).AddRest(finding.records()).Finish();
    finding.set_concealed(Bytes(digest).data(), digest.size());
    finding.clear_records();
    finding.clear_salt();
  });
}

bool IsConcealed(const v1::Event& event) {
  bool concealed = false;
  EachFinding(event,
              [&](const v1::CustomerFinding& finding) { concealed = concealed || !finding.concealed().empty(); });
  return concealed;
}

Digest EventDigest(const v1::Event& event) {
  if (!HoldsRecords(event) && !HoldsCollectorFields(event)) return DigestOf(event);
  v1::Event said = event;
  ClearCollectorFields(said);
  Conceal(said);
  return DigestOf(said);
}

std::optional<Digest> HostDigest(const v1::Event& event, const Digest& own) {
  return event.told_digest().empty() ? own : ToDigest(event.told_digest());
}

Digest EpochDigest(std::string_view agent_id, std::uint64_t boot_epoch) {
  return Hasher("vigie epoch 1").AddText(agent_id).Add(boot_epoch).Finish();
}

Digest LeafDigest(std::int64_t position, const Digest& own, const v1::Event& event) {
  v1::Event added;
  if (event.has_received_at()) *added.mutable_received_at() = event.received_at();
  if (event.has_clock_offset()) *added.mutable_clock_offset() = event.clock_offset();
  added.set_host(event.host());
  added.set_told_digest(event.told_digest());
  return Hasher("vigie leaf 1")
      .Add(static_cast<std::uint64_t>(position))
      .Add(own)
      .AddRest(added.SerializeAsString())
      .Finish();
}

}  // namespace vigie::evidence
