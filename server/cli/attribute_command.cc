#include "server/cli/attribute_command.h"

#include <iostream>
#include <memory>
#include <optional>

#include "core/customers/customer_index.h"
#include "platform/linux/linux_platform.h"
#include "platform/program.h"
#include "server/cli/attribute_report.h"
#include "server/cli/collector_channel.h"
#include "server/cli/inspector_options.h"
#include "server/cli/item_scanner.h"
#include "server/cli/printable.h"
#include "server/cli/scan_pipeline.h"

namespace vigie::cli {
namespace {

constexpr const char* kEraseLine = "\r\x1B[K";

// The customers of all files together, by ledger.
class Leak {
 public:
  void Add(const v1::Inspection& inspection) {
    ++summary_.files;
    if (inspection.evaluated() != v1::EVALUATED_FULL) ++summary_.not_evaluated;
    Add(inspection.customers());
    for (const v1::CustomerFinding& other : inspection.customers_of_other_ledgers()) Add(other);
  }

  LeakSummary summary() const {
    LeakSummary summary = summary_;
    for (const auto& [ledger, records] : customers_) summary.customers += records.size();
    return summary;
  }

  v1::AttributeRequest Request(const AttributeJob& job) const {
    v1::AttributeRequest request;
    request.set_limit(job.limit);
    for (const auto& [ledger, records] : customers_) {
      const auto known = job.population.find(ledger);
      v1::LeakedCustomers& leaked = *request.add_leaked();
      leaked.set_ledger(ledger);
      leaked.set_records(records.Serialize());
      leaked.set_population(known == job.population.end() ? records.size() : known->second);
    }
    return request;
  }

 private:
  void Add(const v1::CustomerFinding& finding) {
    const auto records = customers::RecordSet::Parse(finding.records());
    if (records && !records->empty()) customers_[finding.ledger()].Unite(*records);
  }

