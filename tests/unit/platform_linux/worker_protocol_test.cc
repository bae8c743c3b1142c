// The other end of a worker socket is hostile: what a worker may do with raw bytes.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <thread>

#include "platform/linux/worker_socket.h"

namespace vigie::platform {
namespace {

using base::Deadline;
using base::ErrorCode;
using base::FileDescriptor;
using ::testing::HasSubstr;

constexpr std::uint32_t kMagic = 0x31574756;

Deadline Soon() {
  return Deadline::After(std::chrono::seconds(20));
}
Deadline AtOnce() {
  return Deadline::After(std::chrono::milliseconds(1));
}

std::ptrdiff_t OpenDescriptors() {
  const std::filesystem::directory_iterator entries("/proc/self/fd");
  return std::distance(begin(entries), end(entries));
}

std::string HeaderOf(std::uint32_t magic, std::uint32_t bytes, std::uint32_t descriptors) {
  const std::array<std::uint32_t, 3> header = {magic, bytes, descriptors};
  std::string raw(sizeof header, '\0');
  std::memcpy(raw.data(), header.data(), sizeof header);
  return raw;
}

class WorkerProtocol : public ::testing::Test {
 protected:
  void SetUp() override {
    auto pair = MakeSocketPair();
    ASSERT_TRUE(pair);
    socket_.emplace(std::move(pair->first));
    raw_ = std::move(pair->second);
  }

  // Sends raw bytes with `descriptors` copies of /dev/null attached to the first.
  void SendRaw(const std::string& bytes, std::size_t descriptors = 0) {
    const FileDescriptor null(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    std::array<int, 32> numbers{};
    numbers.fill(null.get());
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof numbers)> control{};
    iovec part = {const_cast<char*>(bytes.data()), bytes.size()};
    msghdr message = {};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    if (descriptors > 0) {
      message.msg_control = control.data();
      message.msg_controllen = CMSG_SPACE(descriptors * sizeof(int));
      cmsghdr* header = CMSG_FIRSTHDR(&message);
      header->cmsg_level = SOL_SOCKET;
      header->cmsg_type = SCM_RIGHTS;
      header->cmsg_len = CMSG_LEN(descriptors * sizeof(int));
      std::memcpy(CMSG_DATA(header), numbers.data(), descriptors * sizeof(int));
    }
    ASSERT_EQ(::sendmsg(raw_.get(), &message, MSG_NOSIGNAL), static_cast<ssize_t>(bytes.size()));
  }

  void ExpectBroken() {
    const auto received = socket_->Receive(Soon());
    ASSERT_FALSE(received);
    EXPECT_EQ(received.error().code, ErrorCode::kDataLoss);
    const auto again = socket_->Receive(Soon());
    ASSERT_FALSE(again) << "a socket out of step must not be used again";
    EXPECT_EQ(again.error().code, ErrorCode::kDataLoss);
  }

  std::optional<StreamWorkerSocket> socket_;
  FileDescriptor raw_;
};

TEST_F(WorkerProtocol, TakesAMessageInPiecesOfAnySize) {
  const std::string whole = HeaderOf(kMagic, 5, 0) + "hello";
  std::jthread sender([&] {
    for (const char byte : whole) SendRaw(std::string(1, byte));
  });
  const auto received = socket_->Receive(Soon());
  ASSERT_TRUE(received);
  EXPECT_EQ(received->bytes, "hello");
}

TEST_F(WorkerProtocol, RefusesBytesThatAreNoMessage) {
  SendRaw("GET / HTTP/1.1\r\n\r\n");
  ExpectBroken();
}

TEST_F(WorkerProtocol, RefusesALengthBeyondTheLimitBeforeAnyMemoryIsTaken) {
  SendRaw(HeaderOf(kMagic, 0xffffffff, 0));
  ExpectBroken();
}

TEST_F(WorkerProtocol, RefusesAnnouncedDescriptorsThatDidNotCome) {
  SendRaw(HeaderOf(kMagic, 0, 1));
  ExpectBroken();
}

TEST_F(WorkerProtocol, ClosesDescriptorsThatNobodyAnnounced) {
  const auto before = OpenDescriptors();
  SendRaw(HeaderOf(kMagic, 0, 0), 3);
  ExpectBroken();
  EXPECT_EQ(OpenDescriptors(), before);
}

TEST_F(WorkerProtocol, ClosesDescriptorsThatAreTooMany) {
  const auto before = OpenDescriptors();
  SendRaw(HeaderOf(kMagic, 0, 20), 20);
  ExpectBroken();
  EXPECT_EQ(OpenDescriptors(), before);
}

TEST_F(WorkerProtocol, DropsDescriptorsThatComeWithThePayload) {
  const auto before = OpenDescriptors();
  SendRaw(HeaderOf(kMagic, 2, 0));
  SendRaw("ok", 2);
  ExpectBroken();
  EXPECT_EQ(OpenDescriptors(), before);
}

TEST_F(WorkerProtocol, DoesNotWaitForTheRestOfAMessageBeyondTheDeadline) {
  SendRaw(HeaderOf(kMagic, 100, 0) + "begun");
  const auto received = socket_->Receive(AtOnce());
  ASSERT_FALSE(received);
  EXPECT_EQ(received.error().code, ErrorCode::kDeadlineExceeded);
  SendRaw(std::string(95, 'x'));
  EXPECT_FALSE(socket_->Receive(Soon())) << "the stream is out of step";
}

TEST_F(WorkerProtocol, TellsAnEndInTheMiddleOfAMessage) {
  SendRaw(HeaderOf(kMagic, 100, 0) + "begun");
  raw_.Close();
  const auto received = socket_->Receive(Soon());
  ASSERT_FALSE(received);
  EXPECT_EQ(received.error().code, ErrorCode::kUnavailable);
}

TEST_F(WorkerProtocol, DoesNotWaitForAReceiverWhoReadsNothing) {
  const auto sent = socket_->Send({std::string(kMaxWorkerMessage, 'x'), {}}, AtOnce());
  ASSERT_FALSE(sent);
  EXPECT_EQ(sent.error().code, ErrorCode::kDeadlineExceeded);
  EXPECT_FALSE(socket_->Send({"next", {}}, Soon())) << "half a message is under way";
}

TEST_F(WorkerProtocol, WorkerOutsideOfALauncherIsRefused) {
  const FileDescriptor kept(::fcntl(kWorkerSocketNumber, F_DUPFD_CLOEXEC, 100));
  const FileDescriptor null(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  ASSERT_GE(::dup2(null.get(), kWorkerSocketNumber), 0);
  const auto socket = InheritedWorkerSocket();
  if (kept) {
    ::dup3(kept.get(), kWorkerSocketNumber, O_CLOEXEC);
  } else {
    ::close(kWorkerSocketNumber);
  }
  ASSERT_FALSE(socket);
  EXPECT_EQ(socket.error().code, ErrorCode::kFailedPrecondition);
  EXPECT_THAT(socket.error().message, HasSubstr("descriptor 3"));
}

}  // namespace
}  // namespace vigie::platform
