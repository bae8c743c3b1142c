#include "agent/lineage/without_content.h"

namespace vigie::agent::lineage {

platform::FileEvent WithoutContent(const platform::FileEvent& event) {
  platform::FileEvent copy;
  copy.kind = event.kind;
  copy.file = event.file;
  copy.owner_uid = event.owner_uid;
  copy.born_at = event.born_at;
  copy.path = event.path;
  copy.process = event.process;
  copy.process_handle = event.process_handle;
  copy.at = event.at;
  copy.steady_at = event.steady_at;
  copy.on_medium = event.on_medium;
  copy.position = event.position;
  return copy;
}

}  // namespace vigie::agent::lineage
