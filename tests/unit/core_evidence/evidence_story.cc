#include "tests/unit/core_evidence/evidence_story.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

#include "core/customers/record_set.h"
#include "core/evidence/bundle_file.h"
#include "core/evidence/bundle_verifier.h"
#include "core/evidence/event_digest.h"
#include "proto/contract/time_conversion.h"

namespace vigie::evidence {
namespace {

constexpr std::int64_t kBefore = 256;  // where the chain's segment begins
constexpr int kOthers = 2;

credentials::KeyAndCertificate MakeAgent(const credentials::KeyAndCertificate& authority) {
  const auto request = credentials::CreateAgentRequest("desk-7").value();
  const auto certificate =
      credentials::SignAgentRequest(authority, request.request_pem, "desk-7", std::chrono::hours(24)).value();
  return {request.key_pem, certificate};
}

v1::EvidenceCertificate CertificateOf(const std::string& subject, const std::string& pem) {
  v1::EvidenceCertificate certificate;
  certificate.set_fingerprint(credentials::FingerprintOf(pem).value());
  certificate.set_subject(subject);
  certificate.set_pem(pem);
  return certificate;
}

v1::EvidenceItem ItemOf(const v1::EvidenceCertificate& certificate) {
  v1::EvidenceItem item;
  *item.mutable_certificate() = certificate;
  return item;
}

v1::EvidenceItem ItemOfBatch(std::uint64_t number, const std::vector<v1::Event>& events) {
  v1::EventBatch sent = BatchOf(events);
  const auto sealer = BatchSealer::Make("desk-7", Site::Get().agent.key_pem).value();
  EXPECT_TRUE(sealer.Seal(sent));
  v1::EvidenceItem item;
  v1::EvidenceBatch& batch = *item.mutable_batch();
  batch.set_number(number);
  batch.set_agent_id("desk-7");
  batch.set_boot_epoch(sent.boot_epoch());
  *batch.mutable_sequences() = sent.sequences();
  batch.set_digests(sent.seal().digests());
  batch.set_signature(sent.seal().signature());
  batch.set_certificate(Site::Get().AgentCertificate().fingerprint());
  *batch.mutable_received_at() = contract::ToProto(base::SystemClock().Now());
  return item;
}

v1::EvidenceItem ItemOfEvent(std::int64_t position, std::uint64_t batch, const v1::Event& event) {
  v1::EvidenceItem item;
  item.mutable_event()->set_position(position);
  *item.mutable_event()->mutable_event() = event;
  item.mutable_event()->set_batch(batch);
  item.mutable_event()->set_chained(true);
  return item;
}

v1::EvidenceItem ItemOfSegment(const std::vector<v1::Event>& events) {
  v1::EvidenceItem item;
  v1::EvidenceSegment& segment = *item.mutable_segment();
  ChainPlace place{kBefore, Hasher("before").Finish()};
  segment.set_after(place.position);
  segment.set_chain(std::string(Bytes(place.chain)));
  const auto add = [&](const Digest& leaf) {
    place = Extend(place, leaf);
    segment.mutable_leaves()->append(Bytes(leaf));
  };
  for (int i = 0; i < kOthers; ++i) add(Hasher("other").Add(static_cast<std::uint64_t>(i)).Finish());
  for (const v1::Event& event : events) add(LeafDigest(place.position + 1, EventDigest(event), event));
  v1::EvidenceHead head = MakeHead(place, base::SystemClock().Now());
  head.set_certificate(Site::Get().CollectorCertificate().fingerprint());
  const auto key = credentials::SigningKey::OfPem(Site::Get().collector.key_pem).value();
  head.set_signature(key.Sign(HeadStatement(head)).value());
  *segment.mutable_head() = head;
  return item;
}

}  // namespace

v1::Event SomeEvent(std::uint64_t sequence) {
  v1::Event event;
  event.set_agent_id("desk-7");
  event.set_boot_epoch(5);
  event.set_sequence(sequence);
  event.mutable_activity()->set_user("alice");
  event.mutable_activity()->mutable_file()->set_path("/media/usb/" + std::to_string(sequence) + ".csv");
  customers::RecordSet records;
  records.Add(static_cast<customers::RecordId>(sequence));
  v1::CustomerFinding& found = *event.mutable_inspection()->mutable_customers();
  found.set_distinct(1);
  found.set_records(records.Serialize());
  event.set_verdict(v1::VERDICT_BLOCK);
  return event;
}

std::vector<v1::Event> LinkedEvents(std::uint64_t count) {
  std::vector<v1::Event> events;
  Digest before = EpochDigest("desk-7", 5);
  for (std::uint64_t sequence = 1; sequence <= count; ++sequence) {
    v1::Event event = SomeEvent(sequence);
    SaltRecords(event);
    event.set_previous(std::string(Bytes(before)));
    before = EventDigest(event);
    events.push_back(std::move(event));
  }
  return events;
}

v1::EventBatch BatchOf(const std::vector<v1::Event>& events) {
  v1::EventBatch batch;
  batch.set_boot_epoch(5);
  for (const v1::Event& event : events) {
    batch.add_sequences(event.sequence());
    batch.add_encoded(event.SerializeAsString());
  }
  return batch;
}

const Site& Site::Get() {
  static const Site site = [] {
    const auto authority = credentials::CreateAuthority("test").value();
    return Site{authority, MakeAgent(authority), credentials::CreateEvidenceCertificate(authority).value()};
  }();
  return site;
}

v1::EvidenceCertificate Site::AgentCertificate() const {
  return CertificateOf("desk-7", agent.certificate_pem);
}

v1::EvidenceCertificate Site::CollectorCertificate() const {
  return CertificateOf("", collector.certificate_pem);
}

EvidenceStory::EvidenceStory() {
  std::vector<v1::Event> events = LinkedEvents(5);
  const std::vector<v1::Event> sent = events;
  for (v1::Event& event : events) {
    *event.mutable_received_at() = contract::ToProto(kNow);
    event.set_host("w1");
  }
  v1::EvidenceItem first;
  v1::EvidenceHeader& header = *first.mutable_header();
  header.set_format(kBundleFormat);
  header.set_incident_id("inc-7");
  *header.mutable_made_at() = contract::ToProto(base::SystemClock().Now());
  header.set_incident_events(6);
  header.set_certificate(Site::Get().CollectorCertificate().fingerprint());
  header.set_events(events.size());
  items = {first,
           ItemOf(Site::Get().CollectorCertificate()),
           ItemOfSegment(events),
           ItemOf(Site::Get().AgentCertificate()),
           ItemOfBatch(1, {sent.begin(), sent.begin() + 3}),
           ItemOfBatch(2, {sent.begin() + 3, sent.end()})};
  std::int64_t position = kBefore + kOthers;
  for (const v1::Event& event : events) items.push_back(ItemOfEvent(++position, event.sequence() <= 3 ? 1 : 2, event));
}

std::size_t EvidenceStory::PlaceOf(std::uint64_t sequence) const {
  const auto found = std::ranges::find_if(items, [&](const v1::EvidenceItem& item) {
    return item.has_event() && item.event().event().sequence() == sequence;
  });
  return static_cast<std::size_t>(found - items.begin());
}

v1::Event& EvidenceStory::EventAt(std::uint64_t sequence) {
  return *items.at(PlaceOf(sequence)).mutable_event()->mutable_event();
}

std::string EvidenceStory::File() const {
  BundleWriter writer;
  std::string file = writer.Begin();
  for (const v1::EvidenceItem& item : items) file += writer.Add(item);
  return file + writer.End(credentials::SigningKey::OfPem(Site::Get().collector.key_pem).value()).value();
}

v1::EvidenceReport Verify(const std::string& file, bool with_authority) {
  std::istringstream stream(file);
  return VerifyBundle(stream, with_authority ? Site::Get().authority.certificate_pem : "", base::SystemClock().Now());
}

}  // namespace vigie::evidence
