#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <optional>
#include <string>
#include <utility>

#include "platform/base/file_reading.h"
#include "platform/linux/converter.h"
#include "platform/linux/converter_protocol.h"
#include "platform/linux/converter_sandbox.h"
#include "platform/linux/descriptor_io.h"

namespace vigie::platform {
namespace {

using base::Deadline;
using base::Error;
using base::ErrorCode;
using base::FileDescriptor;
using base::Result;

constexpr std::chrono::seconds kTimeToAnswer{5};
constexpr std::chrono::hours kLongestIdleness{24};

// How to call a tool. All but poppler's and tesseract want a name that they can open: that of their standard input,
// which only a document in memory may be opened by.
constexpr const char* kPage = "page";  // stands for the number asked for
struct Call {
  const char* program;
  std::array<const char*, 12> arguments;  // the rest is null, which ends them
  bool needs_memory;
  bool tells_errors;  // on its standard error, and ends as if all were well
};

const Call& CallOf(ConverterTool tool) {
  static constexpr const char* kInput = "/proc/self/fd/0";
  // -layout keeps the cells of a table's row on one line.
  static const std::array<Call, kConverterTools.size()> kCalls = {
      {{"/usr/bin/pdftotext", {"pdftotext", "-layout", "-enc", "UTF-8", "-", "-"}, false, true},
       {"/usr/bin/catdoc", {"catdoc", "-w", "-d", "utf-8", kInput}, true, false},
       {"/usr/bin/xls2csv", {"xls2csv", "-d", "utf-8", "-q", "0", "-c", "\t", kInput}, true, false},
       {"/usr/bin/catppt", {"catppt", "-d", "utf-8", kInput}, true, false},
       {"/usr/bin/pdftoppm",
        {"pdftoppm", "-q", "-gray", "-scale-to", "2400", "-f", kPage, "-l", kPage, "-"},
        false,
        false},
       {"/usr/bin/tesseract", {"tesseract", "stdin", "stdout", "-l", "fra+eng"}, false, false}}};
  return kCalls[static_cast<std::size_t>(tool)];
}

std::string Installed() {
  std::string installed;
  for (const auto tool : kConverterTools) installed += ::access(CallOf(tool).program, X_OK) == 0 ? '1' : '0';
  return installed;
}

FileDescriptor MakeMemory() {
  return FileDescriptor(::memfd_create("document", MFD_CLOEXEC));
}

// A child that is killed and reaped at the latest when this goes.
class RunningTool {
 public:
  explicit RunningTool(pid_t pid) : pid_(pid), handle_(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0))) {}
  ~RunningTool() {
    if (!reaped_) (void)End();
  }
  RunningTool(const RunningTool&) = delete;
  RunningTool& operator=(const RunningTool&) = delete;

  int handle() const { return handle_.get(); }
  bool killed() const { return killed_; }
  void Kill() {
    killed_ = true;
    ::kill(pid_, SIGKILL);
  }
  // Kills it if it is still at work; how it ended.
  ConversionEnd End() {
    ::kill(pid_, SIGKILL);
    int status = 0;
    while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
    reaped_ = true;
    if (!WIFEXITED(status)) return ConversionEnd::kCrashed;
    return WEXITSTATUS(status) == 0 ? ConversionEnd::kDone : ConversionEnd::kRefused;
  }

 private:
  pid_t pid_;
  FileDescriptor handle_;
  bool killed_ = false;
  bool reaped_ = false;
};

// What a tool complains of may quote the document: it is looked at here and goes nowhere. A tool that complains more
// than a pipe holds is not waited for.
class Complaints {
 public:
  static Result<Complaints> Make() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK) != 0) return base::ErrnoError(errno, "make a pipe");
    return Complaints(FileDescriptor(ends[0]), FileDescriptor(ends[1]));
  }
  int write_end() const { return write_end_.get(); }
  void CloseWriteEnd() { write_end_.Close(); }

  // Once the tool has ended: whether something was wrong with the document; warnings are not counted.
  bool HaveErrors() const {
    std::string said(std::size_t{64} << 10, '\0');
    const auto count = ::read(read_end_.get(), said.data(), said.size());
    said.resize(static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
    return said.find("Error") != std::string::npos;
  }

 private:
  Complaints(FileDescriptor read_end, FileDescriptor write_end)
      : read_end_(std::move(read_end)), write_end_(std::move(write_end)) {}
  FileDescriptor read_end_;
  FileDescriptor write_end_;
};

