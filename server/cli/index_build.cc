#include "server/cli/index_build.h"

#include <fstream>
#include <limits>
#include <optional>

#include "core/customers/index_builder.h"
#include "core/customers/index_delta.h"
#include "server/cli/build_progress.h"
#include "server/cli/index_build_report.h"
#include "server/cli/output_paths.h"

namespace vigie::cli {
namespace {

using customers::BuildOptions;
using customers::BuildReport;

constexpr std::uint32_t kIndexMode = 0644;    // useless without the key
constexpr std::uint32_t kDigestsMode = 0600;  // stay at home
constexpr std::uint64_t kMaxIndexBytes = std::uint64_t{64} << 30;
constexpr const char* kDigestsSuffix = ".digests";
constexpr std::size_t kShownProblems = 100;

base::Result<std::optional<char>> ParseSeparator(const std::string& text) {
  if (text.empty()) return std::optional<char>();
  if (text == "tab" || text == "\\t") return std::optional<char>('\t');
  const bool usable =
      text.size() == 1 && static_cast<unsigned char>(text[0]) < 0x80 && text[0] != '"' && text[0] != '\n';
  if (usable) return std::optional<char>(text[0]);
  return base::Error{base::ErrorCode::kInvalidArgument, "separator: give one character, such as ; or the word tab"};
}

base::Result<BuildOptions> OptionsOf(const IndexBuildRequest& request) {
  auto columns = customers::ParseColumns(request.columns);
  if (!columns) return columns.error();
  const auto separator = ParseSeparator(request.separator);
  if (!separator) return separator.error();
  BuildOptions options;
  options.columns = *std::move(columns);
  options.region = request.region;
  options.canary_column = request.canary_column;
  options.separator = *separator;
  options.encoding = request.encoding;
  options.search_keys = !request.key_only_in_ledger;
  options.max_problems = request.report.empty() ? kShownProblems : std::numeric_limits<std::size_t>::max();
  return options;
}

base::Result<std::ifstream> OpenDirectory(const std::string& path, platform::FileSystem& files) {
  const auto status = files.StatusOf(path);
  if (!status) return status.error().Wrap("directory");
  if (status->kind != platform::FileKind::kRegular) {
    return base::Error{base::ErrorCode::kInvalidArgument, "directory: " + path + " is not a file; give the CSV file"};
  }
  std::ifstream input(path, std::ios::binary);
  if (!input) return base::Error{base::ErrorCode::kPermissionDenied, "directory: " + path + " cannot be read"};
  return input;
}

// What every build needs, opened. Everything is written by rename, so whatever ends the program leaves whole files.
struct BuildInputs {
  BuildOptions options;
  customers::IndexKey key{};
  customers::Ledger ledger;
};

base::Result<BuildInputs> OpenInputs(const IndexBuildRequest& request, platform::FileSystem& files) {
  auto options = OptionsOf(request);
  if (!options) return options.error();
  const auto key = customers::ReadIndexKey(files, request.key_file);
  if (!key) return key.error();
  auto ledger = customers::Ledger::Open(files, request.ledger);
  if (!ledger) return ledger.error();
  return BuildInputs{*std::move(options), *key, *std::move(ledger)};
}

// First the ledger: ids that nobody uses yet do no harm, an index without its ids does.
base::Result<BuildReport> SaveBuilt(customers::BuiltIndex built, const IndexBuildRequest& request,
                                    customers::Ledger& ledger, platform::FileSystem& files) {
  if (auto saved = ledger.Save(files, request.ledger); !saved) return saved.error();
  if (auto written = files.WriteFileDurably(request.out, built.bytes, kIndexMode); !written) {
    return written.error().Wrap("index");
  }
  auto digests = files.WriteFileDurably(request.out + kDigestsSuffix, built.digests.Serialize(), kDigestsMode);
  if (!digests) return digests.error().Wrap("digests");
  if (!request.report.empty()) {
    if (auto report = WriteProblems(built.report, files, request.report); !report) return report.error();
  }
  return std::move(built.report);
}

base::Result<void> CheckPaths(const IndexBuildRequest& request, const std::vector<NamedPath>& more_inputs,
                              platform::FileSystem& files) {
  const std::vector<NamedPath> outputs = {
      {"--out", request.out}, {"the digests beside --out", request.out + kDigestsSuffix}, {"--report", request.report}};
  std::vector<NamedPath> inputs = {
      {"the directory", request.directory}, {"--key-file", request.key_file}, {"--ledger", request.ledger}};
  inputs.insert(inputs.end(), more_inputs.begin(), more_inputs.end());
  if (auto safe = CheckOutputs(outputs, inputs, files); !safe) return safe;
  return CheckOutputs({{"--ledger", request.ledger}},
                      {{"the directory", request.directory}, {"--key-file", request.key_file}}, files);
}

base::Result<BuildReport> Build(const IndexBuildRequest& request, platform::FileSystem& files, const base::Clock& clock,
                                Context& context) {
  if (auto safe = CheckPaths(request, {}, files); !safe) return safe.error();
  auto inputs = OpenInputs(request, files);
  if (!inputs) return inputs.error();
  auto input = OpenDirectory(request.directory, files);
  if (!input) return input.error();
  BuildProgress progress(request.show_progress ? &context.err : nullptr, clock);
  progress.Watch(*input);
  inputs->options.progress = [&](std::uint64_t rows) { progress.Show(rows); };
  auto built = customers::BuildIndex(*input, inputs->options, {inputs->key, inputs->ledger, clock});
  progress.Erase();
  if (!built) return built.error();
  return SaveBuilt(*std::move(built), request, inputs->ledger, files);
}

base::Result<BuildReport> BuildTheDelta(const IndexDeltaRequest& request, platform::FileSystem& files,
                                        const base::Clock& clock, Context& context) {
  const std::string beside = request.digests.empty() ? request.from + kDigestsSuffix : request.digests;
  const std::vector<NamedPath> from = {{"--from", request.from}, {"the digests of --from", beside}};
  if (auto safe = CheckPaths(request.build, from, files); !safe) return safe.error();
  auto inputs = OpenInputs(request.build, files);
  if (!inputs) return inputs.error();
  const auto index = files.ReadFile(request.from, kMaxIndexBytes);
  if (!index) return index.error();
  const auto layers = customers::DecodeIndex(*index);
  if (!layers) return layers.error().Wrap(request.from);
  const auto bytes = files.ReadFile(beside, kMaxIndexBytes);
  if (!bytes) return bytes.error().Wrap("digests, which vigie index build leaves beside the index");
  const auto digests = customers::RecordDigests::Parse(*bytes);
  if (!digests) return digests.error().Wrap(beside);
  BuildProgress progress(request.build.show_progress ? &context.err : nullptr, clock);
  inputs->options.progress = [&](std::uint64_t rows) { progress.Show(rows); };
  const customers::OpenDirectory open = [&]() -> base::Result<std::unique_ptr<std::istream>> {
    auto input = OpenDirectory(request.build.directory, files);
    if (!input) return input.error();
    auto stream = std::make_unique<std::ifstream>(*std::move(input));
    progress.Watch(*stream);
    return std::unique_ptr<std::istream>(std::move(stream));
  };
  auto built = customers::BuildDelta(open, inputs->options, {inputs->key, inputs->ledger, clock}, {*layers, *digests});
  progress.Erase();
  if (!built) return built.error();
  return SaveBuilt(*std::move(built), request.build, inputs->ledger, files);
}

int Tell(const base::Result<BuildReport>& report, Context& context) {
  if (!report) {
    (void)ReportError(context, report.error());
    return kUsage;
  }
  PrintBuildReport(*report, context);
  return report->skipped_rows == 0 ? kFine : kFound;
}

// The digests move with the index that they are of, where the owner applies a delta: also later, if the program ended
// between the two.
base::Result<void> MoveDigests(const std::string& from, const std::string& to, std::string_view index,
                               platform::FileSystem& files) {
  if (!files.StatusOf(from)) return {};
  const auto bytes = files.ReadFile(from, kMaxIndexBytes);
  if (!bytes) return bytes.error();
  const auto digests = customers::RecordDigests::Parse(*bytes);
  if (!digests) return digests.error().Wrap(from);
  const auto layers = customers::DecodeIndex(index);
  if (!layers) return layers.error();
  if (digests->seal() != layers->back().seal) return {};  // of a delta below the newest
  return files.WriteFileDurably(to, *bytes, kDigestsMode);
}

// Whether the delta was not there yet.
base::Result<bool> Apply(const IndexApplyRequest& request, platform::FileSystem& files) {
  const std::vector<NamedPath> inputs = {{"--delta", request.delta},
                                         {"the digests of --delta", request.delta + kDigestsSuffix},
                                         {"--key-file", request.key_file}};
  auto safe = CheckOutputs(
      {{"--out", request.out}, {"the digests beside --out", request.out.empty() ? "" : request.out + kDigestsSuffix}},
      inputs, files);
  if (!safe) return safe.error();
  const auto key = customers::ReadIndexKey(files, request.key_file);
  if (!key) return key.error();
  const auto index = files.ReadFile(request.index, kMaxIndexBytes);
  if (!index) return index.error();
  const auto delta = files.ReadFile(request.delta, kMaxIndexBytes);
  if (!delta) return delta.error();
  const std::string out = request.out.empty() ? request.index : request.out;
  const auto applied = customers::ApplyDelta(*index, *delta, *key);
  const bool is_there = !applied && applied.error().code == base::ErrorCode::kAlreadyExists && request.out.empty();
  if (!applied && !is_there) return applied.error();
  if (!is_there) {
    auto written = files.WriteFileDurably(out, *applied, kIndexMode);
    if (!written) return written.error().Wrap("index");
  }
  auto moved = MoveDigests(request.delta + kDigestsSuffix, out + kDigestsSuffix, is_there ? *index : *applied, files);
  if (!moved) return moved.error().Wrap("digests");
  return !is_there;
}

}  // namespace

int RunIndexBuild(const IndexBuildRequest& request, platform::FileSystem& files, const base::Clock& clock,
                  Context& context) {
  return Tell(Build(request, files, clock, context), context);
}

int RunIndexDelta(const IndexDeltaRequest& request, platform::FileSystem& files, const base::Clock& clock,
                  Context& context) {
  return Tell(BuildTheDelta(request, files, clock, context), context);
}

int RunIndexApply(const IndexApplyRequest& request, platform::FileSystem& files, Context& context) {
  const auto applied = Apply(request, files);
  if (!applied) {
    (void)ReportError(context, applied.error());
    return kUsage;
  }
  if (context.json()) {
    context.out << "{\"applied\": " << (*applied ? "true" : "false") << "}\n";
  } else {
    context.out << (*applied ? "applied" : "the index has this delta already") << "\n";
  }
  return kFine;
}

}  // namespace vigie::cli
