// What is read of an event in part against the whole of it, over random events, cut off and damaged ones.
#include "proto/contract/judged_event.h"

#include <google/protobuf/stubs/logging.h>
#include <gtest/gtest.h>

#include <random>
#include <string>

namespace vigie::contract {
namespace {

class RandomEvents {
 public:
  explicit RandomEvents(unsigned seed) : random_(seed) {}

  std::uint64_t Below(std::uint64_t end) { return random_() % end; }

  v1::Event Next() {
    v1::Event event;
    event.set_agent_id(Text());
    event.set_boot_epoch(Number());
    event.set_sequence(Number());
    if (Below(8) == 0) {
      event.mutable_gap()->set_sensor(Text());
      event.mutable_gap()->mutable_until()->set_seconds(7);
    } else {
      SetActivity(*event.mutable_activity());
    }
    if (Below(8) != 0) SetInspection(*event.mutable_inspection());
    event.set_verdict(static_cast<v1::Verdict>(Below(6)));
    event.set_rule(Text());
    for (std::uint64_t i = Below(3); i > 0; --i) event.add_lineage(Text());
    event.set_folded(static_cast<std::uint32_t>(Number()));
    event.set_policy_version(3);
    if (Below(8) != 0) event.mutable_received_at()->set_seconds(static_cast<std::int64_t>(Number()));
    if (Below(2) == 0) event.mutable_clock_offset()->set_nanos(-static_cast<std::int32_t>(Below(1000)));
    event.set_host(Text());
    return event;
  }

 private:
  std::uint64_t Number() { return random_() >> Below(64); }
  std::string Text() { return std::string(Below(4) == 0 ? 0 : Below(200), static_cast<char>('a' + Below(26))); }

