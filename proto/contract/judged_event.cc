#include "proto/contract/judged_event.h"

#include "proto/contract/wire_fields.h"

namespace vigie::contract {
namespace {

using google::protobuf::Duration;
using google::protobuf::Timestamp;

void Put(std::string_view text, std::string& field) {
  field.assign(text);
}

// Both are seconds and nanoseconds.
template <typename Time>
bool ReadTime(std::string_view bytes, Time& time) {
  WireFields fields(bytes);
  while (const std::uint32_t field = fields.Next()) {
    if (field == Time::kSecondsFieldNumber) {
      time.set_seconds(static_cast<std::int64_t>(fields.Number()));
    } else if (field == Time::kNanosFieldNumber) {
      time.set_nanos(static_cast<std::int32_t>(fields.Number()));
    } else {
      fields.Skip();
    }
  }
  return fields.good();
}

bool ReadProcess(std::string_view bytes, v1::Process& process) {
  WireFields fields(bytes);
  while (const std::uint32_t field = fields.Next()) {
    switch (field) {
      case v1::Process::kPidFieldNumber:
        process.set_pid(static_cast<std::int32_t>(fields.Number()));
        break;
      case v1::Process::kStartTimeFieldNumber:
        process.set_start_time(fields.Number());
        break;
      case v1::Process::kExeFieldNumber:
        Put(fields.Text(), *process.mutable_exe());
        break;
      default:
        fields.Skip();
    }
  }
  return fields.good();
}

bool ReadFile(std::string_view bytes, v1::File& file) {
  WireFields fields(bytes);
  while (const std::uint32_t field = fields.Next()) {
    switch (field) {
      case v1::File::kPathFieldNumber:
        Put(fields.Text(), *file.mutable_path());
        break;
      case v1::File::kPreviousPathFieldNumber:
        Put(fields.Text(), *file.mutable_previous_path());
        break;
      case v1::File::kBytesFieldNumber:
        file.set_bytes(fields.Number());
        break;
      case v1::File::kDeviceFieldNumber:
        file.set_device(fields.Number());
        break;
      case v1::File::kInodeFieldNumber:
        file.set_inode(fields.Number());
        break;
      default:
        fields.Skip();
    }
  }
  return fields.good();
}

bool ReadDestination(std::string_view bytes, v1::Destination& destination) {
  WireFields fields(bytes);
  while (const std::uint32_t field = fields.Next()) {
    switch (field) {
      case v1::Destination::kKindFieldNumber:
        Put(fields.Text(), *destination.mutable_kind());
        break;
      case v1::Destination::kNameFieldNumber:
        Put(fields.Text(), *destination.mutable_name());
        break;
      case v1::Destination::kAddressFieldNumber:
        Put(fields.Text(), *destination.mutable_address());
        break;
      case v1::Destination::kPortFieldNumber:
        destination.set_port(static_cast<std::uint32_t>(fields.Number()));
        break;
      default:
        fields.Skip();
    }
  }
  return fields.good();
}

bool ReadActivity(std::string_view bytes, v1::Activity& activity) {
  WireFields fields(bytes);
  bool good = true;
  while (const std::uint32_t field = fields.Next()) {
    switch (field) {
      case v1::Activity::kKindFieldNumber:
        activity.set_kind(static_cast<v1::ActivityKind>(fields.Number()));
        break;
      case v1::Activity::kChannelFieldNumber:
        activity.set_channel(static_cast<v1::Channel>(fields.Number()));
        break;
      case v1::Activity::kHostFieldNumber:
        Put(fields.Text(), *activity.mutable_host());
        break;
      case v1::Activity::kUserFieldNumber:
        Put(fields.Text(), *activity.mutable_user());
        break;
      case v1::Activity::kProcessFieldNumber:
        good = ReadProcess(fields.Bytes(), *activity.mutable_process()) && good;
        break;
      case v1::Activity::kFileFieldNumber:
        good = ReadFile(fields.Bytes(), *activity.mutable_file()) && good;
        break;
      case v1::Activity::kDestinationFieldNumber:
        good = ReadDestination(fields.Bytes(), *activity.mutable_destination()) && good;
        break;
      case v1::Activity::kAtFieldNumber:
        good = ReadTime<Timestamp>(fields.Bytes(), *activity.mutable_at()) && good;
        break;
      default:
        fields.Skip();
    }
  }
  return good && fields.good();
}

bool ReadClass(std::string_view bytes, v1::ClassFinding& found) {
  WireFields fields(bytes);
  while (const std::uint32_t field = fields.Next()) {
    switch (field) {
      case v1::ClassFinding::kClassFieldNumber:
        Put(fields.Text(), *found.mutable_class_());
        break;
      case v1::ClassFinding::kMatchesFieldNumber:
        found.set_matches(fields.Number());
        break;
      case v1::ClassFinding::kDistinctFieldNumber:
        found.set_distinct(fields.Number());
        break;
      default:
        fields.Skip();
    }
  }
  return fields.good();
}

bool ReadCustomers(std::string_view bytes, v1::CustomerFinding& found) {
  WireFields fields(bytes);
  while (const std::uint32_t field = fields.Next()) {
    switch (field) {
      case v1::CustomerFinding::kDistinctFieldNumber:
        found.set_distinct(static_cast<std::uint32_t>(fields.Number()));
        break;
      case v1::CustomerFinding::kRecordsFieldNumber:
        Put(fields.Bytes(), *found.mutable_records());
        break;
      case v1::CustomerFinding::kCanariesFieldNumber:
        found.set_canaries(static_cast<std::uint32_t>(fields.Number()));
        break;
      default:
        fields.Skip();
    }
  }
  return fields.good();
}

bool ReadInspection(std::string_view bytes, v1::Inspection& inspection) {
  WireFields fields(bytes);
  bool good = true;
  while (const std::uint32_t field = fields.Next()) {
    switch (field) {
      case v1::Inspection::kEvaluatedFieldNumber:
        inspection.set_evaluated(static_cast<v1::Evaluated>(fields.Number()));
        break;
      case v1::Inspection::kClassesFieldNumber:
        good = ReadClass(fields.Bytes(), *inspection.add_classes()) && good;
        break;
      case v1::Inspection::kCustomersFieldNumber:
        good = ReadCustomers(fields.Bytes(), *inspection.mutable_customers()) && good;
        break;
      case v1::Inspection::kCustomersOfOtherLedgersFieldNumber:
      case v1::Inspection::kDerivedFromFieldNumber:
        return false;
      default:
        fields.Skip();
    }
  }
  return good && fields.good();
}

void ClearActivity(v1::Activity& activity) {
  activity.set_kind(v1::ACTIVITY_KIND_UNSPECIFIED);
  activity.set_channel(v1::CHANNEL_UNSPECIFIED);
  activity.clear_host();
  activity.clear_user();
  activity.mutable_process()->set_pid(0);
  activity.mutable_process()->set_start_time(0);
  activity.mutable_process()->clear_exe();
  activity.mutable_file()->Clear();
  activity.mutable_destination()->Clear();
  activity.mutable_at()->Clear();
}

}  // namespace

// Clear() of a message gives the messages in it back to the heap: only of those that hold none.
void JudgedEvent::Clear() {
  event_.set_boot_epoch(0);
  event_.set_sequence(0);
  event_.set_verdict(v1::VERDICT_UNSPECIFIED);
  event_.set_folded(0);
  event_.clear_agent_id();
  event_.clear_lineage();
  event_.mutable_clock_offset()->Clear();
  event_.mutable_received_at()->Clear();
  ClearActivity(*event_.mutable_activity());
  v1::Inspection& inspection = *event_.mutable_inspection();
  inspection.set_evaluated(v1::EVALUATED_UNSPECIFIED);
  inspection.clear_classes();
  inspection.mutable_customers()->Clear();
}

bool JudgedEvent::ReadParts(std::string_view bytes) {
  WireFields fields(bytes);
  bool good = true;
  bool has_activity = false;
  bool is_received = false;
  while (const std::uint32_t field = fields.Next()) {
    switch (field) {
      case v1::Event::kAgentIdFieldNumber:
        Put(fields.Text(), *event_.mutable_agent_id());
        break;
      case v1::Event::kBootEpochFieldNumber:
        event_.set_boot_epoch(fields.Number());
        break;
      case v1::Event::kSequenceFieldNumber:
        event_.set_sequence(fields.Number());
        break;
      case v1::Event::kActivityFieldNumber:
        has_activity = true;
        good = ReadActivity(fields.Bytes(), *event_.mutable_activity()) && good;
        break;
      case v1::Event::kInspectionFieldNumber:
        good = ReadInspection(fields.Bytes(), *event_.mutable_inspection()) && good;
        break;
      case v1::Event::kVerdictFieldNumber:
        event_.set_verdict(static_cast<v1::Verdict>(fields.Number()));
        break;
      case v1::Event::kLineageFieldNumber:
        Put(fields.Text(), *event_.add_lineage());
        break;
      case v1::Event::kFoldedFieldNumber:
        event_.set_folded(static_cast<std::uint32_t>(fields.Number()));
        break;
      case v1::Event::kReceivedAtFieldNumber:
        is_received = true;
        good = ReadTime<Timestamp>(fields.Bytes(), *event_.mutable_received_at()) && good;
        break;
      case v1::Event::kClockOffsetFieldNumber:
        good = ReadTime<Duration>(fields.Bytes(), *event_.mutable_clock_offset()) && good;
        break;
      case v1::Event::kGapFieldNumber:
        return false;
      default:
        fields.Skip();
    }
  }
  return good && fields.good() && has_activity && is_received;
}

const v1::Event* JudgedEvent::Read(std::string_view bytes) {
  Clear();
  if (ReadParts(bytes)) return &event_;
  return whole_.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())) ? &whole_ : nullptr;
}

}  // namespace vigie::contract
