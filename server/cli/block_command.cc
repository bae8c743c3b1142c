#include <memory>
#include <nlohmann/json.hpp>
#include <ostream>

#include "platform/base/clock.h"
#include "proto/contract/enum_names.h"
#include "proto/contract/time_conversion.h"
#include "server/cli/collector_channel.h"
#include "server/cli/command.h"
#include "server/cli/event_json.h"
#include "server/cli/json_array.h"
#include "server/cli/printable.h"
#include "server/cli/table.h"

namespace vigie::cli {
namespace {

using contract::FormatTime;
using contract::NameOf;
using Json = nlohmann::ordered_json;

struct BlockOptions {
  std::string id;
  std::string target = "user";
  std::string user;
  std::string host;
  std::vector<std::string> channels;
  std::string how_long;
  std::string reason;
};

struct LiftOptions {
  std::string id;
  std::vector<std::string> orders;
  std::string reason;
};

std::vector<std::string> ChannelNames(const google::protobuf::RepeatedField<int>& channels) {
  std::vector<std::string> names;
  for (const int channel : channels) names.push_back(NameOf(static_cast<v1::Channel>(channel)));
  return names;
}

Json BlockJson(const v1::BlockInForce& block) {
  return {{"order", block.order()},
          {"incident", block.incident_id()},
          {"user", block.user()},
          {"host", block.host()},
          {"channels", ChannelNames(block.channels())},
          {"until", FormatTime(block.until())}};
}

std::vector<std::string> BlockRow(const v1::BlockInForce& block) {
  return {block.order(),
          block.incident_id(),
          block.user().empty() ? "everybody" : block.user(),
          block.host().empty() ? "everywhere" : block.host(),
          Join(ChannelNames(block.channels())),
          block.has_until() ? FormatTime(block.until()) : "while it is open"};
}

void WriteBlocks(Context& context, const google::protobuf::RepeatedPtrField<v1::BlockInForce>& blocks) {
  JsonArray array(context.out);
  Table table({"ORDER", "INCIDENT", "USER", "HOST", "CHANNELS", "UNTIL"});
  for (const v1::BlockInForce& block : blocks)
    context.json() ? array.Add(JsonLine(BlockJson(block))) : table.AddRow(BlockRow(block));
  context.json() ? array.End() : table.Write(context.out);
}

// What is in force because of the incident afterwards.
int ReportBlocks(Context& context, CollectorChannel& collector, const base::Result<v1::Incident>& changed) {
  if (!changed) return ReportError(context, changed.error());
  v1::GetBlockStateRequest request;
  request.set_id(changed->id());
  const auto state = collector.GetBlockState(request);
  if (!state) return ReportError(context, state.error());
  WriteBlocks(context, state->blocks());
  return kFine;
}

base::Result<google::protobuf::Timestamp> EndOf(const std::string& how_long) {
  const auto length = contract::ParseDuration(how_long);
  if (!length) return length.error().Wrap("--for");
  return contract::ToProto(base::SystemClock().Now() + *length);
}

base::Result<v1::BlockChannelsRequest> RequestOf(const BlockOptions& options) {
  v1::BlockChannelsRequest request;
  request.set_id(options.id);
  request.set_target(*contract::ParseName<v1::BlockTarget>(options.target));
  for (const std::string& name : options.channels) {
    const auto channel = contract::ParseName<v1::Channel>(name);
    if (!channel) return base::Error{base::ErrorCode::kInvalidArgument, "--channel: " + name + " is no channel"};
    request.add_channels(*channel);
  }
  const auto end = EndOf(options.how_long);
  if (!end) return end.error();
  *request.mutable_until() = *end;
  request.set_reason(options.reason);
  return request;
}

// Whom it is about: who is given must still be right, else what the incident says now.
void NameWhom(const v1::Incident& incident, const BlockOptions& options, v1::BlockChannelsRequest& request) {
  request.set_user(options.user.empty() ? incident.user() : options.user);
  request.set_host(options.host.empty() ? incident.host() : options.host);
  request.set_replaces(incident.block().number());
}

int BlockChannels(Context& context, const BlockOptions& options) {
  auto request = RequestOf(options);
  if (!request) return ReportError(context, request.error());
  const auto collector = CollectorChannel::Open(context);
  if (!collector) return ReportError(context, collector.error());
  v1::GetIncidentRequest which;
  which.set_id(options.id);
  const auto incident = (*collector)->GetIncident(which);
  if (!incident) return ReportError(context, incident.error());
  NameWhom(*incident, options, *request);
  return ReportBlocks(context, **collector, (*collector)->BlockChannels(*request));
}

int LiftBlock(Context& context, const LiftOptions& options) {
  const auto collector = CollectorChannel::Open(context);
  if (!collector) return ReportError(context, collector.error());
  v1::LiftBlockRequest request;
  request.set_id(options.id);
  request.set_reason(options.reason);
  request.mutable_orders()->Assign(options.orders.begin(), options.orders.end());
  if (options.orders.empty()) {
    v1::GetBlockStateRequest which;
    which.set_id(options.id);
    const auto state = (*collector)->GetBlockState(which);
    if (!state) return ReportError(context, state.error());
    for (const v1::BlockInForce& block : state->blocks()) request.add_orders(block.order());
  }
  return ReportBlocks(context, **collector, (*collector)->LiftBlock(request));
}

int ListBlocks(Context& context) {
  const auto collector = CollectorChannel::Open(context);
  if (!collector) return ReportError(context, collector.error());
  const auto response = (*collector)->ListBlocks();
  if (!response) return ReportError(context, response.error());
  WriteBlocks(context, response->blocks());
  return kFine;
}

void AddBlock(CLI::App& app, Context& context) {
  CLI::App* block = app.add_subcommand("block", "Close ways out because of an incident, until an end");
  const auto options = std::make_shared<BlockOptions>();
  block->add_option("INCIDENT", options->id, "The incident")->required();
  block->add_option("--channel", options->channels, "Ways out, such as removable_media,print")
      ->delimiter(',')
      ->required();
  block
      ->add_option("--target", options->target,
                   "For its user everywhere, everybody on its workstation, or its user there")
      ->check(CLI::IsMember({"user", "host", "user_on_host"}))
      ->capture_default_str();
  block->add_option("--for", options->how_long, "How long: 8h, 30d; at most 90d")->type_name("TIME")->required();
  block->add_option("--reason", options->reason, "Why, for the history and the audit")->type_name("TEXT")->required();
  block->add_option("--user", options->user, "Refuse if the incident is about another user by now");
  block->add_option("--host", options->host, "Refuse if the incident is about another workstation by now");
  block->callback(
      [&context, options] { context.run = [&context, options] { return BlockChannels(context, *options); }; });
}

void AddLift(CLI::App& app, Context& context) {
  CLI::App* lift = app.add_subcommand("lift", "Open again what is blocked because of an incident");
  const auto options = std::make_shared<LiftOptions>();
  lift->add_option("INCIDENT", options->id, "The incident")->required();
  lift->add_option("--order", options->orders, "Refuse if other orders than these of vigie blocks are in force by now")
      ->delimiter(',');
  lift->add_option("--reason", options->reason, "Why, for the history and the audit")->type_name("TEXT")->required();
  lift->callback([&context, options] { context.run = [&context, options] { return LiftBlock(context, *options); }; });
}

}  // namespace

void AddBlockCommands(CLI::App& app, Context& context) {
  AddBlock(app, context);
  AddLift(app, context);
  CLI::App* blocks = app.add_subcommand("blocks", "What is blocked now, because of which incident");
  blocks->callback([&context] { context.run = [&context] { return ListBlocks(context); }; });
}

}  // namespace vigie::cli
