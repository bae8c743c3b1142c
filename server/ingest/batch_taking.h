#pragma once

#include "server/change_witness.h"
#include "server/detection.h"
#include "server/ingest/agent_counters.h"
#include "server/ingest/delivery_ledger.h"
#include "server/ingest/event_checks.h"

namespace vigie::server::ingest {

struct BatchOutcome {
  v1::Ack ack;
  IngestCounts counts;
};

// Of a whole batch whose last event has this sequence; 0 = none of it had its turn.
v1::Ack AckOf(const CheckedBatch& batch, std::uint64_t last);

// Takes one checked batch into a transaction: new events, the ledger, holes, and what detection makes of them. May be
// run again from the start (with a fresh object) if the transaction failed.
class BatchTaking {
 public:
  // `witness` may be null.
  BatchTaking(const AgentIdentity& agent, const CheckedBatch& batch, Detection& detection,
              ChangeWitness* witness = nullptr)
      : agent_(agent), batch_(batch), detection_(detection), witness_(witness) {}

  base::Result<BatchOutcome> Run(StoreTransaction& transaction);

 private:
  struct Former {
    std::uint64_t boot_epoch = 0;
    std::uint64_t mark = 0;
    const SequenceRanges& ahead;
  };

  base::Result<void> TakeInPlace(const CheckedEvent& checked, StoreTransaction& transaction);
  base::Result<void> Take(const CheckedEvent& checked, StoreTransaction& transaction);
  // What the host has signed is kept with the first event that is.
  base::Result<std::uint64_t> SealNumber(const CheckedEvent& checked, StoreTransaction& transaction);
  // What its host could not send is not missing, whether the hole was noticed already or not.
  base::Result<void> GiveUp(const v1::Event& event, StoreTransaction& transaction);
  base::Result<void> GiveUpBefore(std::uint64_t boot_epoch, const SequenceRanges& ranges,
                                  StoreTransaction& transaction);
  base::Result<void> NoteMissing(const CheckedEvent& next, std::uint64_t former_mark, StoreTransaction& transaction);
  base::Result<base::SystemTime> TimeOfSequence(std::uint64_t sequence, base::SystemTime otherwise,
                                                StoreTransaction& transaction) const;
  // What differs from what was kept of the ledger before.
  base::Result<void> Keep(const Former& former, const DeliveryLedger& ledger, StoreTransaction& transaction);
  base::Result<void> AddGap(const v1::GapReport& gap, StoreTransaction& transaction);
  void Refuse(std::uint64_t sequence, const std::string& reason);

  const AgentIdentity& agent_;
  const CheckedBatch& batch_;
  Detection& detection_;
  ChangeWitness* const witness_;
  DeliveryLedger ledger_;
  BatchOutcome outcome_;
  std::uint64_t seal_number_ = 0;
};

}  // namespace vigie::server::ingest
