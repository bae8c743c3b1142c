#include "server/api/attribution_service.h"

namespace vigie::server::api {

using base::Error;
using base::ErrorCode;
using base::Result;

grpc::Status AttributionService::Attribute(grpc::ServerContext* context, const v1::AttributeRequest* request,
                                           v1::AttributeResponse* response) {
  return deps_.authorization.ForAnalyst(*context, [&]() -> Result<void> {
    auto attributed = deps_.attribution.Attribute(*request);
    if (!attributed) return attributed.error();
    *response = *std::move(attributed);
    return {};
  });
}

grpc::Status AttributionService::DescribeUpload(grpc::ServerContext* context, const v1::DescribeUploadRequest*,
                                                v1::DescribeUploadResponse* response) {
  return deps_.authorization.ForAnalyst(*context, [&]() -> Result<void> {
    *response = deps_.uploads.Describe();
    return {};
  });
}

grpc::Status AttributionService::AttributeUpload(grpc::ServerContext* context,
                                                 const v1::AttributeUploadRequest* request,
                                                 v1::AttributeUploadResponse* response) {
  return deps_.authorization.ForAnalyst(*context, [&]() -> Result<void> {
    const auto file = deps_.shelf.Take(request->token());
    if (!file) return Error{ErrorCode::kNotFound, "there is no such file: give it to POST /attribution"};
    auto attributed = deps_.uploads.Attribute(*file, *request);
    if (!attributed) return attributed.error();
    *response = *std::move(attributed);
    return {};
  });
}

}  // namespace vigie::server::api
