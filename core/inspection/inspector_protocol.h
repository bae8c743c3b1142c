#pragma once

#include <chrono>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/customers/customer_index.h"
#include "platform/base/result.h"
#include "vigie/v1/inspector.pb.h"

// What travels between InspectorPool and vigie-inspector (proto/vigie/v1/inspector.proto). Neither end trusts the
// other: the worker has parsed hostile files, and only what is checked here is believed.
namespace vigie::inspection {

// Indexes in one setup; a message carries no more descriptors.
inline constexpr std::size_t kMostIndexes = 8;

using UserDetectors = google::protobuf::RepeatedPtrField<v1::UserDetector>;

std::string EncodeSetup(std::span<const customers::IndexKey> keys, const UserDetectors& detectors = {});
std::string EncodeInspect(const v1::InspectionBudget& budget);
std::string EncodeReply(const v1::InspectorReply& reply);

// kInvalidArgument names what is malformed: a setup needs keys of 32 bytes and a descriptor for each, a file one
// descriptor.
base::Result<v1::InspectorRequest> DecodeRequest(std::string_view bytes, std::size_t descriptors);

// The reply to a setup: an error with the worker's reason if it is not ready, and with the one of `index_files` that it
// is about.
base::Result<void> DecodeSetupReply(std::string_view bytes, std::span<const std::string> index_files = {});

// Of a good reply to a setup: the programs that the worker would use and does not find.
std::vector<std::string> DecodeMissingTools(std::string_view bytes);

// The reply to a file. kInvalidArgument unless it is an inspection that content inspection could have made: known
// enumerators, reasons and classes sorted and distinct, classes of the product or of `detectors`, counts and record set
// in agreement, and samples that are short and mostly mask: a hijacked worker must not be able to send text out.
base::Result<v1::InspectorReply> DecodeInspectionReply(std::string_view bytes, const UserDetectors& detectors = {});

customers::IndexKey ToIndexKey(std::string_view bytes);  // exactly 32

}  // namespace vigie::inspection
