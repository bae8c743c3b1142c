// Messages of the proc connector, byte by byte.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/cn_proc.h>
#include <linux/connector.h>
#include <linux/netlink.h>

#include <cstring>
#include <vector>

#include "platform/linux/proc_event_socket.h"

namespace vigie::platform {
namespace {

using Bytes = std::vector<std::byte>;

Bytes MessageOf(const proc_event& event) {
  nlmsghdr header = {};
  header.nlmsg_len = sizeof(nlmsghdr) + sizeof(cn_msg) + sizeof event;
  Bytes bytes(NLMSG_ALIGN(header.nlmsg_len));
  std::memcpy(bytes.data(), &header, sizeof header);
  std::memcpy(bytes.data() + sizeof(nlmsghdr) + sizeof(cn_msg), &event, sizeof event);
  return bytes;
}

proc_event ForkOf(std::int32_t parent, std::int32_t thread, std::int32_t child) {
  proc_event event = {};
  event.what = proc_event::PROC_EVENT_FORK;
  event.event_data.fork = {.parent_pid = parent, .parent_tgid = parent, .child_pid = thread, .child_tgid = child};
  return event;
}

TEST(ProcEvents, ReadsSeveralMessagesOfOneBuffer) {
  Bytes bytes = MessageOf(ForkOf(10, 11, 11));
  proc_event ended = {};
  ended.what = proc_event::PROC_EVENT_EXIT;
  ended.event_data.exit.process_pid = ended.event_data.exit.process_tgid = 11;
  const Bytes second = MessageOf(ended);
  bytes.insert(bytes.end(), second.begin(), second.end());
  const auto events = ParseProcEvents(bytes);
  ASSERT_EQ(events.size(), 2U);
  EXPECT_EQ(events[0].kind, ProcEventKind::kForked);
  EXPECT_EQ(events[0].pid, 11);
  EXPECT_EQ(events[0].parent, 10);
  EXPECT_EQ(events[1].kind, ProcEventKind::kEnded);
}

TEST(ProcEvents, LeavesThreadsOut) {
  EXPECT_TRUE(ParseProcEvents(MessageOf(ForkOf(10, 12, 10))).empty());
}

TEST(ProcEvents, LeavesOutWhatIsCutOrLies) {
  Bytes bytes = MessageOf(ForkOf(10, 11, 11));
  Bytes cut = bytes;
  cut.resize(cut.size() / 2);
  EXPECT_TRUE(ParseProcEvents(cut).empty());
  const std::uint32_t huge = 1 << 30;
  std::memcpy(bytes.data(), &huge, sizeof huge);
  EXPECT_TRUE(ParseProcEvents(bytes).empty());
  const std::uint32_t none = 0;
  std::memcpy(bytes.data(), &none, sizeof none);
  EXPECT_TRUE(ParseProcEvents(bytes).empty());
}

}  // namespace
}  // namespace vigie::platform
