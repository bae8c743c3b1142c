// What leaves the house: the exports of a dossier.
#include "server/dossier/dossier_page.h"

#include <gmock/gmock.h>
#include <google/protobuf/util/json_util.h>
#include <gtest/gtest.h>

#include "proto/contract/time_conversion.h"
#include "server/dossier/dossier_export.h"
#include "tests/unit/server/event_builder.h"

namespace vigie::server::dossier {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

v1::Dossier MakeDossier() {
  v1::Dossier dossier;
  dossier.set_id("dos-7");
  dossier.set_revision(4);
  dossier.set_state(v1::DOSSIER_STATE_SUBMITTED);
  dossier.set_created_by("carol");
  v1::DossierContent& content = *dossier.mutable_content();
  content.set_title("Portal export");
  content.add_incident_ids("inc-1");
  *content.mutable_aware_at() = contract::ToProto(kStoryBegin);
  content.set_nature("second");
  content.set_approximate_subjects(1584);
  dossier.mutable_facts()->mutable_customers()->set_value(1584);
  dossier.mutable_facts()->mutable_customers()->add_incident_ids("inc-1");
  v1::DossierSubmission& first = *dossier.add_submissions();
  first.set_number(1);
  first.set_phase(v1::DOSSIER_PHASE_INITIAL);
  first.set_by("erin");
  *first.mutable_content() = content;
  first.mutable_content()->set_nature("first");
  return dossier;
}

TEST(DossierPage, HasTheFiguresWithTheirEvidence) {
  const std::string page = WritePage(MakeDossier());
  EXPECT_THAT(page, HasSubstr("<title>Portal export</title>"));
  EXPECT_THAT(page, HasSubstr("1584 <span class=\"source\">(inc-1)</span>"));
  EXPECT_THAT(page, HasSubstr("article 33(3)"));
  EXPECT_THAT(page, HasSubstr("2024-11-22T10:00:00.000Z"));
  EXPECT_THAT(page, HasSubstr("not stated")) << "what is missing is seen";
}

TEST(DossierPage, IsInTheLanguageOfTheDossier) {
  v1::Dossier dossier = MakeDossier();
  dossier.mutable_content()->set_language("fr");
  const std::string page = WritePage(dossier);
  EXPECT_THAT(page, HasSubstr("<html lang=\"fr\">"));
  EXPECT_THAT(page, HasSubstr("1\u202f584 <span class=\"source\">(inc-1)</span>"));
  EXPECT_THAT(page, HasSubstr("22/11/2024 à 10:00:00 UTC"));
  EXPECT_THAT(page, HasSubstr("notification initiale"));
  for (const char* english : {"article 33(", "(a)", "not stated", "revision", "submitted", "Aware", " by "})
    EXPECT_THAT(page, Not(HasSubstr(english)));
}

// Every text field that people write, filled with what would break out of HTML.
TEST(DossierPage, NothingThatPeopleWroteIsMarkup) {
  const std::string evil = "</td><script>alert(1)</script><img src=x onerror='a'>\"&\x01";
  v1::Dossier dossier = MakeDossier();
  v1::DossierContent& content = *dossier.mutable_content();
  const auto* reflection = content.GetReflection();
  for (int i = 0; i < content.GetDescriptor()->field_count(); ++i) {
    const auto* field = content.GetDescriptor()->field(i);
    if (field->type() != google::protobuf::FieldDescriptor::TYPE_STRING) continue;
    field->is_repeated() ? reflection->AddString(&content, field, evil) : reflection->SetString(&content, field, evil);
  }
  content.mutable_contact()->set_name(evil);
  content.mutable_contact()->set_email(evil);
  dossier.set_created_by(evil);
  dossier.set_closed_reason(evil);
  *dossier.mutable_closed_at() = contract::ToProto(kStoryBegin);
  const std::string page = WritePage(dossier);
  EXPECT_THAT(page, Not(HasSubstr("<script")));
  EXPECT_THAT(page, Not(HasSubstr("<img")));
  EXPECT_THAT(page, Not(HasSubstr("\x01")));
  EXPECT_THAT(page, HasSubstr("&lt;script&gt;alert(1)&lt;/script&gt;"));
}

TEST(DossierPage, AsksNobodyForAnything) {
  const std::string page = WritePage(MakeDossier());
  for (const char* outside : {"http:", "https:", "src=", "href=", "url(", "@import", "<link", "<script", "<iframe"})
    EXPECT_THAT(page, Not(HasSubstr(outside)));
  EXPECT_THAT(page, HasSubstr("default-src 'none'"));
}

TEST(DossierExport, JsonIsTheDossierAgain) {
  const v1::Dossier dossier = MakeDossier();
  const auto exported = WriteExport(dossier, {});
  ASSERT_TRUE(exported);
  EXPECT_EQ(exported->media_type(), "application/json");
  EXPECT_EQ(exported->file_name(), "dos-7.json");
  EXPECT_EQ(exported->revision(), 4U);
  v1::Dossier read;
  ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(exported->content(), &read).ok());
  EXPECT_EQ(read.SerializeAsString(), dossier.SerializeAsString());
}

