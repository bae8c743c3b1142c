// The records of our programs in the kernel, byte by byte.
#include "platform/linux/bpf/record_parser.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/sysmacros.h>

#include <cstring>
#include <string_view>
#include <vector>

#include "platform/linux/bpf/records.h"

namespace vigie::platform {
namespace {

using std::chrono::nanoseconds;
using testing::ElementsAre;
using Bytes = std::vector<std::byte>;

template <typename Record>
Bytes BytesOf(const Record& record) {
  Bytes bytes(sizeof record);
  std::memcpy(bytes.data(), &record, sizeof record);
  return bytes;
}

vigie_header HeaderOf(std::uint32_t kind) {
  vigie_header header = {};
  header.kind = kind;
  header.at = 1000;
  header.process = {.pid = 42, .uid = 1001, .start = 7};
  return header;
}

Bytes ExecutedBytes(std::string_view arguments, std::string_view path, bool whole) {
  vigie_executed record = {};
  record.header = HeaderOf(VIGIE_EXECUTED);
  record.parent = {.pid = 41, .uid = 0, .start = 6};
  record.login_uid = 1001;
  record.session = 0xffffffff;
  record.argument_bytes = static_cast<std::uint32_t>(arguments.size());
  record.path_bytes = static_cast<std::uint32_t>(path.size());
  record.path_is_whole = whole ? 1 : 0;
  std::memcpy(record.text, arguments.data(), arguments.size());
  std::memcpy(record.text + arguments.size(), path.data(), path.size());
  Bytes bytes = BytesOf(record);
  bytes.resize(offsetof(vigie_executed, text) + arguments.size() + path.size());
  return bytes;
}

using namespace std::string_view_literals;

TEST(RecordParser, ReadsAnExecWithItsPathFromTheLeafUp) {
  const auto event = ParseRecord(ExecutedBytes("cat\0a b\0"sv, "cat\0bin\0usr\0"sv, true), nanoseconds(5));
  ASSERT_TRUE(event);
  const auto& executed = std::get<ProcessExecuted>(*event);
  EXPECT_EQ(executed.process, (ProcessId{42, 7}));
  EXPECT_EQ(executed.parent, (ProcessId{41, 6}));
  EXPECT_EQ(executed.exe, "/usr/bin/cat");
  EXPECT_THAT(executed.arguments, ElementsAre("cat", "a b"));
  EXPECT_EQ(executed.uid, 1001U);
  EXPECT_EQ(executed.session, 0U);
  EXPECT_EQ(executed.at, base::SystemTime(nanoseconds(1005)));
}

TEST(RecordParser, ReadsTheNameAsGivenIfThePathIsNotWhole) {
  const auto event = ParseRecord(ExecutedBytes("x", "/proc/self/fd/3\0"sv, false), {});
  ASSERT_TRUE(event);
  EXPECT_EQ(std::get<ProcessExecuted>(*event).exe, "/proc/self/fd/3");
  EXPECT_THAT(std::get<ProcessExecuted>(*event).arguments, ElementsAre("x"));
}

TEST(RecordParser, RefusesLengthsThatPointBehindTheEnd) {
  Bytes bytes = ExecutedBytes("cat\0"sv, "cat\0"sv, true);
  bytes.pop_back();
  EXPECT_FALSE(ParseRecord(bytes, {}));
  vigie_traffic traffic = {};
  traffic.header = HeaderOf(VIGIE_TRAFFIC);
  traffic.name_bytes = sizeof traffic.name + 1;
  EXPECT_FALSE(ParseRecord(BytesOf(traffic), {}));
}

TEST(RecordParser, RefusesWhatIsShorterThanItsKindAndUnknownKinds) {
  for (const auto kind : {VIGIE_FORKED, VIGIE_EXECUTED, VIGIE_PIPE_READER, VIGIE_ATTEMPT, VIGIE_TRAFFIC}) {
    EXPECT_FALSE(ParseRecord(BytesOf(HeaderOf(kind)), {})) << kind;
  }
  EXPECT_FALSE(ParseRecord(BytesOf(HeaderOf(99)), {}));
  EXPECT_FALSE(ParseRecord({}, {}));
}

TEST(RecordParser, ReadsAnAttempt) {
  vigie_attempt record = {};
  record.header = HeaderOf(VIGIE_ATTEMPT);
  record.connection = 12;
  record.address[15] = 1;
  const std::array<std::uint8_t, 2> port{0x01, 0xbb};
  std::memcpy(&record.port, port.data(), port.size());
  record.protocol = 17;
  record.allowed = 1;
  const auto event = ParseRecord(BytesOf(record), {});
  ASSERT_TRUE(event);
  const auto& attempt = std::get<ConnectionAttempt>(*event);
  EXPECT_EQ(attempt.connection, 12U);
  EXPECT_EQ(attempt.uid, 1001U);
  EXPECT_EQ(attempt.port, 443);
  EXPECT_EQ(attempt.transport, Transport::kUdp);
  EXPECT_EQ(attempt.address[15], 1);
  EXPECT_TRUE(attempt.allowed_destination);
  EXPECT_FALSE(attempt.denied);
}

TEST(RecordParser, ReadsTrafficWithItsName) {
  vigie_traffic record = {};
  record.header = HeaderOf(VIGIE_TRAFFIC);
  record.bytes = 1234;
  record.closed = 1;
  record.name_bytes = 7;
  std::memcpy(record.name, "a.b.com", 7);
  const auto event = ParseRecord(BytesOf(record), {});
  ASSERT_TRUE(event);
  const auto& traffic = std::get<ConnectionTraffic>(*event);
  EXPECT_EQ(traffic.server_name, "a.b.com");
  EXPECT_EQ(traffic.bytes_sent, 1234U);
  EXPECT_TRUE(traffic.closed);
}

vigie_refused_write RefusedWriteOf(std::string_view leaf, std::string_view folder) {
  vigie_refused_write record = {};
  record.header = HeaderOf(VIGIE_REFUSED_WRITE);
  record.inode = 12;
  record.device = 8U << 20 | 17U;
  record.operation = VIGIE_CREATE;
  record.names_are_all = 1;
  std::memcpy(record.names[0], leaf.data(), leaf.size());
  std::memcpy(record.names[1], folder.data(), folder.size());
  return record;
}

TEST(RecordParser, ReadsARefusedWriteWithItsPathFromTheLeafUp) {
  const auto event = ParseRecord(BytesOf(RefusedWriteOf("list.csv", "folder")), nanoseconds(5));
  ASSERT_TRUE(event);
  const auto& refused = std::get<RefusedWrite>(*event);
  EXPECT_EQ(refused.process, (ProcessId{42, 7}));
  EXPECT_EQ(refused.uid, 1001U);
  EXPECT_EQ(refused.operation, WriteOperation::kCreate);
  EXPECT_EQ(refused.device, makedev(8, 17));
  EXPECT_EQ(refused.inode, 12U);
  EXPECT_EQ(refused.path, "/folder/list.csv");
  EXPECT_EQ(refused.at.time_since_epoch(), nanoseconds(1005));
}

TEST(RecordParser, APathThatIsNotWholeDoesNotBeginAtARoot) {
  auto record = RefusedWriteOf("list.csv", "folder");
  record.names_are_all = 0;
  const auto event = ParseRecord(BytesOf(record), nanoseconds(0));
  ASSERT_TRUE(event);
  EXPECT_EQ(std::get<RefusedWrite>(*event).path, "folder/list.csv");
}

TEST(RecordParser, ARefusedWriteThatIsNoneIsNothing) {
  auto record = RefusedWriteOf("list.csv", "folder");
  Bytes shorter = BytesOf(record);
  shorter.resize(shorter.size() - 1);
  EXPECT_FALSE(ParseRecord(shorter, nanoseconds(0)));
  record.operation = 99;
  EXPECT_FALSE(ParseRecord(BytesOf(record), nanoseconds(0)));
  record.operation = VIGIE_WRITE;
  std::memset(record.names, 'x', sizeof record.names);  // no zero in any of them
  const auto event = ParseRecord(BytesOf(record), nanoseconds(0));
  ASSERT_TRUE(event);
  EXPECT_EQ(std::get<RefusedWrite>(*event).path.size(), std::size_t{VIGIE_NAMES} * (VIGIE_NAME_BYTES + 1));
}

}  // namespace
}  // namespace vigie::platform
