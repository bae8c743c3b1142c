// Each wall of the sandbox by itself: behind the others a broken one would not show.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "platform/linux/file_system_ban.h"
#include "platform/linux/privileges.h"
#include "tests/unit/platform_linux/sandboxed_child.h"

namespace vigie::platform {
namespace {

bool IsRefused(const char* path, int flags) {
  return ::open(path, flags | O_CLOEXEC, 0600) < 0 && (errno == EACCES || errno == EPERM);
}

TEST(FileSystemBan, RefusesEveryPathAndKeepsOpenFiles) {
  const ChildEnd end = RunFree([] {
    const int before = ::open("/etc/passwd", O_RDONLY | O_CLOEXEC);
    if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || !BanFileSystem()) return 1;
    std::array<char, 1> byte{};
    if (::read(before, byte.data(), byte.size()) != 1) return 2;
    if (!IsRefused("/etc/passwd", O_RDONLY) || !IsRefused("/tmp", O_RDONLY | O_DIRECTORY)) return 3;
    if (!IsRefused("/tmp/vigie-sandbox-test", O_WRONLY | O_CREAT)) return 4;
    return ::mkdir("/tmp/vigie-sandbox-test", 0700) == 0 || ::unlink("/etc/passwd.missing") == 0 ? 5 : 0;
  });
  EXPECT_EQ(end.status, 0);
}

TEST(FileSystemBan, NeedsThatNewPrivilegesAreForbiddenUnlessRoot) {
  const ChildEnd end = RunFree([] {
    if (::geteuid() == 0 && ::setresuid(65534, 65534, 65534) != 0) return 1;
    return BanFileSystem() ? 2 : 0;
  });
  EXPECT_EQ(end.status, 0) << "an unconfined process must not be taken for a confined one";
}

TEST(Privileges, AreAllGone) {
  const ChildEnd end = RunFree([] {
    if (!DropPrivileges()) return 1;
    __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3> held{};
    if (::syscall(SYS_capget, &header, held.data()) != 0) return 2;
    for (const auto& part : held) {
      if (part.effective != 0 || part.permitted != 0 || part.inheritable != 0) return 3;
    }
    if (::geteuid() == 0 || ::getuid() == 0 || ::setresuid(0, 0, 0) == 0) return 4;
    if (::prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1) return 5;
    return ::prctl(PR_GET_DUMPABLE) == 0 ? 0 : 6;
  });
  EXPECT_EQ(end.status, 0);
}

TEST(Privileges, OfRootLeaveAnEmptyBoundingSet) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root: only root has a bounding set to empty";
  const ChildEnd end = RunFree([] {
    if (!DropPrivileges()) return 1;
    return ::prctl(PR_CAPBSET_READ, CAP_SYS_ADMIN) == 0 && ::prctl(PR_CAPBSET_READ, CAP_SYS_PTRACE) == 0 ? 0 : 2;
  });
  EXPECT_EQ(end.status, 0);
}

}  // namespace
}  // namespace vigie::platform
