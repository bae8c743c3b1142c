#include "core/inspection/inspector_pool.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <map>
#include <optional>
#include <utility>

#include "core/content/scan_budget.h"
#include "core/inspection/inspector_protocol.h"
#include "core/inspection/worker_supply.h"
#include "platform/base/file_reading.h"
#include "platform/base/guarded.h"
#include "platform/base/logging.h"

namespace vigie::inspection {
namespace {

// Mapping and checking an index of ten million customers included.
constexpr std::chrono::seconds kTimeToSetUp{30};

// Descriptors that are sent, not given away.
class BorrowedDescriptors {
 public:
  void Add(const base::FileDescriptor& owned) { message_.descriptors.emplace_back(owned.get()); }
  ~BorrowedDescriptors() {
    for (auto& descriptor : message_.descriptors) (void)descriptor.Release();
  }
  BorrowedDescriptors() = default;
  BorrowedDescriptors(const BorrowedDescriptors&) = delete;
  BorrowedDescriptors& operator=(const BorrowedDescriptors&) = delete;
  platform::WorkerMessage& message() { return message_; }

 private:
  platform::WorkerMessage message_;
};

struct OpenIndexes {
  std::vector<std::string> names;
  std::vector<base::FileDescriptor> files;
  std::vector<customers::IndexKey> keys;
};

base::Result<OpenIndexes> OpenAll(const std::vector<IndexFile>& indexes, platform::FileSystem& files) {
  if (indexes.size() > kMostIndexes) {
    return base::Error{base::ErrorCode::kInvalidArgument,
                       "more than " + std::to_string(kMostIndexes) + " customer indexes are not supported"};
  }
  OpenIndexes open;
  for (const auto& index : indexes) {
    auto file = files.OpenForReading(index.file);
    if (!file) return file.error().Wrap("open the customer index");
    auto key = customers::ReadIndexKey(files, index.key_file);
    if (!key) return key.error();
    open.names.push_back(index.file);
    open.files.push_back(*std::move(file));
    open.keys.push_back(*key);
  }
  return open;
}

v1::Inspection NotEvaluated(v1::Reason reason, const base::FileDescriptor& content) {
  v1::Inspection inspection;
  inspection.set_evaluated(v1::EVALUATED_NONE);
  inspection.add_reasons(reason);
  if (const auto size = base::SizeOf(content)) inspection.set_bytes(*size);
  return inspection;
}

}  // namespace

v1::InspectionBudget DefaultBudget() {
  return content::DefaultBudget();
}

class InspectorPool::Impl {
 public:
  using SharedDetectors = std::shared_ptr<const UserDetectors>;

  Impl(InspectorPoolOptions options, OpenIndexes indexes, platform::WorkerLauncher& launcher)
      : options_(std::move(options)),
        indexes_(std::move(indexes)),
        launcher_(launcher),
        detectors_(std::make_shared<const UserDetectors>(options_.detectors)),
        supply_({.most = std::max<std::size_t>(options_.processes, 1),
                 .kept_ready = std::min(options_.kept_ready, std::max<std::size_t>(options_.processes, 1)),
                 .launch = [this] { return Launch(); },
                 .set_up = [this](platform::WorkerProcess& worker) { return SetUp(worker); }}) {}

  base::Result<void> ProveReady() {
    auto worker = supply_.Take(base::Deadline::After(2 * kTimeToSetUp));
    if (!worker) return worker.error();
    supply_.GiveBack(*std::move(worker));
    return {};
  }

  v1::Inspection Inspect(const base::FileDescriptor& content, base::Deadline deadline) {
    const auto limit = std::min(deadline.at(), base::Deadline::After(BudgetTime()).at());
    ++inspected_;
    const auto begin = std::chrono::steady_clock::now();
    auto inspection = InspectWithin(content, base::Deadline(limit));
    const std::chrono::duration<double, std::milli> taken = std::chrono::steady_clock::now() - begin;
    if (inspection.milliseconds() == 0) inspection.set_milliseconds(taken.count());
    return inspection;
  }

