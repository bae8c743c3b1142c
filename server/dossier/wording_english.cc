#include "proto/contract/enum_names.h"
#include "proto/contract/time_conversion.h"
#include "server/dossier/wording.h"

namespace vigie::server::dossier {
namespace {

constexpr Labels kLabels{
    .language = "en",
    .not_stated = "not stated",
    .contact = "Contact",
    .email = "E-mail",
    .telephone = "Telephone",
    .first_event = "First event",
    .last_event = "Last event",
    .clock = "The breach and its clock, article 33(1)",
    .dossier = "Dossier",
    .incidents = "Incidents",
    .aware_since = "Aware since",
    .how_known = "How it became known",
    .deadline = "72 hours end",
    .authority = "Authority",
    .delay_reasons = "Reasons for the delay",
    .not_notified_reason = "Why it is not notified",
    .notification = "What the notification says, article 33(3)",
    .kind = "Kind",
    .nature = "Nature",
    .subject_categories = "Categories of data subjects",
    .subjects = "Approximate number of them",
    .record_categories = "Categories of records",
    .records = "Approximate number of them",
    .consequences = "Likely consequences",
    .measures = "Measures",
    .data_subjects = "The data subjects, article 34",
    .decision = "Decision",
    .why_or_how = "Why, or how",
    .told_at = "Told at",
    .facts = "What the incidents show",
    .distinct_customers = "Distinct customers",
    .fact_records = "Records",
    .events = "Events",
    .channel = "Channel",
    .as_of = "As of",
    .history = "Phases, article 33(4), and history",
    .made = "Made",
    .late = ", later than 72 hours",
    .last_change = "Last change",
    .not_submitted = "Changes not submitted yet",
    .changed_since = "the content above has changed since the last submission",
    .closed = "Closed",
    .closed_reason = "Closed because",
    .notice_title = "Notice of a personal data breach to the controller, article 33(2) GDPR",
    .notice_text =
        "The processor tells the controller of a breach of personal data that it processes on his behalf. What is not "
        "stated is not known yet, and follows. Whether the authority and the data subjects are told (articles 33(1) "
        "and 34) is for the controller to decide.",
    .parties = "From the processor to the controller",
    .to_controller = "To the controller",
    .from_processor = "From the processor",
    .reference = "Reference",
    .when = "When",
    .processor_aware = "The processor is aware since",
    .breach = "The breach",
    .ways_out = "Ways out",
    .customers_seen = "Distinct customers that were seen",
    .measures_proposed = "Measures taken or proposed",
};

std::string NoticeName(v1::SubjectNotice notice) {
  switch (notice) {
    case v1::SUBJECT_NOTICE_TOLD:
      return "they were told";
    case v1::SUBJECT_NOTICE_WILL_BE_TOLD:
      return "they will be told";
    case v1::SUBJECT_NOTICE_NO_HIGH_RISK:
      return "not told: no high risk to them, article 34(1)";
    case v1::SUBJECT_NOTICE_DATA_PROTECTED:
      return "not told: the data are unintelligible to who has them, article 34(3)(a)";
    case v1::SUBJECT_NOTICE_RISK_AVERTED:
      return "not told: measures taken since avert the high risk, article 34(3)(b)";
    case v1::SUBJECT_NOTICE_DISPROPORTIONATE:
      return "told in public: to tell each of them would be disproportionate, article 34(3)(c)";
    default:
      return "not decided yet";
  }
}

class English final : public Wording {
 public:
  const Labels& labels() const override { return kLabels; }
  std::string Number(std::uint64_t number) const override { return std::to_string(number); }
  std::string Time(const google::protobuf::Timestamp& time) const override { return contract::FormatTime(time); }
  std::string Name(v1::Channel channel) const override { return contract::NameOf(channel); }
  std::string Name(v1::BreachKind kind) const override { return contract::NameOf(kind); }
  std::string Name(v1::DossierState state) const override { return contract::NameOf(state); }
  std::string Name(v1::DossierPhase phase) const override { return contract::NameOf(phase); }
  std::string Name(v1::SubjectNotice notice) const override { return NoticeName(notice); }
  std::string Point(std::string_view letter) const override { return "(" + std::string(letter) + ")"; }

  std::string Revision(std::uint64_t revision) const override { return "revision " + Number(revision); }
  std::string By(const std::string& who) const override { return "by " + who; }
  std::string Entered(const google::protobuf::Timestamp& at, const std::string& who) const override {
    return "entered " + Time(at) + " " + By(who);
  }
  std::string Title(const std::string& incidents) const override { return "Breach of " + incidents; }
  std::string TitleOfMany(const std::string& first, std::uint64_t others) const override {
    return "Breach of " + first + " and " + Amount(others, "other incident");
  }
  std::string Nature(const v1::DossierFacts& facts, const v1::DossierContent& content) const override {
    // Rules overlap: what several incidents count, added, may count an event twice.
    const bool exact = content.incident_ids_size() == 1;
    const std::uint64_t events = facts.events().value();
    std::string nature = "Data of " + Amount(facts.customers().value(), "customer") + " were in " +
                         (exact ? Amount(events, "event") : "events") + " that left a workstation or " +
                         (exact && events == 1 ? "was" : "were") + " about to";
    if (facts.channels_size() > 0) nature += " (" + Channels(facts) + ")";
    nature += ", from " + Time(facts.first_event().at()) + " to " + Time(facts.last_event().at());
    return nature + (exact ? "; incident " : "; incidents ") + Join(content.incident_ids()) + ".";
  }

 private:
  std::string Amount(std::uint64_t number, std::string_view noun) const {
    return Number(number) + " " + std::string(noun) + (number == 1 ? "" : "s");
  }
};

}  // namespace

const Wording& EnglishWording() {
  static const English english;
  return english;
}

}  // namespace vigie::server::dossier
