// What workstations sign of their batches, and what comes of it when it does not fit.
#include <gmock/gmock.h>

#include "core/credentials/certificates.h"
#include "core/evidence/event_digest.h"
#include "proto/contract/time_conversion.h"
#include "server/ingest/journal_entry.h"
#include "tests/unit/server/server_fixture.h"

namespace vigie::server {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

struct HostKeys {
  std::string certificate_pem;
  evidence::BatchSealer sealer;
};

// Of agent-1. Made once.
const HostKeys& KeysOfAgent() {
  static const HostKeys keys = [] {
    const auto authority = credentials::CreateAuthority("test").value();
    const auto request = credentials::CreateAgentRequest("w1").value();
    auto certificate =
        credentials::SignAgentRequest(authority, request.request_pem, "agent-1", std::chrono::hours(24)).value();
    return HostKeys{std::move(certificate), evidence::BatchSealer::Make("agent-1", request.key_pem).value()};
  }();
  return keys;
}

class SealedBatches : public ServerFixture {
 protected:
  void SetUp() override {
    Start(MakePolicy(BulkThreshold(20)));
    Enrol("agent-1");
    agent_ = Greeted();
  }
  // As a stream with this certificate.
  AgentIdentity Greeted() {
    v1::Hello hello;
    hello.set_agent_id("agent-1");
    hello.set_host("w1");
    hello.set_boot_epoch(1);
    *hello.mutable_at() = contract::ToProto(kStoryBegin);
    base::Result<AgentIdentity> agent = AgentIdentity{};
    std::vector<ingest::CommitJob> jobs;
    jobs.push_back(ingest_.GreetJob({"agent-1", KeysOfAgent().certificate_pem}, hello,
                                    [&](base::Result<AgentIdentity> given) { agent = std::move(given); }));
    ingest::GroupCommit(lane_).Run(jobs);
    EXPECT_TRUE(agent) << agent.error().message;
    return *agent;
  }
  static std::vector<v1::Event> Linked(std::uint64_t count) {
    std::vector<v1::Event> events;
    evidence::Digest before = evidence::EpochDigest("agent-1", 1);
    for (std::uint64_t sequence = 1; sequence <= count; ++sequence) {
      v1::Event event = MakeEvent({.sequence = sequence, .records = {1, 2}});
      evidence::SaltRecords(event);
      event.set_previous(std::string(evidence::Bytes(before)));
      before = evidence::EventDigest(event);
      events.push_back(std::move(event));
    }
    return events;
  }
  static v1::EventBatch Encoded(const std::vector<v1::Event>& events) {
    v1::EventBatch batch;
    batch.set_boot_epoch(1);
    for (const v1::Event& event : events) {
      batch.add_sequences(event.sequence());
      batch.add_encoded(event.SerializeAsString());
    }
    return batch;
  }
  static v1::EventBatch Sealed(const std::vector<v1::Event>& events) {
    v1::EventBatch batch = Encoded(events);
    EXPECT_TRUE(KeysOfAgent().sealer.Seal(batch));
    return batch;
  }
  v1::Ack Accept(v1::EventBatch batch) {
    auto ack = ingest_.Accept(agent_, std::move(batch));
    EXPECT_TRUE(ack) << ack.error().message;
    return ack ? *std::move(ack) : v1::Ack();
  }
  std::optional<v1::EvidenceBatch> KeptBatch(std::uint64_t number) {
    return store_.OpenEvidence().value()->FindBatch(number).value();
  }
  std::vector<std::string> Reasons() {
    std::vector<std::string> reasons;
    const auto agent = store_.FindAgent("agent-1").value();
    for (const auto& rejection : agent->status.rejections()) {
      reasons.push_back(rejection.reason());
    }
    return reasons;
  }

