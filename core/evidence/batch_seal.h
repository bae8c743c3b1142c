#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "core/credentials/signatures.h"
#include "core/evidence/digest.h"
#include "platform/base/result.h"
#include "vigie/v1/agent_service.pb.h"
#include "vigie/v1/evidence.pb.h"

// What a workstation signs of the events that it sends together.
namespace vigie::evidence {

// Of one agent and epoch; `digests` are 32 bytes for each sequence.
struct BatchClaim {
  std::string_view agent_id;
  std::uint64_t boot_epoch = 0;
  std::span<const std::uint64_t> sequences;
  std::string_view digests;
};
std::string BatchStatement(const BatchClaim& claim);

// Signs for one agent. Thread-safe.
class BatchSealer {
 public:
  static base::Result<BatchSealer> Make(std::string agent_id, std::string_view key_pem);

  // Of `encoded`: an event that does not parse stands there with a digest of zeros.
  base::Result<void> Seal(v1::EventBatch& batch) const;

 private:
  BatchSealer(std::string agent_id, credentials::SigningKey key)
      : agent_id_(std::move(agent_id)), key_(std::move(key)) {}

  std::string agent_id_;
  credentials::SigningKey key_;
};

// Whom a certificate's key signs for. Immutable, thread-safe.
class HostKey {
 public:
  // kInvalidArgument: no certificate of an agent.
  static base::Result<std::shared_ptr<const HostKey>> Of(const std::string& certificate_pem);

  // False for a batch of another agent.
  bool Verifies(const BatchClaim& claim, std::string_view signature) const;

  const std::string& agent_id() const { return agent_id_; }
  const std::string& fingerprint() const { return fingerprint_; }

 private:
  HostKey(std::string agent_id, std::string fingerprint, credentials::VerifyingKey key)
      : agent_id_(std::move(agent_id)), fingerprint_(std::move(fingerprint)), key_(std::move(key)) {}

  std::string agent_id_;
  std::string fingerprint_;
  credentials::VerifyingKey key_;
};

BatchClaim ClaimOf(const v1::EvidenceBatch& batch);
// Of the event with this sequence; nothing if the batch has none.
std::optional<Digest> DigestIn(const v1::EvidenceBatch& batch, std::uint64_t sequence);

}  // namespace vigie::evidence
