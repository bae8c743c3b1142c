#include "core/evidence/batch_seal.h"

#include <google/protobuf/arena.h>

#include <algorithm>

#include "core/credentials/certificates.h"
#include "core/evidence/event_digest.h"

namespace vigie::evidence {

using base::Error;
using base::ErrorCode;
using base::Result;

std::string BatchStatement(const BatchClaim& claim) {
  Hasher hasher("vigie batch 1");
  hasher.AddText(claim.agent_id).Add(claim.boot_epoch).Add(std::uint64_t{claim.sequences.size()});
  for (const std::uint64_t sequence : claim.sequences) hasher.Add(sequence);
  const Digest statement = hasher.AddText(claim.digests).Finish();
  return std::string(Bytes(statement));
}

Result<BatchSealer> BatchSealer::Make(std::string agent_id, std::string_view key_pem) {
  auto key = credentials::SigningKey::OfPem(key_pem);
  if (!key) return key.error().Wrap("the agent's key");
  return BatchSealer(std::move(agent_id), *std::move(key));
}

Result<void> BatchSealer::Seal(v1::EventBatch& batch) const {
  std::string digests;
  digests.reserve(static_cast<std::size_t>(batch.encoded_size()) * Digest{}.size());
  google::protobuf::Arena arena;
  for (const std::string& bytes : batch.encoded()) {
    arena.Reset();
    auto* event = google::protobuf::Arena::CreateMessage<v1::Event>(&arena);
    const Digest digest = event->ParseFromString(bytes) ? EventDigestInPlace(*event) : Digest{};
    digests += Bytes(digest);
  }
  const std::span<const std::uint64_t> sequences(batch.sequences().data(),
                                                 static_cast<std::size_t>(batch.sequences_size()));
  auto signature = key_.Sign(BatchStatement({agent_id_, batch.boot_epoch(), sequences, digests}));
  if (!signature) return signature.error();
  batch.mutable_seal()->set_digests(std::move(digests));
  batch.mutable_seal()->set_signature(*std::move(signature));
  return {};
}

Result<std::shared_ptr<const HostKey>> HostKey::Of(const std::string& certificate_pem) {
  auto agent_id = credentials::AgentIdOf(certificate_pem);
  if (!agent_id) return agent_id.error();
  auto fingerprint = credentials::FingerprintOf(certificate_pem);
  if (!fingerprint) return fingerprint.error();
  auto key = credentials::VerifyingKey::OfCertificate(certificate_pem);
  if (!key) return key.error();
  return std::shared_ptr<const HostKey>(new HostKey(*std::move(agent_id), *std::move(fingerprint), *std::move(key)));
}

bool HostKey::Verifies(const BatchClaim& claim, std::string_view signature) const {
  return claim.agent_id == agent_id_ && claim.digests.size() == claim.sequences.size() * Digest{}.size() &&
         key_.Verifies(BatchStatement(claim), signature);
}

BatchClaim ClaimOf(const v1::EvidenceBatch& batch) {
  return {batch.agent_id(),
          batch.boot_epoch(),
          {batch.sequences().data(), static_cast<std::size_t>(batch.sequences_size())},
          batch.digests()};
}

std::optional<Digest> DigestIn(const v1::EvidenceBatch& batch, std::uint64_t sequence) {
  const auto found = std::ranges::lower_bound(batch.sequences(), sequence);
  if (found == batch.sequences().end() || *found != sequence) return std::nullopt;
  const auto offset = static_cast<std::size_t>(found - batch.sequences().begin()) * Digest{}.size();
  if (batch.digests().size() < offset + Digest{}.size()) return std::nullopt;
  return ToDigest(std::string_view(batch.digests()).substr(offset, Digest{}.size()));
}

}  // namespace vigie::evidence
