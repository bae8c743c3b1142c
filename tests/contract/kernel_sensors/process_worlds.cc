#include <unistd.h>

#include <map>
#include <utility>

#include "platform/fake/fake_process_events.h"
#include "platform/linux/linux_platform.h"
#include "platform/linux/proc_connector.h"
#include "tests/contract/kernel_sensors/process_world.h"
#include "tests/contract/kernel_sensors/real_process.h"

namespace vigie::test {
namespace {

using platform::ProcessId;

class FakeProcessWorld final : public ProcessWorld {
 public:
  platform::ProcessEvents& events() override { return events_; }

  Life Begin(const std::string& program, const std::vector<std::string>& arguments) override {
    const ProcessId parent{::getpid(), 7};
    const ProcessId child{++last_pid_, 4242};
    const Life life{child, parent, 901, 902};
    events_.EmitForked({parent, child});
    platform::ProcessExecuted executed;
    executed.process = child;
    executed.parent = parent;
    executed.exe = program;
    executed.arguments = arguments;
    executed.uid = ::getuid();
    executed.input_pipe = life.input_pipe;
    executed.output_pipe = life.output_pipe;
    events_.EmitExecuted(std::move(executed));
    return life;
  }

  void End(const Life& life) override { events_.EmitEnded({life.process}); }

 private:
  platform::FakeProcessEvents events_;
  std::int32_t last_pid_ = 1 << 22;
};

class RealProcessWorld final : public ProcessWorld {
 public:
  RealProcessWorld(std::unique_ptr<platform::ProcessEvents> events, std::string skip_reason)
      : events_(std::move(events)), skip_reason_(std::move(skip_reason)) {}

  std::string SkipReason() const override { return skip_reason_; }
  platform::ProcessEvents& events() override { return *events_; }

  Life Begin(const std::string& program, const std::vector<std::string>& arguments) override {
    RealProcess process(program, arguments);
    const Life life{process.id(), IdentifyProcess(::getpid()), process.input_pipe(), process.output_pipe()};
    processes_.emplace(process.id(), std::move(process));
    return life;
  }

  void End(const Life& life) override { processes_.erase(life.process); }

 private:
  std::unique_ptr<platform::ProcessEvents> events_;
  const std::string skip_reason_;
  std::map<ProcessId, RealProcess> processes_;
};

constexpr const char* kNeedsRoot = "needs root";

}  // namespace

std::unique_ptr<ProcessWorld> MakeFakeProcessWorld() {
  return std::make_unique<FakeProcessWorld>();
}

std::unique_ptr<ProcessWorld> MakeBpfProcessWorld() {
  if (::geteuid() != 0) return std::make_unique<RealProcessWorld>(nullptr, kNeedsRoot);
  auto events = platform::MakeProcessEvents(platform::LoadKernelPrograms());
  std::string reason;
  if (events->source() != "bpf") reason = events->degradations().front();
  return std::make_unique<RealProcessWorld>(std::move(events), std::move(reason));
}

std::unique_ptr<ProcessWorld> MakeProcConnectorWorld() {
  if (::geteuid() != 0) return std::make_unique<RealProcessWorld>(nullptr, kNeedsRoot);
  return std::make_unique<RealProcessWorld>(platform::MakeProcConnector("a test of it"), "");
}

}  // namespace vigie::test
