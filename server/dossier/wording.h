#pragma once

#include <google/protobuf/timestamp.pb.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "vigie/v1/dossier.pb.h"

// What the collector itself writes in dossiers and their exports, in each language of dossier.proto. Pure.
namespace vigie::server::dossier {

// Headings and labels of the pages.
struct Labels {
  std::string_view language;  // BCP 47, of the whole page
  std::string_view not_stated, contact, email, telephone, first_event, last_event;
  // The dossier's page, in its order.
  std::string_view clock, dossier, incidents, aware_since, how_known, deadline, authority, delay_reasons,
      not_notified_reason;
  std::string_view notification, kind, nature, subject_categories, subjects, record_categories, records, consequences,
      measures;
  std::string_view data_subjects, decision, why_or_how, told_at;
  std::string_view facts, distinct_customers, fact_records, events, channel, as_of;
  std::string_view history, made, late, last_change, not_submitted, changed_since, closed, closed_reason;
  // The notice to the controller, in its order.
  std::string_view notice_title, notice_text, parties, to_controller, from_processor, reference, when, processor_aware,
      breach, ways_out, customers_seen, measures_proposed;
};

class Wording {
 public:
  virtual ~Wording() = default;

  virtual const Labels& labels() const = 0;
  virtual std::string Number(std::uint64_t number) const = 0;
  virtual std::string Time(const google::protobuf::Timestamp& time) const = 0;  // UTC, and says so
  virtual std::string Name(v1::Channel channel) const = 0;
  virtual std::string Name(v1::BreachKind kind) const = 0;
  virtual std::string Name(v1::DossierState state) const = 0;
  virtual std::string Name(v1::DossierPhase phase) const = 0;
  virtual std::string Name(v1::SubjectNotice notice) const = 0;

  virtual std::string Point(std::string_view letter) const = 0;  // of an article: "(a)"
  virtual std::string Revision(std::uint64_t revision) const = 0;
  virtual std::string By(const std::string& who) const = 0;
  virtual std::string Entered(const google::protobuf::Timestamp& at, const std::string& who) const = 0;
  // "Breach of inc-1, inc-2"; of many, the first and how many others there are.
  virtual std::string Title(const std::string& incidents) const = 0;
  virtual std::string TitleOfMany(const std::string& first, std::uint64_t others) const = 0;
  // What happened, in one sentence. `incidents` are those of the content.
  virtual std::string Nature(const v1::DossierFacts& facts, const v1::DossierContent& content) const = 0;

  std::string Channels(const v1::DossierFacts& facts) const;
  std::string Kinds(const v1::DossierContent& content) const;
};

template <typename List>
std::string Join(const List& items) {
  std::string joined;
  for (const auto& item : items) joined += (joined.empty() ? "" : ", ") + item;
  return joined;
}

// Whether dossiers can be in it: "", which is English, "en" or "fr".
bool IsLanguage(std::string_view language);
// Of a language that is not known, English.
const Wording& WordingOf(std::string_view language);

// Each in a file of its own.
const Wording& EnglishWording();
const Wording& FrenchWording();

}  // namespace vigie::server::dossier