struct ToolFiles {
  int input;
  int output;
  int complaints;
};

[[noreturn]] void BecomeTool(Call call, const ToolFiles& files, pid_t parent, const ToolConfinement& confinement) {
  // The sandbox has no second thread for tesseract.
  char threads[] = "OMP_THREAD_LIMIT=1";
  char* const environment[] = {threads, nullptr};
  const bool ready = ::dup2(files.complaints, STDERR_FILENO) >= 0 && ::prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 &&
                     ::getppid() == parent && ::dup2(files.input, STDIN_FILENO) >= 0 &&
                     ::lseek(STDIN_FILENO, 0, SEEK_SET) == 0 && ::dup2(files.output, STDOUT_FILENO) >= 0 &&
                     ::syscall(SYS_close_range, 3U, ~0U, 0U) == 0 && confinement.Enter();
  if (ready) ::execve(call.program, const_cast<char* const*>(call.arguments.data()), environment);
  ::_exit(127);
}

class ConverterProcess {
 public:
  explicit ConverterProcess(WorkerSocket& socket) : socket_(socket) {}

  Result<void> Serve() {
    while (true) {
      auto message = socket_.Receive(Deadline::After(kLongestIdleness));
      if (!message && message.error().code == ErrorCode::kUnavailable) return {};
      if (!message && message.error().code == ErrorCode::kDeadlineExceeded) continue;
      if (!message) return message.error();
      if (auto done = Do(*std::move(message)); !done) return done;
    }
  }

 private:
  Result<void> Do(WorkerMessage message) {
    const std::string_view rest =
        std::string_view(message.bytes).substr(std::min<std::size_t>(1, message.bytes.size()));
    switch (message.bytes.empty() ? ConverterMessage::kReady : static_cast<ConverterMessage>(message.bytes[0])) {
      case ConverterMessage::kFile:
        if (message.descriptors.size() != 1) break;
        document_ = std::move(message.descriptors.front());
        in_memory_ = false;
        too_large_ = false;
        return {};
      case ConverterMessage::kDocument:
        document_ = MakeMemory();
        in_memory_ = true;
        bytes_ = 0;
        too_large_ = false;
        return document_ ? Result<void>() : base::ErrnoError(errno, "make room for a document");
      case ConverterMessage::kAppend:
        return AppendBytes(rest);
      case ConverterMessage::kConvert:
        if (const auto request = DecodeConvert(rest)) return Convert(*request);
        break;
      default:
        break;
    }
    return Error{ErrorCode::kInvalidArgument, "the converter was asked something malformed"};
  }

  Result<void> AppendBytes(std::string_view bytes) {
    if (!in_memory_ || !document_) return Error{ErrorCode::kInvalidArgument, "bytes of no document"};
    too_large_ = too_large_ || bytes.size() > kLargestConverterInput - bytes_;
    if (too_large_) return {};
    bytes_ += bytes.size();
    return WriteAll(document_.get(), bytes, "a document");
  }

  // The document as something that the tool may open by name. Empty if it is too large for that.
  Result<void> MoveToMemory() {
    auto memory = MakeMemory();
    if (!memory) return base::ErrnoError(errno, "make room for a document");
    std::string chunk(256 * 1024, '\0');
    std::uint64_t copied = 0;
    while (!too_large_) {
      const auto count = base::ReadAt(document_, copied, chunk);
      if (!count) return {};  // the tool will find it cut short
      if (*count == 0) break;
      copied += *count;
      too_large_ = copied > kLargestConverterInput;
      if (too_large_) break;
      if (auto written = WriteAll(memory.get(), std::string_view(chunk).substr(0, *count), "a document"); !written) {
        return written;
      }
    }
    document_ = std::move(memory);
    in_memory_ = true;
    bytes_ = copied;
    return {};
  }

