// Evidence as the collector gives it, over the embedded store.
#include "server/proof/stored_evidence.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>
#include <thread>

#include "core/credentials/certificates.h"
#include "core/evidence/bundle_verifier.h"
#include "core/evidence/event_digest.h"
#include "platform/fake/fake_clock.h"
#include "platform/linux/linux_platform.h"
#include "server/store/sqlite/sqlite_integrity.h"
#include "server/store/sqlite/sqlite_store.h"
#include "tests/unit/server/server_fixture.h"

namespace vigie::server {
namespace {

using base::ErrorCode;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class StoredEvidenceTest : public ::testing::Test {
 protected:
  void SetUp() override {
    store_ = std::move(*SqliteStore::Open(folder_.File("collector.db")));
    detector_ = std::make_unique<detect::Detector>(*store_, clock_, std::vector<DetectionListener*>());
    ASSERT_TRUE(detector_->Start(nullptr));
    lane_ = std::make_unique<WriteLane>(*store_, *detector_);
    OpenEvidence(authority_);
  }
  proof::EvidenceKey OpenKey(const std::optional<credentials::KeyAndCertificate>& authority) {
    auto key = proof::OpenEvidenceKey({folder_.File("evidence.key"), folder_.File("evidence.crt")}, *files_, authority);
    EXPECT_TRUE(key) << key.error().message;
    return *std::move(key);
  }
  void OpenEvidence(const std::optional<credentials::KeyAndCertificate>& issuer, std::uint64_t most = 100'000) {
    evidence_.reset();
    signer_ = std::make_unique<proof::HeadSigner>(proof::HeadSignerDeps{*store_, *lane_, clock_, OpenKey(issuer)});
    signer_->Start();
    evidence_ = std::make_unique<proof::StoredEvidence>(
        proof::StoredEvidenceDeps{*store_, *signer_, clock_, authority_.certificate_pem, most});
  }
  void Append(std::uint64_t first, std::uint64_t count) {
    ASSERT_TRUE(store_->Write([&](StoreTransaction& transaction) -> base::Result<void> {
      for (std::uint64_t i = first; i < first + count; ++i) {
        v1::Event event = MakeEvent({.sequence = i, .records = {7}});
        evidence::SaltRecords(event);
        if (auto kept = transaction.AppendEvent(event, "w1"); !kept) return kept;
      }
      return transaction.SetHighWaterMark("agent-1", 1, first + count - 1);
    }));
  }
  void SaveIncident(const std::vector<std::string>& events) {
    ASSERT_TRUE(store_->Write([&](StoreTransaction& transaction) {
      v1::Incident incident;
      incident.set_id("inc-1");
      incident.set_rule("bulk");
      incident.set_subject("user=alice");
      incident.set_state(v1::INCIDENT_STATE_CLOSED);
      incident.set_events(events.size());
      return transaction.SaveIncident(incident, events);
    }));
  }
  std::string Export(bool conceal) {
    std::string file;
    told_ = 0;
    const auto exported = evidence_->Export(
        {.incident_id = "inc-1", .made_by = "carol", .conceal = conceal},
        [&](const std::string& piece) {
          file += piece;
          return true;
        },
        [&](const v1::Event&) { ++told_; });
    EXPECT_TRUE(exported) << exported.error().message;
    return file;
  }
  v1::EvidenceReport VerifyFile(const std::string& file) {
    std::istringstream stream(file);
    return evidence::VerifyBundle(stream, authority_.certificate_pem, clock_.Now());
  }

  TemporaryFolder folder_;
  const base::SystemClock clock_;
  const std::unique_ptr<platform::FileSystem> files_ = platform::MakeFileSystem();
  const credentials::KeyAndCertificate authority_ = credentials::CreateAuthority("test").value();
  std::unique_ptr<SqliteStore> store_;
  std::unique_ptr<detect::Detector> detector_;
  std::unique_ptr<WriteLane> lane_;
  std::unique_ptr<proof::HeadSigner> signer_;
  std::unique_ptr<proof::StoredEvidence> evidence_;
  int told_ = 0;
};

TEST_F(StoredEvidenceTest, OfAnIncidentIsGoodHereAndInItsFile) {
  Append(1, 700);
  SaveIncident({"agent-1/1/3", "agent-1/1/4", "agent-1/1/600", "agent-1/1/700"});
  const auto report = evidence_->Verify("inc-1");
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(report->collector(), 4U);
  EXPECT_THAT(report->faults(), IsEmpty());
  for (const bool conceal : {false, true}) {
    const v1::EvidenceReport of_file = VerifyFile(Export(conceal));
    EXPECT_THAT(of_file.faults(), IsEmpty()) << of_file.DebugString();
    EXPECT_EQ(of_file.collector(), 4U);
    EXPECT_EQ(of_file.records_concealed(), conceal);
    EXPECT_EQ(told_, 4);
  }
}

TEST_F(StoredEvidenceTest, HeadsAreSignedAndTheCheckHoldsThem) {
  Append(1, 700);
  ASSERT_TRUE(signer_->SignNow());
  EXPECT_THAT(store_->ReadChain()->unsigned_heads, IsEmpty());
  EXPECT_FALSE(store_->ReadChain()->grown);
  EXPECT_THAT(CheckStore(folder_.File("collector.db")).value(), IsEmpty());
}

TEST_F(StoredEvidenceTest, HeadsAreSignedUnaskedAndOneEachMinuteWhereTheChainStands) {
  signer_->Stop();
  const auto soon = [](const auto& holds) {
    for (int i = 0; i < 500 && !holds(); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(20));
    return holds();
  };
  Append(1, 300);
  platform::FakeClock clock;
  proof::HeadSigner signer(proof::HeadSignerDeps{*store_, *lane_, clock, OpenKey(authority_)});
  signer.Start();
  EXPECT_TRUE(soon([&] { return store_->ReadChain()->unsigned_heads.empty(); }));
  EXPECT_TRUE(store_->ReadChain()->grown) << "the last head is at 256";
  clock.Advance(proof::HeadSigner::kHeadAfter);
  EXPECT_TRUE(soon([&] { return !store_->ReadChain()->grown; }));
  EXPECT_TRUE(soon([&] { return store_->ReadChain()->unsigned_heads.empty(); }));
}

TEST_F(StoredEvidenceTest, WhatWasSignedBeforeIsGoodUnderAnotherKey) {
  Append(1, 10);
  SaveIncident({"agent-1/1/3"});
  ASSERT_TRUE(signer_->SignNow());
  std::filesystem::remove(folder_.File("evidence.key"));
  std::filesystem::remove(folder_.File("evidence.crt"));
  OpenEvidence(authority_);
  Append(11, 10);
  const v1::EvidenceReport report = VerifyFile(Export(false));
  EXPECT_THAT(report.faults(), IsEmpty()) << report.DebugString();
  EXPECT_EQ(report.signers_size(), 2);
}

TEST_F(StoredEvidenceTest, WithoutTheAuthoritysKeyTheCertificateVouchesForItself) {
  std::filesystem::remove(folder_.File("evidence.key"));
  std::filesystem::remove(folder_.File("evidence.crt"));
  OpenEvidence(std::nullopt);
  Append(1, 10);
  SaveIncident({"agent-1/1/3"});
  EXPECT_THAT(evidence_->Verify("inc-1")->faults(), IsEmpty());
  const std::string file = Export(false);
  EXPECT_FALSE(VerifyFile(file).faults().empty()) << "the authority does not know it";
  std::istringstream stream(file);
  const std::string both = authority_.certificate_pem + signer_->key().certificate.pem();
  EXPECT_THAT(evidence::VerifyBundle(stream, both, clock_.Now()).faults(), IsEmpty());
}

TEST_F(StoredEvidenceTest, WhatRetentionRemovesBreaksNothing) {
  Append(1, 10);
  SaveIncident({"agent-1/1/3"});
  ASSERT_TRUE(signer_->SignNow());
  const auto retention = store_->OpenRetention();
  const std::vector<std::int64_t> gone = {5};
  ASSERT_TRUE((*retention)->RemoveEvents(gone, std::chrono::hours(1)));
  EXPECT_THAT(evidence_->Verify("inc-1")->faults(), IsEmpty());
}

TEST_F(StoredEvidenceTest, WhatIsTooMuchToBeVerifiedHereIsExportedAndVerifiedElsewhere) {
  OpenEvidence(authority_, 3);
  Append(1, 10);
  SaveIncident({"agent-1/1/3", "agent-1/1/4", "agent-1/1/5"});
  EXPECT_TRUE(evidence_->Verify("inc-1"));
  SaveIncident({"agent-1/1/6"});
  const auto refused = evidence_->Verify("inc-1");
  EXPECT_EQ(refused.error().code, ErrorCode::kResourceExhausted);
  EXPECT_THAT(refused.error().message, HasSubstr("vigie evidence export"));
  const v1::EvidenceReport of_file = VerifyFile(Export(false));
  EXPECT_THAT(of_file.faults(), IsEmpty()) << of_file.DebugString();
  EXPECT_EQ(of_file.collector(), 4U);
}

TEST_F(StoredEvidenceTest, NoIncidentNoEvidence) {
  EXPECT_EQ(evidence_->Verify("inc-9").error().code, ErrorCode::kNotFound);
}

TEST_F(StoredEvidenceTest, WhoTakesNoMoreEndsIt) {
  Append(1, 10);
  SaveIncident({"agent-1/1/3"});
  const auto exported = evidence_->Export(
      {.incident_id = "inc-1"}, [](const std::string&) { return false; }, [](const v1::Event&) {});
  EXPECT_EQ(exported.error().code, ErrorCode::kCancelled);
}

TEST_F(StoredEvidenceTest, WhoTakesFilesSlowlyKeepsNobodyFromACheck) {
  Append(1, 10);
  SaveIncident({"agent-1/1/3"});
  const auto export_and = [&](const IncidentEvidence::Take& meanwhile) {
    return evidence_->Export({.incident_id = "inc-1"}, meanwhile, [](const v1::Event&) {});
  };
  base::Result<void> third;
  const auto outer = export_and([&](const std::string&) {
    const auto inner = export_and([&](const std::string&) {
      third = export_and([](const std::string&) { return true; });
      EXPECT_TRUE(evidence_->Verify("inc-1"));
      return true;
    });
    EXPECT_TRUE(inner) << inner.error().message;
    return true;
  });
  EXPECT_TRUE(outer) << outer.error().message;
  ASSERT_FALSE(third);
  EXPECT_EQ(third.error().code, ErrorCode::kResourceExhausted);
}

TEST_F(StoredEvidenceTest, AStoppedSignerSaysSo) {
  signer_->Stop();
  EXPECT_EQ(signer_->SignNow().error().code, ErrorCode::kUnavailable);
}

TEST(EvidenceKeys, AreMadeOnceAndMustBelongTogether) {
  TemporaryFolder folder;
  const auto files = platform::MakeFileSystem();
  const proof::EvidenceKeyFiles paths{folder.File("evidence.key"), folder.File("evidence.crt")};
  const auto first = proof::OpenEvidenceKey(paths, *files, std::nullopt);
  ASSERT_TRUE(first) << first.error().message;
  EXPECT_EQ(proof::OpenEvidenceKey(paths, *files, std::nullopt)->certificate.fingerprint(),
            first->certificate.fingerprint());
  EXPECT_EQ(files->StatusOf(paths.key)->mode & 0777U, 0600U);
  const auto other = credentials::CreateEvidenceCertificate(std::nullopt).value();
  ASSERT_TRUE(files->WriteFileDurably(paths.certificate, other.certificate_pem, 0644));
  EXPECT_THAT(proof::OpenEvidenceKey(paths, *files, std::nullopt).error().message, HasSubstr("another certificate"));
  std::filesystem::remove(paths.certificate);
  EXPECT_THAT(proof::OpenEvidenceKey(paths, *files, std::nullopt).error().message, HasSubstr("needs its certificate"));
  std::filesystem::remove(paths.key);
  EXPECT_TRUE(proof::OpenEvidenceKey(paths, *files, std::nullopt)) << "what was signed before stays in the store";
}

}  // namespace
}  // namespace vigie::server
