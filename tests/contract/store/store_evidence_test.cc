// The chain of events, its heads, and what hosts have signed.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/evidence/batch_seal.h"
#include "core/evidence/collector_chain.h"
#include "core/evidence/event_digest.h"
#include "platform/sqlite/database.h"
#include "proto/contract/validation.h"
#include "server/store/sqlite/sqlite_integrity.h"
#include "server/store/sqlite/sqlite_store.h"
#include "tests/contract/store/store_under_test.h"
#include "tests/unit/server/event_builder.h"

namespace vigie::server {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::vector<v1::Event> Events(std::uint64_t first, std::uint64_t count) {
  std::vector<v1::Event> events;
  for (std::uint64_t i = first; i < first + count; ++i) events.push_back(MakeEvent({.sequence = i, .records = {7}}));
  return events;
}

v1::EvidenceBatch SomeBatch() {
  v1::EvidenceBatch batch;
  batch.set_agent_id("agent-1");
  batch.set_boot_epoch(1);
  batch.add_sequences(1);
  batch.set_digests(std::string(32, 'd'));
  return batch;
}

v1::EvidenceBatch BatchOf(const std::vector<v1::Event>& events) {
  v1::EvidenceBatch batch;
  batch.set_agent_id("agent-1");
  batch.set_boot_epoch(1);
  for (const v1::Event& event : events) {
    batch.add_sequences(event.sequence());
    batch.mutable_digests()->append(evidence::Bytes(evidence::EventDigest(event)));
  }
  return batch;
}

// Whether its leaves lead from where it begins to its head.
bool Leads(const v1::EvidenceSegment& segment) {
  evidence::ChainPlace place{segment.after(), *evidence::ToDigest(segment.chain())};
  for (std::size_t i = 0; i + 32 <= segment.leaves().size(); i += 32) {
    place = evidence::Extend(place, *evidence::ToDigest(segment.leaves().substr(i, 32)));
  }
  return place.position == segment.head().position() && segment.head().chain() == evidence::Bytes(place.chain);
}

class EvidenceStoreContract : public StoreContract {
 protected:
  std::vector<std::int64_t> UnsignedHeads() {
    std::vector<std::int64_t> positions;
    const auto chain = store().ReadChain();
    for (const v1::EvidenceHead& head : chain->unsigned_heads) positions.push_back(head.position());
    return positions;
  }
  std::unique_ptr<EvidenceReader> Reader() { return std::move(*store().OpenEvidence()); }
  void SaveIncident(const std::vector<std::string>& events) {
    Write([&](StoreTransaction& transaction) {
      v1::Incident incident;
      incident.set_id("inc-1");
      incident.set_rule("bulk");
      incident.set_subject("user=alice");
      incident.set_state(v1::INCIDENT_STATE_OPEN);
      return transaction.SaveIncident(incident, events);
    });
  }
};

TEST_P(EvidenceStoreContract, AHeadIsKeptEach256EventsAndWhereItIsAskedFor) {
  EXPECT_THAT(UnsignedHeads(), ElementsAre(0)) << "where the chain begins";
  EXPECT_FALSE(store().ReadChain()->grown);
  Append(Events(1, 300));
  EXPECT_THAT(UnsignedHeads(), ElementsAre(0, 256));
  EXPECT_TRUE(store().ReadChain()->grown);
  EXPECT_FALSE(*Reader()->SegmentOf(300)) << "no head is behind it yet";
  Write([](StoreTransaction& transaction) { return transaction.AddHead(kStoryBegin); });
  EXPECT_THAT(UnsignedHeads(), ElementsAre(0, 256, 300));
  EXPECT_FALSE(store().ReadChain()->grown);
  Write([](StoreTransaction& transaction) { return transaction.AddHead(kStoryBegin + std::chrono::hours(1)); });
  EXPECT_THAT(UnsignedHeads(), ElementsAre(0, 256, 300)) << "there is one";
}

TEST_P(EvidenceStoreContract, SegmentsLeadFromHeadToHead) {
  Append(Events(1, 300));
  Write([](StoreTransaction& transaction) { return transaction.AddHead(kStoryBegin); });
  for (const std::int64_t position : {1, 255, 256, 257, 300}) {
    const auto segment = Reader()->SegmentOf(position);
    ASSERT_TRUE(segment && *segment) << position;
    EXPECT_EQ((*segment)->after(), position <= 256 ? 0 : 256);
    EXPECT_EQ((*segment)->head().position(), position <= 256 ? 256 : 300);
    EXPECT_TRUE(Leads(**segment)) << position;
  }
}

TEST_P(EvidenceStoreContract, ALeafIsThatOfItsEventAtItsPosition) {
  Append(Events(1, 3));
  SaveIncident({"agent-1/1/1", "agent-1/1/3"});
  Write([](StoreTransaction& transaction) { return transaction.AddHead(kStoryBegin); });
  const auto segment = **Reader()->SegmentOf(1);
  std::vector<std::int64_t> positions;
  EXPECT_TRUE(Reader()->EachOfIncident("inc-1", 3, [&](const v1::EvidenceEvent& event) -> base::Result<void> {
    positions.push_back(event.position());
    EXPECT_TRUE(event.chained());
    const auto leaf = evidence::LeafDigest(event.position(), evidence::EventDigest(event.event()), event.event());
    EXPECT_EQ(segment.leaves().substr(static_cast<std::size_t>(event.position() - 1) * 32, 32), evidence::Bytes(leaf));
    return {};
  }));
  EXPECT_THAT(positions, ElementsAre(1, 3));
  EXPECT_EQ(Reader()->LinkedTo("inc-1")->events, 2U);
  EXPECT_EQ(Reader()->LinkedTo("inc-1")->last, 3);
  EXPECT_EQ(Reader()->LinkedTo("inc-9")->events, 0U);
}

TEST_P(EvidenceStoreContract, AnEventThatIsThereAlreadyTakesNoPlaceInTheChain) {
  Append(Events(1, 1));
  Write([](StoreTransaction& transaction) -> base::Result<void> {
    EXPECT_EQ(transaction.AppendEvent(Events(1, 1).front(), "w1").error().code, base::ErrorCode::kAlreadyExists);
    return transaction.AppendEvent(Events(2, 1).front(), "w1");
  });
  Write([](StoreTransaction& transaction) { return transaction.AddHead(kStoryBegin); });
  EXPECT_TRUE(Leads(**Reader()->SegmentOf(2)));
  EXPECT_EQ((*Reader()->SegmentOf(2))->head().position(), 2);
}

TEST_P(EvidenceStoreContract, WhatATransactionDidThatFailedIsNotInTheChain) {
  Append(Events(1, 2));
  EXPECT_FALSE(store().Write([](StoreTransaction& transaction) -> base::Result<void> {
    EXPECT_TRUE(transaction.AppendEvent(Events(3, 1).front(), "w1"));
    return base::Error{base::ErrorCode::kCancelled, "changed its mind"};
  }));
  Append(Events(4, 1));
  Write([](StoreTransaction& transaction) { return transaction.AddHead(kStoryBegin); });
  const auto segment = **Reader()->SegmentOf(3);
  EXPECT_EQ(segment.head().position(), 3);
  EXPECT_TRUE(Leads(segment));
}

TEST_P(EvidenceStoreContract, HeadsAreSignedAsTheyStand) {
  Append(Events(1, 2));
  Write([](StoreTransaction& transaction) { return transaction.AddHead(kStoryBegin); });
  v1::EvidenceHead head = store().ReadChain()->unsigned_heads.back();
  head.set_certificate("fingerprint");
  head.set_signature("signature");
  Write([&](StoreTransaction& transaction) { return transaction.SignHead(head); });
  EXPECT_THAT(UnsignedHeads(), ElementsAre(0));
  EXPECT_EQ((*Reader()->SegmentOf(1))->head().signature(), "signature");
  EXPECT_EQ((*Reader()->SegmentOf(1))->head().certificate(), "fingerprint");
  head.set_chain(std::string(32, 'x'));
  Write([&](StoreTransaction& transaction) -> base::Result<void> {
    EXPECT_EQ(transaction.SignHead(head).error().code, base::ErrorCode::kNotFound);
    return {};
  });
}

TEST_P(EvidenceStoreContract, LargeEventsAreAllGivenInTheirOrder) {
  std::vector<std::string> ids;
  for (std::uint64_t sequence = 1; sequence <= 11; ++sequence) {
    Append({MakeEvent({.sequence = sequence, .path = std::string(std::size_t{1} << 20, 'x')})});
    ids.push_back("agent-1/1/" + std::to_string(sequence));
  }
  SaveIncident(ids);
  std::vector<std::string> given;
  EXPECT_TRUE(Reader()->EachOfIncident("inc-1", 11, [&](const v1::EvidenceEvent& event) -> base::Result<void> {
    given.push_back(contract::EventId(event.event()));
    return {};
  }));
  EXPECT_EQ(given, ids);
}

TEST_P(EvidenceStoreContract, BatchesAndCertificatesAreKept) {
  v1::EvidenceCertificate certificate;
  certificate.set_fingerprint("f");
  certificate.set_subject("agent-1");
  certificate.set_pem("first");
  std::uint64_t number = 0;
  Write([&](StoreTransaction& transaction) -> base::Result<void> {
    EXPECT_TRUE(transaction.KeepCertificate(certificate));
    certificate.set_pem("second");
    EXPECT_TRUE(transaction.KeepCertificate(certificate)) << "what is there stays";
    number = transaction.AddBatch(SomeBatch()).value();
    const auto event = Events(1, 1).front();
    return transaction.AppendEvent(event, "w1", {evidence::EventDigest(event), number});
  });
  EXPECT_GT(number, 0U);
  EXPECT_EQ((*Reader()->FindCertificate("f"))->pem(), "first");
  EXPECT_FALSE(*Reader()->FindCertificate("g"));
  EXPECT_EQ((*Reader()->FindBatch(number))->digests(), std::string(32, 'd'));
  EXPECT_EQ((*Reader()->FindBatch(number))->number(), number);
  EXPECT_FALSE(*Reader()->FindBatch(number + 1));
  SaveIncident({"agent-1/1/1"});
  EXPECT_TRUE(Reader()->EachOfIncident("inc-1", 1, [&](const v1::EvidenceEvent& event) -> base::Result<void> {
    EXPECT_EQ(event.batch(), number);
    return {};
  }));
}

INSTANTIATE_TEST_SUITE_P(Stores, EvidenceStoreContract, ::testing::Values("memory", "sqlite"),
                         [](const auto& tested) { return tested.param; });

// What only a store on a disk does: it removes, and is changed by others.
class ChainOnDisk : public ::testing::Test {
 protected:
  void SetUp() override { Open(); }
  void Open() {
    store_.reset();
    store_ = std::move(*SqliteStore::Open(path()));
  }
  std::string path() const { return folder_.File("collector.db"); }
  void Append(std::uint64_t first, std::uint64_t count) {
    ASSERT_TRUE(store_->Write([&](StoreTransaction& transaction) -> base::Result<void> {
      const std::vector<v1::Event> events = Events(first, count);
      const auto number = transaction.AddBatch(BatchOf(events));
      if (!number) return number.error();
      for (const v1::Event& event : events) {
        if (auto kept = transaction.AppendEvent(event, "w1", {evidence::EventDigest(event), *number}); !kept)
          return kept;
      }
      return transaction.SetHighWaterMark("agent-1", 1, first + count - 1);
    }));
  }
  // As if a collector's key had signed all heads.
  void SignHeads() {
    ASSERT_TRUE(store_->Write([&](StoreTransaction& transaction) { return transaction.AddHead(kStoryBegin); }));
    const auto chain = store_->ReadChain();
    for (v1::EvidenceHead head : chain->unsigned_heads) {
      head.set_signature("signature");
      ASSERT_TRUE(store_->Write([&](StoreTransaction& transaction) { return transaction.SignHead(head); }));
    }
  }
  void Remove(std::int64_t first, std::int64_t last) {
    std::vector<std::int64_t> positions;
    for (std::int64_t position = first; position <= last; ++position) positions.push_back(position);
    const auto retention = store_->OpenRetention();
    std::span<const std::int64_t> left(positions);
    while (!left.empty()) left = left.subspan((*retention)->RemoveEvents(left, std::chrono::hours(1))->passed);
  }
  std::int64_t Count(const std::string& table) {
    std::int64_t count = -1;
    auto database = sqlite::Database::OpenToRead(path());
    auto statement = database->Prepare("SELECT count(*) FROM " + table);
    EXPECT_TRUE(statement->ForEach([&](const auto& row) {
      count = row.Integer(0);
      return false;
    }));
    return count;
  }
  std::vector<std::string> Faults() {
    std::vector<std::string> faults = CheckStore(path()).value();
    // The signatures here are none.
    std::erase_if(faults, [](const std::string& fault) { return fault.find("does not fit") != std::string::npos; });
    return faults;
  }
  void ExpectFault(const std::string& sql, const std::string& said) {
    auto database = sqlite::Database::Open(path());
    ASSERT_TRUE(database->Execute("PRAGMA foreign_keys=OFF;" + sql)) << sql;
    EXPECT_THAT(Faults(), Contains(HasSubstr(said))) << sql;
  }