  void UseDetectors(UserDetectors detectors) {
    const auto current = *detectors_.Lock();
    if (EncodeSetup({}, *current) == EncodeSetup({}, detectors)) return;  // the policy changed, but not in this
    *detectors_.Lock() = std::make_shared<const UserDetectors>(std::move(detectors));
  }

  // Workers that were taken come back dead; none is started any more.
  void Abandon() {
    supply_.Stop();
    auto workers = set_up_with_.Lock();
    for (const auto& [worker, detectors] : *workers) worker->Kill();
  }

  InspectorPoolCounts counts() const { return {inspected_.load(), restarts_.load(), failures_.load()}; }

 private:
  enum class Outcome { kAnswered, kNotTaken, kDied, kLate };

  std::chrono::milliseconds BudgetTime() const { return std::chrono::milliseconds(options_.budget.milliseconds()); }

  v1::Inspection InspectWithin(const base::FileDescriptor& content, base::Deadline deadline) {
    constexpr int kDeathsAllowed = 2;
    v1::Inspection inspection;
    for (int deaths = 0; deaths < kDeathsAllowed;) {
      auto taken = TakeWorker(deadline);
      if (!taken && taken.error().code == base::ErrorCode::kDeadlineExceeded) return Late(content);
      if (!taken) break;
      const auto outcome = Ask(std::move(taken->worker), {content, deadline, *taken->detectors}, inspection);
      if (outcome == Outcome::kAnswered) return inspection;
      if (outcome == Outcome::kLate) return Late(content);
      // A worker that was found dead has not seen this file: the file is not to blame.
      if (outcome == Outcome::kDied) ++deaths;
    }
    ++failures_;
    return NotEvaluated(v1::REASON_INSPECTOR_FAILED, content);
  }

  struct TakenWorker {
    WorkerSupply::Worker worker;
    SharedDetectors detectors;  // that it was set up with
  };

  // A worker that knows the present detectors; others have outlived their policy.
  base::Result<TakenWorker> TakeWorker(base::Deadline deadline) {
    while (true) {
      auto worker = supply_.Take(deadline);
      if (!worker) return worker.error();
      auto known = set_up_with_.Lock()->at(worker->get());
      const auto wanted = *detectors_.Lock();
      if (known == wanted) return TakenWorker{*std::move(worker), std::move(known)};
      Discard(*std::move(worker));
    }
  }

  void Discard(WorkerSupply::Worker worker) {
    set_up_with_.Lock()->erase(worker.get());
    supply_.Discard(std::move(worker));
  }

  static v1::Inspection Late(const base::FileDescriptor& content) {
    return NotEvaluated(v1::REASON_TIMED_OUT, content);
  }

  struct Question {
    const base::FileDescriptor& content;
    base::Deadline deadline;
    const UserDetectors& detectors;
  };

  // Gives the worker back, or discards it if it is dead, late or cannot be trusted any more.
  Outcome Ask(WorkerSupply::Worker worker, const Question& question, v1::Inspection& inspection) {
    const auto sent = SendFile(*worker, question);
    if (!sent) return GiveUp(std::move(worker), sent.error(), Outcome::kNotTaken);
    const auto message = worker->socket().Receive(question.deadline);
    if (!message) return GiveUp(std::move(worker), message.error(), Outcome::kDied);
    auto reply = DecodeInspectionReply(message->bytes, question.detectors);
    if (!reply) return GiveUp(std::move(worker), reply.error(), Outcome::kDied);
    inspection = std::move(*reply->mutable_inspection());
    if (reply->retiring()) {
      Discard(std::move(worker));
    } else {
      supply_.GiveBack(std::move(worker));
    }
    return Outcome::kAnswered;
  }

  Outcome GiveUp(WorkerSupply::Worker worker, const base::Error& error, Outcome outcome) {
    base::LogWarning("inspector {} is replaced: {}", worker->pid(), error.message);
    worker->Kill();  // at once: it may be busy without end
    Discard(std::move(worker));
    ++restarts_;
    return error.code == base::ErrorCode::kDeadlineExceeded ? Outcome::kLate : outcome;
  }

