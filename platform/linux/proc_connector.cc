#include "platform/linux/proc_connector.h"

#include <limits.h>
#include <pthread.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <charconv>
#include <chrono>
#include <optional>
#include <string_view>
#include <thread>
#include <unordered_map>
#include <utility>

#include "platform/base/guarded.h"
#include "platform/linux/descriptor_io.h"
#include "platform/linux/proc_event_socket.h"
#include "platform/linux/proc_text.h"
#include "platform/linux/sensor_counters.h"
#include "platform/linux/wake_signal.h"

namespace vigie::platform {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

constexpr std::size_t kSmallFile = 16 << 10;
constexpr std::size_t kMaxArguments = 4096;
constexpr std::size_t kMaxKnown = 65536;
constexpr std::uint32_t kUnset = 0xffffffff;
constexpr std::string_view kPipePrefix = "pipe:[";

std::string FolderOf(std::int32_t pid) {
  return "/proc/" + std::to_string(pid);
}

std::optional<ProcessStat> ReadStat(std::int32_t pid) {
  const auto text = ReadHead(FolderOf(pid) + "/stat", kSmallFile);
  return text ? ParseProcessStat(*text) : std::nullopt;
}

std::string ReadLink(const std::string& path) {
  std::array<char, PATH_MAX> target;
  const ssize_t size = ::readlink(path.c_str(), target.data(), target.size());
  return size < 0 ? "" : WithoutDeletedNote(std::string_view(target.data(), static_cast<std::size_t>(size)));
}

std::uint32_t ReadNumber(const std::string& path) {
  const auto text = ReadHead(path, kSmallFile);
  return text ? ParseNumberFile(*text).value_or(kUnset) : kUnset;
}

std::uint64_t PipeAt(const std::string& path) {
  const std::string target = ReadLink(path);
  std::uint64_t inode = 0;
  if (!target.starts_with(kPipePrefix)) return 0;
  std::from_chars(target.data() + kPipePrefix.size(), target.data() + target.size(), inode);
  return inode;
}

std::vector<std::string> ReadArguments(const std::string& path) {
  const auto text = ReadHead(path, kMaxArguments);
  std::vector<std::string> arguments;
  if (!text) return arguments;
  for (std::size_t begin = 0; begin < text->size();) {
    const std::size_t end = std::min(text->find('\0', begin), text->size());
    arguments.push_back(text->substr(begin, end - begin));
    begin = end + 1;
  }
  return arguments;
}

void ReadDetails(const std::string& folder, ProcessExecuted& event) {
  event.exe = ReadLink(folder + "/exe");
  event.arguments = ReadArguments(folder + "/cmdline");
  event.login_uid = ReadNumber(folder + "/loginuid");
  const std::uint32_t session = ReadNumber(folder + "/sessionid");
  event.session = session == kUnset ? 0 : session;
  event.input_pipe = PipeAt(folder + "/fd/0");
  event.output_pipe = PipeAt(folder + "/fd/1");
  const auto status = ReadHead(folder + "/status", kSmallFile);
  if (status) event.uid = ParseRealUid(*status).value_or(0);
}

class ProcConnector final : public ProcessEvents {
 public:
  explicit ProcConnector(std::string reason) : reason_(std::move(reason)) {}
  ~ProcConnector() override { Stop(); }

  Result<void> Start(ProcessEventHandler& handler) override {
    auto state = state_.Lock();
    if (state->started || state->stopped) {
      return Error{ErrorCode::kFailedPrecondition, "proc connector: started already"};
    }
    auto socket = ProcEventSocket::Open();
    if (!socket) return socket.error();
    state->started = true;
    handler_ = &handler;
    socket_.emplace(*std::move(socket));
    thread_ = std::thread([this] { Run(); });
    ::pthread_setname_np(thread_.native_handle(), "vigie-process");
    return {};
  }

