#pragma once

#include "agent/spool/event_spool.h"
#include "agent/uplink/event_source.h"

namespace vigie::agent {

// The spool as the uplink sees it.
class SpoolSource final : public uplink::EventSource {
 public:
  explicit SpoolSource(spool::EventSpool& spool) : spool_(spool) {}

  base::Result<std::vector<uplink::SourcedEvent>> ReadAfter(uplink::EventPosition after, std::size_t events,
                                                            std::size_t bytes) override;
  base::Result<std::vector<uplink::SourcedEvent>> ReadUrgent(std::size_t events, std::size_t bytes) override;
  base::Result<void> ForgetThese(std::uint64_t boot_epoch, const std::vector<std::uint64_t>& sequences) override;
  base::Result<void> Forget(uplink::EventPosition up_to) override;

 private:
  spool::EventSpool& spool_;
};

}  // namespace vigie::agent
