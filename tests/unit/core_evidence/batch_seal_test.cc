#include "core/evidence/batch_seal.h"

#include <gtest/gtest.h>

#include "core/evidence/event_digest.h"
#include "tests/unit/core_evidence/evidence_story.h"

namespace vigie::evidence {
namespace {

class BatchSealing : public ::testing::Test {
 protected:
  v1::EventBatch Sealed(const std::vector<v1::Event>& events) {
    v1::EventBatch batch = BatchOf(events);
    const auto sealer = BatchSealer::Make("desk-7", Site::Get().agent.key_pem);
    EXPECT_TRUE(sealer);
    EXPECT_TRUE(sealer->Seal(batch));
    return batch;
  }
  bool Verifies(const v1::EventBatch& batch, const std::string& agent_id = "desk-7") {
    const BatchClaim claim{agent_id,
                           batch.boot_epoch(),
                           {batch.sequences().data(), static_cast<std::size_t>(batch.sequences_size())},
                           batch.seal().digests()};
    return HostKey::Of(Site::Get().agent.certificate_pem).value()->Verifies(claim, batch.seal().signature());
  }
};

TEST_F(BatchSealing, HoldsAndNamesEachEvent) {
  const std::vector<v1::Event> events = LinkedEvents(3);
  const v1::EventBatch batch = Sealed(events);
  EXPECT_TRUE(Verifies(batch));
  v1::EvidenceBatch kept;
  *kept.mutable_sequences() = batch.sequences();
  kept.set_digests(batch.seal().digests());
  for (const v1::Event& event : events) EXPECT_EQ(DigestIn(kept, event.sequence()), EventDigest(event));
  EXPECT_FALSE(DigestIn(kept, 4));
}

TEST_F(BatchSealing, IsOfThisAgentEpochSequencesAndDigestsOnly) {
  const v1::EventBatch good = Sealed(LinkedEvents(3));
  EXPECT_FALSE(Verifies(good, "desk-8"));
  v1::EventBatch bad = good;
  bad.set_boot_epoch(6);
  EXPECT_FALSE(Verifies(bad));
  bad = good;
  bad.set_sequences(1, 9);
  EXPECT_FALSE(Verifies(bad));
  bad = good;
  bad.mutable_seal()->mutable_digests()->at(40) ^= 1;
  EXPECT_FALSE(Verifies(bad));
  bad = good;
  bad.mutable_seal()->mutable_digests()->resize(64);
  EXPECT_FALSE(Verifies(bad));
}

TEST_F(BatchSealing, EachFlippedBitOfTheSignatureIsFound) {
  const v1::EventBatch good = Sealed(LinkedEvents(1));
  for (std::size_t i = 0; i < good.seal().signature().size() * 8; ++i) {
    v1::EventBatch bad = good;
    char& byte = bad.mutable_seal()->mutable_signature()->at(i / 8);
    byte = static_cast<char>(byte ^ 1 << i % 8);
    EXPECT_FALSE(Verifies(bad)) << i;
  }
}

TEST_F(BatchSealing, WhatDoesNotParseHasADigestOfZeros) {
  v1::EventBatch batch = BatchOf(LinkedEvents(2));
  batch.set_encoded(0, "no event");
  const auto sealer = BatchSealer::Make("desk-7", Site::Get().agent.key_pem);
  ASSERT_TRUE(sealer->Seal(batch));
  EXPECT_EQ(batch.seal().digests().substr(0, 32), std::string(32, '\0'));
  EXPECT_TRUE(Verifies(batch));
}

TEST_F(BatchSealing, NeedsAnAgentsKeyAndCertificate) {
  EXPECT_FALSE(BatchSealer::Make("desk-7", "no key"));
  EXPECT_FALSE(HostKey::Of("no certificate"));
  EXPECT_FALSE(HostKey::Of(Site::Get().collector.certificate_pem));
}

}  // namespace
}  // namespace vigie::evidence
