#include "core/evidence/collector_chain.h"

#include "proto/contract/time_conversion.h"

namespace vigie::evidence {

ChainPlace Extend(const ChainPlace& place, const Digest& leaf) {
  return {place.position + 1, Hasher("vigie chain 1").Add(place.chain).Add(leaf).Finish()};
}

v1::EvidenceHead MakeHead(const ChainPlace& place, base::SystemTime at) {
  v1::EvidenceHead head;
  head.set_position(place.position);
  head.set_chain(place.chain.data(), place.chain.size());
  *head.mutable_at() = contract::ToProto(at);
  return head;
}

std::string HeadStatement(const v1::EvidenceHead& head) {
  const Digest statement = Hasher("vigie head 1")
                               .Add(static_cast<std::uint64_t>(head.position()))
                               .AddText(head.chain())
                               .Add(static_cast<std::uint64_t>(head.at().seconds()))
                               .Add(static_cast<std::uint64_t>(head.at().nanos()))
                               .AddText(head.certificate())
                               .Finish();
  return std::string(Bytes(statement));
}

}  // namespace vigie::evidence
