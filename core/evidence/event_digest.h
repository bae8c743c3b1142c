#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/evidence/digest.h"
#include "vigie/v1/event.pb.h"

// What stands for an event in links, signatures and the collector's chain. Pure; any thread.
namespace vigie::evidence {

inline constexpr std::size_t kSaltBytes = 16;

// Gives each record set that has none a random salt. Whether there was any.
bool SaltRecords(v1::Event& event);
// Puts the digest of each record set in its place. What is concealed already stays as it is.
void Conceal(v1::Event& event);
bool IsConcealed(const v1::Event& event);
// Removes record sets without a salt: their digest would tell them to who tries.
void DropUnsaltedRecords(v1::Event& event);

// Of what its host says: the same of an event and of what Conceal makes of it, and whatever the collector has added.
Digest EventDigest(const v1::Event& event);
// The same without a copy: the event is another one meanwhile.
Digest EventDigestInPlace(v1::Event& event);
// What its host has linked and signed: EventDigest, but of events of which fields were dropped. Nothing if
// `told_digest` is no digest.
std::optional<Digest> HostDigest(const v1::Event& event, const Digest& own);
// The link of the first event of an epoch.
Digest EpochDigest(std::string_view agent_id, std::uint64_t boot_epoch);

// Of the event at a position of the collector's chain; `own` is its EventDigest.
Digest LeafDigest(std::int64_t position, const Digest& own, const v1::Event& event);

}  // namespace vigie::evidence
