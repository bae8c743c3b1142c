#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <ostream>

#include "platform/base/line_difference.h"
#include "proto/contract/time_conversion.h"
#include "server/cli/collector_channel.h"
#include "server/cli/command.h"
#include "server/cli/event_json.h"
#include "server/cli/json_array.h"
#include "server/cli/table.h"
#include "server/cli/text_file.h"

namespace vigie::cli {
namespace {

constexpr std::size_t kMaxPolicyBytes = std::size_t{1} << 20;
constexpr std::size_t kMostLines = 5000;  // of a difference: the work grows with the square

int ShowHistory(Context& context) {
  const auto collector = CollectorChannel::Open(context);
  if (!collector) return ReportError(context, collector.error());
  const auto response = (*collector)->ListPolicyVersions();
  if (!response) return ReportError(context, response.error());
  JsonArray array(context.out);
  Table table({"VERSION", "ROLLED OUT", "PUSHED BY", "RINGS", "BYTES", "SHA-256"});
  for (const v1::PolicyVersion& version : response->versions()) {
    const std::string since = contract::FormatTime(version.in_force_since());
    const std::vector<std::string> rings(version.rings().begin(), version.rings().end());
    if (context.json()) {
      array.Add(JsonLine({{"version", version.version()},
                          {"in_force_since", since},
                          {"pushed_by", version.pushed_by()},
                          {"rings", rings},
                          {"bytes", version.bytes()},
                          {"sha256", version.sha256()}}));
    } else {
      table.AddRow({std::to_string(version.version()), since, version.pushed_by(), Join(rings),
                    std::to_string(version.bytes()), version.sha256()});
    }
  }
  context.json() ? array.End() : table.Write(context.out);
  return kFine;
}

struct DiffArguments {
  std::string first;
  std::string second;  // "" = only one was given: it is the newer, against the one in force
};

bool IsNumber(const std::string& text) {
  constexpr std::size_t kMostDigits = 9;
  return !text.empty() && text.size() <= kMostDigits &&
         std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

// A version that the collector keeps, or a file; "" = the version in force.
base::Result<std::string> TextOf(CollectorChannel& collector, const std::string& what) {
  if (!what.empty() && !IsNumber(what)) return ReadTextFile(what, kMaxPolicyBytes);
  v1::GetPolicyRequest request;
  if (!what.empty()) request.set_version(static_cast<std::uint32_t>(std::stoul(what)));
  const auto response = collector.GetPolicy(request);
  if (!response) return response.error();
  return response->text();
}

std::ptrdiff_t LinesOf(const std::string& text) {
  return std::ranges::count(text, '\n');
}

int ShowDifference(Context& context, const DiffArguments& arguments) {
  const auto collector = CollectorChannel::Open(context);
  if (!collector) return ReportError(context, collector.error());
  const bool both = !arguments.second.empty();
  const auto older = TextOf(**collector, both ? arguments.first : "");
  if (!older) return ReportError(context, older.error());
  const auto newer = TextOf(**collector, both ? arguments.second : arguments.first);
  if (!newer) return ReportError(context, newer.error());
  if (std::max(LinesOf(*older), LinesOf(*newer)) > static_cast<std::ptrdiff_t>(kMostLines)) {
    return ReportError(context, {base::ErrorCode::kInvalidArgument,
                                 "policies of more than 5000 lines: get both with "
                                 "vigie policy get, and compare the files"});
  }
  const auto difference = base::LineDifference(*older, *newer);
  if (context.json()) {
    context.out << JsonLine({{"same", *older == *newer}, {"lines", difference}}) << "\n";
  } else {
    for (const std::string& line : difference) context.out << line << "\n";
  }
  return *older == *newer ? kFine : kFound;
}

}  // namespace

void AddPolicyHistory(CLI::App& policy, Context& context) {
  CLI::App* history = policy.add_subcommand(
      "history", "Every version that was ever rolled out: since when, by whom, and which rings run it");
  history->callback([&context] { context.run = [&context] { return ShowHistory(context); }; });
  CLI::App* diff = policy.add_subcommand("diff", "What changed between two policies; exit code 1 if anything did");
  const auto arguments = std::make_shared<DiffArguments>();
  diff->add_option("POLICY", arguments->first, "A file, or a version of vigie policy history")->required();
  diff->add_option("NEWER", arguments->second,
                   "The same: what changed from POLICY to it; without it, from the policy in force to POLICY");
  diff->callback(
      [&context, arguments] { context.run = [&context, arguments] { return ShowDifference(context, *arguments); }; });
}

}  // namespace vigie::cli
