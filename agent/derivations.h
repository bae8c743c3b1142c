#pragma once

#include "agent/carriers.h"
#include "agent/inspect/inspection_stage.h"
#include "agent/lineage/recent_writes.h"
#include "agent/sensor/process_table.h"
#include "platform/base/clock.h"
#include "platform/file_events.h"

namespace vigie::agent {

// Says which files are derived: written by somebody who carries customer data, and not to be read to their end by
// inspection (encrypted, a part of something, unsupported). What inspection has read to its end is believed, except
// where the writer's trade is another alphabet (xxd, od, base32, tr …). Thread-safe.
class Derivations {
 public:
  struct Parts {
    sensor::ProcessTable& processes;
    Carriers& carriers;
    inspect::InspectionStage& inspection;
    const lineage::RecentWrites& writes;
  };

  explicit Derivations(Parts parts) : parts_(parts) {}

  // Of a file that was closed after writing, whose `found` is what inspection says.
  inspect::Assessment AfterWriting(const platform::FileEvent& closed, const inspect::Assessment& found);

  // Of a file that somebody opens for reading: it may have been closed a moment ago, and the sensor has not told it
  // yet. Answers by `deadline`.
  inspect::Assessment BeforeReading(const platform::FileEvent& opening, const inspect::Assessment& found,
                                    base::Deadline deadline);

 private:
  inspect::Assessment Judge(const platform::FileEvent& write, const inspect::InspectionStage::Subject& subject,
                            const inspect::Assessment& found);

  const Parts parts_;
};

}  // namespace vigie::agent
