// What is read of an event in part against the whole of it, over random events, cut off and damaged ones.
#include "proto/contract/judged_event.h"

#include <gmock/gmock.h>
#include <google/protobuf/stubs/logging.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/judged_parts.h"
#include "vigie/v1/policy.pb.h"

namespace vigie::contract {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using ::testing::ElementsAre;

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

// Each field set, but those of which an event is read whole.
class Filling {
 public:
  void Fill(Message& message) {
    for (int i = 0; i < message.GetDescriptor()->field_count(); ++i) {
      const FieldDescriptor& field = *message.GetDescriptor()->field(i);
      if (std::ranges::find(kReadWhole, std::string_view(field.full_name())) != kReadWhole.end()) continue;
      if (field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
        const auto& reflection = *message.GetReflection();
        Fill(field.is_repeated() ? *reflection.AddMessage(&message, &field)
                                 : *reflection.MutableMessage(&message, &field));
      } else {
        ASSERT_TRUE(google::protobuf::TextFormat::Parser().ParseFieldValueFromString(ValueOf(field), &field, &message))
            << field.full_name();
      }
    }
  }

 private:
  static constexpr std::array<std::string_view, 3> kReadWhole = {
      "vigie.v1.Event.gap", "vigie.v1.Inspection.customers_of_other_ledgers", "vigie.v1.Inspection.derived_from"};

  std::string ValueOf(const FieldDescriptor& field) {
    const std::string number = std::to_string(++last_);
    if (field.cpp_type() == FieldDescriptor::CPPTYPE_STRING) return '"' + number + '"';
    return field.cpp_type() == FieldDescriptor::CPPTYPE_BOOL   ? "true"
           : field.cpp_type() == FieldDescriptor::CPPTYPE_ENUM ? "1"
                                                               : number;
  }

