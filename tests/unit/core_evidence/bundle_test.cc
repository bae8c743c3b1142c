// Whole files of evidence.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <sstream>
#include <utility>
#include <vector>

#include "core/evidence/bundle_file.h"
#include "core/evidence/bundle_verifier.h"
#include "core/evidence/event_digest.h"
#include "tests/unit/core_evidence/evidence_story.h"

namespace vigie::evidence {
namespace {

using ::testing::HasSubstr;

bool IsGood(const v1::EvidenceReport& report) {
  return report.faults().empty() && report.broken() == 0;
}

bool Has(const v1::EvidenceReport& report, v1::EvidenceFaultKind kind, const std::string& event_id = "") {
  return std::ranges::any_of(report.faults(), [&](const v1::EvidenceFault& fault) {
    return fault.kind() == kind && fault.event_id() == event_id;
  });
}

TEST(Bundle, OfAnIncidentIsGood) {
  const v1::EvidenceReport report = Verify(EvidenceStory().File());
  EXPECT_TRUE(IsGood(report)) << report.DebugString();
  EXPECT_EQ(report.incident_id(), "inc-7");
  EXPECT_EQ(report.events(), 5U);
  EXPECT_EQ(report.host(), 5U);
  EXPECT_EQ(report.links(), 5U);
  EXPECT_EQ(report.incident_events(), 6U);
  EXPECT_TRUE(report.authority_checked());
  EXPECT_EQ(report.signers_size(), 2);
  EXPECT_FALSE(Verify(EvidenceStory().File(), false).authority_checked());
}

TEST(Bundle, EachFlippedBitIsFound) {
  const std::string file = EvidenceStory().File();
  for (std::size_t i = 0; i < file.size(); ++i) {
    std::string flipped = file;
    flipped[i] = static_cast<char>(flipped[i] ^ 1 << i % 8);
    EXPECT_FALSE(IsGood(Verify(flipped, false))) << "byte " << i << " of " << file.size();
  }
}

TEST(Bundle, EachCutAndEachAdditionIsFound) {
  const std::string file = EvidenceStory().File();
  for (std::size_t size = 0; size < file.size(); size += 7) EXPECT_FALSE(IsGood(Verify(file.substr(0, size), false)));
  EXPECT_FALSE(IsGood(Verify(file + '\0', false)));
  EXPECT_FALSE(IsGood(Verify(file + file, false)));
}

// Who changes an event and has the collector's key to sign the file again.
TEST(Bundle, AChangedEventIsNamedThoughTheFileIsSignedAgain) {
  EvidenceStory story;
  story.EventAt(3).set_verdict(v1::VERDICT_ALLOW);
  const v1::EvidenceReport report = Verify(story.File());
  EXPECT_TRUE(Has(report, v1::EVIDENCE_FAULT_KIND_EVENT, "desk-7/5/3"));
  EXPECT_TRUE(Has(report, v1::EVIDENCE_FAULT_KIND_HOST, "desk-7/5/3"));
  EXPECT_TRUE(Has(report, v1::EVIDENCE_FAULT_KIND_LINK, "desk-7/5/4")) << "the one behind it does not follow any more";
  EXPECT_EQ(report.host(), 3U);
  EXPECT_EQ(report.broken(), 2U);
}

TEST(Bundle, WhatTheCollectorAddedIsHeldByItsChainOnly) {
  EvidenceStory story;
  story.EventAt(2).set_host("w2");
  const v1::EvidenceReport report = Verify(story.File());
  EXPECT_TRUE(Has(report, v1::EVIDENCE_FAULT_KIND_EVENT, "desk-7/5/2"));
  EXPECT_FALSE(Has(report, v1::EVIDENCE_FAULT_KIND_HOST, "desk-7/5/2"));
  EXPECT_EQ(report.broken(), 1U);
}

TEST(Bundle, ConcealedEventsAreVerifiedInTheSameWay) {
  EvidenceStory story;
  story.items.front().mutable_header()->set_records_concealed(true);
  for (std::uint64_t sequence = 1; sequence <= 5; ++sequence) Conceal(story.EventAt(sequence));
  const std::string file = story.File();
  EXPECT_TRUE(IsGood(Verify(file)));
  const v1::Event whole = EvidenceStory().EventAt(4);
  EXPECT_EQ(file.find(whole.inspection().customers().records()), std::string::npos);
}

// Its digest is the same: who writes to the store could take out which customers an event held.
TEST(Bundle, ARecordSetThatIsNotThereIsFoundWhereNothingIsToBeConcealed) {
  EvidenceStory story;
  Conceal(story.EventAt(4));
  const v1::EvidenceReport report = Verify(story.File());
  EXPECT_TRUE(Has(report, v1::EVIDENCE_FAULT_KIND_EVENT, "desk-7/5/4")) << report.DebugString();
  EXPECT_EQ(report.host(), 4U);
  EXPECT_EQ(report.broken(), 1U);
}

TEST(Bundle, WhatStandsBesideTheLastSignatureIsFound) {
  BundleWriter writer;
  std::string file = writer.Begin();
  for (const v1::EvidenceItem& item : EvidenceStory().items) file += writer.Add(item);
  std::string end = writer.End(credentials::SigningKey::OfPem(Site::Get().collector.key_pem).value()).value();
  EXPECT_TRUE(IsGood(Verify(file + end)));
  const std::string unknown_field = "\x9a\x06\x01x";
  end += unknown_field;
  end.front() = static_cast<char>(end.front() + static_cast<char>(unknown_field.size()));
  const v1::EvidenceReport report = Verify(file + end);
  ASSERT_EQ(report.faults_size(), 1);
  EXPECT_THAT(report.faults(0).what(), HasSubstr("more than a signature"));
}

TEST(Bundle, ACertificateThatIsThereTwiceIsHeldToEachOfItsUses) {
  EvidenceStory story;
  const v1::EvidenceItem certificate = story.items.at(1);
  ASSERT_TRUE(certificate.has_certificate());
  story.items.insert(story.items.begin() + 3, certificate);
  const v1::EvidenceReport report = Verify(story.File());
  EXPECT_TRUE(IsGood(report)) << report.DebugString();
  for (const v1::EvidenceSigner& signer : report.signers()) EXPECT_EQ(signer.signatures(), 2U) << signer.name();
}

// One that a workstation has signed, so large that some hundreds of them are more than the verifier keeps.
v1::EvidenceItem LargeBatch() {
  v1::EvidenceItem item;
  v1::EvidenceBatch& batch = *item.mutable_batch();
  batch.set_agent_id("desk-7");
  batch.set_boot_epoch(5);
  for (std::uint64_t sequence = 1; sequence <= 1000; ++sequence) batch.add_sequences(sequence);
  batch.set_digests(std::string(32000, 'd'));
  const auto key = credentials::SigningKey::OfPem(Site::Get().agent.key_pem).value();
  batch.set_signature(key.Sign(BatchStatement(ClaimOf(batch))).value());
  batch.set_certificate(Site::Get().AgentCertificate().fingerprint());
  return item;
}

TEST(Bundle, BatchesAreNotKeptForEver) {
  const EvidenceStory story;
  v1::EvidenceItem large = LargeBatch();
  for (const bool before_the_events : {false, true}) {
    BundleVerifier verifier;
    const auto take_many = [&] {
      for (std::uint64_t number = 3; number < 1100; ++number) {
        large.mutable_batch()->set_number(number);
        verifier.Take(large);
      }
    };
    for (std::size_t i = 0; i < story.items.size(); ++i) {
      if (before_the_events && i == story.PlaceOf(1)) take_many();
      verifier.Take(story.items[i]);
    }
    if (!before_the_events) take_many();
    const v1::EvidenceReport report = verifier.Finish(base::SystemClock().Now());
    EXPECT_EQ(report.broken(), before_the_events ? 5U : 0U);
    EXPECT_EQ(Has(report, v1::EVIDENCE_FAULT_KIND_MISSING, "desk-7/5/1"), before_the_events);
  }
}

TEST(Bundle, ASegmentOfNoLengthIsBroken) {
  constexpr auto kLast = std::numeric_limits<std::int64_t>::max();
  const std::vector<std::pair<std::int64_t, std::int64_t>> bad = {{-1, kLast}, {kLast, -kLast}, {256, 256}, {0, kLast}};
  for (const auto& [after, position] : bad) {
    EvidenceStory story;
    v1::EvidenceSegment& segment = *story.items.at(2).mutable_segment();
    segment.set_after(after);
    segment.mutable_head()->set_position(position);
    EXPECT_TRUE(Has(Verify(story.File()), v1::EVIDENCE_FAULT_KIND_CHAIN)) << after << " " << position;
  }
}

TEST(Bundle, EachRemovalOfAnItemIsFound) {
  const EvidenceStory good;
  for (std::size_t i = 0; i < good.items.size(); ++i) {
    EvidenceStory story = good;
    story.items.erase(story.items.begin() + static_cast<std::ptrdiff_t>(i));
    EXPECT_FALSE(IsGood(Verify(story.File()))) << "without item " << i;
  }
}

// As a collector gives it whose store somebody else has written to.
TEST(Bundle, AnEventThatIsGoneIsNamedByItsPlace) {
  EvidenceStory story;
  v1::EvidenceEvent& event = *story.items.at(story.PlaceOf(3)).mutable_event();
  event.clear_event();
  const v1::EvidenceReport report = Verify(story.File());
  ASSERT_EQ(report.faults_size(), 1) << report.DebugString();
  EXPECT_EQ(report.faults(0).kind(), v1::EVIDENCE_FAULT_KIND_MISSING);
  EXPECT_THAT(report.faults(0).what(), HasSubstr("the event at position " + std::to_string(event.position()) + " "));
  EXPECT_EQ(report.events(), 5U);
  EXPECT_EQ(report.host(), 4U);
  EXPECT_EQ(report.broken(), 1U);
}

TEST(Bundle, EventsInAnotherOrderAreFound) {
  const EvidenceStory good;
  for (std::uint64_t one = 1; one <= 5; ++one) {
    for (std::uint64_t other = one + 1; other <= 5; ++other) {
      EvidenceStory story = good;
      std::swap(story.items.at(story.PlaceOf(one)), story.items.at(good.PlaceOf(other)));
      EXPECT_FALSE(IsGood(Verify(story.File()))) << one << " and " << other;
      // With each other's places in the chain, too.
      story = good;
      std::swap(story.EventAt(one), *story.items.at(good.PlaceOf(other)).mutable_event()->mutable_event());
      EXPECT_FALSE(IsGood(Verify(story.File()))) << one << " and " << other;
    }
  }
}

TEST(Bundle, AnEventIsNotThereTwice) {
  EvidenceStory story;
  story.items.push_back(story.items.back());
  story.items.back().mutable_event()->set_position(story.items.back().event().position() + 1);
  story.items.front().mutable_header()->set_events(6);
  EXPECT_FALSE(IsGood(Verify(story.File())));
}

TEST(Bundle, AnEventWithoutSignatureIsTheCollectorsWord) {
  EvidenceStory story;
  for (v1::EvidenceItem& item : story.items) {
    if (item.has_event()) item.mutable_event()->set_batch(0);
  }
  const v1::EvidenceReport report = Verify(story.File());
  EXPECT_TRUE(IsGood(report));
  EXPECT_EQ(report.collector(), 5U);
  EXPECT_EQ(report.host(), 0U);
}

TEST(Bundle, AnEventOfBeforeThereWasAChainIsNotChained) {
  EvidenceStory story;
  v1::EvidenceItem former;
  former.mutable_event()->set_position(100);
  *former.mutable_event()->mutable_event() = SomeEvent(9);
  former.mutable_event()->mutable_event()->set_boot_epoch(4);
  story.items.insert(story.items.begin() + static_cast<std::ptrdiff_t>(story.PlaceOf(1)), former);
  story.items.front().mutable_header()->set_events(6);
  const v1::EvidenceReport report = Verify(story.File());
  EXPECT_TRUE(IsGood(report)) << report.DebugString();
  EXPECT_EQ(report.not_chained(), 1U);
  EXPECT_EQ(report.host(), 5U);
}

TEST(Bundle, AnEventThatWasTakenOutOfTheChainIsFound) {
  for (const bool with_batch : {false, true}) {
    EvidenceStory story;
    v1::EvidenceEvent& event = *story.items.at(story.PlaceOf(3)).mutable_event();
    event.set_chained(false);
    if (!with_batch) event.set_batch(0);
    const v1::EvidenceReport report = Verify(story.File());
    EXPECT_TRUE(Has(report, v1::EVIDENCE_FAULT_KIND_EVENT, "desk-7/5/3"));
    EXPECT_EQ(report.broken(), 1U);
    EXPECT_EQ(report.not_chained(), 0U);
  }
}

TEST(Bundle, OfANewerAgentTheTextIsHeldByTheCollector) {
  EvidenceStory story;
  v1::Event& event = story.EventAt(5);
  // The host has signed what it was before a field was dropped: another digest than that of what is kept.
  event.set_told_digest(std::string(Bytes(EventDigest(event))));
  event.set_policy_version(9);
  EXPECT_TRUE(Has(Verify(story.File()), v1::EVIDENCE_FAULT_KIND_EVENT, "desk-7/5/5")) << "not what was chained";
  EXPECT_FALSE(Has(Verify(story.File()), v1::EVIDENCE_FAULT_KIND_HOST, "desk-7/5/5"));
}

TEST(Bundle, OfAnotherAuthorityIsFound) {
  std::istringstream file(EvidenceStory().File());
  const auto other = credentials::CreateAuthority("other").value();
  const v1::EvidenceReport report = VerifyBundle(file, other.certificate_pem, base::SystemClock().Now());
  EXPECT_EQ(report.faults_size(), 2) << "the workstation's and the collector's";
  EXPECT_TRUE(Has(report, v1::EVIDENCE_FAULT_KIND_CERTIFICATE));
}

TEST(Bundle, ACertificateOfAnotherIsFound) {
  EvidenceStory story;
  for (v1::EvidenceItem& item : story.items) {
    if (item.has_certificate()) item.mutable_certificate()->set_subject("desk-8");
  }
  EXPECT_TRUE(Has(Verify(story.File()), v1::EVIDENCE_FAULT_KIND_CERTIFICATE));
}

TEST(Bundle, SomethingElseIsNoFileOfEvidence) {
  const v1::EvidenceReport report = Verify("PK\x03\x04 some other file");
  ASSERT_EQ(report.faults_size(), 1);
  EXPECT_THAT(report.faults(0).what(), HasSubstr("no file of evidence"));
  EXPECT_FALSE(IsGood(Verify("")));
}

}  // namespace
}  // namespace vigie::evidence
