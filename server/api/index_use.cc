#include "server/api/index_use.h"

#include <map>
#include <tuple>

#include "vigie/v1/agent_service.pb.h"

namespace vigie::server::api {
namespace {

// In the order of the answer: ledger, newest build, most deltas; then what tells two apart.
struct Order {
  static auto KeyOf(const v1::IndexStatus& index) {
    return std::tuple(std::string_view(index.ledger()), -index.built_at().seconds(), -std::int64_t{index.deltas()},
                      std::string_view(index.state()));
  }
  bool operator()(const v1::IndexStatus& one, const v1::IndexStatus& other) const { return KeyOf(one) < KeyOf(other); }
};

}  // namespace

v1::ListIndexesResponse CountIndexes(const std::vector<std::string>& heartbeats) {
  v1::ListIndexesResponse response;
  std::map<v1::IndexStatus, std::uint32_t, Order> counts;
  v1::Heartbeat heartbeat;
  for (const std::string& bytes : heartbeats) {
    if (!heartbeat.ParseFromString(bytes)) continue;
    response.set_workstations(response.workstations() + 1);
    if (heartbeat.indexes().empty()) response.set_without_indexes(response.without_indexes() + 1);
    for (const v1::IndexStatus& index : heartbeat.indexes()) ++counts[index];
  }
  for (const auto& [index, workstations] : counts) {
    v1::IndexUse& use = *response.add_indexes();
    *use.mutable_index() = index;
    use.set_workstations(workstations);
  }
  return response;
}

}  // namespace vigie::server::api