  void Stop() override {
    auto state = state_.Lock();
    state->stopped = true;
    stop_.Give();
    if (thread_.joinable()) thread_.join();
  }

  SensorCounts counts() const override { return counters_.Read(0); }
  std::string source() const override { return "proc connector"; }

  std::vector<std::string> degradations() const override {
    return {"processes are told by the proc connector (" + reason_ + ")",
            "of a process that ends within a millisecond neither program nor arguments are known",
            "the control groups of processes are not known", "a process counts as ended when its first thread ends"};
  }

 private:
  struct State {
    bool started = false;
    bool stopped = false;
  };

  void Run() {
    const std::array<int, 1> awaited{socket_->descriptor()};
    bool stopping = false;
    while (!stopping) {
      stopping = stop_.Await(awaited);
      while (ReadOnce()) continue;  // also what happened before the stop
    }
  }

  // Whether there may be more.
  bool ReadOnce() {
    const auto events = socket_->Read();
    if (!events) {
      counters_.Produced();
      Lose(events.error().message);
      return true;
    }
    if (!events->has_value()) return false;
    for (const auto& event : **events) Handle(event);
    return true;
  }

  void Handle(const ProcEvent& event) {
    counters_.Produced();
    if (event.kind == ProcEventKind::kForked) {
      HandleForked(event);
    } else if (event.kind == ProcEventKind::kExecuted) {
      HandleExecuted(event);
    } else {
      HandleEnded(event);
    }
  }

  void HandleForked(const ProcEvent& event) {
    known_.erase(event.pid);
    const auto parent = Identify(event.parent);
    const auto child = Identify(event.pid);
    if (!child) return counters_.Lost();  // it is over, and did nothing that anybody saw
    counters_.Delivered();
    handler_->OnForked({parent.value_or(ProcessId{event.parent, 0}), *child});
  }

  void HandleExecuted(const ProcEvent& event) {
    ProcessExecuted executed;
    executed.at = std::chrono::system_clock::now();
    const auto before = ReadStat(event.pid);
    if (!before) return Lose("a process ended before its program could be read");
    ReadDetails(FolderOf(event.pid), executed);
    const auto after = ReadStat(event.pid);
    if (!after || after->start_time != before->start_time || executed.exe.empty()) {
      return Lose("a process ended while its program was read");
    }
    executed.process = {event.pid, before->start_time};
    executed.parent = Identify(before->parent).value_or(ProcessId{before->parent, 0});
    known_[event.pid] = before->start_time;
    counters_.Delivered();
    handler_->OnExecuted(std::move(executed));
  }

  void HandleEnded(const ProcEvent& event) {
    const auto process = Identify(event.pid);
    known_.erase(event.pid);
    if (!process) return counters_.Lost();
    counters_.Delivered();
    handler_->OnEnded({*process});
  }

  std::optional<ProcessId> Identify(std::int32_t pid) {
    if (const auto found = known_.find(pid); found != known_.end()) return ProcessId{pid, found->second};
    const auto stat = ReadStat(pid);
    if (!stat) return std::nullopt;
    if (known_.size() >= kMaxKnown) known_.clear();  // it is a cache of /proc
    known_[pid] = stat->start_time;
    return ProcessId{pid, stat->start_time};
  }

  void Lose(const std::string& reason) {
    counters_.Lost();
    handler_->OnProcessGap({reason, std::chrono::system_clock::now()});
  }

  const std::string reason_;
  base::Guarded<State> state_;
  ProcessEventHandler* handler_ = nullptr;
  std::optional<ProcEventSocket> socket_;
  std::unordered_map<std::int32_t, std::uint64_t> known_;  // start times, by pid
  SensorCounters counters_;
  WakeSignal stop_;
  std::thread thread_;
};

}  // namespace

std::unique_ptr<ProcessEvents> MakeProcConnector(const std::string& reason) {
  return std::make_unique<ProcConnector>(reason);
}

}  // namespace vigie::platform