  Result<void> Convert(const ConvertRequest& request) {
    const auto page = std::to_string(request.page);
    auto call = CallOf(request.tool);
    std::ranges::replace(call.arguments, kPage, page.c_str());
    if (!document_) return Error{ErrorCode::kInvalidArgument, "a conversion without a document"};
    if (call.needs_memory && !in_memory_) {
      if (auto moved = MoveToMemory(); !moved) return moved;
    }
    if (too_large_) return SendEnd(ConversionEnd::kTooLarge);
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) return base::ErrnoError(errno, "make a pipe");
    FileDescriptor read_end(ends[0]);
    FileDescriptor write_end(ends[1]);
    auto complaints = Complaints::Make();
    if (!complaints) return complaints.error();
    const ToolConfinement confinement(request.milliseconds);
    const ToolFiles files{document_.get(), write_end.get(), complaints->write_end()};
    const pid_t parent = ::getpid();
    const pid_t pid = ::fork();
    if (pid == 0) BecomeTool(call, files, parent, confinement);
    if (pid < 0) return base::ErrnoError(errno, "start a tool");
    RunningTool tool(pid);
    write_end.Close();
    complaints->CloseWriteEnd();
    WorkerMessage started{.bytes = MessageOf(ConverterMessage::kStarted), .descriptors = {}};
    started.descriptors.push_back(std::move(read_end));
    if (auto sent = socket_.Send(started, Deadline::After(kTimeToAnswer)); !sent) return sent;
    started.descriptors.clear();
    auto end = Await(tool, Deadline::After(std::chrono::milliseconds(request.milliseconds)));
    if (!end) return end.error();
    if (!*end) return {};
    const bool wrong = **end == ConversionEnd::kDone && call.tells_errors && complaints->HaveErrors();
    return SendEnd(wrong ? ConversionEnd::kRefused : **end);
  }

  // Until the inspector says that it needs no more, or is gone: then there is nobody to tell the end. Meanwhile the
  // deadline is kept.
  Result<std::optional<ConversionEnd>> Await(RunningTool& tool, Deadline deadline) {
    bool ended = false;
    while (true) {
      std::array<pollfd, 2> entries = {pollfd{kWorkerSocketNumber, POLLIN, 0},
                                       pollfd{ended ? -1 : tool.handle(), POLLIN, 0}};
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline.remaining()).count();
      const bool watches_time = !ended && !tool.killed();
      const int ready = ::poll(entries.data(), entries.size(),
                               watches_time ? static_cast<int>(std::clamp<std::int64_t>(left, 0, 3'600'000)) : -1);
      if (ready < 0 && errno != EINTR) return base::ErrnoError(errno, "wait for a tool");
      if (ready == 0) tool.Kill();
      ended = ended || entries[1].revents != 0;
      if (ready > 0 && entries[0].revents != 0) break;
    }
    const auto stop = socket_.Receive(Deadline::After(kTimeToAnswer));
    if (!stop && stop.error().code == ErrorCode::kUnavailable) return std::optional<ConversionEnd>();
    if (!stop) return stop.error();
    if (!stop->bytes.starts_with(static_cast<char>(ConverterMessage::kStop))) {
      return Error{ErrorCode::kInvalidArgument, "the converter was asked for two things at a time"};
    }
    return std::optional(EndOf(tool, ended, stop->bytes.size() > 1));
  }

  static ConversionEnd EndOf(RunningTool& tool, bool ended, bool after_its_text) {
    constexpr int kTimeToExit = 1000;
    if (!ended && !tool.killed() && after_its_text) {
      pollfd entry = {tool.handle(), POLLIN, 0};
      ended = ::poll(&entry, 1, kTimeToExit) > 0;
    }
    const bool was_killed = tool.killed();
    const auto end = tool.End();
    if (was_killed) return ConversionEnd::kTimedOut;
    return ended ? end : ConversionEnd::kDone;  // no more of it was wanted
  }

  Result<void> SendEnd(ConversionEnd end) {
    const char code = static_cast<char>(end);
    return socket_.Send({.bytes = MessageOf(ConverterMessage::kEnded, {&code, 1}), .descriptors = {}},
                        Deadline::After(kTimeToAnswer));
  }

  WorkerSocket& socket_;
  FileDescriptor document_;
  bool in_memory_ = false;
  bool too_large_ = false;
  std::uint64_t bytes_ = 0;
};

}  // namespace

Result<void> RunConverter() {
  const auto socket = InheritedWorkerSocket();
  if (!socket) return socket.error();
  const auto installed = Installed();
  if (auto confined = ConfineConverter(); !confined) return confined.error().Wrap("confine the converter");
  const WorkerMessage ready{.bytes = MessageOf(ConverterMessage::kReady, installed), .descriptors = {}};
  if (auto sent = (*socket)->Send(ready, Deadline::After(kTimeToAnswer)); !sent) return sent;
  return ConverterProcess(**socket).Serve();
}

}  // namespace vigie::platform