  LeakSummary summary_;
  std::map<std::string, customers::RecordSet> customers_;
};

// What may hide customers is named: somebody has to open it by other means.
void TellIfNotRead(const ScanResult& result, Context& context) {
  if (result.inspection.evaluated() == v1::EVALUATED_FULL) return;
  context.err << "vigie: " << Printable(result.path) << ": evaluated " << Printable(DescribeEvaluated(result)) << "\n";
}

// Nothing if a path is not there.
std::optional<Leak> InspectLeak(const AttributeJob& job, const ScanParts& parts, Context& context) {
  Leak leak;
  const ItemScanner scanner(job.scan, parts);
  bool missing = false;
  {
    ScanPipeline pipeline(
        job.scan.jobs, [&](const ScanItem& item) { return scanner.Scan(item); },
        [&](const ScanResult& result) {
          leak.Add(result.inspection);
          if (job.scan.show_progress) context.err << kEraseLine;
          TellIfNotRead(result, context);
          if (job.scan.show_progress) context.err << leak.summary().files << " files" << std::flush;
        });
    for (const std::string& path : job.scan.paths) {
      auto walked = WalkFiles(path, parts.files, [&](ScanItem item) { pipeline.Submit(std::move(item)); });
      if (walked) continue;
      missing = true;
      (void)ReportError(context, walked.error());
    }
    pipeline.Finish();
  }
  if (job.scan.show_progress) context.err << kEraseLine;
  if (missing) return std::nullopt;
  return leak;
}

base::Result<std::map<std::string, std::uint64_t>> ReadPopulation(const std::vector<std::string>& indexes,
                                                                  platform::FileSystem& files) {
  std::map<std::string, std::uint64_t> population;
  for (const std::string& path : indexes) {
    const auto file = files.OpenForReading(path);
    if (!file) return file.error();
    const auto info = customers::CustomerIndex::ReadInfo(*file);
    if (!info) return info.error().Wrap(path);
    std::uint64_t& most = population[info->ledger];
    most = std::max(most, info->records);
  }
  return population;
}

struct AttributeArguments {
  std::vector<std::string> paths;
  InspectorArguments inspecting;
  std::uint32_t limit = 0;
};

int RunAttributeCommand(AttributeArguments arguments, Context& context) {
  const auto input_error = [&](const base::Error& error) {
    (void)ReportError(context, error);
    return kUsage;
  };
  auto options = MakePoolOptions(arguments.inspecting, "attribute");
  if (!options) return input_error(options.error());
  const auto files = platform::MakeFileSystem();
  auto population = ReadPopulation(arguments.inspecting.indexes, *files);
  if (!population) return input_error(population.error());
  // Before minutes of inspection, not after them.
  const auto collector = CollectorChannel::Open(context);
  if (!collector) return ReportError(context, collector.error());
  const auto launcher = platform::MakeWorkerLauncher();
  const auto pool = inspection::InspectorPool::Create(*options, *launcher, *files);
  if (!pool) return input_error(pool.error());
  const AttributeJob job{.scan = {.paths = arguments.paths,
                                  .policy = nullptr,
                                  .records = false,
                                  .json = context.json(),
                                  .jobs = arguments.inspecting.jobs,
                                  .budget = options->budget,
                                  .show_progress = platform::StandardErrorIsTerminal()},
                         .population = *std::move(population),
                         .limit = arguments.limit};
  const auto ask = [&](const v1::AttributeRequest& request) { return (*collector)->Attribute(request); };
  return RunAttribute(job, {**pool, *files, std::cin}, ask, context);
}

}  // namespace

int RunAttribute(const AttributeJob& job, const ScanParts& parts, const AskAttribution& ask, Context& context) {
  const auto leak = InspectLeak(job, parts, context);
  if (!leak) return kUsage;
  const v1::AttributeRequest request = leak->Request(job);
  LeakSummary summary = leak->summary();
  for (const v1::LeakedCustomers& leaked : request.leaked()) summary.population += leaked.population();
  if (summary.not_evaluated > 0) {
    context.err << "vigie: not everything could be read (" << summary.not_evaluated << " of " << summary.files
                << " files): there may be more customers than " << summary.customers << "\n";
  }
  v1::AttributeResponse response;
  if (summary.customers > 0) {
    auto answered = ask(request);
    if (!answered) return ReportError(context, answered.error());
    response = *std::move(answered);
  }
  WriteAttribution(response, summary, context);
  return response.holders().empty() && summary.not_evaluated == 0 ? kFine : kFound;
}

void AddAttributeCommand(CLI::App& app, Context& context) {
  auto arguments = std::make_shared<AttributeArguments>();
  CLI::App* command =
      app.add_subcommand("attribute", "Say who has held the customers in a leaked file: users and hosts, best first");
  command
      ->add_option("FILE", arguments->paths,
                   "Leaked files and directories, taken together; - is standard input. They are inspected here; only "
                   "record ids go to the collector")
      ->required();
  AddInspectorOptions(command, arguments->inspecting);
  command->get_option("--index")->required();
  command->add_option("--limit", arguments->limit, "Users and hosts to show; by default 20")
      ->type_name("N")
      ->check(CLI::Range(1, 100));
  command->footer(
      "COVERAGE is the share of the leaked customers that somebody has held, AT ONCE the most of them in one event,\n"
      "HANDLES how many customers he has held at all. CHANCE is how likely it is that anybody comes to so many if the\n"
      "leaked ones were drawn blindly (hypergeometric, corrected for the number of candidates).\n"
      "Exit codes: 0 nobody has held any of them, or there is none in the files; 1 somebody has, or not everything\n"
      "could be evaluated; 2 usage or input error; 3 cannot reach the collector, it is too busy, or not\n"
      "allowed.");
  command->callback([arguments, &context] {
    context.run = [arguments, &context] { return RunAttributeCommand(*arguments, context); };
  });
}

}  // namespace vigie::cli
