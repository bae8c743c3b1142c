#include "core/inspection/inspector_protocol.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <tuple>

#include "core/customers/record_set.h"
#include "core/identifiers/detector_classes.h"

namespace vigie::inspection {
namespace {

constexpr int kMostClasses = 256;
constexpr int kMostSamples = 3;

base::Error Malformed(std::string_view what) {
  return {base::ErrorCode::kInvalidArgument, "malformed inspector message: " + std::string(what)};
}

template <typename Message>
base::Result<Message> Parse(std::string_view bytes) {
  Message message;
  if (!message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())))
    return Malformed("not the expected protobuf");
  return message;
}

base::Result<void> CheckSetup(const v1::InspectorSetup& setup, std::size_t descriptors) {
  const auto indexes = static_cast<std::size_t>(setup.indexes_size());
  if (indexes > kMostIndexes) return Malformed("too many indexes");
  if (indexes != descriptors) return Malformed("an index without its file");
  const auto has_key = [](const auto& index) { return index.key().size() == sizeof(customers::IndexKey); };
  if (!std::ranges::all_of(setup.indexes(), has_key)) return Malformed("a key that is not 32 bytes long");
  return {};
}

// Strictly ascending.
template <typename Range>
bool IsSortedDistinct(const Range& range) {
  return std::ranges::adjacent_find(range, [](const auto& a, const auto& b) { return !(a < b); }) ==
         std::ranges::end(range);
}

// text/csv; the letters of RFC 6838 that types in use have. Nobody's words.
bool IsMediaType(std::string_view type) {
  constexpr std::size_t kLongest = 96;
  const auto belongs = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '/' || c == '.' ||
           c == '+' || c == '-' || c == '_';
  };
  return type.empty() || (type.size() <= kLongest && std::ranges::count(type, '/') == 1 &&
                          std::ranges::all_of(type, belongs));
}

base::Result<void> CheckCoverage(const v1::Inspection& inspection) {
  if (inspection.evaluated() == v1::EVALUATED_UNSPECIFIED || !v1::Evaluated_IsValid(inspection.evaluated())) {
    return Malformed("evaluated is missing");
  }
  const auto known = [](int reason) { return reason != v1::REASON_UNSPECIFIED && v1::Reason_IsValid(reason); };
  if (!std::ranges::all_of(inspection.reasons(), known)) return Malformed("an unknown reason");
  if (!IsSortedDistinct(inspection.reasons())) return Malformed("reasons are not sorted and distinct");
  const bool is_full = inspection.evaluated() == v1::EVALUATED_FULL;
  if (is_full != inspection.reasons().empty()) return Malformed("evaluated and reasons contradict each other");
  if (!IsMediaType(inspection.media_type())) return Malformed("the media type is none");
  if (!std::isfinite(inspection.milliseconds())) return Malformed("milliseconds is no number");
  return {};
}

// j***@e***.com, +33******23
bool IsMaskedSample(std::string_view sample) {
  constexpr std::size_t kLongestSample = 32;
  constexpr auto kFewestMasked = 3;
  const auto is_visible = [](char c) { return c >= ' ' && c <= '~'; };
  return sample.size() <= kLongestSample && std::ranges::count(sample, '*') >= kFewestMasked &&
         std::ranges::all_of(sample, is_visible);
}

bool IsKnownClass(const std::string& name, const UserDetectors& detectors) {
  return identifiers::IsDetectorClass(name) ||
         std::ranges::any_of(detectors, [&](const auto& detector) { return detector.id() == name; });
}

bool IsPlausibleClass(const v1::ClassFinding& found) {
  return found.distinct() > 0 && found.distinct() <= found.matches() && v1::Confidence_IsValid(found.confidence()) &&
         found.masked_samples_size() <= kMostSamples && std::ranges::all_of(found.masked_samples(), IsMaskedSample);
}

// "", or the sixteen bytes that a ledger is known by, in hex.
bool IsLedgerId(std::string_view id) {
  constexpr std::size_t kDigits = 32;
  const auto is_digit = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
  return id.empty() || (id.size() == kDigits && std::ranges::all_of(id, is_digit));
}

