#pragma once

#include <string_view>

#include "vigie/v1/event.pb.h"

namespace vigie::contract {

// Reads kept events one after another, of each only what policies, thresholds and incidents ask for: all but the
// process's command line, parents and readers, the user's number, his session and the monotonic time, the file's
// origin, what the inspection says beside findings, classes' samples and confidence, of which ledger customers are, who
// reported it, how the agent decided, save the verdict, and what the evidence needs. A test knows each of these fields,
// and each question that policies ask. The memory of one is that of the next. One thread.
//
// What is left out is not looked at: bytes that are wrong only there are not found to be. A message that is absent may
// be there, and empty (but for activity, gap and the time of receipt).
class JudgedEvent {
 public:
  // Null if the bytes are no event. The event read before is gone.
  const v1::Event* Read(std::string_view bytes);

 private:
  void Clear();
  // False: something rare or wrong, which is left to the whole reading.
  bool ReadParts(std::string_view bytes);

  v1::Event event_;
  v1::Event whole_;
};

}  // namespace vigie::contract
