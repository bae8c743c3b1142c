#include "platform/linux/file_system_ban.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <string>

#include "platform/base/file_descriptor.h"

namespace vigie::platform {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

constexpr std::uint32_t kAskVersion = 1;  // LANDLOCK_CREATE_RULESET_VERSION

// struct landlock_ruleset_attr as of version 6; Debian 12's header ends at an earlier one. An older kernel takes a
// shorter one.
struct RulesetAttributes {
  std::uint64_t handled_file_access = 0;
  std::uint64_t handled_network_access = 0;  // from version 4
  std::uint64_t scoped = 0;                  // from version 6
};

constexpr std::uint64_t LowBits(int count) {
  return (std::uint64_t{1} << count) - 1;
}

// Version 1 knows 13 kinds of access, 2 adds REFER, 3 TRUNCATE, 5 IOCTL_DEV.
std::uint64_t FileAccessOf(long version) {
  if (version >= 5) return LowBits(16);
  if (version >= 3) return LowBits(15);
  return version == 2 ? LowBits(14) : LowBits(13);
}

std::size_t SizeOf(long version) {
  if (version >= 6) return sizeof(RulesetAttributes);
  return version >= 4 ? offsetof(RulesetAttributes, scoped) : offsetof(RulesetAttributes, handled_network_access);
}

RulesetAttributes EverythingIn(long version) {
  RulesetAttributes attributes;
  attributes.handled_file_access = FileAccessOf(version);
  if (version >= 4) attributes.handled_network_access = LowBits(2);  // bind and connect
  if (version >= 6) attributes.scoped = LowBits(2);                  // abstract sockets and signals
  return attributes;
}

// struct landlock_path_beneath_attr and its rule type.
constexpr int kRuleForPath = 1;
struct __attribute__((packed)) PathRule {
  std::uint64_t allowed_access = 0;
  std::int32_t descriptor = -1;
};
constexpr std::uint64_t kExecute = 1U << 0;
constexpr std::uint64_t kReadFile = 1U << 2;
constexpr std::uint64_t kReadDirectory = 1U << 3;

Result<void> Allow(const base::FileDescriptor& ruleset, const FileSystemGrant& grant) {
  const base::FileDescriptor place(::open(grant.path, O_PATH | O_CLOEXEC));
  if (!place && errno == ENOENT) return {};
  if (!place) return base::ErrnoError(errno, std::string("open ") + grant.path);
  struct stat status = {};
  if (::fstat(place.get(), &status) != 0) return base::ErrnoError(errno, std::string("look at ") + grant.path);
  const PathRule rule{
      .allowed_access = kReadFile | (S_ISDIR(status.st_mode) ? kReadDirectory : 0) | (grant.execute ? kExecute : 0),
      .descriptor = place.get()};
  if (::syscall(SYS_landlock_add_rule, ruleset.get(), kRuleForPath, &rule, 0) == 0) return {};
  return base::ErrnoError(errno, std::string("allow ") + grant.path + " in Landlock");
}

}  // namespace

Result<void> BanFileSystem() {
  return BanFileSystemBut({});
}

Result<void> BanFileSystemBut(std::span<const FileSystemGrant> grants) {
  const long version = ::syscall(SYS_landlock_create_ruleset, nullptr, 0, kAskVersion);
  if (version < 1) {
    return Error{ErrorCode::kUnsupported, "this kernel has no Landlock: it needs 5.13 or newer with landlock in lsm="};
  }
  const RulesetAttributes attributes = EverythingIn(version);
  const base::FileDescriptor ruleset(
      static_cast<int>(::syscall(SYS_landlock_create_ruleset, &attributes, SizeOf(version), 0)));
  if (!ruleset) return base::ErrnoError(errno, "make a Landlock rule set");
  // Everything is handled, and only the grants allow a thing.
  for (const auto& grant : grants) {
    if (auto allowed = Allow(ruleset, grant); !allowed) return allowed;
  }
  if (::syscall(SYS_landlock_restrict_self, ruleset.get(), 0) != 0) {
    return base::ErrnoError(errno, "ban the file system by Landlock");
  }
  return {};
}

}  // namespace vigie::platform
