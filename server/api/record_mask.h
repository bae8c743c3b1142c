#pragma once

#include <google/protobuf/message.h>

#include <memory>
#include <string>

#include "platform/base/clock.h"
#include "server/api/holder_mask.h"
#include "server/store.h"

namespace vigie::server::api {

// Which customers an incident or an event is about, in every answer of the API: the fields `records` and `salt`, of
// bytes, in any message; and who has held those of a leaked file: the names in every AttributeResponse. Officers and
// admins see them; others those of one incident or attribution, while a second person lets them (unmask_service.proto).
// What cannot be looked up is not shown. Thread-safe.
class RecordMask {
 public:
  // Both outlive it.
  RecordMask(Store& store, const base::Clock& clock) : store_(store), clock_(clock) {}

  // `incident_id` may be an attribution's.
  bool MaySee(const std::string& who, const std::string& role, const std::string& incident_id) const;
  // `answer` without what `who` may not see; null if there is nothing of that in it. `asked_incident`: of which
  // incident's events it tells; "" = of none in particular.
  std::unique_ptr<google::protobuf::Message> Masked(const google::protobuf::Message& answer, const std::string& who,
                                                    const std::string& role, const std::string& asked_incident) const;

 private:
  bool IsLet(const std::string& who, const std::string& incident_id) const;

  Store& store_;
  const base::Clock& clock_;
  const HolderMask holders_;
};

// The roles that see them without asking.
bool SeesRecords(const std::string& role);

}  // namespace vigie::server::api
