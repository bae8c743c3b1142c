// Whole files of evidence.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

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
  for (std::uint64_t sequence = 1; sequence <= 5; ++sequence) Conceal(story.EventAt(sequence));
  const std::string file = story.File();
  EXPECT_TRUE(IsGood(Verify(file)));
  const v1::Event whole = EvidenceStory().EventAt(4);
  EXPECT_EQ(file.find(whole.inspection().customers().records()), std::string::npos);
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
  v1::EvidenceEvent& event = *story.items.at(story.PlaceOf(1)).mutable_event();
  event.set_chained(false);
  event.set_batch(0);
  const v1::EvidenceReport report = Verify(story.File());
  EXPECT_TRUE(IsGood(report));
  EXPECT_EQ(report.not_chained(), 1U);
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
