#include "server/api/record_mask.h"

#include <algorithm>
#include <functional>
#include <vector>

#include "proto/contract/time_conversion.h"
#include "server/api/people.h"

namespace vigie::server::api {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

bool IsRecords(const FieldDescriptor& field) {
  // By the salt a digest of records could be tried out.
  return field.type() == FieldDescriptor::TYPE_BYTES && (field.name() == "records" || field.name() == "salt") &&
         !field.is_repeated();
}

std::vector<const FieldDescriptor*> SetFieldsOf(const Message& message) {
  std::vector<const FieldDescriptor*> fields;
  message.GetReflection()->ListFields(message, &fields);
  return fields;
}

// The messages that a field holds.
template <typename Visit>
bool AnyChild(const Message& message, const FieldDescriptor* field, const Visit& visit) {
  const Reflection* reflection = message.GetReflection();
  if (!field->is_repeated()) return visit(reflection->GetMessage(message, field));
  for (int i = 0; i < reflection->FieldSize(message, field); ++i) {
    if (visit(reflection->GetRepeatedMessage(message, field, i))) return true;
  }
  return false;
}

bool IsAttribution(const Message& message) {
  return message.GetDescriptor() == v1::AttributeResponse::descriptor();
}

// Records or holders.
bool HoldsHidden(const Message& message) {
  if (IsAttribution(message)) return !static_cast<const v1::AttributeResponse&>(message).holders().empty();
  return std::ranges::any_of(SetFieldsOf(message), [&](const FieldDescriptor* field) {
    if (IsRecords(*field)) return true;
    return field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE && AnyChild(message, field, HoldsHidden);
  });
}

// Clears the records below `message`, and masks holders; those of an incident, and what it holds, and those of an
// attribution are kept where `may_see` says so.
class Clearing {
 public:
  Clearing(const HolderMask& holders, std::function<bool(const std::string&)> may_see)
      : holders_(holders), may_see_(std::move(may_see)) {}

  void Clear(Message& message) const {
    if (IsAttribution(message)) return ClearHolders(static_cast<v1::AttributeResponse&>(message));
    if (message.GetDescriptor() == v1::Incident::descriptor() &&
        may_see_(static_cast<const v1::Incident&>(message).id())) {
      return;
    }
    for (const FieldDescriptor* field : SetFieldsOf(message)) {
      if (IsRecords(*field)) message.GetReflection()->ClearField(&message, field);
      if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) ClearChildren(message, field);
    }
  }

 private:
  void ClearHolders(v1::AttributeResponse& response) const {
    if (!may_see_(response.id())) holders_.Mask(response);
  }

  void ClearChildren(Message& message, const FieldDescriptor* field) const {
    const Reflection* reflection = message.GetReflection();
    if (!field->is_repeated()) return Clear(*reflection->MutableMessage(&message, field));
    for (int i = 0; i < reflection->FieldSize(message, field); ++i) {
      Clear(*reflection->MutableRepeatedMessage(&message, field, i));
    }
  }

  const HolderMask& holders_;
  const std::function<bool(const std::string&)> may_see_;
};

}  // namespace

bool SeesRecords(const std::string& role) {
  return role == "admin" || role == "officer";
}

bool RecordMask::MaySee(const std::string& who, const std::string& role, const std::string& incident_id) const {
  return SeesRecords(role) || (!who.empty() && !incident_id.empty() && IsLet(who, incident_id));
}

bool RecordMask::IsLet(const std::string& who, const std::string& incident_id) const {
  const auto asked = store_.ListUnmasks({.asked_by = who, .incident_id = incident_id});
  if (!asked || asked->requests.empty()) return false;
  const auto known = KnownSince(store_);
  if (!known) return false;
  const auto person = known->find(NameKey(who));
  if (person == known->end()) return false;
  return std::ranges::any_of(asked->requests, [&](const v1::UnmaskRequest& request) {
    return request.state() == v1::UNMASK_STATE_APPROVED && contract::FromProto(request.ends_at()) > clock_.Now() &&
           contract::FromProto(request.asked_at()) >= person->second;
  });
}

std::unique_ptr<Message> RecordMask::Masked(const Message& answer, const std::string& who, const std::string& role,
                                            const std::string& asked_incident) const {
  if (SeesRecords(role) || !HoldsHidden(answer)) return nullptr;
  if (!asked_incident.empty() && MaySee(who, role, asked_incident)) return nullptr;
  std::unique_ptr<Message> masked(answer.New());
  masked->CopyFrom(answer);
  Clearing(holders_, [&](const std::string& subject) { return MaySee(who, role, subject); }).Clear(*masked);
  return masked;
}

}  // namespace vigie::server::api
