#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "platform/base/clock.h"
#include "platform/file_system.h"
#include "platform/worker_process.h"
#include "vigie/v1/collector_config.pb.h"

namespace vigie::server {

struct CollectorSetup {
  v1::CollectorConfig config;           // checked
  std::size_t watch_capacity = 10'000;  // incidents that may wait for one watcher
  // Of the inspector of leaked files; outlives the collector. Null: it takes none.
  platform::WorkerLauncher* launcher = nullptr;
};

// A running collector: the wiring of store, detect, ingest and api behind one port for gRPC and, if configured, one for
// HTTP. Thread-safe.
class Collector {
 public:
  // Opens the store, counts the stored events, listens, and writes the addresses to STATE/grpc.address and
  // http.address. The error is one sentence that says what to do. `files` and `clock` outlive it.
  static base::Result<std::unique_ptr<Collector>> Start(const CollectorSetup& setup, platform::FileSystem& files,
                                                        const base::Clock& clock);
  ~Collector();

  // "127.0.0.1:7443", with the port that was picked.
  const std::string& address() const;
  // As address(), of the HTTP side; empty if none is configured.
  const std::string& http_address() const;
  // Says good-bye to all and waits for them, a few seconds at most. Everything acknowledged is on the disk anyway.
  void Stop();

 private:
  struct Parts;
  explicit Collector(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace vigie::server