  void SetActivity(v1::Activity& activity) {
    activity.set_kind(static_cast<v1::ActivityKind>(Below(12)));
    activity.set_channel(static_cast<v1::Channel>(Below(16)));
    activity.set_host(Text());
    activity.set_user(Text());
    activity.set_uid(static_cast<std::uint32_t>(Number()));
    activity.set_monotonic_ns(Number());
    if (Below(2) == 0) {
      v1::Process& process = *activity.mutable_process();
      process.set_pid(static_cast<std::int32_t>(Number()));
      process.set_start_time(Number());
      process.set_exe(Text());
      process.set_command_line(Text());
      process.add_parents(Text());
    }
    if (Below(2) == 0) {
      v1::File& file = *activity.mutable_file();
      file.set_path(Text());
      file.set_previous_path(Text());
      file.set_origin(Text());
      file.set_bytes(Number());
      file.set_device(Number());
      file.set_inode(Number());
    }
    if (Below(2) == 0) {
      v1::Destination& destination = *activity.mutable_destination();
      destination.set_kind(Text());
      destination.set_name(Text());
      destination.set_address(Text());
      destination.set_port(static_cast<std::uint32_t>(Below(65536)));
    }
    activity.mutable_at()->set_seconds(static_cast<std::int64_t>(Number()));
    activity.mutable_at()->set_nanos(static_cast<std::int32_t>(Below(1'000'000'000)));
  }

  void SetInspection(v1::Inspection& inspection) {
    inspection.set_media_type(Text());
    inspection.set_milliseconds(2.5);
    inspection.set_evaluated(static_cast<v1::Evaluated>(Below(4)));
    inspection.add_reasons(v1::REASON_CORRUPT);
    for (std::uint64_t i = Below(3); i > 0; --i) {
      v1::ClassFinding& found = *inspection.add_classes();
      found.set_class_(Text());
      found.set_matches(Number());
      found.set_distinct(Number());
      found.add_masked_samples(Text());
    }
    if (Below(2) == 0) {
      inspection.mutable_customers()->set_distinct(static_cast<std::uint32_t>(Number()));
      inspection.mutable_customers()->set_records(std::string("\0\xff\x80", 3) + Text());
      inspection.mutable_customers()->set_canaries(static_cast<std::uint32_t>(Below(2)));
      inspection.mutable_customers()->set_ledger(Text());
    }
    if (Below(8) == 0) inspection.add_customers_of_other_ledgers()->set_canaries(1);
    if (Below(8) == 0) inspection.mutable_derived_from()->set_path(Text());
  }

  std::mt19937_64 random_;
};

// Without what need not be read, and with each message there, empty if need be.
std::string Judged(v1::Event event) {
  event.DiscardUnknownFields();
  event.clear_rule();
  event.clear_shadow();
  event.clear_late();
  event.clear_policy_version();
  event.clear_host();
  event.mutable_clock_offset();
  if (event.has_activity()) {
    v1::Activity& activity = *event.mutable_activity();
    activity.clear_uid();
    activity.clear_session();
    activity.clear_monotonic_ns();
    activity.mutable_process()->clear_command_line();
    activity.mutable_process()->clear_parents();
    activity.mutable_process()->clear_readers();
    activity.mutable_file()->clear_origin();
    activity.mutable_destination();
    activity.mutable_at();
  }
  v1::Inspection& inspection = *event.mutable_inspection();
  inspection.clear_media_type();
  inspection.clear_bytes();
  inspection.clear_reasons();
  inspection.clear_milliseconds();
  inspection.mutable_customers()->clear_ledger();
  for (v1::ClassFinding& found : *inspection.mutable_classes()) {
    found.clear_masked_samples();
    found.clear_confidence();
  }
  return event.SerializeAsString();
}

TEST(JudgedEvent, IsTheWholeEventAsFarAsItIsAskedFor) {
  RandomEvents events(1);
  JudgedEvent reader;
  for (int i = 0; i < 3000; ++i) {
    const v1::Event whole = events.Next();
    const v1::Event* read = reader.Read(whole.SerializeAsString());
    ASSERT_NE(read, nullptr);
    ASSERT_EQ(read->has_activity(), whole.has_activity());
    ASSERT_EQ(read->has_received_at(), whole.has_received_at());
    ASSERT_EQ(Judged(*read), Judged(whole)) << "event " << i;
  }
}

TEST(JudgedEvent, OfACutOffEventGivesWhatTheWholeReadingDoes) {
  RandomEvents events(2);
  JudgedEvent reader;
  for (int i = 0; i < 20; ++i) {
    const std::string bytes = events.Next().SerializeAsString();
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      v1::Event whole;
      const bool is_event = whole.ParseFromString(bytes.substr(0, size));
      const v1::Event* read = reader.Read(std::string_view(bytes).substr(0, size));
      ASSERT_EQ(read != nullptr, is_event) << "event " << i << ", " << size << " bytes";
      if (!is_event) continue;
      ASSERT_EQ(Judged(*read), Judged(whole)) << "event " << i << ", " << size << " bytes";
    }
  }
}

TEST(JudgedEvent, OfADamagedEventGivesWhatTheWholeReadingDoesIfThatCanReadIt) {
  const google::protobuf::LogSilencer silence;
  RandomEvents events(3);
  JudgedEvent reader;
  int readable = 0;
  for (int i = 0; i < 20'000; ++i) {
    std::string bytes = events.Next().SerializeAsString();
    for (std::uint64_t flips = 1 + events.Below(3); flips > 0; --flips) {
      bytes[events.Below(bytes.size())] ^= static_cast<char>(1U << events.Below(8));
    }
    v1::Event whole;
    const bool is_event = whole.ParseFromString(bytes);
    const v1::Event* read = reader.Read(bytes);
    if (!is_event) continue;
    ++readable;
    ASSERT_NE(read, nullptr);
    ASSERT_EQ(Judged(*read), Judged(whole)) << "event " << i;
  }
  EXPECT_GT(readable, 1000);
}

}  // namespace
}  // namespace vigie::contract
