#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <map>
#include <utility>
#include <vector>

#include "platform/fake/fake_write_guard.h"
#include "platform/linux/linux_platform.h"
#include "tests/contract/write_guard/scratch_mount.h"
#include "tests/contract/write_guard/write_actor.h"
#include "tests/contract/write_guard/write_world.h"

namespace vigie::test {
namespace {

using platform::ProcessId;
using platform::WriteOperation;

bool MakesSomething(WriteOperation operation) {
  return operation == WriteOperation::kCreate || operation == WriteOperation::kRename ||
         operation == WriteOperation::kLink;
}

class FakeWriteWorld final : public WriteWorld {
 public:
  platform::WriteGuard& guard() override { return guard_; }
  ProcessId Begin() override { return last_ = {++pids_, 7}; }

  ProcessId Fork() override {
    const ProcessId child{++pids_, 8};
    guard_.Fork(last_, child);
    return child;
  }

  std::uint64_t device() const override { return 11; }
  std::uint64_t other_device() const override { return 12; }

  bool Do(ProcessId process, WriteOperation operation) override {
    return guard_.Write({.process = process,
                         .operation = operation,
                         .device = device(),
                         .path = MakesSomething(operation) ? "/folder/new" : "/folder/old"});
  }
  bool OpenOnOther(ProcessId process) override {
    return guard_.Write(
        {.process = process, .operation = WriteOperation::kOpen, .device = other_device(), .path = "/folder/old"});
  }

 private:
  platform::FakeWriteGuard guard_;
  ProcessId last_;
  std::int32_t pids_ = 1 << 22;
};

class BpfWriteWorld final : public WriteWorld {
 public:
  explicit BpfWriteWorld(std::unique_ptr<platform::WriteGuard> guard, std::string skip_reason)
      : guard_(std::move(guard)), skip_reason_(std::move(skip_reason)) {
    if (!skip_reason_.empty()) return;
    for (auto* mount : {&mount_, &other_}) {
      *mount = std::make_unique<ScratchMount>();
      ::mkdir((**mount / "folder").c_str(), 0755);
      WriteText(**mount / "folder/old", "a text");
    }
  }

  std::string SkipReason() const override { return skip_reason_; }
  platform::WriteGuard& guard() override { return *guard_; }

  ProcessId Begin() override {
    actors_.push_back(std::make_unique<WriteActor>());
    actors_.back()->Do("hold " + *mount_ / "folder/old");
    return actors_.back()->id();
  }

  ProcessId Fork() override {
    parents_[child_ = actors_.back()->Fork()] = actors_.back().get();
    return child_;
  }

  std::uint64_t device() const override { return mount_->device(); }
  std::uint64_t other_device() const override { return other_->device(); }

  bool Do(ProcessId process, WriteOperation operation) override {
    ::unlink((*mount_ / "folder/new").c_str());
    return MayDo(process, CommandOf(operation));
  }
  bool OpenOnOther(ProcessId process) override { return MayDo(process, "open " + *other_ / "folder/old"); }

 private:
  std::string CommandOf(WriteOperation operation) const {
    const std::string known = *mount_ / "folder/old";
    const std::string made = *mount_ / "folder/new";
    switch (operation) {
      case WriteOperation::kOpen:
        return "open " + known;
      case WriteOperation::kWrite:
        return "write";
      case WriteOperation::kCreate:
        return "create " + made;
      case WriteOperation::kRename:
        return "rename " + known + " " + made;
      case WriteOperation::kLink:
        return "link " + known + " " + made;
      case WriteOperation::kMap:
        return "map";
      case WriteOperation::kAttribute:
        return "attribute " + known;
    }
    std::abort();
  }

  bool MayDo(ProcessId process, const std::string& command) {
    std::string answer;
    for (const auto& actor : actors_) {
      if (actor->id() == process) answer = actor->Do(command);
    }
    if (const auto parent = parents_.find(process); parent != parents_.end()) {
      answer = parent->second->Do("child " + command);
    }
    if (answer != "ok" && answer != "E1") std::abort();  // EPERM, and no other reason
    return answer == "ok";
  }

  std::unique_ptr<platform::WriteGuard> guard_;
  const std::string skip_reason_;
  std::unique_ptr<ScratchMount> mount_;
  std::unique_ptr<ScratchMount> other_;
  std::vector<std::unique_ptr<WriteActor>> actors_;
  std::map<ProcessId, WriteActor*> parents_;
  ProcessId child_;
};

}  // namespace

std::unique_ptr<WriteWorld> MakeFakeWriteWorld() {
  return std::make_unique<FakeWriteWorld>();
}

std::unique_ptr<WriteWorld> MakeBpfWriteWorld() {
  if (::geteuid() != 0) return std::make_unique<BpfWriteWorld>(nullptr, "needs root");
  auto guard = platform::MakeWriteGuard(platform::LoadKernelPrograms());
  std::string reason;
  if (const auto usable = guard->SetPlaces({}); !usable) reason = usable.error().message;
  return std::make_unique<BpfWriteWorld>(std::move(guard), std::move(reason));
}

}  // namespace vigie::test
