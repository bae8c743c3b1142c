#pragma once

#include <cstdint>
#include <string>

#include "core/evidence/digest.h"
#include "platform/base/clock.h"
#include "vigie/v1/evidence.pb.h"

// The collector's chain over what it has stored, in order of position. Pure; any thread.
namespace vigie::evidence {

// So many positions apart the chain's state is kept and signed: what a proof of one event needs of it at most.
inline constexpr std::int64_t kHeadEvery = 256;

struct ChainPlace {
  std::int64_t position = 0;
  Digest chain{};
};

// The next place; `leaf` is that of the position after `place`.
ChainPlace Extend(const ChainPlace& place, const Digest& leaf);

v1::EvidenceHead MakeHead(const ChainPlace& place, base::SystemTime at);
// What is signed of it.
std::string HeadStatement(const v1::EvidenceHead& head);

}  // namespace vigie::evidence
