// What the collector writes in dossiers, in each of their languages.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <bit>

#include "proto/contract/enum_names.h"
#include "proto/contract/time_conversion.h"
#include "server/dossier/wording.h"
#include "tests/unit/server/event_builder.h"

namespace vigie::server::dossier {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

v1::DossierFacts FactsOf(std::uint64_t customers, std::uint64_t events) {
  v1::DossierFacts facts;
  facts.mutable_customers()->set_value(customers);
  facts.mutable_events()->set_value(events);
  facts.add_channels()->set_channel(v1::CHANNEL_REMOVABLE_MEDIA);
  facts.add_channels()->set_channel(v1::CHANNEL_PRINT);
  *facts.mutable_first_event()->mutable_at() = contract::ToProto(kStoryBegin);
  *facts.mutable_last_event()->mutable_at() = contract::ToProto(kStoryBegin + std::chrono::minutes(5));
  return facts;
}

v1::DossierContent ContentOf(int incidents) {
  v1::DossierContent content;
  for (int i = 1; i <= incidents; ++i) content.add_incident_ids("inc-" + std::to_string(i));
  return content;
}

// Every name of every enumeration, of a wording.
template <typename E>
void ExpectNames(const Wording& words) {
  const auto& type = *google::protobuf::GetEnumDescriptor<E>();
  for (int i = 0; i < type.value_count(); ++i) {
    if (type.value(i)->number() == 0) continue;
    const std::string name = words.Name(static_cast<E>(type.value(i)->number()));
    EXPECT_FALSE(name.empty()) << type.value(i)->name();
    EXPECT_TRUE(&words == &EnglishWording() || name.find('_') == std::string::npos) << name << " has no French name";
  }
}

TEST(DossierWording, NoLabelAndNoNameIsMissing) {
  constexpr auto kLabels = sizeof(Labels) / sizeof(std::string_view);
  for (const Wording* words : {&EnglishWording(), &FrenchWording()}) {
    for (const std::string_view label : std::bit_cast<std::array<std::string_view, kLabels>>(words->labels()))
      EXPECT_FALSE(label.empty()) << words->labels().language;
    ExpectNames<v1::Channel>(*words);
    ExpectNames<v1::BreachKind>(*words);
    ExpectNames<v1::DossierState>(*words);
    ExpectNames<v1::DossierPhase>(*words);
    ExpectNames<v1::SubjectNotice>(*words);
  }
}

TEST(DossierWording, FrenchSentencesAgreeWithTheirNumbers) {
  const Wording& french = FrenchWording();
  EXPECT_EQ(
      french.Nature(FactsOf(1584, 12), ContentOf(1)),
      "12 événements de sortie de données, effective ou tentée, depuis un ou plusieurs postes de travail (support "
      "amovible, impression), du 22/11/2024 à 10:00:00 UTC au 22/11/2024 à 10:05:00 UTC, portant sur les données "
      "de 1\u202f584 clients\u00a0; incident inc-1.");
  const std::string single = french.Nature(FactsOf(1, 1), ContentOf(1));
  EXPECT_THAT(single, StartsWith("1 événement de sortie"));
  EXPECT_THAT(single, HasSubstr("les données de 1 client\u00a0;"));
  const std::string millions = french.Nature(FactsOf(2'000'000, 3'000'000), ContentOf(1));
  EXPECT_THAT(millions, StartsWith("3\u202f000\u202f000 d’événements de sortie"));
  EXPECT_THAT(millions, HasSubstr("de 2\u202f000\u202f000 de clients"));
  const std::string several = french.Nature(FactsOf(2, 9), ContentOf(2));
  EXPECT_THAT(several, StartsWith("Des événements de sortie")) << "what several incidents count may be the same events";
  EXPECT_THAT(several, HasSubstr("incidents inc-1, inc-2."));
  EXPECT_EQ(french.TitleOfMany("inc-1", 1), "Violation de données\u00a0: inc-1 et 1 autre incident");
}

TEST(DossierWording, EnglishSentencesAgreeWithTheirNumbers) {
  const Wording& english = EnglishWording();
  const std::string single = english.Nature(FactsOf(1, 1), ContentOf(1));
  EXPECT_THAT(single, StartsWith("Data of 1 customer were in 1 event that left a workstation or was about to"));
  EXPECT_THAT(single, HasSubstr("; incident inc-1."));
  EXPECT_THAT(english.Nature(FactsOf(2, 9), ContentOf(2)), StartsWith("Data of 2 customers were in events that left"));
  EXPECT_EQ(english.TitleOfMany("inc-1", 1), "Breach of inc-1 and 1 other incident");
}

TEST(DossierWording, AnUnknownLanguageIsNone) {
  for (const char* known : {"", "en", "fr"}) EXPECT_TRUE(IsLanguage(known));
  for (const char* unknown : {"de", "FR", "fr-FR", "e"}) EXPECT_FALSE(IsLanguage(unknown));
  EXPECT_EQ(&WordingOf(""), &EnglishWording());
}

}  // namespace
}  // namespace vigie::server::dossier