  TemporaryFolder folder_;
  std::unique_ptr<SqliteStore> store_;
};

TEST_F(ChainOnDisk, GoesOnAfterARestart) {
  Append(1, 300);
  Open();
  Append(301, 300);
  EXPECT_THAT(Faults(), IsEmpty());
}

TEST_F(ChainOnDisk, HoldsOverWhatRetentionRemoves) {
  Append(1, 600);
  SignHeads();
  Remove(10, 500);
  EXPECT_THAT(Faults(), IsEmpty());
  EXPECT_EQ(Count("evidence_removed"), 491) << "events before them are kept";
  EXPECT_EQ(Count("evidence_batches"), 1);
  const auto reader = store_->OpenEvidence();
  EXPECT_TRUE(Leads(**(*reader)->SegmentOf(300)));
}

TEST_F(ChainOnDisk, BeginsLaterOnceAllBeforeAreRemoved) {
  Append(1, 300);
  Append(301, 300);
  SignHeads();
  Remove(1, 590);
  EXPECT_THAT(Faults(), IsEmpty());
  EXPECT_EQ(Count("evidence_heads"), 2) << "at 512, where it begins now, and at 600";
  EXPECT_EQ(Count("evidence_removed"), 78);
  EXPECT_EQ(Count("evidence_batches"), 1) << "that of the events that are left";
  Append(601, 10);
  EXPECT_THAT(Faults(), IsEmpty());
}

TEST_F(ChainOnDisk, DoesNotForgetItsBeginBeforeALaterOneIsSigned) {
  Append(1, 300);
  Remove(1, 299);
  EXPECT_EQ(Count("evidence_removed"), 299);
  EXPECT_THAT(Faults(), IsEmpty());
}

TEST_F(ChainOnDisk, ABatchOfWhichNothingWasNewIsNotKept) {
  ASSERT_TRUE(store_->Write([](StoreTransaction& transaction) -> base::Result<void> {
    const auto number = transaction.AddBatch(SomeBatch());
    return number ? base::Result<void>() : number.error();
  }));
  EXPECT_EQ(Count("evidence_batches"), 0);
}

TEST_F(ChainOnDisk, WhatIsChangedIsFound) {
  Append(1, 600);
  SignHeads();
  EXPECT_THAT(Faults(), IsEmpty());
  ExpectFault("DELETE FROM sightings WHERE position = 40; DELETE FROM events WHERE position = 40",
              "missing after position 39 and before 41");
  ExpectFault("UPDATE events SET leaf = zeroblob(32) WHERE position = 50",
              "agent-1/1/50 is not the one that was chained");
  ExpectFault("UPDATE events SET event = (SELECT event FROM events WHERE position = 61) WHERE position = 60",
              "agent-1/1/61 is not the one that was chained");
  ExpectFault("UPDATE evidence_heads SET chain = zeroblob(32) WHERE position = 512",
              "broken after position 256 and up to 512");
  ExpectFault("UPDATE evidence_heads SET signature = NULL WHERE position = 256", "at position 256 is missing");
  ExpectFault("UPDATE evidence_chain SET position = 599", "is said to stand at 599");
  ExpectFault("UPDATE evidence_batches SET kept = 7", "counts other events");
  ExpectFault("INSERT INTO evidence_removed VALUES (70, zeroblob(32))",
              "position 70 of the chain of events is taken twice");
}

TEST_F(ChainOnDisk, WhatIsCutOffIsFoundByTheHeadsThatAreLeft) {
  Append(1, 600);
  SignHeads();
  ExpectFault(
      "DELETE FROM sightings WHERE position > 512; DELETE FROM events WHERE position > 512;"
      "UPDATE evidence_chain SET position = 512, chain = (SELECT chain FROM evidence_heads WHERE position = 512)",
      "ends at position 512 and has stood at 600");
}

// It would be taken for one that is there already, and acknowledged.
TEST_F(ChainOnDisk, NoEventIsLostWhereTheChainIsSaidToStandBeforeTheLast) {
  Append(1, 10);
  ASSERT_TRUE(sqlite::Database::Open(path())->Execute("UPDATE evidence_chain SET position = 9"));
  const auto taken =
      store_->Write([](StoreTransaction& transaction) { return transaction.AppendEvent(Events(11, 1).front(), "w1"); });
  EXPECT_EQ(taken.error().code, base::ErrorCode::kDataLoss);
}

// Which customers an event held is gone then, and its digest the same.
TEST_F(ChainOnDisk, ADigestInPlaceOfARecordSetIsFound) {
  Append(1, 3);
  v1::Event event = Events(2, 1).front();
  evidence::Conceal(event);
  auto database = sqlite::Database::Open(path());
  auto update = database->Prepare("UPDATE events SET event = ? WHERE position = 2");
  ASSERT_TRUE(update->BindBlob(1, event.SerializeAsString()).Run());
  EXPECT_THAT(Faults(), Contains(HasSubstr("evidence: event agent-1/1/2 is not the one that was chained")));
}

TEST_F(ChainOnDisk, AStretchWithoutItsHeadsIsTooLongAndNotHuge) {
  Append(1, 600);
  SignHeads();
  ASSERT_TRUE(sqlite::Database::Open(path())->Execute("DELETE FROM evidence_heads WHERE position IN (256, 512)"));
  const auto segment = (*store_->OpenEvidence())->SegmentOf(300);
  ASSERT_TRUE(segment && *segment);
  EXPECT_EQ((*segment)->leaves().size(), std::size_t{257} * 32);
  EXPECT_FALSE(Leads(**segment));
}

TEST_F(ChainOnDisk, EachFlippedBitOfAnEventIsFound) {
  Append(1, 3);
  std::string blob;
  auto database = sqlite::Database::Open(path());
  {
    auto read = database->Prepare("SELECT event FROM events WHERE position = 2");
    ASSERT_TRUE(read->ForEach([&](const auto& row) {
      blob = row.Blob(0);
      return false;
    }));
  }
  for (std::size_t bit = 0; bit < blob.size() * 8; bit += 3) {
    std::string flipped = blob;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ 1 << bit % 8);
    auto update = database->Prepare("UPDATE events SET event = ? WHERE position = 2");
    ASSERT_TRUE(update->BindBlob(1, flipped).Run());
    EXPECT_FALSE(Faults().empty()) << "bit " << bit;
  }
}

}  // namespace
}  // namespace vigie::server
