// What systemd would receive (sd_notify(3)), received by a socket of our own.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>

#include "platform/base/file_descriptor.h"
#include "platform/linux/linux_platform.h"
#include "tests/support/temporary_directory.h"

namespace vigie::platform {
namespace {

class ServiceNotification : public ::testing::Test {
 protected:
  void SetUp() override {
    socket_ = base::FileDescriptor(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    sockaddr_un address = {};
    address.sun_family = AF_UNIX;
    const std::string path = directory_ / "notify";
    std::ranges::copy(path, address.sun_path);
    ASSERT_EQ(::bind(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    ::setenv("NOTIFY_SOCKET", path.c_str(), 1);
  }
  void TearDown() override {
    for (const char* name : {"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"}) ::unsetenv(name);
  }

  // The next notification; empty if there is none. Sending is synchronous: what was sent is here already.
  std::string Received() {
    std::array<char, 512> buffer{};
    const ssize_t size = ::recv(socket_.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
    return size < 0 ? "" : std::string(buffer.data(), static_cast<std::size_t>(size));
  }

  test::TemporaryDirectory directory_;
  base::FileDescriptor socket_;
};

TEST_F(ServiceNotification, TellsThatWeAreReadyAndThatWeStop) {
  const auto host = MakeServiceHost();
  host->Ready("watching 2 file systems");
  EXPECT_EQ(Received(), "READY=1\nSTATUS=watching 2 file systems");
  host->Stopping();
  EXPECT_EQ(Received(), "STOPPING=1");
}

TEST_F(ServiceNotification, KeepsAStatusOnOneLine) {
  const auto host = MakeServiceHost();
  host->Ready("one\nWATCHDOG=trigger");
  EXPECT_EQ(Received(), "READY=1\nSTATUS=one WATCHDOG=trigger");
}

TEST_F(ServiceNotification, FeedsTheWatchdogIfThereIsOne) {
  ::setenv("WATCHDOG_USEC", "30000000", 1);
  ::setenv("WATCHDOG_PID", std::to_string(::getpid()).c_str(), 1);
  const auto host = MakeServiceHost();
  host->Alive();
  EXPECT_EQ(Received(), "WATCHDOG=1");
}

TEST_F(ServiceNotification, SaysNothingWithoutAWatchdog) {
  const auto host = MakeServiceHost();
  host->Alive();
  EXPECT_EQ(Received(), "");
}

}  // namespace
}  // namespace vigie::platform