  AgentIdentity agent_;
};

TEST_F(SealedBatches, AreKeptWithTheCertificateThatTheyAreVerifiedBy) {
  EXPECT_THAT(Accept(Sealed(Linked(3))).rejections(), IsEmpty());
  const auto batch = KeptBatch(1);
  ASSERT_TRUE(batch);
  EXPECT_EQ(batch->sequences_size(), 3);
  const auto certificate = store_.OpenEvidence().value()->FindCertificate(batch->certificate()).value();
  ASSERT_TRUE(certificate);
  EXPECT_EQ(certificate->subject(), "agent-1");
  EXPECT_TRUE(
      evidence::HostKey::Of(certificate->pem()).value()->Verifies(evidence::ClaimOf(*batch), batch->signature()));
}

TEST_F(SealedBatches, WithAnotherSignatureAreRefusedItemByItem) {
  v1::EventBatch batch = Sealed(Linked(2));
  batch.mutable_seal()->mutable_signature()->back() ^= 1;
  const v1::Ack ack = Accept(batch);
  ASSERT_EQ(ack.rejections_size(), 2);
  EXPECT_EQ(ack.sequence(), 2U) << "the stream goes on";
  EXPECT_THAT(ack.rejections(0).reason(), HasSubstr("seal: is not signed with the key"));
  EXPECT_EQ(store_.CountEvents().value(), 0U);
  EXPECT_THAT(Reasons(), ::testing::ElementsAre(HasSubstr("seal")));
  EXPECT_FALSE(KeptBatch(1));
}

TEST_F(SealedBatches, AnEventThatIsNotTheSignedOneIsRefusedAlone) {
  v1::EventBatch batch = Sealed(Linked(3));
  v1::Event other = Linked(3)[1];
  batch.set_encoded(1, other.SerializeAsString());  // with another salt
  const v1::Ack ack = Accept(batch);
  ASSERT_EQ(ack.rejections_size(), 1);
  EXPECT_EQ(ack.rejections(0).sequence(), 2U);
  EXPECT_THAT(ack.rejections(0).reason(), HasSubstr("seal: is of another event"));
  EXPECT_EQ(store_.CountEvents().value(), 2U);
}

TEST_F(SealedBatches, WithTooFewDigestsOrSequencesThatDoNotRiseAreRefused) {
  v1::EventBatch batch = Sealed(Linked(2));
  batch.mutable_seal()->mutable_digests()->pop_back();
  EXPECT_THAT(Accept(batch).rejections(0).reason(), HasSubstr("seal: must have 32 bytes"));
  const auto events = Linked(4);
  EXPECT_THAT(Accept(Sealed({events[3], events[2]})).rejections(0).reason(), HasSubstr("seal: is of sequences"));
}

TEST_F(SealedBatches, RecordsWithoutASaltGetOneAndAreTheCollectorsWord) {
  std::vector<v1::Event> events = Linked(2);
  events[1].mutable_inspection()->mutable_customers()->clear_salt();
  EXPECT_THAT(Accept(Sealed(events)).rejections(), IsEmpty());
  const v1::Event kept = store_.QueryEvents({})->events.at(1);
  EXPECT_EQ(kept.inspection().customers().salt().size(), evidence::kSaltBytes);
  EXPECT_EQ(kept.inspection().customers().records(), events[1].inspection().customers().records());
  EXPECT_TRUE(kept.told_digest().empty());
}

TEST_F(SealedBatches, WithoutASignatureAreTaken) {
  EXPECT_THAT(Accept(Encoded(Linked(2))).rejections(), IsEmpty());
  EXPECT_EQ(store_.CountEvents().value(), 2U);
  EXPECT_FALSE(KeptBatch(1));
}

TEST_F(SealedBatches, OfAStreamWithoutACertificateNothingIsKept) {
  agent_.signer = nullptr;
  EXPECT_THAT(Accept(Sealed(Linked(2))).rejections(), IsEmpty());
  EXPECT_FALSE(KeptBatch(1));
}

TEST_F(SealedBatches, ABrokenLinkIsCountedAndTheEventTaken) {
  std::vector<v1::Event> events = Linked(3);
  events[2].set_previous(std::string(32, 'x'));
  EXPECT_THAT(Accept(Sealed(events)).rejections(), IsEmpty());
  EXPECT_EQ(store_.CountEvents().value(), 3U);
  EXPECT_THAT(Reasons(), ::testing::ElementsAre(HasSubstr("link: does not follow")));
}

TEST_F(SealedBatches, WhatAnExportConcealsIsNoneOfWhatAHostTells) {
  std::vector<v1::Event> events = Linked(1);
  events[0].mutable_inspection()->mutable_customers()->set_concealed(std::string(32, 'x'));
  EXPECT_THAT(Accept(Sealed(events)).rejections(0).reason(), HasSubstr("concealed"));
  events = Linked(1);
  events[0].set_previous("short");
  events[0].set_sequence(2);
  EXPECT_THAT(Accept(Sealed(events)).rejections(0).reason(), HasSubstr("previous: must be 32 bytes"));
}

TEST_F(SealedBatches, OfANewerAgentTheSignedDigestIsKept) {
  std::vector<v1::Event> events = Linked(1);
  events[0].GetReflection()->MutableUnknownFields(&events[0])->AddLengthDelimited(4000, "from the future");
  const evidence::Digest told = evidence::EventDigest(events[0]);
  EXPECT_THAT(Accept(Sealed(events)).rejections(), IsEmpty());
  const v1::Event kept = store_.QueryEvents({})->events.at(0);
  EXPECT_EQ(kept.told_digest(), evidence::Bytes(told));
  EXPECT_NE(evidence::EventDigest(kept), told);
}

TEST_F(SealedBatches, AHostCannotSetWhatTheCollectorSays) {
  std::vector<v1::Event> events = Linked(1);
  events[0].set_told_digest(std::string(32, 'x'));
  EXPECT_THAT(Accept(Sealed(events)).rejections(), IsEmpty());
  EXPECT_TRUE(store_.QueryEvents({})->events.at(0).told_digest().empty());
}

TEST_F(SealedBatches, AreTheSameFromTheJournal) {
  const v1::EventBatch batch = Sealed(Linked(2));
  const auto entry = ingest::DecodeEntry(ingest::EncodeEntry(agent_, clock_.Now(), batch.SerializeAsString()));
  ASSERT_TRUE(entry);
  EXPECT_EQ(entry->agent.certificate, agent_.signer->fingerprint());
  std::vector<ingest::CommitJob> jobs;
  jobs.push_back(ingest_.FormerBatchJob(*entry, [](const base::Result<void>& taken) { EXPECT_TRUE(taken); }));
  ingest::GroupCommit(lane_).Run(jobs);
  EXPECT_EQ(store_.CountEvents().value(), 2U);
  ASSERT_TRUE(KeptBatch(1));
  EXPECT_EQ(KeptBatch(1)->certificate(), agent_.signer->fingerprint());
}

}  // namespace
}  // namespace vigie::server
