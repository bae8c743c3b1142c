#include "server/collector_program.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <ostream>

#include "platform/base/logging.h"
#include "proto/contract/yaml_reader.h"
#include "server/collector_config.h"
#include "server/ingest/journal_file.h"
#include "server/options.h"
#include "server/server.h"
#include "server/state_files.h"
#include "server/store/sqlite/sqlite_integrity.h"
#include "server/store/sqlite/sqlite_store.h"

namespace vigie::server {
namespace {

constexpr int kFine = 0;
constexpr int kCannotRun = 1;
constexpr int kUsage = 2;
constexpr std::chrono::seconds kAliveEvery{5};
// Each connected agent holds one; the rest is for files and analysts.
constexpr std::uint64_t kWantedDescriptors = 131'072;
constexpr std::uint64_t kOwnDescriptors = 500;

int Report(const ProgramContext& context, const base::Error& error, int exit_code) {
  context.err << "vigie-collector: " << error.message << "\n";
  return exit_code;
}

int MakeCredentials(const Options& options, const ProgramContext& context) {
  const auto password = Initialize(options.initialize, context.files);
  if (!password) return Report(context, password.error(), kCannotRun);
  context.out << "made the authority, server certificate and admin token in " << options.initialize.state << "\n";
  if (!password->empty()) {
    context.out << "one-time password of " << options.initialize.admin << ", good for 7 days: " << *password << "\n";
  }
  return kFine;
}

int Tell(const base::Result<BackupReport>& report, const ProgramContext& context) {
  if (!report) return Report(context, report.error(), kCannotRun);
  for (const auto& [key, value] : *report) context.out << key << ": " << value << "\n";
  return kFine;
}

bool IsInUse(const StateFiles& state) {
  const auto unused = SqliteStore::CheckUnused(state.store());
  return !unused && unused.error().code == base::ErrorCode::kUnavailable;
}

// What of the journal cannot be given to the store any more. While a collector runs it is overwritten as it is read,
// and what is missing in between was perhaps never there.
void CheckJournal(const StateFiles& state, const ProgramContext& context, std::vector<std::string>& faults) {
  if (!context.files.StatusOf(state.journal())) return;
  const auto bytes = context.files.ReadFile(state.journal(), ingest::kMostJournalBytes);
  if (!bytes) return faults.push_back("journal: " + bytes.error().message);
  const ingest::JournalContent content = ingest::ReadJournal(*bytes);
  if (content.damaged > 0 && !IsInUse(state)) {
    faults.push_back("journal: " + std::to_string(content.damaged) + " writes of acknowledged events cannot be read");
  }
  if (!content.records.empty()) {
    context.out << "journal: " << content.records.size() << " batches: what the store lacks of them it gets while the "
                << "collector runs, or at its next start\n";
  }
}

int TellFaults(const Options& options, const ProgramContext& context) {
  const StateFiles state(options.checked_state);
  auto faults = CheckStore(state.store());
  if (!faults) return Report(context, faults.error(), kCannotRun);
  CheckJournal(state, context, *faults);
  for (const std::string& fault : *faults) context.out << fault << "\n";
  if (!faults->empty()) return kCannotRun;
  context.out << "good: all that is stored fits together\n";
  return kFine;
}

void StayAlive(platform::ServiceHost& service) {
  const std::stop_token stop = service.stop_token();
  std::mutex mutex;
  std::condition_variable_any changed;
  std::unique_lock lock(mutex);
  while (!stop.stop_requested()) {
    changed.wait_for(lock, stop, kAliveEvery, [] { return false; });
    service.Alive();
  }
}

void AllowConnections(platform::ServiceHost& service) {
  const std::uint64_t allowed = service.AllowDescriptors(kWantedDescriptors);
  base::LogInfo("at most {} agents can be connected at a time (limit of open files: {})",
                allowed - std::min(allowed, kOwnDescriptors), allowed);
}

int Serve(const v1::CollectorConfig& config, const ProgramContext& context) {
  base::ConfigureLogging(*base::ParseLogLevel(config.log().level()), "vigie-collector");
  AllowConnections(context.service);
  const auto collector =
      Collector::Start({.config = config, .launcher = &context.launcher}, context.files, context.clock);
  if (!collector) return Report(context, collector.error(), kCannotRun);
  context.service.Ready("listening on " + (*collector)->address());
  StayAlive(context.service);
  context.service.Stopping();
  (*collector)->Stop();
  return kFine;
}

}  // namespace

int RunCollectorProgram(const std::vector<std::string>& arguments, const ProgramContext& context) {
  const auto options = ParseOptions(arguments, context.out);
  if (!options) return Report(context, options.error(), kUsage);
  if (options->command == Command::kNothing) return kFine;
  if (options->command == Command::kInitialize) return MakeCredentials(*options, context);
  if (options->command == Command::kBackup) {
    return Tell(MakeBackup(options->backup, context.files, context.clock), context);
  }
  if (options->command == Command::kRestore) {
    return Tell(RestoreBackup(options->restore, context.files, context.clock), context);
  }
  if (options->command == Command::kCheckStore) return TellFaults(*options, context);
  const auto config = LoadConfig(context.files, options->config, options->insecure_loopback);
  if (!config) return Report(context, config.error(), kUsage);
  if (options->command == Command::kCheckConfig) return kFine;
  if (options->command == Command::kRun) return Serve(*config, context);
  context.out << contract::WriteYaml(*config);
  return kFine;
}

}  // namespace vigie::server
