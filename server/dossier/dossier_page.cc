#include "server/dossier/dossier_page.h"

#include <string_view>
#include <vector>

#include "proto/contract/enum_names.h"
#include "proto/contract/time_conversion.h"

namespace vigie::server::dossier {
namespace {

using contract::NameOf;
using google::protobuf::Timestamp;

constexpr std::string_view kHead = R"(<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="referrer" content="no-referrer">
)";
constexpr std::string_view kStyle = R"(<style>
body { font: 11pt/1.45 sans-serif; max-width: 50em; margin: 2em auto; padding: 0 1em; color: #111; background: #fff; }
h1 { font-size: 1.5em; } h2 { font-size: 1.1em; margin: 1.6em 0 .4em; border-bottom: 1px solid #888; }
table { border-collapse: collapse; width: 100%; } th, td { text-align: left; vertical-align: top; padding: .3em .6em .3em 0; }
th { width: 15em; font-weight: 600; } td { white-space: pre-wrap; overflow-wrap: anywhere; }
.source { color: #555; font-size: .9em; }
@media print { body { margin: 0; max-width: none; } h2 { break-after: avoid; } tr { break-inside: avoid; } }
</style>
)";

std::string Escaped(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    switch (c) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      case '\'':
        escaped += "&#39;";
        break;
      default:
        // Control characters have no meaning in HTML but that of a line's end and a tab.
        if (static_cast<unsigned char>(c) >= 0x20 || c == '\n' || c == '\t') escaped += c;
    }
  }
  return escaped;
}

template <typename List>
std::string Join(const List& items) {
  std::string joined;
  for (const auto& item : items) joined += (joined.empty() ? "" : ", ") + item;
  return joined;
}

// "not stated" is an answer that a reader can see; an empty cell is none.
std::string Stated(const std::string& text) {
  return text.empty() ? "not stated" : text;
}

std::string TimeText(bool given, const Timestamp& time) {
  return given ? contract::FormatTime(time) : "";
}

class Page {
 public:
  explicit Page(const std::string& title) {
    text_ = std::string(kHead) + "<title>" + Escaped(title) + "</title>\n" + std::string(kStyle) +
            "</head>\n<body>\n<h1>" + Escaped(title) + "</h1>\n";
  }

  void Begin(std::string_view heading) { text_ += "<h2>" + Escaped(heading) + "</h2>\n<table>\n"; }
  void Row(std::string_view label, const std::string& value, const std::string& source = "") {
    text_ += "<tr><th>" + Escaped(label) + "</th><td>" + Escaped(Stated(value));
    if (!source.empty()) text_ += " <span class=\"source\">" + Escaped(source) + "</span>";
    text_ += "</td></tr>\n";
  }
  void End() { text_ += "</table>\n"; }
  std::string Finish() { return text_ + "</body>\n</html>\n"; }

