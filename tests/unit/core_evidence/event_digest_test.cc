#include "core/evidence/event_digest.h"

#include <gtest/gtest.h>

#include "core/evidence/collector_chain.h"
#include "proto/contract/time_conversion.h"
#include "tests/unit/core_evidence/evidence_story.h"

namespace vigie::evidence {
namespace {

TEST(Digests, AreSha256OverADomain) {
  // printf 'abc\0' | sha256sum
  EXPECT_EQ(Hex(Hasher("abc").Finish()), "dc1114cd074914bd872cc1f9a23ec910ea2203bc79779ab2e17da25782a624fc");
  EXPECT_NE(Hasher("a").AddRest("b").Finish(), Hasher("ab").Finish());
  EXPECT_NE(Hasher("a").AddText("b").AddText("cd").Finish(), Hasher("a").AddText("bc").AddText("d").Finish());
}

TEST(Digests, OfAConcealedEventAreThoseOfTheEvent) {
  v1::Event event = SomeEvent(7);
  *event.mutable_inspection()->add_customers_of_other_ledgers() = event.inspection().customers();
  SaltRecords(event);
  v1::Event concealed = event;
  Conceal(concealed);
  EXPECT_TRUE(IsConcealed(concealed));
  EXPECT_FALSE(IsConcealed(event));
  EXPECT_TRUE(concealed.inspection().customers().records().empty());
  EXPECT_TRUE(concealed.inspection().customers().salt().empty());
  EXPECT_TRUE(concealed.inspection().customers_of_other_ledgers(0).records().empty());
  EXPECT_EQ(EventDigest(concealed), EventDigest(event));
  EXPECT_EQ(LeafDigest(3, EventDigest(concealed), concealed), LeafDigest(3, EventDigest(event), event));
  Conceal(concealed);
  EXPECT_EQ(EventDigest(concealed), EventDigest(event)) << "twice is once";
}

TEST(Digests, OfRecordsCannotBeTriedOutWithoutTheSalt) {
  v1::Event event = SomeEvent(7);
  v1::Event other = event;
  SaltRecords(event);
  SaltRecords(other);
  EXPECT_EQ(event.inspection().customers().salt().size(), kSaltBytes);
  EXPECT_NE(event.inspection().customers().salt(), other.inspection().customers().salt());
  Conceal(event);
  Conceal(other);
  EXPECT_NE(event.inspection().customers().concealed(), other.inspection().customers().concealed());
}

TEST(Digests, SaltIsGivenOnceAndOnlyToRecords) {
  v1::Event event = SomeEvent(7);
  SaltRecords(event);
  const std::string salt = event.inspection().customers().salt();
  SaltRecords(event);
  EXPECT_EQ(event.inspection().customers().salt(), salt);
  v1::Event nobody = SomeEvent(7);
  nobody.mutable_inspection()->mutable_customers()->clear_records();
  SaltRecords(nobody);
  EXPECT_TRUE(nobody.inspection().customers().salt().empty());
}

TEST(Digests, RecordsWithoutASaltAreDroppedWhereTheyMustNotBeSeen) {
  v1::Event event = SomeEvent(7);
  *event.mutable_inspection()->add_customers_of_other_ledgers() = event.inspection().customers();
  event.mutable_inspection()->mutable_customers()->set_salt("salt");
  DropUnsaltedRecords(event);
  EXPECT_FALSE(event.inspection().customers().records().empty());
  EXPECT_TRUE(event.inspection().customers_of_other_ledgers(0).records().empty());
}

TEST(Digests, DoNotDependOnWhatTheCollectorAdds) {
  const v1::Event event = SomeEvent(7);
  v1::Event received = event;
  *received.mutable_received_at() = contract::ToProto(kNow);
  *received.mutable_clock_offset() = contract::ToProto(std::chrono::seconds(3));
  received.set_host("w1");
  received.set_told_digest(std::string(32, 'x'));
  EXPECT_EQ(EventDigest(received), EventDigest(event));
  EXPECT_NE(LeafDigest(1, EventDigest(event), received), LeafDigest(1, EventDigest(event), event));
  EXPECT_NE(LeafDigest(1, EventDigest(event), event), LeafDigest(2, EventDigest(event), event));
  EXPECT_EQ(Bytes(*HostDigest(received, EventDigest(event))), std::string(32, 'x'));
  received.set_told_digest("none");
  EXPECT_FALSE(HostDigest(received, EventDigest(event)));
}

TEST(Digests, SurviveWritingAndReading) {
  for (const v1::Event& event : LinkedEvents(3)) {
    v1::Event read;
    ASSERT_TRUE(read.ParseFromString(event.SerializeAsString()));
    EXPECT_EQ(EventDigest(read), EventDigest(event));
  }
}

TEST(Digests, InPlaceAreTheSameAndLeaveTheEventAsItWas) {
  v1::Event event = SomeEvent(7);
  *event.mutable_inspection()->add_customers_of_other_ledgers() = event.inspection().customers();
  event.mutable_inspection()->add_customers_of_other_ledgers()->set_distinct(0);
  SaltRecords(event);
  for (int round = 0; round < 2; ++round) {
    const std::string before = event.SerializeAsString();
    EXPECT_EQ(EventDigestInPlace(event), EventDigest(event));
    EXPECT_EQ(event.SerializeAsString(), before);
    event.set_host("w1");
  }
  v1::Event nothing;
  EXPECT_EQ(EventDigestInPlace(nothing), EventDigest(nothing));
}

TEST(Digests, OfEpochsDiffer) {
  EXPECT_NE(EpochDigest("desk-7", 1), EpochDigest("desk-7", 2));
  EXPECT_NE(EpochDigest("desk-7", 1), EpochDigest("desk-8", 1));
}

TEST(CollectorChain, DependsOnEachLeafAndTheirOrder) {
  const ChainPlace begin{0, Hasher("begin").Finish()};
  const Digest one = Hasher("one").Finish();
  const Digest two = Hasher("two").Finish();
  const ChainPlace end = Extend(Extend(begin, one), two);
  EXPECT_EQ(end.position, 2);
  EXPECT_NE(end.chain, Extend(Extend(begin, two), one).chain);
  v1::EvidenceHead head = MakeHead(end, kNow);
  const std::string statement = HeadStatement(head);
  head.set_position(3);
  EXPECT_NE(HeadStatement(head), statement);
}

// What is in stores and files for years: the README's order, numbers in 8 bytes, texts behind their length.
TEST(LeafDigests, AreOfTheseFieldsInThisOrder) {
  v1::Event event = SomeEvent(1);
  event.mutable_received_at()->set_seconds(1'800'000'000);
  event.mutable_received_at()->set_nanos(7);
  event.mutable_clock_offset()->set_seconds(-3);
  event.mutable_clock_offset()->set_nanos(-9);
  event.set_host("w1");
  event.set_told_digest("told");
  const Digest own = EventDigest(event);
  EXPECT_EQ(LeafDigest(5, own, event), Hasher("vigie leaf 1")
                                           .Add(std::uint64_t{5})
                                           .Add(own)
                                           .Add(std::uint64_t{3})
                                           .Add(std::uint64_t{1'800'000'000})
                                           .Add(std::uint64_t{7})
                                           .Add(std::uint64_t{0} - 3)
                                           .Add(std::uint64_t{0} - 9)
                                           .AddText("w1")
                                           .AddText("told")
                                           .Finish());
}

TEST(Hashers, DoNotKnowOfEachOther) {
  Hasher outer("outer");
  const Digest inner = Hasher("inner").AddText("text").Finish();
  outer.AddText("more");
  EXPECT_EQ(Hasher("inner").AddText("text").Finish(), inner);
  EXPECT_EQ(outer.Finish(), Hasher("outer").AddText("more").Finish());
}

}  // namespace
}  // namespace vigie::evidence
