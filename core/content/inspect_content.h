#pragma once

#include <span>

#include "core/content/byte_source.h"
#include "core/content/content_engine.h"
#include "core/customers/customer_index.h"
#include "platform/base/clock.h"
#include "platform/base/file_descriptor.h"
#include "platform/converter.h"
#include "vigie/v1/finding.pb.h"
#include "vigie/v1/inspector.pb.h"

namespace vigie::content {

struct InspectionOptions {
  v1::InspectionBudget budget;  // zero fields take DefaultBudget()
  std::span<const customers::CustomerIndex* const> indexes;
  std::string_view name = "content";  // how origin paths begin
  // For documents that only programs of others read; without it they are inspected as bytes.
  platform::Converter* converter = nullptr;
};

// Says what is in a file of any size: its true type, what was inspected of it and what not, the classes of identifiers
// and the customers found in it and in everything nested in it. Never fails: what goes wrong is a reason in the answer
// (README.md says which). Running out of memory is std::bad_alloc. The file is read with positioned reads; it may
// change meanwhile.
v1::Inspection InspectContent(const base::FileDescriptor& file, const InspectionOptions& options, ContentEngine& engine,
                              const base::Clock& clock);

// The same over bytes from anywhere.
v1::Inspection InspectContent(ByteSource& source, const InspectionOptions& options, ContentEngine& engine,
                              const base::Clock& clock);

}  // namespace vigie::content
