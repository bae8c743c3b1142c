// From a workstation's signature to a file that is verified without the collector, by the real vigie.
#include <gmock/gmock.h>

#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "core/evidence/batch_seal.h"
#include "core/evidence/event_digest.h"
#include "platform/sqlite/database.h"
#include "server/store/sqlite/sqlite_integrity.h"
#include "tests/integration/collector/collector_under_test.h"
#include "tests/integration/collector/vigie_command.h"

namespace vigie::server {
namespace {

using std::chrono::minutes;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using Json = nlohmann::json;

// What a workstation's agent does: links its events and signs what it sends.
class SigningAgent {
 public:
  explicit SigningAgent(AgentCredentials credentials)
      : credentials_(std::move(credentials)),
        before_(evidence::EpochDigest(credentials_.agent_id, 1)),
        sealer_(evidence::BatchSealer::Make(credentials_.agent_id, credentials_.key_pem).value()) {}

  const AgentCredentials& credentials() const { return credentials_; }
  // The next events, each of ten customers of its own.
  v1::AgentMessage Next(int count) {
    v1::AgentMessage message;
    v1::EventBatch& batch = *message.mutable_batch();
    batch.set_boot_epoch(1);
    for (int i = 0; i < count; ++i) {
      ++sequence_;
      v1::Event event = MakeEvent({.agent = credentials_.agent_id,
                                   .sequence = sequence_,
                                   .after = minutes(sequence_),
                                   .records = Records(static_cast<std::uint32_t>(sequence_ * 10), 10)});
      evidence::SaltRecords(event);
      event.set_previous(std::string(evidence::Bytes(before_)));
      before_ = evidence::EventDigest(event);
      batch.add_sequences(sequence_);
      batch.add_encoded(event.SerializeAsString());
    }
    EXPECT_TRUE(sealer_.Seal(batch));
    return message;
  }

 private:
  const AgentCredentials credentials_;
  std::uint64_t sequence_ = 0;
  evidence::Digest before_;
  const evidence::BatchSealer sealer_;
};

class EvidenceFlow : public CollectorTest {
 protected:
  void SetUp() override {
    if (std::getenv("VIGIE_BIN_DIR") == nullptr) GTEST_SKIP() << "VIGIE_BIN_DIR does not say where vigie is";
    Start();
    ASSERT_TRUE(analyst().PushPolicy(BulkPolicy(1, 25)).ok());
    agent_ = std::make_unique<SigningAgent>(NewAgent());
    client_ = Connect(agent_->credentials());
  }
  void Send(int count) {
    ASSERT_TRUE(client_->Send(agent_->Next(count)));
    const auto ack = client_->AwaitAck();
    ASSERT_TRUE(ack);
    EXPECT_EQ(ack->rejections_size(), 0) << ack->DebugString();
  }
  Outcome Ask(const std::string& arguments) { return RunVigie(arguments + " " + AsAnalyst(*collector_, state_)); }
  std::string File(const std::string& name) const { return state_.files().directory() + "/" + name; }
  Json Verify(const std::string& file) {
    const Outcome verified =
        RunVigie("evidence verify " + file + " --output json --ca " + state_.files().authority_certificate());
    last_exit_code_ = verified.exit_code;
    return Json::parse(verified.out, nullptr, false);
  }
  // What nobody but a stranger does.
  void ChangeStore(const std::string& sql) {
    client_.reset();
    Stop();
    auto database = sqlite::Database::Open(state_.files().store());
    ASSERT_TRUE(database->Execute("PRAGMA foreign_keys=OFF;" + sql)) << sql;
  }
  void ExpectFaultOfStore(const std::string& said) {
    EXPECT_THAT(CheckStore(state_.files().store()).value(), ::testing::Contains(HasSubstr(said)));
  }
  // By a collector that runs on it.
  void ExpectFault(const std::string& said) {
    Start();
    const Outcome checked = Ask("evidence check inc-1");
    told_ = checked.out;
    EXPECT_EQ(checked.exit_code, 1) << checked.err;
    EXPECT_THAT(checked.out, HasSubstr("NOT GOOD"));
    EXPECT_THAT(checked.out, HasSubstr(said));
  }
  static std::string ReadAll(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  }

