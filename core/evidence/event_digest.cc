#include "core/evidence/event_digest.h"

#include <openssl/rand.h>

#include <cstdlib>
#include <utility>
#include <vector>

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

// What Conceal takes out of a finding.
struct Hidden {
  std::string records;
  std::string salt;
};

Hidden ConcealOne(v1::CustomerFinding& finding) {
  Hidden hidden{std::move(*finding.mutable_records()), std::move(*finding.mutable_salt())};
  finding.clear_records();
  finding.clear_salt();
  const Digest digest = Hasher("vigie records 1").AddText(hidden.salt).AddRest(hidden.records).Finish();
  finding.set_concealed(digest.data(), digest.size());
  return hidden;
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

// As Hasher adds them.
void PutNumber(std::int64_t number, std::string& bytes) {
  for (int shift = 0; shift < 64; shift += 8) {
    bytes.push_back(static_cast<char>(static_cast<std::uint64_t>(number) >> shift & 0xff));
  }
}

void PutText(std::string_view text, std::string& bytes) {
  PutNumber(static_cast<std::int64_t>(text.size()), bytes);
  bytes += text;
}

Digest DigestOf(const v1::Event& concealed) {
  return Hasher("vigie event 1").AddRest(concealed.SerializeAsString()).Finish();
}

}  // namespace

bool SaltRecords(v1::Event& event) {
  bool salted = false;
  EachFinding(event, [&](v1::CustomerFinding& finding) {
    if (finding.records().empty() || !finding.salt().empty()) return;
    finding.set_salt(RandomSalt());
    salted = true;
  });
  return salted;
}

void DropUnsaltedRecords(v1::Event& event) {
  EachFinding(event, [](v1::CustomerFinding& finding) {
    if (finding.salt().empty()) finding.clear_records();
  });
}

void Conceal(v1::Event& event) {
  EachFinding(event, [](v1::CustomerFinding& finding) {
    if (HoldsRecords(finding)) (void)ConcealOne(finding);
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

Digest EventDigestInPlace(v1::Event& event) {
  if (HoldsCollectorFields(event)) return EventDigest(event);
  struct Taken {
    v1::CustomerFinding* finding;
    std::string concealed;
    Hidden hidden;
  };
  std::vector<Taken> taken;
  EachFinding(event, [&](v1::CustomerFinding& finding) {
    if (!HoldsRecords(finding)) return;
    std::string before = finding.concealed();
    taken.push_back({&finding, std::move(before), ConcealOne(finding)});
  });
  const Digest digest = DigestOf(event);
  for (Taken& one : taken) {
    one.finding->set_concealed(std::move(one.concealed));
    one.finding->set_records(std::move(one.hidden.records));
    one.finding->set_salt(std::move(one.hidden.salt));
  }
  return digest;
}

std::optional<Digest> HostDigest(const v1::Event& event, const Digest& own) {
  return event.told_digest().empty() ? own : ToDigest(event.told_digest());
}

Digest EpochDigest(std::string_view agent_id, std::uint64_t boot_epoch) {
  return Hasher("vigie epoch 1").AddText(agent_id).Add(boot_epoch).Finish();
}

// Piece by piece SHA-256 would take half as long again, once for each event, where only one thread writes.
Digest LeafDigest(std::int64_t position, const Digest& own, const v1::Event& event) {
  std::string bytes;
  bytes.reserve(128 + event.host().size());
  PutNumber(position, bytes);
  bytes += Bytes(own);
  PutNumber((event.has_received_at() ? 1 : 0) + (event.has_clock_offset() ? 2 : 0), bytes);
  PutNumber(event.received_at().seconds(), bytes);
  PutNumber(event.received_at().nanos(), bytes);
  PutNumber(event.clock_offset().seconds(), bytes);
  PutNumber(event.clock_offset().nanos(), bytes);
  PutText(event.host(), bytes);
  PutText(event.told_digest(), bytes);
  return Hasher("vigie leaf 1").AddRest(bytes).Finish();
}

}  // namespace vigie::evidence
