#include "server/dossier/dossier_checks.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "proto/contract/time_conversion.h"
#include "server/dossier/wording.h"

namespace vigie::server::dossier {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

constexpr std::size_t kMostTextBytes = 8000;
constexpr int kMostElements = 50;
constexpr int kMostIncidents = 100;
constexpr std::size_t kMostContentBytes = std::size_t{32} << 10;
// A time beyond has no nanoseconds in 64 bits.
constexpr std::int64_t kMostSeconds = 4'102'444'800;  // 2100

Error Bad(std::string_view field, std::string_view reason) {
  return {ErrorCode::kInvalidArgument, std::string(field) + ": " + std::string(reason)};
}

Result<void> CheckTexts(const v1::DossierContent& content) {
  const std::pair<const char*, const std::string&> texts[] = {
      {"awareness", content.awareness()},
      {"nature", content.nature()},
      {"consequences", content.consequences()},
      {"measures", content.measures()},
      {"delay_reasons", content.delay_reasons()},
      {"not_notified_reason", content.not_notified_reason()},
      {"subject_notice_reason", content.subject_notice_reason()}};
  for (const auto& [field, text] : texts) {
    if (text.size() > kMostTextBytes) return Bad(field, "longer than 8000 bytes");
  }
  const std::pair<const char*, const std::string&> names[] = {{"title", content.title()},
                                                              {"authority", content.authority()},
                                                              {"authority_reference", content.authority_reference()},
                                                              {"contact.name", content.contact().name()},
                                                              {"contact.email", content.contact().email()},
                                                              {"contact.phone", content.contact().phone()}};
  for (const auto& [field, name] : names) {
    if (name.size() > kMostNameBytes) return Bad(field, "longer than 256 bytes");
  }
  return {};
}

template <typename List>
Result<void> CheckNames(const List& names, std::string_view field) {
  if (names.size() > kMostElements) return Bad(field, "more than 50");
  for (const std::string& name : names) {
    if (name.empty() || name.size() > kMostNameBytes) return Bad(field, "each must have 1 to 256 bytes");
  }
  return {};
}

Result<void> CheckIncidents(const v1::DossierContent& content) {
  const auto& ids = content.incident_ids();
  if (ids.empty() || ids.size() > kMostIncidents) return Bad("incident_ids", "must be 1 to 100");
  if (std::set<std::string>(ids.begin(), ids.end()).size() != static_cast<std::size_t>(ids.size()))
    return Bad("incident_ids", "one is given twice");
  return {};
}

Result<void> SortKinds(v1::DossierContent& content) {
  std::set<int> kinds;
  for (const int kind : content.kinds()) {
    if (kind == 0 || !v1::BreachKind_IsValid(kind)) return Bad("kinds", "is not known to this version");
    kinds.insert(kind);
  }
  content.clear_kinds();
  for (const int kind : kinds) content.add_kinds(static_cast<v1::BreachKind>(kind));
  return {};
}

}  // namespace

Result<void> CheckPast(const google::protobuf::Timestamp& time, base::SystemTime now, std::string_view field) {
  const bool sound =
      time.seconds() >= 0 && time.seconds() < kMostSeconds && time.nanos() >= 0 && time.nanos() < 1'000'000'000;
  if (!sound) return Bad(field, "is no time of this century");
  return contract::FromProto(time) <= now ? Result<void>() : Bad(field, "must not be in the future");
}

Result<void> CheckContent(base::SystemTime now, v1::DossierContent& content) {
  if (auto good = CheckIncidents(content); !good) return good;
  if (!content.has_aware_at()) return Bad("aware_at", "must be given");
  if (auto good = CheckPast(content.aware_at(), now, "aware_at"); !good) return good;
  if (content.has_subjects_told_at()) {
    if (auto good = CheckPast(content.subjects_told_at(), now, "subjects_told_at"); !good) return good;
  }
  if (auto good = CheckTexts(content); !good) return good;
  if (auto good = CheckNames(content.subject_categories(), "subject_categories"); !good) return good;
  if (auto good = CheckNames(content.record_categories(), "record_categories"); !good) return good;
  if (!v1::SubjectNotice_IsValid(content.subject_notice()))
    return Bad("subject_notice", "is not known to this version");
  if (auto sorted = SortKinds(content); !sorted) return sorted;
  if (!IsLanguage(content.language())) return Bad("language", "is not known to this version");
  if (content.language() == "en") content.clear_language();  // as it was kept before there were others
  if (content.ByteSizeLong() > kMostContentBytes) return Bad("content", "larger than 32 KiB");
  return {};
}

Result<void> CheckSubmission(const v1::DossierContent& content, bool late) {
  const v1::DossierContact& contact = content.contact();
  const bool has_contact = !contact.name().empty() && !(contact.email().empty() && contact.phone().empty());
  std::string missing;
  const auto require = [&](bool holds, std::string_view field) {
    if (!holds) missing += (missing.empty() ? "" : ", ") + std::string(field);
  };
  require(!content.nature().empty(), "nature");
  require(has_contact, "contact (a name, and email or phone)");
  require(!content.authority().empty(), "authority");
  require(!late || !content.delay_reasons().empty(), "delay_reasons (it is later than 72 hours)");
  if (missing.empty()) return {};
  return Error{ErrorCode::kFailedPrecondition, "these must be given before it is submitted: " + missing};
}

base::SystemTime DeadlineOf(const v1::DossierContent& content) {
  return contract::FromProto(content.aware_at()) + kNotificationTime;
}

}  // namespace vigie::server::dossier
