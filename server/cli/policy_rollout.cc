#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <ostream>

#include "core/policy/compiled_policy.h"
#include "platform/base/clock.h"
#include "server/cli/collector_channel.h"
#include "server/cli/command.h"
#include "server/cli/event_json.h"
#include "server/cli/ring_json.h"
#include "server/cli/text_file.h"

namespace vigie::cli {
namespace {

constexpr std::size_t kMaxPolicyBytes = std::size_t{1} << 20;

using Json = nlohmann::ordered_json;

int ReportRollout(Context& context, const base::Result<v1::RolloutResponse>& done) {
  if (!done) return ReportError(context, done.error());
  if (!context.json()) {
    WriteRings(done->rings(), false, context.out);
    context.out << "agents told another policy: " << done->agents_told() << "\n";
    return kFine;
  }
  Json json = {{"version", done->version()}, {"agents_told", done->agents_told()}, {"rings", Json::array()}};
  for (const v1::Ring& ring : done->rings()) json["rings"].push_back(RingJson(ring));
  context.out << JsonLine(json) << "\n";
  return kFine;
}

struct RolloutArguments {
  std::string path;
  std::string through;
};

int RollOut(Context& context, const RolloutArguments& arguments) {
  const auto text = ReadTextFile(arguments.path, kMaxPolicyBytes);
  if (!text) return ReportError(context, text.error());
  // A bad file is not worth the way.
  const auto compiled = policy::ReadPolicy(*text, arguments.path, base::SystemClock().Now());
  if (!compiled) return ReportError(context, compiled.error());
  const auto collector = CollectorChannel::Open(context);
  if (!collector) return ReportError(context, collector.error());
  v1::RollOutPolicyRequest request;
  request.set_text(*text);
  request.set_through(arguments.through);
  return ReportRollout(context, (*collector)->RollOutPolicy(request));
}

// The ring that is named, else the first one that runs something older.
base::Result<v1::Ring> Target(const v1::ListRingsResponse& response, const v1::PromotePolicyRequest& request) {
  const auto& rings = response.rings();
  const auto found =
      request.to().empty()
          ? std::ranges::find_if(rings, [&](const auto& ring) { return ring.policy_version() < request.version(); })
          : std::ranges::find(rings, request.to(), &v1::Ring::name);
  if (found != rings.end()) return *found;
  return base::Error{base::ErrorCode::kNotFound,
                     request.to().empty() ? "every ring runs this version or a newer one"
                                          : "there is no ring " + request.to() + " (vigie agents ring list)"};
}

int Promote(Context& context, v1::PromotePolicyRequest request) {
  const auto collector = CollectorChannel::Open(context);
  if (!collector) return ReportError(context, collector.error());
  const auto rings = (*collector)->ListRings();
  if (!rings) return ReportError(context, rings.error());
  const auto target = Target(*rings, request);
  if (!target) return ReportError(context, target.error());
  request.set_to(target->name());
  request.set_replaces(target->policy_version());
  return ReportRollout(context, (*collector)->PromotePolicy(request));
}

int RollBack(Context& context, const v1::RollBackPolicyRequest& request) {
  const auto collector = CollectorChannel::Open(context);
  if (!collector) return ReportError(context, collector.error());
  return ReportRollout(context, (*collector)->RollBackPolicy(request));
}

}  // namespace

void AddPolicyRollout(CLI::App& policy, Context& context) {
  CLI::App* rollout =
      policy.add_subcommand("rollout", "Give a policy to the first ring only; vigie policy promote does the rest");
  const auto arguments = std::make_shared<RolloutArguments>();
  rollout->add_option("FILE", arguments->path, "The policy, YAML; its version must be greater than all before")
      ->required();
  rollout->add_option("--through", arguments->through, "To this ring and those before it")->type_name("RING");
  rollout->callback(
      [&context, arguments] { context.run = [&context, arguments] { return RollOut(context, *arguments); }; });

  CLI::App* promote = policy.add_subcommand("promote", "Give a version that a ring runs to the next one, too");
  const auto further = std::make_shared<v1::PromotePolicyRequest>();
  const auto version = std::make_shared<std::uint32_t>(0);
  promote->add_option("VERSION", *version, "One that a ring runs: vigie agents ring list")->required();
  promote->add_option("--to", *further->mutable_to(), "To this ring and all before it, such as default: to all")
      ->type_name("RING");
  promote->callback([&context, further, version] {
    further->set_version(*version);
    context.run = [&context, further] { return Promote(context, *further); };
  });

  CLI::App* rollback = policy.add_subcommand("rollback", "Each ring that runs a version runs again what it ran before");
  const auto back = std::make_shared<v1::RollBackPolicyRequest>();
  rollback->add_option("VERSION", *version, "One that a ring runs")->required();
  rollback->add_option("--from", *back->mutable_from(), "This ring and those behind it only")->type_name("RING");
  rollback->callback([&context, back, version] {
    back->set_version(*version);
    context.run = [&context, back] { return RollBack(context, *back); };
  });
}

}  // namespace vigie::cli