 private:
  std::string text_;
};

template <typename Told>
std::string SourceOf(const Told& told) {
  return told.incident_ids().empty() ? "" : "(" + Join(told.incident_ids()) + ")";
}

std::string KindNames(const v1::DossierContent& content) {
  std::vector<std::string> names;
  for (const int kind : content.kinds()) names.push_back(NameOf(static_cast<v1::BreachKind>(kind)));
  return Join(names);
}

std::string NoticeText(v1::SubjectNotice notice) {
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

void WriteClock(const v1::Dossier& dossier, Page& page) {
  const v1::DossierContent& content = dossier.content();
  page.Begin("The breach and its clock, article 33(1)");
  page.Row("Dossier",
           dossier.id() + ", revision " + std::to_string(dossier.revision()) + ", " + NameOf(dossier.state()));
  page.Row("Incidents", Join(content.incident_ids()));
  page.Row("Aware since", TimeText(content.has_aware_at(), content.aware_at()));
  page.Row("How it became known", content.awareness());
  page.Row("72 hours end", TimeText(dossier.has_deadline(), dossier.deadline()));
  page.Row("Authority", content.authority(), content.authority_reference());
  if (!content.delay_reasons().empty()) page.Row("Reasons for the delay", content.delay_reasons());
  if (!content.not_notified_reason().empty()) page.Row("Why it is not notified", content.not_notified_reason());
  page.End();
}

void WriteContent(const v1::DossierContent& content, Page& page) {
  const auto number = [](bool given, std::uint64_t value) { return given ? std::to_string(value) : ""; };
  page.Begin("What the notification says, article 33(3)");
  page.Row("(a) Kind", KindNames(content));
  page.Row("(a) Nature", content.nature());
  page.Row("(a) Categories of data subjects", Join(content.subject_categories()));
  page.Row("(a) Approximate number of them",
           number(content.has_approximate_subjects(), content.approximate_subjects()));
  page.Row("(a) Categories of records", Join(content.record_categories()));
  page.Row("(a) Approximate number of them", number(content.has_approximate_records(), content.approximate_records()));
  const v1::DossierContact& contact = content.contact();
  page.Row("(b) Contact", contact.name());
  page.Row("(b) E-mail", contact.email());
  page.Row("(b) Telephone", contact.phone());
  page.Row("(c) Likely consequences", content.consequences());
  page.Row("(d) Measures", content.measures());
  page.End();
  page.Begin("The data subjects, article 34");
  page.Row("Decision", NoticeText(content.subject_notice()));
  page.Row("Why, or how", content.subject_notice_reason());
  page.Row("Told at", TimeText(content.has_subjects_told_at(), content.subjects_told_at()));
  page.End();
}

void WriteFacts(const v1::DossierFacts& facts, Page& page) {
  page.Begin("What the incidents show");
  page.Row("Distinct customers", std::to_string(facts.customers().value()), SourceOf(facts.customers()));
  page.Row("Records", std::to_string(facts.records().value()), SourceOf(facts.records()));
  page.Row("Events", std::to_string(facts.events().value()), SourceOf(facts.events()));
  page.Row("First event", TimeText(facts.first_event().has_at(), facts.first_event().at()),
           SourceOf(facts.first_event()));
  page.Row("Last event", TimeText(facts.last_event().has_at(), facts.last_event().at()), SourceOf(facts.last_event()));
  for (const v1::DossierChannel& channel : facts.channels())
    page.Row("Channel", NameOf(channel.channel()), SourceOf(channel));
  page.Row("As of", TimeText(facts.has_at(), facts.at()));
  page.End();
}

void WriteHistory(const v1::Dossier& dossier, Page& page) {
  page.Begin("Phases, article 33(4), and history");
  page.Row("Made", contract::FormatTime(dossier.created_at()), "by " + dossier.created_by());
  for (const v1::DossierSubmission& submission : dossier.submissions()) {
    page.Row(std::to_string(submission.number()) + ", " + NameOf(submission.phase()),
             contract::FormatTime(submission.notified_at()) + (submission.late() ? ", later than 72 hours" : ""),
             "entered " + contract::FormatTime(submission.at()) + " by " + submission.by());
  }
  page.Row("Last change", contract::FormatTime(dossier.updated_at()), "by " + dossier.updated_by());
  if (dossier.changed_since_submission()) page.Row("Not submitted yet", "the content above has changed since");
  if (dossier.has_closed_at()) {
    page.Row("Closed", contract::FormatTime(dossier.closed_at()), "by " + dossier.closed_by());
    page.Row("Closed because", dossier.closed_reason());
  }
  page.End();
}

}  // namespace

std::string WritePage(const v1::Dossier& dossier) {
  Page page(dossier.content().title().empty() ? dossier.id() : dossier.content().title());
  WriteClock(dossier, page);
  WriteContent(dossier.content(), page);
  WriteFacts(dossier.facts(), page);
  WriteHistory(dossier, page);
  return page.Finish();
}

}  // namespace vigie::server::dossier
