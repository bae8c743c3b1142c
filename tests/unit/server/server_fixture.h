#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "core/policy/compiled_policy.h"
#include "platform/base/clock.h"
#include "server/detect/detector.h"
#include "server/ingest/ingest.h"
#include "server/store/memory/memory_store.h"
#include "server/write_lane.h"
#include "tests/unit/server/event_builder.h"

namespace vigie::server {

// Stands still until a test moves it. Begins an hour after the story.
class SetClock final : public base::Clock {
 public:
  base::SystemTime Now() const override { return kStoryBegin + std::chrono::hours(1) + passed_; }
  base::SteadyTime SteadyNow() const override { return base::SteadyTime(passed_); }
  void Pass(std::chrono::nanoseconds time) { passed_ += time; }

 private:
  std::chrono::nanoseconds passed_{0};
};

// Remembers all that it hears.
class Heard final : public DetectionListener {
 public:
  void OnIncident(const v1::Incident& incident) override { incidents.push_back(incident); }
  void OnBlocks(const std::vector<BlockOrder>& now) override {
    blocks = now;
    ++block_changes;
  }
  std::vector<v1::Incident> incidents;
  std::vector<BlockOrder> blocks;
  int block_changes = 0;
};

// A folder that disappears with its test.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  std::string path() const { return path_.string(); }
  std::string File(const std::string& name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

std::shared_ptr<const policy::CompiledPolicy> MakePolicy(const std::string& thresholds, int version = 1);
// "bulk": more than `over` distinct customers of a user on removable media within 24 h.
std::string BulkThreshold(int over, const std::string& extra = "");
std::string ReadText(const std::string& path);
void WriteText(const std::string& path, const std::string& text);

// The stages behind the api, over a store in memory.
class ServerFixture : public ::testing::Test {
 protected:
  ServerFixture();

  void Start(std::shared_ptr<const policy::CompiledPolicy> policy);
  // Observes within one transaction that must succeed.
  void Observe(const std::vector<v1::Event>& events);
  base::Result<void> TryObserve(const std::vector<v1::Event>& events);
  base::Result<v1::Incident> Close(const std::string& id);
  void Enrol(const std::string& agent, const std::string& host = "w1");
  // The only open incident, as it is kept.
  v1::Incident TheOpenIncident();

  SetClock clock_;
  MemoryStore store_;
  Heard heard_;
  detect::Detector detector_;
  WriteLane lane_;
  ingest::Ingest ingest_;
};

}  // namespace vigie::server
