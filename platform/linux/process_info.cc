#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include <memory>

#include "platform/linux/descriptor_io.h"
#include "platform/linux/linux_platform.h"
#include "platform/linux/proc_folder.h"
#include "platform/linux/proc_text.h"
#include "platform/linux/process_pipes.h"
#include "platform/linux/user_names.h"

namespace vigie::platform {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

constexpr std::size_t kMaxCommandLine = 4096;
constexpr std::size_t kMaxParents = 16;
constexpr std::size_t kMaxProcesses = 65536;
constexpr std::size_t kMaxThreads = 4096;
constexpr std::size_t kMaxDescriptors = 65536;
constexpr std::size_t kMaxWritableFiles = 1024;
constexpr std::size_t kSmallFile = 16 << 10;
constexpr std::uint32_t kUnset = 0xffffffff;  // loginuid and sessionid of a process that nobody logged in for

// Empty if it cannot be read: a kernel thread has none, and other users' are hidden from non-root.
std::string ReadLink(const std::string& path) {
  std::string target(PATH_MAX, '\0');
  const ssize_t size = ::readlink(path.c_str(), target.data(), target.size());
  if (size < 0) return "";
  return WithoutDeletedNote(std::string_view(target).substr(0, static_cast<std::size_t>(size)));
}

void DescribeParents(const ProcessStat& stat, ProcessDescription& process) {
  std::int32_t pid = stat.parent;
  while (pid > 0 && process.parents.size() < kMaxParents) {
    const auto parent = ReadProcessStat(pid);
    process.parents.push_back(ReadLink(ProcessFolder(pid) + "/exe"));
    process.parent_ids.push_back({pid, parent ? parent->start_time : 0});
    pid = parent ? parent->parent : 0;
  }
}

std::uint64_t InputPipe(std::int32_t pid) {
  struct stat input = {};
  const bool is_pipe = ::stat((ProcessFolder(pid) + "/fd/0").c_str(), &input) == 0 && S_ISFIFO(input.st_mode);
  return is_pipe ? input.st_ino : 0;
}

std::uint32_t ReadNumber(const std::string& path, std::uint32_t otherwise) {
  const auto text = ReadHead(path, kSmallFile);
  if (!text) return otherwise;
  return ParseNumberFile(*text).value_or(otherwise);
}

// The kernel's own threads that open files for an io_uring show no system call.
bool OpensForIoUring(const std::string& thread) {
  const auto name = ReadHead(thread + "/comm", kSmallFile);
  return name && (name->starts_with("iou-wrk-") || name->starts_with("iou-sqp-"));
}

std::optional<OpenMode> PendingOpenModeOfThread(const std::string& thread) {
  const auto text = ReadHead(thread + "/syscall", kSmallFile);
  if (!text) return std::nullopt;
  const auto call = ParseSystemCall(*text);
  if (call) return OpenModeOf(*call);
  return OpensForIoUring(thread) ? std::optional(OpenMode::kUnknown) : std::nullopt;
}

std::optional<WritableFile> AsWritableFile(std::int32_t pid, const std::string& number) {
  const auto text = ReadHead(ProcessFolder(pid) + "/fdinfo/" + number, kSmallFile);
  if (!text) return std::nullopt;
  const auto flags = ParseDescriptorFlags(*text);
  if (!flags || (*flags & O_ACCMODE) == O_RDONLY || (*flags & O_PATH) != 0) return std::nullopt;
  const std::string link = ProcessFolder(pid) + "/fd/" + number;
  struct stat status = {};
  if (::stat(link.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) return std::nullopt;
  return WritableFile{status.st_dev, status.st_ino, ReadLink(link)};
}

class LinuxProcessInfo final : public ProcessInfo {
 public:
  Result<ProcessDescription> Describe(std::int32_t pid) override {
    const auto stat = ReadProcessStat(pid);
    if (!stat) return stat.error();
    ProcessDescription process;
    process.id = {pid, stat->start_time};
    process.exe = ReadLink(ProcessFolder(pid) + "/exe");
    DescribeParents(*stat, process);
    process.input_pipe = InputPipe(pid);
    if (const auto text = ReadHead(ProcessFolder(pid) + "/cmdline", kMaxCommandLine)) {
      process.command_line = JoinArguments(*text, kMaxCommandLine);
    }
    if (auto user = DescribeUser(process); !user) return user.error();
    // What was read belongs together only if the pid is still the same process.
    const auto again = ReadProcessStat(pid);
    if (!again || again->start_time != stat->start_time) return ProcessEndedError(pid);
    return process;
  }

  OpenMode PendingOpenMode(std::int32_t pid) override {
    std::optional<OpenMode> mode;
    const std::string threads = ProcessFolder(pid) + "/task";
    const auto listed = ForEachName(threads, kMaxThreads, [&](const std::string& thread) {
      const auto one = PendingOpenModeOfThread(threads + "/" + thread);
      // The event does not say which thread it is about: the strongest counts.
      if (one && (!mode || *one != OpenMode::kRead)) mode = one;
      return mode != OpenMode::kWrite;
    });
    return listed && mode ? *mode : OpenMode::kUnknown;
  }

  Result<std::vector<WritableFile>> WritableFiles(std::int32_t pid) override {
    std::vector<WritableFile> files;
    const auto listed = ForEachName(ProcessFolder(pid) + "/fd", kMaxDescriptors, [&](const std::string& number) {
      if (auto file = AsWritableFile(pid, number)) files.push_back(*std::move(file));
      return files.size() < kMaxWritableFiles;
    });
    if (!listed && listed.error().code == ErrorCode::kNotFound) return ProcessEndedError(pid);
    if (!listed) return listed.error();
    return files;
  }

  Result<Outflow> OutflowOf(std::int32_t pid) override { return FindOutflow(pid); }

  Result<std::vector<ProcessLink>> Running() override {
    std::vector<ProcessLink> links;
    const auto listed = ForEachProcess(kMaxProcesses, [&](std::int32_t pid) {
      const auto stat = ReadProcessStat(pid);
      if (!stat) return true;
      const auto parent = stat->parent > 0 ? ReadProcessStat(stat->parent) : stat;
      links.push_back({{pid, stat->start_time}, {stat->parent, parent ? parent->start_time : 0}});
      return true;
    });
    if (!listed) return listed.error();
    return links;
  }

 private:
  Result<void> DescribeUser(ProcessDescription& process) {
    const std::string folder = ProcessFolder(process.id.pid);
    const auto text = ReadHead(folder + "/status", kSmallFile);
    if (!text && text.error().code == ErrorCode::kNotFound) return ProcessEndedError(process.id.pid);
    if (!text) return text.error();
    const auto uid = ParseRealUid(*text);
    if (!uid) return Error{ErrorCode::kDataLoss, folder + "/status is not what proc(5) says"};
    process.uid = *uid;
    // A kernel without audit has neither file.
    const std::uint32_t login = ReadNumber(folder + "/loginuid", kUnset);
    process.user = user_names_.NameOf(login == kUnset ? process.uid : login);
    const std::uint32_t session = ReadNumber(folder + "/sessionid", kUnset);
    process.session = session == kUnset ? 0 : session;
    return {};
  }

  UserNames user_names_;
};

}  // namespace

std::unique_ptr<ProcessInfo> MakeProcessInfo() {
  return std::make_unique<LinuxProcessInfo>();
}

}  // namespace vigie::platform
