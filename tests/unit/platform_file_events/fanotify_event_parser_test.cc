#include "platform/linux/fanotify_event_parser.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/fanotify.h>

#include <cstring>
#include <string>

namespace vigie::platform {
namespace {

// Lays events out as the kernel does.
class EventBytes {
 public:
  EventBytes& Event(std::uint64_t mask, int descriptor) {
    start_ = bytes_.size();
    fanotify_event_metadata metadata{};
    metadata.event_len = sizeof metadata;
    metadata.vers = FANOTIFY_METADATA_VERSION;
    metadata.metadata_len = sizeof metadata;
    metadata.mask = mask;
    metadata.fd = descriptor;
    metadata.pid = 77;
    Append(&metadata, sizeof metadata);
    return *this;
  }

  EventBytes& Fid(std::uint8_t type, std::uint64_t file_system, const std::string& handle, const std::string& name) {
    std::string record(sizeof(fanotify_event_info_header), '\0');
    record.append(reinterpret_cast<const char*>(&file_system), sizeof file_system);
    const auto size = static_cast<std::uint32_t>(handle.size());
    const std::int32_t handle_type = 1;
    record.append(reinterpret_cast<const char*>(&size), 4).append(reinterpret_cast<const char*>(&handle_type), 4);
    record.append(handle);
    if (type != FAN_EVENT_INFO_TYPE_FID) record.append(name).push_back('\0');
    while (record.size() % 4 != 0) record.push_back('\0');
    return Record(type, record);
  }

  EventBytes& Pidfd(int descriptor) {
    std::string record(sizeof(fanotify_event_info_header), '\0');
    record.append(reinterpret_cast<const char*>(&descriptor), sizeof descriptor);
    return Record(FAN_EVENT_INFO_TYPE_PIDFD, record);
  }

  EventBytes& Record(std::uint8_t type, std::string record) {
    const fanotify_event_info_header header{type, 0, static_cast<std::uint16_t>(record.size())};
    std::memcpy(record.data(), &header, sizeof header);
    Append(record.data(), record.size());
    const auto length = static_cast<std::uint32_t>(bytes_.size() - start_);
    std::memcpy(bytes_.data() + start_, &length, sizeof length);
    return *this;
  }

  std::vector<std::byte>& bytes() { return bytes_; }
  FanotifyEvents Parse() const { return ParseFanotifyEvents(bytes_); }

 private:
  void Append(const void* data, std::size_t size) {
    const auto* first = static_cast<const std::byte*>(data);
    bytes_.insert(bytes_.end(), first, first + size);
  }

