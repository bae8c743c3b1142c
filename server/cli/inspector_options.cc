#include "server/cli/inspector_options.h"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <thread>

#include "platform/program.h"

namespace vigie::cli {
namespace {

constexpr std::chrono::milliseconds kTimeWithOcr{120'000};

base::Error Usage(std::string reason) {
  return {base::ErrorCode::kInvalidArgument, std::move(reason)};
}

base::Result<std::string> InspectorBesideUs() {
  const auto self = platform::ExecutablePath();
  if (!self) return self.error();
  return (std::filesystem::path(*self).parent_path() / "vigie-inspector").string();
}

// Each index with the key at its place, or all with the only one.
base::Result<std::vector<inspection::IndexFile>> PairKeys(const InspectorArguments& arguments,
                                                          const std::string& command) {
  std::vector<inspection::IndexFile> pairs;
  const std::size_t keys = arguments.key_files.size();
  if (arguments.indexes.empty() && keys == 1) return pairs;  // VIGIE_KEY_FILE may always be set
  if (keys > arguments.indexes.size()) return Usage(command + ": more --key-file than --index");
  for (std::size_t i = 0; i < arguments.indexes.size(); ++i) {
    if (keys != 1 && keys != arguments.indexes.size()) {
      return Usage(command + ": give one --key-file for each --index, or one for all (or VIGIE_KEY_FILE)");
    }
    pairs.push_back({arguments.indexes[i], arguments.key_files[keys == 1 ? 0 : i]});
  }
  return pairs;
}

}  // namespace

void AddInspectorOptions(CLI::App* command, InspectorArguments& arguments) {
  command->add_option("--index", arguments.indexes, "A customer index; may be given several times")->type_name("FILE");
  command->add_option("--key-file", arguments.key_files, "The key of each index, in the same order, or one for all")
      ->type_name("KEY")
      ->envname("VIGIE_KEY_FILE");
  command->add_flag("--ocr", arguments.ocr,
                    "Read the text of pictures and scanned pages, too (tesseract; takes seconds a page)");
  command->add_option("--jobs", arguments.jobs, "Files at a time; by default as many as there are cores")
      ->type_name("N")
      ->check(CLI::Range(1, 256));
  command
      ->add_option("--inspector", arguments.inspector, "The vigie-inspector program; by default the one beside vigie")
      ->type_name("FILE")
      ->envname("VIGIE_INSPECTOR");
  for (const char* repeated : {"--index", "--key-file"}) {
    command->get_option(repeated)->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)->allow_extra_args(false);
  }
}

base::Result<inspection::InspectorPoolOptions> MakePoolOptions(InspectorArguments& arguments,
                                                               const std::string& command) {
  if (arguments.jobs == 0) arguments.jobs = std::max(1U, std::thread::hardware_concurrency());
  inspection::InspectorPoolOptions options;
  auto indexes = PairKeys(arguments, command);
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

}  // namespace vigie::cli
