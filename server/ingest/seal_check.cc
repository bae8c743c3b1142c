#include "server/ingest/seal_check.h"

#include <algorithm>
#include <functional>

#include "proto/contract/time_conversion.h"

namespace vigie::server::ingest {
namespace {

v1::EvidenceBatch Claimed(const v1::EventBatch& batch, const BatchOrigin& origin) {
  v1::EvidenceBatch claimed;
  claimed.set_agent_id(origin.agent.agent_id);
  claimed.set_boot_epoch(batch.boot_epoch());
  *claimed.mutable_sequences() = batch.sequences();
  claimed.set_digests(batch.seal().digests());
  claimed.set_signature(batch.seal().signature());
  claimed.set_certificate(origin.agent.signer ? origin.agent.signer->fingerprint() : origin.agent.certificate);
  *claimed.mutable_received_at() = contract::ToProto(origin.received_at);
  return claimed;
}

}  // namespace

SealCheck CheckSeal(const v1::EventBatch& batch, const BatchOrigin& origin) {
  const AgentIdentity& agent = origin.agent;
  if (!batch.has_seal() || (agent.signer == nullptr && agent.certificate.empty())) return {};
  const auto count = static_cast<std::size_t>(batch.encoded_size());
  if (batch.seal().digests().size() != count * sizeof(evidence::Digest)) {
    return {std::nullopt, "seal: must have 32 bytes for each event"};
  }
  const auto& sequences = batch.sequences();
  if (std::ranges::adjacent_find(sequences, std::greater_equal<>()) != sequences.end()) {
    return {std::nullopt, "seal: is of sequences that do not rise"};
  }
  v1::EvidenceBatch claimed = Claimed(batch, origin);
  // What the journal holds was verified before it was promised.
  if (agent.signer != nullptr && !agent.signer->Verifies(evidence::ClaimOf(claimed), claimed.signature())) {
    return {std::nullopt, "seal: is not signed with the key of the agent's certificate"};
  }
  return {std::move(claimed), ""};
}

}  // namespace vigie::server::ingest
