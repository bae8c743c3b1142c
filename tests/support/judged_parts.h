#pragma once

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "vigie/v1/event.pb.h"

// What contract::JudgedEvent promises, said by descriptor: whatever is not named here has to be read, fields that are
// added, too.
namespace vigie::contract {

inline constexpr std::array<std::string_view, 23> kLeftOut = {
    "vigie.v1.Event.rule",
    "vigie.v1.Event.shadow",
    "vigie.v1.Event.late",
    "vigie.v1.Event.policy_version",
    "vigie.v1.Event.host",
    "vigie.v1.Event.previous",
    "vigie.v1.Event.told_digest",
    "vigie.v1.Activity.uid",
    "vigie.v1.Activity.session",
    "vigie.v1.Activity.monotonic_ns",
    "vigie.v1.Process.command_line",
    "vigie.v1.Process.parents",
    "vigie.v1.Process.readers",
    "vigie.v1.File.origin",
    "vigie.v1.Inspection.media_type",
    "vigie.v1.Inspection.bytes",
    "vigie.v1.Inspection.reasons",
    "vigie.v1.Inspection.milliseconds",
    "vigie.v1.ClassFinding.masked_samples",
    "vigie.v1.ClassFinding.confidence",
    "vigie.v1.CustomerFinding.ledger",
    "vigie.v1.CustomerFinding.salt",
    "vigie.v1.CustomerFinding.concealed",
};

inline void ForgetLeftOut(google::protobuf::Message& message) {
  const google::protobuf::Reflection& reflection = *message.GetReflection();
  std::vector<const google::protobuf::FieldDescriptor*> fields;
  reflection.ListFields(message, &fields);
  for (const auto* field : fields) {
    if (std::ranges::find(kLeftOut, std::string_view(field->full_name())) != kLeftOut.end()) {
      reflection.ClearField(&message, field);
    } else if (field->cpp_type() != google::protobuf::FieldDescriptor::CPPTYPE_MESSAGE) {
      continue;
    } else if (field->is_repeated()) {
      for (int i = 0; i < reflection.FieldSize(message, field); ++i)
        ForgetLeftOut(*reflection.MutableRepeatedMessage(&message, field, i));
    } else {
      ForgetLeftOut(*reflection.MutableMessage(&message, field));
    }
  }
}

// Without what need not be read, and with each message there, empty if need be.
inline std::string Judged(v1::Event event) {
  event.DiscardUnknownFields();
  ForgetLeftOut(event);
  event.mutable_clock_offset();
  event.mutable_inspection()->mutable_customers();
  if (event.has_activity()) {
    v1::Activity& activity = *event.mutable_activity();
    activity.mutable_process();
    activity.mutable_file();
    activity.mutable_destination();
    activity.mutable_at();
  }
  return event.SerializeAsString();
}

}  // namespace vigie::contract
