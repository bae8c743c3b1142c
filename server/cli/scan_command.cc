#include "server/cli/scan_command.h"

#include <filesystem>
#include <iostream>
#include <iterator>
#include <memory>
#include <thread>

#include "platform/linux/linux_platform.h"
#include "platform/memory_file.h"
#include "platform/program.h"
#include "proto/contract/enum_names.h"
#include "server/cli/scan_pipeline.h"
#include "server/cli/text_file.h"

namespace vigie::cli {
namespace {

constexpr const char* kEraseLine = "\r\x1B[K";
constexpr std::size_t kMaxPolicyBytes = std::size_t{1} << 20;
constexpr std::chrono::milliseconds kTimeWithOcr{120'000};
constexpr std::chrono::seconds kAnswerTime{
    5};  // beyond the inspector's own budget: to start a worker, to be told the end

v1::Inspection NotEvaluated(v1::Reason reason) {
  v1::Inspection inspection;
  inspection.set_evaluated(v1::EVALUATED_NONE);
  inspection.add_reasons(reason);
  return inspection;
}

base::Error Usage(std::string reason) {
  return {base::ErrorCode::kInvalidArgument, std::move(reason)};
}

// What is more than the limit is not read: the byte beyond it makes the inspector say so.
base::Result<base::FileDescriptor> BufferStandardInput(std::istream& input, std::uint64_t limit) {
  std::string content;
  std::string block(std::size_t{1} << 16, '\0');
  while (input.read(block.data(), static_cast<std::streamsize>(block.size())) || input.gcount() > 0) {
    content.append(block, 0, static_cast<std::size_t>(input.gcount()));
    if (content.size() <= limit) continue;
    content.resize(static_cast<std::size_t>(limit) + 1);
    break;
  }
  if (input.bad()) return base::Error{base::ErrorCode::kDataLoss, "standard input cannot be read to its end"};
  return platform::MakeMemoryFile(content);
}

// The thread's part: one item, opened, inspected and judged.
class ItemScanner {
 public:
  ItemScanner(const ScanRequest& request, const ScanParts& parts) : request_(request), parts_(parts) {}

  ScanResult Scan(const ScanItem& item) const {
    ScanResult result;
    result.path = item.path;
    result.note = item.reason;
    if (item.kind == ScanItem::Kind::kUnsupported) {
      result.inspection = NotEvaluated(v1::REASON_UNSUPPORTED);
    } else if (item.kind == ScanItem::Kind::kUnreadable) {
      result.inspection = NotEvaluated(v1::REASON_UNREADABLE);
    } else {
      Inspect(item, result);
    }
    if (request_.policy != nullptr) result.decision = DecideForScan(*request_.policy, result);
    return result;
  }

 private:
  void Inspect(const ScanItem& item, ScanResult& result) const {
    const bool from_input = item.kind == ScanItem::Kind::kStandardInput;
    const auto file = from_input ? BufferStandardInput(parts_.input, request_.budget.bytes())
                                 : parts_.files.OpenForReading(item.path);
    if (!file) {
      result.inspection = NotEvaluated(v1::REASON_UNREADABLE);
      result.note = file.error().message;
      return;
    }
    const auto time = std::chrono::milliseconds(request_.budget.milliseconds()) + kAnswerTime;
    result.inspection = parts_.inspector.Inspect(*file, base::Deadline::After(time));
  }

  const ScanRequest& request_;
  const ScanParts& parts_;
};

base::Result<std::string> InspectorBesideUs() {
  const auto self = platform::ExecutablePath();
  if (!self) return self.error();
  return (std::filesystem::path(*self).parent_path() / "vigie-inspector").string();
}

struct ScanArguments {
  std::vector<std::string> paths;
  std::vector<std::string> indexes;
  std::vector<std::string> key_files;
  std::string policy;
  std::string inspector;
  std::size_t jobs = 0;
  bool ocr = false;
  bool records = false;
  bool json = false;
};

// Each index with the key at its place, or all with the only one.
base::Result<std::vector<inspection::IndexFile>> PairKeys(const ScanArguments& arguments) {
  std::vector<inspection::IndexFile> pairs;
  const std::size_t keys = arguments.key_files.size();
  if (arguments.indexes.empty() && keys == 1) return pairs;  // VIGIE_KEY_FILE may always be set
  if (keys > arguments.indexes.size()) return Usage("scan: more --key-file than --index");
  for (std::size_t i = 0; i < arguments.indexes.size(); ++i) {
    if (keys != 1 && keys != arguments.indexes.size()) {
      return Usage("scan: give one --key-file for each --index, or one for all (or VIGIE_KEY_FILE)");
    }
    pairs.push_back({arguments.indexes[i], arguments.key_files[keys == 1 ? 0 : i]});
  }
  return pairs;
}

base::Result<inspection::InspectorPoolOptions> PoolOptions(const ScanArguments& arguments) {
  inspection::InspectorPoolOptions options;
  auto indexes = PairKeys(arguments);
  if (!indexes) return indexes.error();
  options.indexes = *std::move(indexes);
  options.executable = arguments.inspector;
  if (options.executable.empty()) {
    auto beside = InspectorBesideUs();
    if (!beside) return beside.error();
    options.executable = *std::move(beside);
  }
  options.processes = arguments.jobs;
  options.budget = inspection::DefaultBudget();
  options.budget.set_ocr(arguments.ocr);
  if (arguments.ocr) options.budget.set_milliseconds(static_cast<std::uint32_t>(kTimeWithOcr.count()));
  return options;
}

int RunScanCommand(ScanArguments arguments, Context& context) {
  const auto input_error = [&](const base::Error& error) {
    (void)ReportError(context, error);
    return kUsage;
  };
  if (arguments.jobs == 0) arguments.jobs = std::max(1U, std::thread::hardware_concurrency());
  std::optional<policy::CompiledPolicy> policy;
  if (!arguments.policy.empty()) {
    const auto text = ReadTextFile(arguments.policy, kMaxPolicyBytes);
    if (!text) return input_error(text.error());
    auto compiled = policy::ReadPolicy(*text, arguments.policy);
    if (!compiled) return input_error(compiled.error());
    policy = *std::move(compiled);
  }
  auto options = PoolOptions(arguments);
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
                            .jobs = arguments.jobs,
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
  command->add_option("--index", arguments->indexes, "A customer index; may be given several times")->type_name("FILE");
  command->add_option("--key-file", arguments->key_files, "The key of each index, in the same order, or one for all")
      ->type_name("KEY")
      ->envname("VIGIE_KEY_FILE");
  command
      ->add_option("--policy", arguments->policy,
                   "Show which rule would decide if the file left, on the strictest channel")
      ->type_name("FILE");
  command->add_flag("--records", arguments->records, "Show the record ids of the customers found");
  command->add_flag("--json", arguments->json, "One JSON object a file, on one line");
  command->add_flag("--ocr", arguments->ocr,
                    "Read the text of pictures and scanned pages, too (tesseract; takes seconds a page)");
  command->add_option("--jobs", arguments->jobs, "Files at a time; by default as many as there are cores")
      ->type_name("N")
      ->check(CLI::Range(1, 256));
  command
      ->add_option("--inspector", arguments->inspector, "The vigie-inspector program; by default the one beside vigie")
      ->type_name("FILE")
      ->envname("VIGIE_INSPECTOR");
  for (const char* repeated : {"--index", "--key-file"}) {
    command->get_option(repeated)->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)->allow_extra_args(false);
  }
  command->callback(
      [arguments, &context] { context.run = [arguments, &context] { return RunScanCommand(*arguments, context); }; });
}

}  // namespace vigie::cli
