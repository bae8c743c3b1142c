// From the incident to the authority's form, and who may.
#include <gmock/gmock.h>

#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "tests/integration/casework/casework_fixture.h"
#include "tests/integration/collector/vigie_command.h"

namespace vigie::server {
namespace {

using grpc::StatusCode;
using nlohmann::json;
using ::testing::HasSubstr;

class DossierFlow : public CaseworkTest {
 protected:
  void SetUp() override {
    Begin(5);
    Leak({.sequence = 1, .user = "alice", .records = Records(1, 20)});
    Leak({.sequence = 2, .user = "bob", .records = Records(11, 20)});
  }
  v1::Dossier Create() {
    v1::CreateDossierRequest request;
    request.mutable_content()->add_incident_ids("inc-1");
    request.mutable_content()->add_incident_ids("inc-2");
    request.mutable_content()->set_authority("CNIL");
    request.mutable_content()->mutable_contact()->set_name("DPO");
    request.mutable_content()->mutable_contact()->set_phone("+33 1 23 45 67 89");
    v1::Dossier dossier;
    const auto status = Dossiers()->CreateDossier(analyst().NewContext().get(), request, &dossier);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return dossier;
  }
  grpc::Status Update(const Analyst& who, const v1::Dossier& dossier, v1::Dossier& updated) {
    v1::UpdateDossierRequest request;
    request.set_id(dossier.id());
    request.set_revision(dossier.revision());
    *request.mutable_content() = dossier.content();
    return Dossiers()->UpdateDossier(who.NewContext().get(), request, &updated);
  }
  std::string Read(const std::string& path) const {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  }
  Outcome Vigie(const std::string& arguments) { return RunVigie(AsAnalyst(*collector_, state_) + " " + arguments); }
};

TEST_F(DossierFlow, IsMadeSubmittedAndClosedAndSurvivesARestart) {
  v1::Dossier dossier = Create();
  EXPECT_EQ(dossier.facts().customers().value(), 30U);
  EXPECT_EQ(dossier.content().approximate_subjects(), 30U);
  v1::SubmitPhaseRequest submit;
  submit.set_id("dos-1");
  submit.set_revision(dossier.revision());
  auto status = Dossiers()->SubmitPhase(analyst().NewContext().get(), submit, &dossier);
  ASSERT_TRUE(status.ok()) << status.error_message();
  v1::CloseDossierRequest close;
  close.set_id("dos-1");
  close.set_revision(dossier.revision());
  close.set_reason("the authority has answered");
  status = Dossiers()->CloseDossier(analyst().NewContext().get(), close, &dossier);
  ASSERT_TRUE(status.ok()) << status.error_message();
  client_.reset();
  Stop();
  Start();
  v1::GetDossierRequest get;
  get.set_id("dos-1");
  v1::Dossier kept;
  ASSERT_TRUE(Dossiers()->GetDossier(analyst().NewContext().get(), get, &kept).ok());
  EXPECT_EQ(kept.SerializeAsString(), dossier.SerializeAsString());
  EXPECT_EQ(kept.state(), v1::DOSSIER_STATE_CLOSED);
}

TEST_F(DossierFlow, TwoWhoWriteAtOnceDoNotOverwriteEachOther) {
  v1::Dossier mine = Create();
  v1::Dossier theirs = mine;
  v1::Dossier updated;
  theirs.mutable_content()->set_measures("theirs");
  ASSERT_TRUE(Update(analyst(), theirs, updated).ok());
  mine.mutable_content()->set_measures("mine");
  const auto refused = Update(analyst(), mine, updated);
  EXPECT_EQ(refused.error_code(), StatusCode::ABORTED);
  EXPECT_THAT(refused.error_message(), HasSubstr("read it again"));
  mine.set_revision(theirs.revision() + 1);
  EXPECT_TRUE(Update(analyst(), mine, updated).ok());
}

TEST_F(DossierFlow, AuditorsReadTheRegisterAndWriteNothing) {
  const v1::Dossier dossier = Create();
  const Analyst vera = NewPerson("vera", "auditor");
  v1::ListDossiersResponse list;
  ASSERT_TRUE(Dossiers()->ListDossiers(vera.NewContext().get(), {}, &list).ok());
  ASSERT_EQ(list.dossiers_size(), 1);
  v1::ExportDossierRequest request;
  request.set_id("dos-1");
  v1::ExportDossierResponse exported;
  EXPECT_TRUE(Dossiers()->ExportDossier(vera.NewContext().get(), request, &exported).ok());
  v1::Dossier updated;
  EXPECT_EQ(Update(vera, dossier, updated).error_code(), StatusCode::PERMISSION_DENIED);
  EXPECT_EQ(Dossiers()->CreateDossier(vera.NewContext().get(), {}, &updated).error_code(),
            StatusCode::PERMISSION_DENIED);
  EXPECT_EQ(Dossiers()->SubmitPhase(vera.NewContext().get(), {}, &updated).error_code(), StatusCode::PERMISSION_DENIED);
  EXPECT_EQ(Dossiers()->CloseDossier(vera.NewContext().get(), {}, &updated).error_code(),
            StatusCode::PERMISSION_DENIED);
  grpc::ClientContext nobody;
  EXPECT_EQ(Dossiers()->ListDossiers(&nobody, {}, &list).error_code(), StatusCode::UNAUTHENTICATED);
}

TEST_F(DossierFlow, TheAuditSaysWhoMadeItAndWhatWasTold) {
  (void)Create();
  const auto made = StoppedOf("DossierService/CreateDossier");
  ASSERT_FALSE(made.empty());
  EXPECT_EQ(made[0].access(), v1::AUDIT_ACCESS_CHANGE);
  EXPECT_THAT(made[0].asked(), HasSubstr("inc-2"));
  std::uint64_t customers = 0;
  for (const auto& entry : made) customers += entry.customers();
  EXPECT_EQ(customers, 30U);
}

TEST_F(DossierFlow, TheAuditCountsTheCustomersOfAnExport) {
  (void)Create();
  v1::ExportDossierRequest request;
  request.set_id("dos-1");
  request.set_format(v1::DOSSIER_FORMAT_HTML);
  v1::ExportDossierResponse exported;
  ASSERT_TRUE(Dossiers()->ExportDossier(NewPerson("vera", "auditor").NewContext().get(), request, &exported).ok());
  const auto entries = StoppedOf("DossierService/ExportDossier");
  ASSERT_EQ(entries.size(), 1U);
  EXPECT_EQ(entries[0].who(), "vera");
  EXPECT_EQ(entries[0].customers(), 30U);
}

TEST_F(DossierFlow, TheCommandLineMakesListsShowsAndExports) {
  const auto made = Vigie("--output json dossier create inc-1 inc-2 --title 'Portal export' --aware 2h");
  ASSERT_EQ(made.exit_code, 0) << made.err;
  EXPECT_EQ(json::parse(made.out)["facts"]["customers"]["value"], "30");
  const auto list = Vigie("dossier list --state draft");
  EXPECT_EQ(list.exit_code, 0) << list.err;
  EXPECT_THAT(list.out, HasSubstr("Portal export"));
  EXPECT_EQ(json::parse(Vigie("--output json dossier list --incident inc-2").out).size(), 1U);
  EXPECT_EQ(json::parse(Vigie("--output json dossier list --state closed").out).size(), 0U);
  const auto shown = Vigie("dossier show dos-1");
  EXPECT_THAT(shown.out, HasSubstr("30"));
  const std::string file = state_.files().directory() + "/dossier";
  ASSERT_EQ(Vigie("dossier export dos-1 --out " + file).exit_code, 0);
  EXPECT_THAT(Read(file), HasSubstr("<title>Portal export</title>"));
  ASSERT_EQ(Vigie("dossier export dos-1 --format json --out " + file).exit_code, 0);
  EXPECT_EQ(json::parse(Read(file))["id"], "dos-1");
  EXPECT_EQ(Vigie("dossier export dos-9 --out " + file).exit_code, 2);
  EXPECT_EQ(Vigie("dossier create inc-77").exit_code, 2);
}

TEST_F(DossierFlow, TheCommandLineAddsIncidentsAndTakesThemOut) {
  ASSERT_EQ(Vigie("dossier create inc-1").exit_code, 0);
  const auto added = Vigie("--output json dossier add dos-1 inc-2");
  ASSERT_EQ(added.exit_code, 0) << added.err;
  EXPECT_EQ(json::parse(added.out)["facts"]["customers"]["value"], "30");
  EXPECT_EQ(json::parse(added.out)["content"]["incident_ids"], json::array({"inc-1", "inc-2"}));
  EXPECT_EQ(Vigie("dossier add dos-1 inc-2").exit_code, 2) << "it is there already";
  EXPECT_EQ(Vigie("dossier add dos-1 inc-9").exit_code, 2);
  const auto removed = Vigie("--output json dossier remove dos-1 inc-1");
  ASSERT_EQ(removed.exit_code, 0) << removed.err;
  EXPECT_EQ(json::parse(removed.out)["facts"]["customers"]["value"], "20");
  EXPECT_THAT(Vigie("dossier remove dos-1 inc-1").err, HasSubstr("the dossier has no incident inc-1"));
  EXPECT_EQ(Vigie("dossier remove dos-1 inc-2").exit_code, 2) << "a dossier is about something";
}

TEST_F(DossierFlow, TheAuditSaysWhichIncidentsWereAdded) {
  v1::CreateDossierRequest request;
  request.mutable_content()->add_incident_ids("inc-1");
  v1::Dossier dossier;
  ASSERT_TRUE(Dossiers()->CreateDossier(analyst().NewContext().get(), request, &dossier).ok());
  dossier.mutable_content()->add_incident_ids("inc-2");
  ASSERT_TRUE(Update(NewPerson("anna", "analyst"), dossier, dossier).ok());
  const auto changed = StoppedOf("DossierService/UpdateDossier");
  ASSERT_FALSE(changed.empty());
  EXPECT_EQ(changed[0].who(), "anna");
  EXPECT_EQ(changed[0].access(), v1::AUDIT_ACCESS_CHANGE);
  EXPECT_THAT(changed[0].asked(), HasSubstr(R"("inc-1","inc-2")"));
}

}  // namespace
}  // namespace vigie::server
