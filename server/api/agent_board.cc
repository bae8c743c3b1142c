#include "server/api/agent_board.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string_view>
#include <tuple>

#include "proto/contract/time_conversion.h"
#include "server/event_columns.h"
#include "server/rollout_plan.h"

namespace vigie::server::api {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
using Json = nlohmann::json;

constexpr std::size_t kMaxWords = 256;
constexpr int kMaxStates = 64;
constexpr int kMaxRings = 64;
constexpr std::size_t kFewLists = 1000;  // of sensors; of a sound fleet there are some dozen

Error Bad(std::string reason) {
  return {ErrorCode::kInvalidArgument, std::move(reason)};
}

// An agent as it is now.
struct Row {
  const std::string* id = nullptr;
  const AgentBoard::Agent* agent = nullptr;
  v1::AgentState state = v1::AGENT_STATE_UNSPECIFIED;
  std::uint32_t policy_version = 0;
  std::int64_t last_seen = 0;
  const AgentBoard::SensorList* sensors = nullptr;
  std::uint64_t ring = 0;  // its place in their order
};
using Connections = std::unordered_map<std::string, AgentSessions::Heard>;

// What was heard of it since it was saved goes before what is kept.
void TakeHeard(const AgentSessions::Heard& heard, Row& row, StateFacts& facts) {
  row.policy_version = heard.policy_version.value_or(row.policy_version);
  row.last_seen = std::max(row.last_seen, std::int64_t{heard.presence.heard_at.time_since_epoch().count()});
  if (heard.sensors) row.sensors = heard.sensors.get();
  facts.clock_offset = heard.clock_offset.value_or(facts.clock_offset);
}

// Of a ring that is gone: behind all others.
std::uint64_t PlaceOf(const std::string& ring, const std::vector<v1::Ring>& rings) {
  return static_cast<std::uint64_t>(std::ranges::find(rings, ring, &v1::Ring::name) - rings.begin());
}

Row RowOf(const std::string& id, const AgentBoard::Agent& agent, const Connections& connections,
          const AgentBoard::Beside& beside, base::SystemTime now) {
  Row row{&id, &agent, {}, agent.policy_version, agent.last_seen, agent.sensors, PlaceOf(agent.ring, beside.rings)};
  StateFacts facts{agent.revoked, beside.refused.contains(id), agent.last_seen != 0, agent.clock_offset};
  std::optional<Presence> presence;
  if (const auto heard = connections.find(id); heard != connections.end()) {
    presence = heard->second.presence;
    TakeHeard(heard->second, row, facts);
  }
  row.state = StateOf(facts, presence, now);
  return row;
}

// Number, text, host, id: what it is sorted by.
using Key = std::tuple<std::uint64_t, std::string_view, std::string_view, std::string_view>;

Key KeyOf(const Row& row, v1::AgentOrder order) {
  const auto by = [&](std::uint64_t number, std::string_view text) {
    return Key(number, text, row.agent->host, *row.id);
  };
  switch (order) {
    case v1::AGENT_ORDER_STATE:
      return by(static_cast<std::uint64_t>(row.state), "");
    case v1::AGENT_ORDER_VERSION:
      return by(0, row.agent->version);
    case v1::AGENT_ORDER_POLICY_VERSION:
      return by(row.policy_version, "");
    case v1::AGENT_ORDER_LAST_SEEN:
      return by(static_cast<std::uint64_t>(std::max<std::int64_t>(row.last_seen, 0)), "");
    case v1::AGENT_ORDER_EVENTS:
      return by(row.agent->events, "");
    case v1::AGENT_ORDER_RING:
      return by(row.ring, "");
    default:
      return by(0, "");
  }
}

std::string WriteToken(const Key& key) {
  return Json(key).dump(-1, ' ', false, Json::error_handler_t::replace);
}

// `text` holds what the key shows.
struct Token {
  std::uint64_t number = 0;
  std::string text;
  std::string host;
  std::string id;
  Key key() const { return {number, text, host, id}; }
};

Result<Token> ReadToken(const std::string& token) {
  const Json read = Json::parse(token, nullptr, false);
  const bool sound = read.is_array() && read.size() == 4 && read[0].is_number_unsigned() &&
                     std::all_of(read.begin() + 1, read.end(), [](const Json& each) { return each.is_string(); });
  if (!sound) return Bad("page_token: not one that this collector gave");
  return Token{read[0].get<std::uint64_t>(), read[1].get<std::string>(), read[2].get<std::string>(),
               read[3].get<std::string>()};
}

char Lower(char letter) {
  return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
}

bool Holds(std::string_view text, std::string_view words) {
  const auto alike = [](char one, char other) { return Lower(one) == Lower(other); };
  return std::ranges::search(text, words, alike).begin() != text.end() || words.empty();
}

bool Fits(const Row& row, const v1::ListAgentsRequest& request) {
  const auto& states = request.states();
  if (!request.agent_id().empty() && *row.id != request.agent_id()) return false;
  if (!states.empty() && std::ranges::find(states, static_cast<int>(row.state)) == states.end()) return false;
  const auto& rings = request.rings();
  if (!rings.empty() && std::ranges::find(rings, row.agent->ring) == rings.end()) return false;
  return Holds(row.agent->host, request.words()) || Holds(row.agent->version, request.words());
}

std::vector<std::string> MostReported(const std::map<const AgentBoard::SensorList*, std::uint64_t>& lists) {
  std::map<std::string, std::uint64_t> agents;
  for (const auto& [list, count] : lists) {
    for (const std::string& name : *list) agents[name] += count;
  }
  std::vector<std::string> names;
  for (const auto& [name, count] : agents) names.push_back(name);
  std::ranges::stable_sort(names, std::greater(), [&](const std::string& name) { return agents[name]; });
  return names;
}

// An agent that names its sensors anew each time must not fill the memory.
void ForgetUnused(const std::unordered_map<std::string, AgentBoard::Agent>& agents,
                  std::set<AgentBoard::SensorList>& lists) {
  if (lists.size() <= kFewLists) return;
  std::set<const AgentBoard::SensorList*> used;
  for (const auto& [id, agent] : agents) used.insert(agent.sensors);
  std::erase_if(lists, [&](const AgentBoard::SensorList& list) { return !used.contains(&list); });
}

Result<void> CheckRequest(const v1::ListAgentsRequest& request) {
  if (request.words().size() > kMaxWords) return Bad("words: longer than 256 bytes");
  if (request.states_size() > kMaxStates) return Bad("states: more than 64");
  if (request.rings_size() > kMaxRings) return Bad("rings: more than 64");
  if (!v1::AgentOrder_IsValid(request.order())) return Bad("order: is not known to this version");
  return {};
}

// The page behind `after` out of the rows that fit.
void TakePage(const v1::ListAgentsRequest& request, const Token* after, std::vector<Row>& rows, AgentPage& page) {
  const auto key = [&](const Row& row) { return KeyOf(row, request.order()); };
  const auto before = [&](const Key& one, const Key& other) {
    return request.descending() ? other < one : one < other;
  };
  if (after != nullptr) std::erase_if(rows, [&](const Row& row) { return !before(after->key(), key(row)); });
  const auto size = std::min<std::size_t>(EffectivePageSize(request.page_size()), rows.size());
  const auto end = rows.begin() + static_cast<std::ptrdiff_t>(size);
  std::partial_sort(rows.begin(), end, rows.end(),
                    [&](const Row& one, const Row& other) { return before(key(one), key(other)); });
  for (auto row = rows.begin(); row != end; ++row) page.ids.push_back(*row->id);
  if (end != rows.end()) page.next_page_token = WriteToken(key(*(end - 1)));
}

}  // namespace