TEST(DossierExport, ASubmissionIsWhatWasSubmitted) {
  v1::Dossier dossier = MakeDossier();
  ASSERT_TRUE(TakeSubmission(1, dossier));
  EXPECT_EQ(dossier.content().nature(), "first");
  EXPECT_EQ(dossier.updated_by(), "erin");
  v1::ExportDossierRequest request;
  request.set_format(v1::DOSSIER_FORMAT_HTML);
  request.set_submission(1);
  const auto exported = WriteExport(dossier, request);
  ASSERT_TRUE(exported);
  EXPECT_EQ(exported->file_name(), "dos-7-submission-1.html");
  EXPECT_THAT(exported->content(), HasSubstr("first"));
  EXPECT_THAT(exported->content(), Not(HasSubstr("second")));
  EXPECT_EQ(TakeSubmission(2, dossier).error().code, base::ErrorCode::kNotFound);
  request.set_format(static_cast<v1::DossierFormat>(9));
  EXPECT_EQ(WriteExport(dossier, request).error().code, base::ErrorCode::kInvalidArgument);
}

TEST(ControllerNotice, SaysWhatTheControllerNeedsAndLeavesHimWhatIsHis) {
  v1::Dossier dossier;
  dossier.set_id("dos-7");
  dossier.mutable_content()->set_nature("A file <b>left</b> by e-mail");
  dossier.mutable_content()->set_authority("CNIL");
  dossier.mutable_content()->set_subject_notice(v1::SUBJECT_NOTICE_NO_HIGH_RISK);
  dossier.mutable_content()->set_approximate_subjects(1584);
  v1::ExportDossierRequest request;
  request.set_format(v1::DOSSIER_FORMAT_CONTROLLER_NOTICE);
  request.set_controller("Example & Sons");
  EXPECT_EQ(WriteExport(dossier, request).error().code, base::ErrorCode::kInvalidArgument) << "nobody sends it";
  request.set_processor("Our hosting");
  const auto notice = WriteExport(dossier, request);
  ASSERT_TRUE(notice);
  EXPECT_EQ(notice->file_name(), "dos-7-notice-to-controller.html");
  EXPECT_THAT(notice->content(), HasSubstr("Example &amp; Sons"));
  EXPECT_THAT(notice->content(), HasSubstr("A file &lt;b&gt;left&lt;/b&gt; by e-mail"));
  EXPECT_THAT(notice->content(), HasSubstr("1584"));
  EXPECT_THAT(notice->content(), Not(HasSubstr("CNIL")));
  EXPECT_THAT(notice->content(), Not(HasSubstr("no high risk")));
  dossier.mutable_content()->set_language("fr");
  EXPECT_THAT(WriteExport(dossier, request)->content(), HasSubstr("Sous-traitant</th><td>Our hosting"));
  request.set_controller(std::string(257, 'x'));
  EXPECT_EQ(WriteExport(dossier, request).error().code, base::ErrorCode::kInvalidArgument);
}

}  // namespace
}  // namespace vigie::server::dossier
