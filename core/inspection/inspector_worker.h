#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "core/content/content_engine.h"
#include "core/customers/customer_index.h"
#include "platform/base/memory_gauge.h"
#include "platform/converter.h"
#include "platform/worker_process.h"

namespace vigie::inspection {

// The other end of InspectorPool: one setup, then files, one at a time, until the pool goes away. Single-threaded.
//
// A hostile file must not reach the next one: a worker that runs out of memory ends without an answer, and one that has
// served kMostFiles or grown by kMostGrowth says so with its last answer and ends.
class InspectorWorker {
 public:
  static constexpr std::uint32_t kMostFiles = 10000;
  static constexpr std::uint64_t kMostGrowth = std::uint64_t{256} << 20;

  struct Collaborators {
    platform::WorkerSocket& socket;
    const base::Clock& clock;
    std::function<base::Result<std::unique_ptr<customers::CustomerIndex>>(const base::FileDescriptor&,
                                                                          const customers::IndexKey&)>
        open_index;
    std::function<base::Result<void>()> enter_sandbox;
    platform::Converter* converter = nullptr;  // started before the sandbox is entered
  };
  explicit InspectorWorker(Collaborators with) : with_(std::move(with)) {}

  // Returns once the pool is gone or the worker retires; an error if it never became ready, or what it was asked is
  // malformed.
  base::Result<void> Run();

 private:
  base::Result<void> SetUp();
  base::Result<void> Prepare(const platform::WorkerMessage& message);
  base::Result<bool> ServeOne();  // false = no more
  bool MustRetire();

  Collaborators with_;
  std::unique_ptr<content::ContentEngine> engine_;
  std::vector<std::unique_ptr<customers::CustomerIndex>> owned_indexes_;
  std::vector<const customers::CustomerIndex*> indexes_;
  std::unique_ptr<base::MemoryGauge> memory_;
  std::uint32_t refused_index_ = 0;   // from 1
  std::uint64_t bytes_at_start_ = 0;  // without the pages of mapped indexes, which come and go
  std::uint32_t files_served_ = 0;
};

}  // namespace vigie::inspection