Result<AgentPage> AgentBoard::List(const v1::ListAgentsRequest& request, const Beside& beside, base::SystemTime now) {
  if (auto good = CheckRequest(request); !good) return good.error();
  const auto after = request.page_token().empty() ? Result<Token>(Token()) : ReadToken(request.page_token());
  if (!after) return after.error();
  const std::lock_guard lock(mutex_);
  if (auto read = Refresh(); !read) return read.error();
  const Connections connections = sessions_.Connections();
  AgentPage page;
  std::vector<Row> rows;
  std::map<const SensorList*, std::uint64_t> lists;
  for (const auto& [id, agent] : agents_) {
    const Row row = RowOf(id, agent, connections, beside, now);
    ++page.counts[row.state];
    ++lists[row.sensors];
    if (Fits(row, request)) rows.push_back(row);
  }
  page.matching = rows.size();
  page.sensors = MostReported(lists);
  TakePage(request, request.page_token().empty() ? nullptr : &*after, rows, page);
  return page;
}

Result<void> AgentBoard::CountIn(std::vector<v1::Ring>& rings) {
  const std::lock_guard lock(mutex_);
  if (auto read = Refresh(); !read) return read.error();
  const Connections connections = sessions_.Connections();
  for (const auto& [id, agent] : agents_) {
    const auto ring = std::ranges::find(rings, agent.ring, &v1::Ring::name);
    if (agent.revoked || ring == rings.end()) continue;
    const auto heard = connections.find(id);
    const bool connected = heard != connections.end();
    const auto version = connected ? heard->second.policy_version.value_or(agent.policy_version) : agent.policy_version;
    ring->set_workstations(ring->workstations() + 1);
    if (connected) ring->set_connected(ring->connected() + 1);
    if (version != 0 && version == ring->policy_version()) ring->set_applied(ring->applied() + 1);
  }
  return {};
}

Result<void> AgentBoard::Refresh() {
  auto read = store_.EachChangedAgent(revision_, [this](const AgentRecord& record) -> Result<void> {
    Take(record);
    return {};
  });
  if (!read) return read.error();
  revision_ = *read;
  ForgetUnused(agents_, sensor_lists_);
  return {};
}

void AgentBoard::Take(const AgentRecord& record) {
  const v1::AgentStatus& status = record.status;
  SensorList sensors;
  for (const v1::SensorHealth& sensor : status.sensors()) sensors.push_back(sensor.name());
  agents_[status.id()] = {.host = status.host(),
                          .version = status.version(),
                          .policy_version = status.policy_version(),
                          .last_seen = status.has_last_seen_at()
                                           ? contract::FromProto(status.last_seen_at()).time_since_epoch().count()
                                           : 0,
                          .events = status.events(),
                          .clock_offset = contract::FromProto(status.clock_offset()),
                          .revoked = status.has_revoked_at(),
                          .ring = RingOf(status),
                          .sensors = &*sensor_lists_.insert(std::move(sensors)).first};
}

}  // namespace vigie::server::api
