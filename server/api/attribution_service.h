#pragma once

#include "server/api/authorization.h"
#include "server/attribution.h"
#include "server/upload_shelf.h"
#include "vigie/v1/attribution_service.grpc.pb.h"

namespace vigie::server::api {

// All outlive the service.
struct AttributionServiceDeps {
  Attribution& attribution;
  UploadAttribution& uploads;
  UploadShelf& shelf;
  Authorization& authorization;
};

class AttributionService final : public v1::AttributionService::Service {
 public:
  explicit AttributionService(const AttributionServiceDeps& deps) : deps_(deps) {}

  grpc::Status Attribute(grpc::ServerContext* context, const v1::AttributeRequest* request,
                         v1::AttributeResponse* response) override;
  grpc::Status DescribeUpload(grpc::ServerContext* context, const v1::DescribeUploadRequest* request,
                              v1::DescribeUploadResponse* response) override;
  grpc::Status AttributeUpload(grpc::ServerContext* context, const v1::AttributeUploadRequest* request,
                               v1::AttributeUploadResponse* response) override;

 private:
  const AttributionServiceDeps deps_;
};

}  // namespace vigie::server::api