  std::unique_ptr<SigningAgent> agent_;
  std::unique_ptr<AgentClient> client_;
  int last_exit_code_ = -1;
  std::string told_;  // of ExpectFault
};

TEST_F(EvidenceFlow, OfAnIncidentIsVerifiedByTheCollectorAndOffline) {
  Send(3);
  Send(2);
  const Outcome checked = Ask("evidence check inc-1");
  EXPECT_EQ(checked.exit_code, 0) << checked.out << checked.err;
  EXPECT_THAT(checked.out, HasSubstr("good: 5 events of inc-1"));
  EXPECT_THAT(checked.out, HasSubstr("5 events signed by their workstations"));
  ASSERT_EQ(Ask("evidence export inc-1 --out " + File("inc-1.evidence")).exit_code, 0);
  using std::filesystem::perms;
  EXPECT_EQ(std::filesystem::status(File("inc-1.evidence")).permissions(), perms::owner_read | perms::owner_write);
  Stop();
  const Json report = Verify(File("inc-1.evidence"));
  EXPECT_EQ(last_exit_code_, 0) << report;
  EXPECT_EQ(report["signed_by_host"], 5);
  EXPECT_EQ(report["links"], 5);
  EXPECT_EQ(report["authority_checked"], true);
  EXPECT_EQ(report["records_concealed"], false);
}

TEST_F(EvidenceFlow, AFileThatWasChangedIsRefusedWithAReason) {
  Send(3);
  ASSERT_EQ(Ask("evidence export inc-1 --out " + File("whole")).exit_code, 0);
  const std::string whole = ReadAll(File("whole"));
  const std::size_t in_an_event = whole.find("/media/usb/export.csv");
  ASSERT_NE(in_an_event, std::string::npos);
  std::string changed = whole;
  changed[in_an_event + 1] = 'M';
  state_.Write(File("changed"), changed);
  const Json report = Verify(File("changed"));
  EXPECT_EQ(last_exit_code_, 1);
  EXPECT_EQ(report["good"], false);
  EXPECT_THAT(report.dump(), HasSubstr("is not the event that its workstation has signed"));
  EXPECT_THAT(report.dump(), HasSubstr("not as the collector has signed it"));
  EXPECT_EQ(RunVigie("evidence verify " + File("nothing")).exit_code, 2);
}

TEST_F(EvidenceFlow, WhoMayNotSeeCustomersGetsAFileThatIsVerifiedAllTheSame) {
  Send(3);
  const Outcome token = Ask("token create-api carol --role analyst");
  ASSERT_EQ(token.exit_code, 0) << token.err;
  state_.Write(File("carol.token"), token.out);
  const Outcome exported =
      RunVigie("evidence export inc-1 --out " + File("masked") + " --collector " + collector_->address() + " --ca " +
               state_.files().authority_certificate() + " --token-file " + File("carol.token"));
  ASSERT_EQ(exported.exit_code, 0) << exported.err;
  ASSERT_EQ(Ask("evidence export inc-1 --out " + File("whole")).exit_code, 0);
  const v1::Event event = MakeEvent({.records = Records(10, 10)});
  const std::string& records = event.inspection().customers().records();
  EXPECT_THAT(ReadAll(File("whole")), HasSubstr(records));
  EXPECT_THAT(ReadAll(File("masked")), Not(HasSubstr(records)));
  const Json report = Verify(File("masked"));
  EXPECT_EQ(last_exit_code_, 0) << report;
  EXPECT_EQ(report["records_concealed"], true);
  EXPECT_EQ(report["signed_by_host"], 3);
}

TEST_F(EvidenceFlow, HoldsOverARestartAndOverAnotherCertificate) {
  Send(3);
  client_.reset();
  Stop();
  Start();
  client_ = Connect(agent_->credentials());
  Send(2);
  // The workstation is enrolled anew: another id, another certificate, and the former one is revoked.
  v1::RevokeAgentRequest revoke;
  revoke.set_id(agent_->credentials().agent_id);
  v1::AgentStatus revoked;
  EXPECT_TRUE(analyst().fleet->RevokeAgent(analyst().NewContext().get(), revoke, &revoked).ok());
  agent_ = std::make_unique<SigningAgent>(NewAgent());
  client_ = Connect(agent_->credentials());
  Send(2);
  const Outcome checked = Ask("evidence check inc-1 --output json");
  const Json report = Json::parse(checked.out, nullptr, false);
  EXPECT_EQ(checked.exit_code, 0) << checked.out << checked.err;
  EXPECT_EQ(report["signed_by_host"], 7);
  EXPECT_EQ(report["signers"].size(), 3U) << "two of workstations, one of the collector";
  Stop();
  EXPECT_THAT(CheckStore(state_.files().store()).value(), IsEmpty());
}

TEST_F(EvidenceFlow, AnEventThatIsChangedInTheStoreIsNamed) {
  Send(3);
  ChangeStore("UPDATE events SET event = CAST(replace(event, '/media', '/Media') AS BLOB) WHERE position = 2");
  ExpectFaultOfStore("evidence: event " + agent_->credentials().agent_id + "/1/2 is not the one that was chained");
  ExpectFault("event " + agent_->credentials().agent_id + "/1/2: it is not the event that its workstation has signed");
  EXPECT_THAT(told_, Not(HasSubstr("/1/1: ")));
}

TEST_F(EvidenceFlow, AnEventThatIsRemovedFromTheStoreIsNamed) {
  Send(3);
  ChangeStore("DELETE FROM sightings WHERE position = 2; DELETE FROM events WHERE position = 2");
  ExpectFaultOfStore("missing after position 1 and before 3");
  ExpectFault("the event at position 2 of the collector's chain is not there");
}

TEST_F(EvidenceFlow, EventsThatAreExchangedInTheStoreAreNamed) {
  Send(4);
  ChangeStore(
      "CREATE TEMP TABLE other AS SELECT 5 - position AS position, event, leaf FROM events WHERE position IN (2, 3);"
      "UPDATE events SET (event, leaf) = (SELECT event, leaf FROM other WHERE other.position = events.position)"
      " WHERE position IN (2, 3)");
  const std::string id = agent_->credentials().agent_id;
  ExpectFaultOfStore("evidence: event " + id + "/1/2 is not the one that was chained");
  ExpectFaultOfStore("evidence: event " + id + "/1/3 is not the one that was chained");
  ExpectFault("the collector's chain is broken after position 0");
  for (const int sequence : {2, 3}) {
    const std::string event = "event " + id + "/1/" + std::to_string(sequence);
    EXPECT_THAT(told_, HasSubstr(event + ": it is not the event that the collector has chained"));
  }
  EXPECT_THAT(told_, Not(HasSubstr("/1/1: ")));
}

TEST_F(EvidenceFlow, OfNoEventIsNotGood) {
  Send(3);
  ChangeStore("DELETE FROM incident_events");
  Start();
  const Outcome checked = Ask("evidence check inc-1");
  EXPECT_EQ(checked.exit_code, 1) << checked.err;
  EXPECT_THAT(checked.out, HasSubstr("NOTHING IS SHOWN: 0 events of inc-1"));
  EXPECT_THAT(checked.out, Not(HasSubstr("good")));
}

TEST_F(EvidenceFlow, EventsOfBeforeTheChainAreToldApart) {
  std::vector<v1::Event> events;
  for (std::uint64_t i = 1; i <= 3; ++i) {
    events.push_back(MakeEvent({.agent = agent_->credentials().agent_id,
                                .sequence = i,
                                .after = minutes(i),
                                .records = Records(static_cast<std::uint32_t>(i * 10), 10)}));
  }
  ASSERT_TRUE(client_->Send(events));
  ASSERT_TRUE(client_->AwaitAck());
  ChangeStore("UPDATE events SET leaf = NULL");
  Start();
  const Outcome checked = Ask("evidence check inc-1");
  EXPECT_EQ(checked.exit_code, 1) << checked.err;
  EXPECT_THAT(checked.out, HasSubstr("NOT ALL IS SHOWN: 3 events of inc-1"));
  EXPECT_THAT(checked.out, HasSubstr("3 events stored by a version that kept no chain"));
}

TEST_F(EvidenceFlow, SaysWhyAFileCannotBeWritten) {
  Send(3);
  std::filesystem::create_directory(File("folder"));
  const Outcome into_a_folder = Ask("evidence export inc-1 --out " + File("folder"));
  EXPECT_EQ(into_a_folder.exit_code, 2);
  EXPECT_THAT(into_a_folder.err, HasSubstr("is a directory"));
  EXPECT_THAT(Ask("evidence export inc-1 --out " + File("nowhere/file")).err, HasSubstr("No such file"));
  EXPECT_THAT(RunVigie("evidence verify " + File("folder")).err, HasSubstr("is a directory"));
}

TEST_F(EvidenceFlow, IsNotThereForAnIncidentThatIsNot) {
  EXPECT_EQ(Ask("evidence check inc-99").exit_code, 2);
  EXPECT_EQ(Ask("evidence export inc-99 --out " + File("none")).exit_code, 2);
  EXPECT_FALSE(std::filesystem::exists(File("none")));
  EXPECT_FALSE(std::filesystem::exists(File("none.part")));
}

}  // namespace
}  // namespace vigie::server
