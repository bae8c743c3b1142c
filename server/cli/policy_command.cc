#include <memory>
#include <nlohmann/json.hpp>
#include <ostream>

#include "core/policy/compiled_policy.h"
#include "core/policy/policy_errors.h"
#include "core/policy/policy_problems.h"
#include "platform/base/clock.h"
#include "platform/program.h"
#include "proto/contract/time_conversion.h"
#include "server/cli/backtest_report.h"
#include "server/cli/collector_channel.h"
#include "server/cli/command.h"
#include "server/cli/event_json.h"
#include "server/cli/printable.h"
#include "server/cli/since_option.h"
#include "server/cli/text_file.h"

namespace vigie::cli {
namespace {

constexpr std::size_t kMaxPolicyBytes = std::size_t{1} << 20;

using Json = nlohmann::ordered_json;

struct PolicyText {
  std::string text;
  policy::CompiledPolicy compiled;
};

base::Result<PolicyText> ReadPolicyFile(const std::string& path) {
  auto text = ReadTextFile(path, kMaxPolicyBytes);
  if (!text) return text.error();
  auto compiled = policy::ReadPolicy(*text, path, base::SystemClock().Now());
  if (!compiled) return compiled.error();
  return PolicyText{*std::move(text), *std::move(compiled)};
}

// "policy.yaml:3:12: rules[0].when: must be a map of keys and values"
std::string ProblemText(const std::string& path, const v1::PolicyProblem& problem) {
  std::string text = path;
  if (problem.line() != 0) text += ":" + std::to_string(problem.line());
  if (problem.column() != 0) text += ":" + std::to_string(problem.column());
  return text + ": " + (problem.key().empty() ? "" : problem.key() + ": ") + problem.message();
}

int ReportProblems(Context& context, const std::string& path, const std::vector<v1::PolicyProblem>& problems) {
  Json json = {{"file", path}, {"good", false}, {"error", ProblemText(path, problems.front())}};
  for (const v1::PolicyProblem& problem : problems) {
    const std::string text = ProblemText(path, problem);
    context.err << "vigie: " << Printable(text) << "\n";
    json["problems"].push_back({{"line", problem.line()},
                                {"column", problem.column()},
                                {"key", problem.key()},
                                {"message", problem.message()}});
  }
  if (context.json()) context.out << JsonLine(json) << "\n";
  return kUsage;
}

int ReportUnreadable(Context& context, const std::string& path, const base::Error& error) {
  if (context.json()) context.out << JsonLine({{"file", path}, {"good", false}, {"error", error.message}}) << "\n";
  return ReportError(context, error);
}

int CheckPolicy(Context& context, const std::string& path) {
  const auto text = ReadTextFile(path, kMaxPolicyBytes);
  if (!text) return ReportUnreadable(context, path, text.error());
  const base::SystemTime now = base::SystemClock().Now();
  const auto errors = policy::FindPolicyErrors(*text, path, now);
  if (!errors.empty()) return ReportProblems(context, path, policy::LocateProblems(errors, path, *text));
  const auto compiled = policy::ReadPolicy(*text, path, now);
  if (!compiled) return ReportUnreadable(context, path, compiled.error());
  const v1::Policy& source = compiled->source();
  if (context.json()) {
    context.out << JsonLine({{"file", path},
                             {"good", true},
                             {"version", source.version()},
                             {"rules", source.rules_size()},
                             {"thresholds", source.thresholds_size()}})
                << "\n";
  } else {
    context.out << path << ": good: version " << source.version() << ", rules: " << source.rules_size()
                << ", thresholds: " << source.thresholds_size() << "\n";
  }
  return kFine;
}

int PushPolicy(Context& context, const std::string& path) {
  const auto read = ReadPolicyFile(path);  // a bad file is not worth the way
  if (!read) return ReportError(context, read.error());
  const auto collector = CollectorChannel::Open(context);
  if (!collector) return ReportError(context, collector.error());
  v1::PushPolicyRequest request;
  request.set_text(read->text);
  const auto pushed = (*collector)->PushPolicy(request);
  if (!pushed) return ReportError(context, pushed.error());
  if (context.json()) {
    context.out << JsonLine({{"version", pushed->version()}, {"agents_told", pushed->agents_told()}}) << "\n";
  } else {
    context.out << "version " << pushed->version() << " is in force; agents told: " << pushed->agents_told() << "\n";
  }
  return kFine;
}

int GetPolicy(Context& context, std::uint32_t version) {
  const auto collector = CollectorChannel::Open(context);
  if (!collector) return ReportError(context, collector.error());
  v1::GetPolicyRequest request;
  request.set_version(version);
  const auto response = (*collector)->GetPolicy(request);
  if (!response) return ReportError(context, response.error());
  if (!context.json()) {
    context.out << response->text();
    return kFine;
  }
  context.out << JsonLine({{"version", response->policy().version()},
                           {"in_force_since", contract::FormatTime(response->in_force_since())},
                           {"pushed_by", response->pushed_by()},
                           {"text", response->text()}})
              << "\n";
  return kFine;
}

struct BacktestArguments {
  std::string path;
  std::string since;
};

int BacktestPolicy(Context& context, const BacktestArguments& arguments) {
  const auto read = ReadPolicyFile(arguments.path);
  if (!read) return ReportError(context, read.error());
  v1::BacktestPolicyRequest request;
  request.set_text(read->text);
  if (!arguments.since.empty()) {
    const auto since = ParseSince(arguments.since);
    if (!since) return ReportError(context, since.error());
    *request.mutable_since() = *since;
  }
  const auto collector = CollectorChannel::Open(context);
  if (!collector) return ReportError(context, collector.error());
  BacktestReport report(context, platform::StandardErrorIsTerminal());
  const auto told = (*collector)->BacktestPolicy(request, [&](const v1::BacktestPolicyResponse& message) {
    report.Take(message);
    return true;
  });
  if (!told) return ReportError(context, told.error());
  const auto written = report.Write();
  return written ? kFine : ReportError(context, written.error());
}

void AddBacktest(CLI::App& policy, Context& context) {
  const auto arguments = std::make_shared<BacktestArguments>();
  CLI::App* backtest = policy.add_subcommand(
      "backtest",
      "Say which incidents a policy would have raised over the stored events, who would have been blocked, "
      "and how that differs from the policy in force; changes nothing");
  backtest->add_option("FILE", arguments->path, "The policy, YAML; its version may be any")->required();
  backtest
      ->add_option("--since", arguments->since,
                   "As if nothing had happened before this: 2026-11-22T10:00:00Z, or 24h for a day ago")
      ->type_name("TIME");
  backtest->footer(
      "It knows what agents told: rules on classes whose detectors only the tested policy has find nothing, for the\n"
      "stored events lack those classes; and clean accesses that no rule matched were never told, so that nobody "
      "would\n"
      "have been blocked holds for what was told only.");
  backtest->callback(
      [&context, arguments] { context.run = [&context, arguments] { return BacktestPolicy(context, *arguments); }; });
}

void AddFileAction(CLI::App* command, Context& context, int (*run)(Context&, const std::string&)) {
  const auto path = std::make_shared<std::string>();
  command->add_option("FILE", *path, "The policy, YAML")->required();
  command->callback([&context, path, run] { context.run = [&context, path, run] { return run(context, *path); }; });
}

}  // namespace

void AddPolicyCommand(CLI::App& app, Context& context) {
  CLI::App* policy = app.add_subcommand("policy", "Rules and thresholds");
  policy->require_subcommand(1);
  AddFileAction(
      policy->add_subcommand("check", "Say whether a policy is good, and all that is wrong with it; asks no collector"),
      context, CheckPolicy);
  AddFileAction(policy->add_subcommand("push", "Put a policy in force everywhere; its version must be greater"),
                context, PushPolicy);
  AddPolicyRollout(*policy, context);
  AddBacktest(*policy, context);
  CLI::App* get = policy->add_subcommand("get", "The policy in force for all, or another version, as it was written");
  const auto version = std::make_shared<std::uint32_t>(0);
  get->add_option("--version", *version, "One of vigie policy history")->type_name("N");
  get->callback([&context, version] { context.run = [&context, version] { return GetPolicy(context, *version); }; });
  AddPolicyHistory(*policy, context);
}

}  // namespace vigie::cli
