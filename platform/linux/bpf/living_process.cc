#include "platform/linux/bpf/living_process.h"

#include <limits.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <string>
#include <string_view>

#include "platform/linux/descriptor_io.h"
#include "platform/linux/proc_text.h"

namespace vigie::platform {
namespace {

using base::Error;
using base::ErrorCode;

constexpr std::size_t kStatLimit = 16 << 10;
constexpr std::string_view kPipePrefix = "pipe:[";

std::string FolderOf(std::int32_t pid) {
  return "/proc/" + std::to_string(pid);
}

}  // namespace

base::Result<ProcessId> IdentifyLiving(ProcessId process) {
  const Error ended{ErrorCode::kNotFound, "process " + std::to_string(process.pid) + " has ended"};
  const auto text = ReadHead(FolderOf(process.pid) + "/stat", kStatLimit);
  const auto stat = text ? ParseProcessStat(*text) : std::nullopt;
  if (!stat || (process.start_time != 0 && process.start_time != stat->start_time)) return ended;
  return ProcessId{process.pid, stat->start_time};
}

std::optional<std::uint64_t> OutputPipeOf(std::int32_t pid) {
  std::array<char, PATH_MAX> buffer;
  const ssize_t size = ::readlink((FolderOf(pid) + "/fd/1").c_str(), buffer.data(), buffer.size());
  if (size < 0) return std::nullopt;
  std::string_view target(buffer.data(), static_cast<std::size_t>(size));
  if (!target.starts_with(kPipePrefix)) return std::nullopt;
  target.remove_prefix(kPipePrefix.size());
  std::uint64_t inode = 0;
  const auto [end, failure] = std::from_chars(target.data(), target.data() + target.size(), inode);
  return failure == std::errc() ? std::optional(inode) : std::nullopt;
}

}  // namespace vigie::platform
