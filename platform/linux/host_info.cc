#include "platform/host_info.h"

#include <limits.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "platform/linux/descriptor_io.h"
#include "platform/linux/linux_platform.h"
#include "platform/linux/os_release.h"
#include "platform/linux/proc_text.h"

namespace vigie::platform {
namespace {

using base::ErrnoError;
using base::Result;

constexpr std::size_t kSmallFile = 64 << 10;

std::string FirstLine(const std::string& text) {
  return text.substr(0, text.find('\n'));
}

class LinuxHostInfo final : public HostInfo {
 public:
  Result<HostDescription> Describe() override {
    HostDescription host;
    std::array<char, HOST_NAME_MAX + 1> name{};
    if (::gethostname(name.data(), name.size() - 1) != 0) return ErrnoError(errno, "ask for the host name");
    host.name = name.data();
    const auto boot_id = ReadHead("/proc/sys/kernel/random/boot_id", kSmallFile);
    if (!boot_id) return boot_id.error();
    host.boot_id = FirstLine(*boot_id);
    host.booted_at = BootTime();
    utsname kernel = {};
    if (::uname(&kernel) != 0) return ErrnoError(errno, "ask for the kernel's version");
    host.kernel = std::string(kernel.sysname) + " " + kernel.release;
    if (const auto machine_id = ReadHead("/etc/machine-id", kSmallFile)) host.machine_id = FirstLine(*machine_id);
    host.operating_system = DescribeSystem();
    return host;
  }

  double Pressure() const override {
    return std::max(PressureOf("/proc/pressure/io"), PressureOf("/proc/pressure/memory"));
  }

 private:
  static double PressureOf(const char* path) {
    const auto text = ReadHead(path, kSmallFile);
    return text ? ParsePressure(*text).value_or(0) : 0;
  }

  // CLOCK_BOOTTIME counts from the boot on, sleep included.
  static base::SystemTime BootTime() {
    timespec up = {};
    ::clock_gettime(CLOCK_BOOTTIME, &up);
    const auto since_boot = std::chrono::seconds(up.tv_sec) + std::chrono::nanoseconds(up.tv_nsec);
    return std::chrono::system_clock::now() - since_boot;
  }

  // os-release(5): the second place is the fall-back of the first.
  static std::string DescribeSystem() {
    for (const char* path : {"/etc/os-release", "/usr/lib/os-release"}) {
      const auto text = ReadHead(path, kSmallFile);
      if (text) return PrettyName(*text);
    }
    return "Linux";
  }
};

}  // namespace

std::unique_ptr<HostInfo> MakeHostInfo() {
  return std::make_unique<LinuxHostInfo>();
}

}  // namespace vigie::platform
