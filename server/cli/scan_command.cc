#include "server/cli/scan_command.h"

#include <iostream>
#include <memory>

#include "platform/linux/linux_platform.h"
#include "platform/program.h"
#include "server/cli/inspector_options.h"
#include "server/cli/item_scanner.h"
#include "server/cli/scan_pipeline.h"
#include "server/cli/text_file.h"

namespace vigie::cli {
namespace {

constexpr const char* kEraseLine = "\r\x1B[K";
constexpr std::size_t kMaxPolicyBytes = std::size_t{1} << 20;

struct ScanArguments {
  std::vector<std::string> paths;
  InspectorArguments inspecting;
  std::string policy;
  bool records = false;
  bool json = false;
};

int RunScanCommand(ScanArguments arguments, Context& context) {
  const auto input_error = [&](const base::Error& error) {
    (void)ReportError(context, error);
    return kUsage;
  };
  std::optional<policy::CompiledPolicy> policy;
  if (!arguments.policy.empty()) {
    const auto text = ReadTextFile(arguments.policy, kMaxPolicyBytes);
    if (!text) return input_error(text.error());
    auto compiled = policy::ReadPolicy(*text, arguments.policy);
    if (!compiled) return input_error(compiled.error());
    policy = *std::move(compiled);
  }
  auto options = MakePoolOptions(arguments.inspecting, "scan");
  if (!options) return input_error(options.error());
  if (policy) options->detectors = policy->source().detectors();
  const auto files = platform::MakeFileSystem();
  const auto launcher = platform::MakeWorkerLauncher();
  const auto pool = inspection::InspectorPool::Create(*options, *launcher, *files);
  if (!pool) return input_error(pool.error());
  const ScanRequest request{.paths = arguments.paths,
                            .policy = policy ? &*policy : nullptr,
                            .records = arguments.records,
                            .json = arguments.json || context.json(),
                            .jobs = arguments.inspecting.jobs,
                            .budget = options->budget,
                            .show_progress = platform::StandardErrorIsTerminal()};
  return RunScan(request, {**pool, *files, std::cin}, context);
}

}  // namespace

int RunScan(const ScanRequest& request, const ScanParts& parts, Context& context) {
  ScanReport report({.json = request.json, .records = request.records, .policy = request.policy != nullptr},
                    context.out);
  const ItemScanner scanner(request, parts);
  bool missing = false;
  std::uint64_t links = 0;
  {
    ScanPipeline pipeline(
        request.jobs, [&](const ScanItem& item) { return scanner.Scan(item); },
        [&](const ScanResult& result) {
          report.Add(result);
          if (request.show_progress) context.err << kEraseLine << report.files() << " files" << std::flush;
        });
    for (const std::string& path : request.paths) {
      auto walked = WalkFiles(path, parts.files, [&](ScanItem item) { pipeline.Submit(std::move(item)); });
      if (walked) links += *walked;
      if (walked) continue;
      missing = true;
      (void)ReportError(context, walked.error());
    }
    pipeline.Finish();
  }
  if (request.show_progress) context.err << kEraseLine;
  report.Finish(links);
  if (missing) return kUsage;
  return report.found() || !report.all_evaluated() ? kFound : kFine;
}

void AddScanCommand(CLI::App& app, Context& context) {
  auto arguments = std::make_shared<ScanArguments>();
  CLI::App* command =
      app.add_subcommand("scan", "Say what is in files: customers, identifiers, and what a policy would do");
  command->add_option("PATH", arguments->paths, "Files and directories; - is standard input")->required();
  AddInspectorOptions(command, arguments->inspecting);
  command
      ->add_option("--policy", arguments->policy,
                   "Show which rule would decide if the file left, on the strictest channel")
      ->type_name("FILE");
  command->add_flag("--records", arguments->records, "Show the record ids of the customers found");
  command->add_flag("--json", arguments->json, "One JSON object a file, on one line");
  command->callback(
      [arguments, &context] { context.run = [arguments, &context] { return RunScanCommand(*arguments, context); }; });
}

}  // namespace vigie::cli