base::Result<void> CheckCustomers(const v1::CustomerFinding& customers) {
  const auto records = customers::RecordSet::Parse(customers.records());
  if (!records) return Malformed("customers are no record set");
  if (records->size() != customers.distinct()) return Malformed("customers are miscounted");
  if (customers.canaries() > customers.distinct()) return Malformed("more canaries than customers");
  if (!IsLedgerId(customers.ledger())) return Malformed("a ledger that is none");
  return {};
}

base::Result<void> CheckFindings(const v1::Inspection& inspection, const UserDetectors& detectors) {
  if (inspection.classes_size() > kMostClasses) return Malformed("too many classes");
  const auto is_known = [&](const auto& found) { return IsKnownClass(found.class_(), detectors); };
  if (!std::ranges::all_of(inspection.classes(), is_known)) return Malformed("an unknown class");
  if (!std::ranges::all_of(inspection.classes(), IsPlausibleClass)) return Malformed("an implausible class");
  const auto not_ascending = [](const auto& a, const auto& b) { return !(a.class_() < b.class_()); };
  if (std::ranges::adjacent_find(inspection.classes(), not_ascending) != inspection.classes().end()) {
    return Malformed("classes are not sorted and distinct");
  }
  if (inspection.customers_of_other_ledgers_size() > static_cast<int>(kMostIndexes)) {
    return Malformed("customers of too many ledgers");
  }
  for (const auto& customers : inspection.customers_of_other_ledgers()) {
    if (auto checked = CheckCustomers(customers); !checked) return checked;
  }
  return CheckCustomers(inspection.customers());
}

}  // namespace

std::string EncodeSetup(std::span<const customers::IndexKey> keys, const UserDetectors& detectors) {
  v1::InspectorRequest request;
  auto& setup = *request.mutable_setup();
  for (const auto& key : keys) setup.add_indexes()->set_key(key.data(), key.size());
  *setup.mutable_detectors() = detectors;
  return request.SerializeAsString();
}

std::string EncodeInspect(const v1::InspectionBudget& budget) {
  v1::InspectorRequest request;
  *request.mutable_inspect() = budget;
  return request.SerializeAsString();
}

std::string EncodeReply(const v1::InspectorReply& reply) {
  return reply.SerializeAsString();
}

base::Result<v1::InspectorRequest> DecodeRequest(std::string_view bytes, std::size_t descriptors) {
  auto request = Parse<v1::InspectorRequest>(bytes);
  if (!request) return request;
  if (request->has_setup()) {
    const auto checked = CheckSetup(request->setup(), descriptors);
    if (!checked) return checked.error();
    return request;
  }
  if (!request->has_inspect()) return Malformed("neither setup nor file");
  if (descriptors != 1) return Malformed("a file without its descriptor");
  return request;
}

base::Result<void> DecodeSetupReply(std::string_view bytes, std::span<const std::string> index_files) {
  const auto reply = Parse<v1::InspectorReply>(bytes);
  if (!reply) return reply.error();
  if (reply->setup_error().empty()) return {};
  base::Error error{base::ErrorCode::kFailedPrecondition, reply->setup_error().substr(0, 1024)};
  const auto refused = reply->refused_index();
  return refused == 0 || refused > index_files.size() ? error : error.Wrap(index_files[refused - 1]);
}

std::vector<std::string> DecodeMissingTools(std::string_view bytes) {
  constexpr int kMostTools = 16;
  constexpr std::size_t kLongestName = 32;
  std::vector<std::string> tools;
  const auto reply = Parse<v1::InspectorReply>(bytes);
  if (!reply || reply->missing_tools_size() > kMostTools) return tools;
  for (const auto& tool : reply->missing_tools()) tools.push_back(tool.substr(0, kLongestName));
  return tools;
}

base::Result<v1::InspectorReply> DecodeInspectionReply(std::string_view bytes, const UserDetectors& detectors) {
  auto reply = Parse<v1::InspectorReply>(bytes);
  if (!reply) return reply;
  if (!reply->has_inspection()) return Malformed("no inspection");
  reply->DiscardUnknownFields();  // they would travel on with the answer
  if (const auto checked = CheckCoverage(reply->inspection()); !checked) return checked.error();
  if (const auto checked = CheckFindings(reply->inspection(), detectors); !checked) return checked.error();
  return reply;
}

customers::IndexKey ToIndexKey(std::string_view bytes) {
  customers::IndexKey key{};
  std::memcpy(key.data(), bytes.data(), std::min(key.size(), bytes.size()));
  return key;
}

}  // namespace vigie::inspection
