#include "server/cli/attribute_report.h"

#include <cmath>
#include <nlohmann/json.hpp>
#include <ostream>
#include <vector>

#include "proto/contract/enum_names.h"
#include "proto/contract/time_conversion.h"
#include "server/cli/event_json.h"
#include "server/cli/json_array.h"
#include "server/cli/printable.h"
#include "server/cli/table.h"

namespace vigie::cli {
namespace {

using contract::FormatTime;
using Json = nlohmann::ordered_json;

constexpr int kEventsShown = 10;
constexpr double kSurprising = -2;  // log10: 1 %

std::vector<std::string> ChannelNames(const v1::AttributedHolder& holder) {
  std::vector<std::string> names;
  for (const int channel : holder.channels()) names.push_back(contract::NameOf(static_cast<v1::Channel>(channel)));
  return names;
}

// Rounded down: 100 % is all of them.
std::string Percent(double share) {
  const auto tenths = static_cast<int>(std::floor(share * 1000 + 1e-9));
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " %";
}

// Of an attribution that is masked: what was not told is null.
void BlankMasked(Json& json) {
  for (const char* field : {"first_seen", "last_seen", "event_ids", "fullest_event", "touched"}) json[field] = nullptr;
  json["masked"] = true;
}

Json HolderJson(const v1::AttributedHolder& holder) {
  Json json = {{"user", holder.user()},
               {"host", holder.host()},
               {"coverage", holder.coverage()},
               {"customers", holder.customers()},
               {"first_seen", FormatTime(holder.first_seen())},
               {"last_seen", FormatTime(holder.last_seen())},
               {"channels", ChannelNames(holder)},
               {"events", holder.events()},
               {"event_ids", std::vector<std::string>(holder.event_ids().begin(), holder.event_ids().end())},
               {"most_in_one_event", holder.most_in_one_event()},
               {"fullest_event", holder.fullest_event()},
               {"touched", holder.touched()},
               {"log10_chance", holder.log10_chance()}};
  json["log10_chance_over_next"] =
      holder.has_log10_chance_over_next() ? Json(holder.log10_chance_over_next()) : Json(nullptr);
  return json;
}

std::vector<std::string> HolderRow(const v1::AttributedHolder& holder, bool masked) {
  return {holder.user(),
          holder.host(),
          Percent(holder.coverage()),
          std::to_string(holder.customers()),
          std::to_string(holder.most_in_one_event()),
          masked ? "" : std::to_string(holder.touched()),
          std::to_string(holder.events()),
          FormatTime(holder.first_seen()),
          FormatTime(holder.last_seen()),
          Join(ChannelNames(holder)),
          ChanceText(holder.log10_chance())};
}

std::string NameOf(const v1::AttributedHolder& holder) {
  return Printable((holder.user().empty() ? "an unknown user" : holder.user()) + " on " + holder.host());
}

void WriteEvents(const v1::AttributedHolder& first, std::ostream& out) {
  out << "Events of " << NameOf(first) << ":";
  for (int i = 0; i < std::min(kEventsShown, first.event_ids_size()); ++i) {
    out << (i == 0 ? " " : ", ") << Printable(first.event_ids(i));
  }
  const std::uint64_t shown = std::min<std::uint64_t>(kEventsShown, first.events());
  if (first.events() > shown) out << " and " << first.events() - shown << " more (--output json lists 1000)";
  out << "\n";
}

void WriteWhetherNextIsTold(const v1::AttributeResponse& response, std::ostream& out) {
  const v1::AttributedHolder& first = response.holders(0);
  if (!first.has_log10_chance_over_next()) return;
  if (first.log10_chance_over_next() <= kSurprising) {
    out << "That chance tells the first from the second so clearly: " << ChanceText(first.log10_chance_over_next())
        << ".\n";
  } else if (response.holders_size() > 1 && !first.user().empty() && first.user() == response.holders(1).user()) {
    out << "The second is the same user on another host: " << NameOf(response.holders(1)) << ".\n";
  } else {
    out << "The first two cannot be told apart by which customers they have held.\n";
  }
}

void WriteMeaning(const v1::AttributeResponse& response, const LeakSummary& summary, std::ostream& out) {
  const v1::AttributedHolder& first = response.holders(0);
  out << NameOf(first) << " has held " << first.customers() << " of the " << response.leaked() << " leaked customers, "
      << first.most_in_one_event() << " of them in one event. That anybody of " << response.candidates()
      << " comes to as many by chance: " << ChanceText(first.log10_chance()) << ".\n";
  if (first.log10_chance() > kSurprising && !response.masked()) {
    // An index of another day may know fewer customers than he has held.
    const bool handles_most = first.touched() >= (summary.population + 1) / 2;
    out << (handles_most ? "That says little: who handles so many customers comes to these as well.\n"
                         : "That says little: too few customers were leaked to tell.\n");
  }
  WriteWhetherNextIsTold(response, out);
}

std::string NobodySentence(const LeakSummary& summary) {
  const std::string where = summary.files == 1 ? "the file" : "the files";
  if (summary.customers == 0 && summary.not_evaluated > 0) {
    return "No customer of the indexes was found in what could be read of " + where +
           ": whom to look for is not known.";
  }
  if (summary.customers == 0) return "No customer of the indexes is in " + where + ": there is nobody to look for.";
  const std::string found =
      summary.not_evaluated > 0 ? " customers that were found in what could be read of " : " customers in ";
  return "Nobody has held any of the " + std::to_string(summary.customers) + found + where +
         ", as far as agents have reported.";
}

void WriteTable(const v1::AttributeResponse& response, std::ostream& out) {
  Table table({"USER", "HOST", "COVERAGE", "CUSTOMERS", "AT ONCE", "HANDLES", "EVENTS", "FIRST SEEN", "LAST SEEN",
               "CHANNELS", "CHANCE"});
  for (const v1::AttributedHolder& holder : response.holders()) {
    table.AddRow(HolderRow(holder, response.masked()));
  }
  table.Write(out);
}

void WriteMask(const v1::AttributeResponse& response, std::ostream& out) {
  out << "Users and hosts are pseudonyms, for this question only. Who they are is shown once an officer agrees:\n"
         "ask in the console, or by UnmaskService.RequestUnmask, to see "
      << Printable(response.id()) << ".\n";
}

}  // namespace

std::string ChanceText(double log10_chance) {
  if (log10_chance >= 0) return "as expected";
  if (log10_chance > kSurprising)
    return std::to_string(static_cast<int>(std::ceil(std::pow(10, log10_chance + 2)))) + " %";
  return "1 in 10^" + std::to_string(static_cast<long long>(std::floor(-log10_chance)));
}

void WriteAttribution(const v1::AttributeResponse& response, const LeakSummary& summary, Context& context) {
  if (context.json()) {
    JsonArray array(context.out);
    for (const v1::AttributedHolder& holder : response.holders()) {
      Json json = HolderJson(holder);
      if (response.masked()) BlankMasked(json);
      array.Add(JsonLine(json));
    }
    array.End();
  }
  if (response.masked()) WriteMask(response, context.err);
  if (response.holders().empty()) {
    (context.json() ? context.err : context.out) << NobodySentence(summary) << "\n";
    return;
  }
  if (context.json()) return;
  WriteTable(response, context.out);
  context.out << "\n";
  WriteMeaning(response, summary, context.out);
  if (!response.masked()) WriteEvents(response.holders(0), context.out);
  if (response.held() < response.leaked()) {
    context.out << response.leaked() - response.held() << " of the leaked customers were held by nobody here.\n";
  }
}

}  // namespace vigie::cli