  std::vector<std::byte> bytes_;
  std::size_t start_ = 0;
};

TEST(FanotifyEventParser, ReadsAPermissionEventWithItsProcess) {
  const auto parsed = EventBytes().Event(FAN_OPEN_PERM, 9).Pidfd(11).Event(FAN_CLOSE_WRITE, 10).Parse();
  EXPECT_FALSE(parsed.error);
  ASSERT_EQ(parsed.events.size(), 2U);
  EXPECT_EQ(parsed.events[0].mask, FAN_OPEN_PERM);
  EXPECT_EQ(parsed.events[0].pid, 77);
  EXPECT_EQ(parsed.events[0].descriptor, 9);
  EXPECT_EQ(parsed.events[0].process_descriptor, 11);
  EXPECT_EQ(parsed.events[1].descriptor, 10);
  EXPECT_EQ(parsed.events[1].process_descriptor, -1);
}

TEST(FanotifyEventParser, ReadsARenameWithBothNamesAndItsTarget) {
  EventBytes bytes;
  bytes.Event(FAN_RENAME, FAN_NOFD)
      .Fid(FAN_EVENT_INFO_TYPE_OLD_DFID_NAME, 5, "old folder", "before.txt")
      .Fid(FAN_EVENT_INFO_TYPE_NEW_DFID_NAME, 5, "new", "after.txt")
      .Fid(FAN_EVENT_INFO_TYPE_FID, 6, "file", "");
  const auto parsed = bytes.Parse();
  EXPECT_FALSE(parsed.error);
  ASSERT_EQ(parsed.events.size(), 1U);
  const auto& event = parsed.events[0];
  EXPECT_EQ(event.descriptor, -1);
  ASSERT_TRUE(event.entry && event.previous_entry && event.target);
  EXPECT_EQ(event.entry->name, "after.txt");
  EXPECT_EQ(event.previous_entry->name, "before.txt");
  EXPECT_EQ(event.previous_entry->directory.file_system, 5U);
  EXPECT_EQ(event.target->file_system, 6U);
  EXPECT_EQ(event.target->handle.size(), 8U + 4U);
}

TEST(FanotifyEventParser, SkipsRecordsThatLaterKernelsAdd) {
  const auto parsed = EventBytes().Event(FAN_OPEN_PERM, 9).Record(200, std::string(12, '\0')).Pidfd(11).Parse();
  EXPECT_FALSE(parsed.error);
  ASSERT_EQ(parsed.events.size(), 1U);
  EXPECT_EQ(parsed.events[0].process_descriptor, 11);
}

TEST(FanotifyEventParser, APidfdThatTheKernelCouldNotMakeIsNone) {
  EXPECT_EQ(EventBytes().Event(FAN_OPEN_PERM, 9).Pidfd(-2).Parse().events.at(0).process_descriptor, -1);
}

TEST(FanotifyEventParser, KeepsTheEventsBeforeAMalformedOne) {
  EventBytes bytes;
  bytes.Event(FAN_OPEN_PERM, 9).Event(FAN_OPEN_PERM, 10);
  bytes.bytes().pop_back();
  const auto parsed = bytes.Parse();
  ASSERT_EQ(parsed.events.size(), 1U);
  EXPECT_TRUE(parsed.error);
}

TEST(FanotifyEventParser, AnEventWithABrokenRecordIsKeptForItsDescriptor) {
  EventBytes bytes;
  bytes.Event(FAN_OPEN_PERM, 9).Pidfd(11);
  bytes.bytes()[sizeof(fanotify_event_metadata) + 2] = std::byte{200};  // the record claims to be longer than the event
  const auto parsed = bytes.Parse();
  ASSERT_EQ(parsed.events.size(), 1U);
  EXPECT_EQ(parsed.events[0].descriptor, 9);
  EXPECT_TRUE(parsed.error);
}

TEST(FanotifyEventParser, RefusesAHandleThatIsLongerThanItsRecord) {
  EventBytes bytes;
  bytes.Event(FAN_CREATE, FAN_NOFD).Fid(FAN_EVENT_INFO_TYPE_FID, 5, "file", "");
  const std::size_t size_of_handle = sizeof(fanotify_event_metadata) + sizeof(fanotify_event_info_header) + 8;
  bytes.bytes()[size_of_handle] = std::byte{100};
  const auto parsed = bytes.Parse();
  EXPECT_TRUE(parsed.error);
  EXPECT_FALSE(parsed.events.at(0).target);
}

TEST(FanotifyEventParser, RefusesANameWithoutAnEnd) {
  EventBytes bytes;
  bytes.Event(FAN_CREATE, FAN_NOFD).Fid(FAN_EVENT_INFO_TYPE_DFID_NAME, 5, "dir!", "abc");
  ASSERT_EQ(bytes.bytes().back(), std::byte{0});
  bytes.bytes().back() = std::byte{'x'};
  const auto parsed = bytes.Parse();
  EXPECT_TRUE(parsed.error);
  EXPECT_FALSE(parsed.events.at(0).entry);
}

TEST(FanotifyEventParser, RefusesAnotherVersion) {
  EventBytes bytes;
  bytes.Event(FAN_OPEN_PERM, 9);
  bytes.bytes()[4] = std::byte{FANOTIFY_METADATA_VERSION + 1};
  const auto parsed = bytes.Parse();
  EXPECT_TRUE(parsed.error);
  EXPECT_TRUE(parsed.events.empty());
}

}  // namespace
}  // namespace vigie::platform