  base::Result<void> SendFile(platform::WorkerProcess& worker, const Question& question) const {
    // The worker stops by itself a little earlier, so that what it found until then is not lost with it.
    const auto time = std::chrono::duration_cast<std::chrono::milliseconds>(question.deadline.remaining() * 9 / 10);
    auto budget = options_.budget;
    budget.set_milliseconds(static_cast<std::uint32_t>(std::max<std::int64_t>(time.count(), 1)));
    BorrowedDescriptors request;
    request.message().bytes = EncodeInspect(budget);
    request.Add(question.content);
    return worker.socket().Send(request.message(), question.deadline);
  }

  base::Result<WorkerSupply::Worker> Launch() {
    auto worker = launcher_.Launch(options_.executable, {});
    if (!worker) return worker.error().Wrap("start " + options_.executable);
    if (options_.on_worker_started) options_.on_worker_started((*worker)->pid());
    return worker;
  }

  base::Result<void> SetUp(platform::WorkerProcess& worker) {
    const auto deadline = base::Deadline::After(kTimeToSetUp);
    BorrowedDescriptors request;
    const auto detectors = *detectors_.Lock();
    (*set_up_with_.Lock())[&worker] = detectors;
    request.message().bytes = EncodeSetup(indexes_.keys, *detectors);
    for (const auto& file : indexes_.files) request.Add(file);
    const std::string context = "set up " + options_.executable;
    const auto answered = [&]() -> base::Result<platform::WorkerMessage> {
      if (const auto sent = worker.socket().Send(request.message(), deadline); !sent) return sent.error();
      auto message = worker.socket().Receive(deadline);
      if (!message) return message;
      if (const auto ready = DecodeSetupReply(message->bytes, indexes_.names); !ready) return ready.error();
      return message;
    }();
    if (answered) return TellMissingTools(DecodeMissingTools(answered->bytes)), base::Result<void>();
    set_up_with_.Lock()->erase(&worker);  // it will not be taken
    return answered.error().Wrap(context);
  }

  void TellMissingTools(const std::vector<std::string>& tools) {
    if (tools.empty() || told_missing_tools_.exchange(true)) return;
    std::string names;
    for (const auto& tool : tools) names += (names.empty() ? "" : ", ") + tool;
    base::LogWarning("not installed: {}; PDF or old office documents are inspected as bytes and reported unsupported",
                     names);
  }

  const InspectorPoolOptions options_;
  const OpenIndexes indexes_;
  platform::WorkerLauncher& launcher_;
  std::atomic<bool> told_missing_tools_ = false;
  std::atomic<std::uint64_t> inspected_ = 0;
  std::atomic<std::uint64_t> restarts_ = 0;
  std::atomic<std::uint64_t> failures_ = 0;
  base::Guarded<SharedDetectors> detectors_;
  base::Guarded<std::map<platform::WorkerProcess*, SharedDetectors>> set_up_with_;
  WorkerSupply supply_;  // last: its thread calls us
};

base::Result<std::unique_ptr<InspectorPool>> InspectorPool::Create(InspectorPoolOptions options,
                                                                   platform::WorkerLauncher& launcher,
                                                                   platform::FileSystem& files) {
  options.budget = content::WithDefaults(options.budget);
  auto indexes = OpenAll(options.indexes, files);
  if (!indexes) return indexes.error();
  const bool prove = options.prove_ready;
  auto impl = std::make_unique<Impl>(std::move(options), *std::move(indexes), launcher);
  if (prove) {
    if (const auto ready = impl->ProveReady(); !ready) return ready.error();
  }
  return std::unique_ptr<InspectorPool>(new InspectorPool(std::move(impl)));
}

InspectorPool::InspectorPool(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {
}
InspectorPool::~InspectorPool() = default;

v1::Inspection InspectorPool::Inspect(const base::FileDescriptor& content, base::Deadline deadline) {
  return impl_->Inspect(content, deadline);
}

void InspectorPool::UseDetectors(UserDetectors detectors) {
  impl_->UseDetectors(std::move(detectors));
}

void InspectorPool::Abandon() {
  impl_->Abandon();
}

InspectorPoolCounts InspectorPool::counts() const {
  return impl_->counts();
}

}  // namespace vigie::inspection
