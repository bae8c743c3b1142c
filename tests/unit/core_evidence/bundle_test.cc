// Whole files of evidence.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "core/evidence/bundle_file.h"
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

TEST(Bundle, EachRemovalAndEachExchangeOfItemsIsFound) {
  const EvidenceStory good;
  for (std::size_t i = 0; i < good.items.size(); ++i) {
    EvidenceStory story = good;
    story.items.erase(story.items.begin() + static_cast<std::ptrdiff_t>(i));
    EXPECT_FALSE(IsGood(Verify(story.File()))) << "without item " << i;
    for (std::size_t other = i + 1; other < good.items.size(); ++other) {
      const bool order_matters = good.items[i].has_header() || good.items[other].has_event();
      if (!order_matters) continue;
      story = good;
      std::swap(story.items[i], story.items[other]);
      EXPECT_FALSE(IsGood(Verify(story.File()))) << i << " and " << other << " exchanged";
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
  const auto other = credentials::CreateAuthority("other").value();
  EvidenceStory story;
  const auto collector = credentials::CreateEvidenceCertificate(other).value();
  for (v1::EvidenceItem& item : story.items) {
    if (item.has_certificate() && item.certificate().subject().empty()) {
      item.mutable_certificate()->set_pem(collector.certificate_pem);
    }
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
