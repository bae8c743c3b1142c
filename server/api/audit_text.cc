#include "server/api/audit_text.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "core/credentials/digest.h"
#include "proto/contract/time_conversion.h"
#include "server/sightings.h"
#include "vigie/v1/attribution_service.pb.h"
#include "vigie/v1/dossier.pb.h"
#include "vigie/v1/event.pb.h"
#include "vigie/v1/incident.pb.h"
#include "vigie/v1/incident_service.pb.h"

namespace vigie::server::api {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;
using Json = nlohmann::ordered_json;

constexpr std::size_t kLongestText = 200;
constexpr std::size_t kLongestRequest = 4000;
constexpr int kMostItems = 100;
constexpr std::array<std::string_view, 4> kSecretFields = {"token", "password", "old_password", "new_password"};

std::string Fingerprint(const std::string& bytes) {
  return std::to_string(bytes.size()) + " bytes, sha256 " + credentials::Sha256Hex(bytes);
}

Json MessageJson(const Message& message);

struct Field {
  const Message& message;
  const FieldDescriptor* descriptor;
  int index = -1;  // of a repeated field

  template <typename Single, typename Repeated>
  auto Get(Single single, Repeated repeated) const {
    const Reflection* reflection = message.GetReflection();
    return index < 0 ? (reflection->*single)(message, descriptor) : (reflection->*repeated)(message, descriptor, index);
  }
};

// What an analyst says of an incident is for those who may read incidents, and whom to call for those who read the
// dossier: not for all who read the audit.
bool IsConfided(const FieldDescriptor& field) {
  return field.containing_type() == v1::DossierContact::descriptor() ||
         (field.containing_type() == v1::AddIncidentCommentRequest::descriptor() && field.name() == "text");
}

Json TextJson(const Field& field) {
  const Reflection* reflection = field.message.GetReflection();
  const std::string text = field.index < 0
                               ? reflection->GetString(field.message, field.descriptor)
                               : reflection->GetRepeatedString(field.message, field.descriptor, field.index);
  if (std::ranges::find(kSecretFields, field.descriptor->name()) != kSecretFields.end()) return "secret";
  const bool plain = field.descriptor->type() == FieldDescriptor::TYPE_STRING && text.size() <= kLongestText &&
                     !IsConfided(*field.descriptor);
  return plain ? text : Fingerprint(text);
}

Json SubmessageJson(const Field& field) {
  const Reflection* reflection = field.message.GetReflection();
  const Message& child = field.index < 0 ? reflection->GetMessage(field.message, field.descriptor)
                                         : reflection->GetRepeatedMessage(field.message, field.descriptor, field.index);
  if (child.GetDescriptor() == google::protobuf::Timestamp::descriptor())
    return contract::FormatTime(static_cast<const google::protobuf::Timestamp&>(child));
  if (child.GetDescriptor() == google::protobuf::Duration::descriptor())
    return contract::FormatDuration(contract::FromProto(static_cast<const google::protobuf::Duration&>(child)));
  return MessageJson(child);
}

Json ValueJson(const Field& field) {
  switch (field.descriptor->cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
      return field.Get(&Reflection::GetInt32, &Reflection::GetRepeatedInt32);
    case FieldDescriptor::CPPTYPE_INT64:
      return field.Get(&Reflection::GetInt64, &Reflection::GetRepeatedInt64);
    case FieldDescriptor::CPPTYPE_UINT32:
      return field.Get(&Reflection::GetUInt32, &Reflection::GetRepeatedUInt32);
    case FieldDescriptor::CPPTYPE_UINT64:
      return field.Get(&Reflection::GetUInt64, &Reflection::GetRepeatedUInt64);
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return field.Get(&Reflection::GetDouble, &Reflection::GetRepeatedDouble);
    case FieldDescriptor::CPPTYPE_FLOAT:
      return field.Get(&Reflection::GetFloat, &Reflection::GetRepeatedFloat);
    case FieldDescriptor::CPPTYPE_BOOL:
      return field.Get(&Reflection::GetBool, &Reflection::GetRepeatedBool);
    case FieldDescriptor::CPPTYPE_ENUM:
      return field.Get(&Reflection::GetEnum, &Reflection::GetRepeatedEnum)->name();
    case FieldDescriptor::CPPTYPE_STRING:
      return TextJson(field);
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return SubmessageJson(field);
  }
  return nullptr;
}

Json FieldJson(const Message& message, const FieldDescriptor* descriptor) {
  if (!descriptor->is_repeated()) return ValueJson({message, descriptor});
  Json items = Json::array();
  const int size = message.GetReflection()->FieldSize(message, descriptor);
  for (int i = 0; i < std::min(size, kMostItems); ++i) items.push_back(ValueJson({message, descriptor, i}));
  if (size > kMostItems) items.push_back("… " + std::to_string(size) + " in all");
  return items;
}

Json MessageJson(const Message& message) {
  Json json = Json::object();
  std::vector<const FieldDescriptor*> fields;
  message.GetReflection()->ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) json[field->name()] = FieldJson(message, field);
  return json;
}

// Whether a message of this type can hold what is counted: asked once for each message, not for each of its parts.
template <typename Visit>
void EachPart(const Message& message, const Visit& visit) {
  if (visit(message)) return;
  std::vector<const FieldDescriptor*> fields;
  const Reflection* reflection = message.GetReflection();
  reflection->ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) continue;
    const int size = field->is_repeated() ? reflection->FieldSize(message, field) : 1;
    for (int i = 0; i < size; ++i) {
      EachPart(field->is_repeated() ? reflection->GetRepeatedMessage(message, field, i)
                                    : reflection->GetMessage(message, field),
               visit);
    }
  }
}

}  // namespace

std::string AuditText(const Message& request) {
  std::string text = MessageJson(request).dump(-1, ' ', false, Json::error_handler_t::replace);
  if (text.size() > kLongestRequest) text = Json(Fingerprint(text)).dump();
  return text;
}

void AnswerCount::Add(const Message& message) {
  EachPart(message, [this](const Message& part) {
    if (part.GetDescriptor() == v1::Event::descriptor()) {
      ++events_;
      for (const EventSighting& sighting : SightingsOf(static_cast<const v1::Event&>(part))) {
        customers_[sighting.ledger].Unite(sighting.records);
      }
      return true;
    }
    if (part.GetDescriptor() == v1::Incident::descriptor()) {
      ++incidents_;
      others_customers_ += static_cast<const v1::Incident&>(part).distinct_customers();
      return true;
    }
    if (part.GetDescriptor() == v1::Dossier::descriptor()) {
      others_customers_ += static_cast<const v1::Dossier&>(part).facts().customers().value();
      return true;
    }
    if (part.GetDescriptor() == v1::AttributedHolder::descriptor()) {
      const auto& holder = static_cast<const v1::AttributedHolder&>(part);
      others_customers_ += holder.customers();
      events_ += holder.events();
      return true;
    }
    return false;
  });
}

void AnswerCount::WriteTo(v1::AuditEntry& entry) const {
  std::uint64_t customers = others_customers_;
  for (const auto& [ledger, records] : customers_) customers += records.size();
  entry.set_customers(customers);
  entry.set_events(events_);
  entry.set_incidents(incidents_);
}

}  // namespace vigie::server::api
