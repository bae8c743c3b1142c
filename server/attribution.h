#pragma once

#include "platform/base/file_descriptor.h"
#include "platform/base/result.h"
#include "vigie/v1/attribution_service.pb.h"

namespace vigie::server {

// Who has held the customers of a leaked file (attribution_service.proto). Thread-safe; reads only.
class Attribution {
 public:
  virtual ~Attribution() = default;

  // kInvalidArgument names the field; kResourceExhausted while as many others are being answered as may be.
  virtual base::Result<v1::AttributeResponse> Attribute(const v1::AttributeRequest& request) = 0;
};

// The same for a file that was given to the collector: it is inspected here, and nothing of it is kept. Thread-safe.
class UploadAttribution {
 public:
  virtual ~UploadAttribution() = default;

  // Reads the configured indexes' headers.
  virtual v1::DescribeUploadResponse Describe() = 0;
  // kFailedPrecondition without a good index; kResourceExhausted while as many others are being inspected as may be.
  // `request` was checked against nothing; its token is not looked at.
  virtual base::Result<v1::AttributeUploadResponse> Attribute(const base::FileDescriptor& file,
                                                              const v1::AttributeUploadRequest& request) = 0;
};

}  // namespace vigie::server