  int last_ = 0;
};

// The event and what stands behind it, read in part and whole; null and false if they are no event.
void Compare(const std::string& bytes, const std::string& what) {
  JudgedEvent reader;
  v1::Event whole;
  const bool is_event = whole.ParseFromString(bytes);
  const v1::Event* read = reader.Read(bytes);
  ASSERT_EQ(read != nullptr, is_event) << what;
  if (!is_event) return;
  ASSERT_EQ(read->has_gap(), whole.has_gap()) << what;
  ASSERT_EQ(Judged(*read), Judged(whole)) << what;
}

template <typename Descriptor, typename Count, typename Each>
std::vector<std::string> NamesOf(const Descriptor& descriptor, Count count, Each each) {
  std::vector<std::string> names;
  for (int i = 0; i < (descriptor.*count)(); ++i) names.push_back((descriptor.*each)(i)->name());
  return names;
}

TEST(JudgedEvent, HoldsEachFieldThatIsNotLeftOutAndNoOther) {
  v1::Event whole;
  Filling().Fill(whole);
  JudgedEvent reader;
  const v1::Event* read = reader.Read(whole.SerializeAsString());
  ASSERT_NE(read, nullptr);
  // A field that was added: read it, or, if nobody asks for it, name it in kLeftOut.
  v1::Event judged;
  ASSERT_TRUE(judged.ParseFromString(Judged(whole)));
  EXPECT_EQ(read->DebugString(), judged.DebugString());
  for (const std::string_view name : kLeftOut) {
    EXPECT_NE(v1::Event::descriptor()->file()->pool()->FindFieldByName(std::string(name)), nullptr) << name;
  }
}

// A new question may be about what is left out: read that then, and name the question here.
TEST(JudgedEvent, AnswersTheQuestionsThatPoliciesMayAsk) {
  using google::protobuf::Descriptor;
  using google::protobuf::EnumDescriptor;
  EXPECT_THAT(NamesOf(*v1::Condition::descriptor(), &Descriptor::field_count, &Descriptor::field),
              ElementsAre("channels", "activities", "classes", "customers_at_least", "verdicts", "paths", "processes",
                          "users", "destinations", "groups", "tags"));
  EXPECT_THAT(NamesOf(*v1::SubjectKey_descriptor(), &EnumDescriptor::value_count, &EnumDescriptor::value),
              ElementsAre("SUBJECT_KEY_UNSPECIFIED", "SUBJECT_KEY_USER", "SUBJECT_KEY_HOST", "SUBJECT_KEY_PROCESS",
                          "SUBJECT_KEY_DESTINATION", "SUBJECT_KEY_GROUP"));
  EXPECT_THAT(NamesOf(*v1::Measure_descriptor(), &EnumDescriptor::value_count, &EnumDescriptor::value),
              ElementsAre("MEASURE_UNSPECIFIED", "MEASURE_EVENTS", "MEASURE_BYTES", "MEASURE_DISTINCT_FILES",
                          "MEASURE_DISTINCT_CUSTOMERS", "MEASURE_DISTINCT_IDENTIFIERS"));
}

// On the wire, one event behind the other is one: the later of two numbers or texts, both lists, messages as one.
TEST(JudgedEvent, IsMergedWhereFieldsComeTwice) {
  RandomEvents events(4);
  for (int i = 0; i < 2000; ++i) {
    Compare(events.Next().SerializeAsString() + events.Next().SerializeAsString(), "events " + std::to_string(i));
  }
}

struct Odd {
  const char* what;
  std::string_view bytes;  // that stand behind an event
};

// Of "0a 01".
std::string FromHex(std::string_view text) {
  std::string bytes;
  for (std::size_t i = 0; i < text.size(); i += 3)
    bytes += static_cast<char>(std::stoi(std::string(text.substr(i, 2)), nullptr, 16));
  return bytes;
}

class OddFields : public ::testing::TestWithParam<Odd> {};

TEST_P(OddFields, AreReadAsTheWholeReadingDoes) {
  const google::protobuf::LogSilencer silence;
  v1::Event whole;
  Filling().Fill(whole);
  Compare(whole.SerializeAsString() + FromHex(GetParam().bytes), GetParam().what);
}

constexpr Odd kOdds[] = {
    {"NotKnownNumber", "f8 07 80 01"},
    {"NotKnownEightBytes", "f9 07 31 32 33 34 35 36 37 38"},
    {"NotKnownFourBytes", "fd 07 31 32 33 34"},
    {"NotKnownText", "fa 07 03 61 62 63"},
    {"Group", "fb 07 08 01 fc 07"},
    {"GroupThatDoesNotEnd", "fb 07 08 01"},
    {"EndOfNoGroup", "fc 07"},
    {"FieldZero", "00 01"},
    {"NumberAsText", "12 01 05"},
    {"TextAsNumber", "08 05"},
    {"NegativeVerdict", "38 ff ff ff ff ff ff ff ff ff 01"},
    {"NumberOfElevenBytes", "10 ff ff ff ff ff ff ff ff ff ff 01"},
    {"NumberCutOffAt32Bits", "60 ff ff ff ff ff 01"},
    {"LongFormOfATag", "90 80 80 80 00 05"},
    {"TagOfSixBytes", "90 80 80 80 80 00 05"},
    {"LongFormOfALength", "0a 81 80 00 61"},
    {"LengthOfSixBytes", "0a 81 80 80 80 80 00 61"},
    {"HugeLength", "0a ff ff ff ff ff ff ff ff ff 01 61"},
    {"LengthBeyondTheEnd", "0a 02 61"},
    {"Gap", "2a 00"},
    {"NoUtf8", "0a 01 ff"},
    {"Surrogate", "0a 03 ed a0 80"},
    {"OverlongCharacter", "0a 02 c0 80"},
    {"CharacterCutOff", "0a 02 e3 81"},
    {"LastCharacter", "0a 04 f4 8f bf bf"},
    {"BeyondTheLastCharacter", "0a 04 f4 90 80 80"},
    {"UserIsNoUtf8", "22 03 22 01 80"},
    {"ClassIsNoUtf8", "32 05 2a 03 0a 01 80"},
    {"LineageIsNoUtf8", "5a 0a 31 32 33 34 35 36 37 38 c3 28"},
    {"RecordsNeedNotBeUtf8", "32 05 32 03 12 01 80"},
    {"NothingInAnActivity", "22 00"},
    {"ReasonsOneByOne", "32 04 20 01 20 02"},
};

INSTANTIATE_TEST_SUITE_P(Each, OddFields, ::testing::ValuesIn(kOdds), [](const auto& odd) { return odd.param.what; });

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
    if (!is_event) {
      // Wrong only where nobody looked: what is given is an event nevertheless.
      v1::Event again;
      ASSERT_TRUE(read == nullptr || again.ParseFromString(read->SerializeAsString())) << "event " << i;
      continue;
    }
    ++readable;
    ASSERT_NE(read, nullptr);
    ASSERT_EQ(Judged(*read), Judged(whole)) << "event " << i;
  }
  EXPECT_GT(readable, 1000);
}

}  // namespace
}  // namespace vigie::contract
