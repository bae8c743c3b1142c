#include "platform/linux/proc_folder.h"

#include <dirent.h>

#include <cerrno>
#include <charconv>
#include <memory>

#include "platform/linux/descriptor_io.h"

namespace vigie::platform {
namespace {

using base::ErrnoError;
using base::Error;
using base::ErrorCode;
using base::Result;

constexpr std::size_t kSmallFile = 16 << 10;

struct CloseDirectory {
  void operator()(DIR* directory) const { ::closedir(directory); }
};

}  // namespace

std::string ProcessFolder(std::int32_t pid) {
  return "/proc/" + std::to_string(pid);
}

Error ProcessEndedError(std::int32_t pid) {
  return {ErrorCode::kNotFound, "process " + std::to_string(pid) + " has ended"};
}

Result<ProcessStat> ReadProcessStat(std::int32_t pid) {
  const auto text = ReadHead(ProcessFolder(pid) + "/stat", kSmallFile);
  // ESRCH: it ended between open and read.
  if (!text && text.error().code == ErrorCode::kNotFound) return ProcessEndedError(pid);
  if (!text) return text.error();
  const auto stat = ParseProcessStat(*text);
  if (!stat) return Error{ErrorCode::kDataLoss, ProcessFolder(pid) + "/stat is not what proc(5) says"};
  return *stat;
}

Result<void> ForEachName(const std::string& path, std::size_t limit,
                         const std::function<bool(const std::string&)>& use) {
  const std::unique_ptr<DIR, CloseDirectory> directory(::opendir(path.c_str()));
  if (!directory) return ErrnoError(errno, path);
  std::size_t count = 0;
  while (const dirent* entry = ::readdir(directory.get())) {
    if (entry->d_name[0] == '.') continue;
    if (++count > limit || !use(entry->d_name)) break;
  }
  return {};
}

Result<void> ForEachProcess(std::size_t limit, const std::function<bool(std::int32_t)>& use) {
  constexpr std::size_t kOtherNames = 4096;  // cpuinfo and the like
  std::size_t count = 0;
  return ForEachName("/proc", limit + kOtherNames, [&](const std::string& name) {
    std::int32_t pid = 0;
    const auto [end, failure] = std::from_chars(name.data(), name.data() + name.size(), pid);
    if (failure != std::errc() || end != name.data() + name.size()) return true;
    return ++count <= limit && use(pid);
  });
}

}  // namespace vigie::platform
