#pragma once

#include "server/api/authorization.h"
#include "server/write_lane.h"
#include "vigie/v1/search_service.grpc.pb.h"

namespace vigie::server::api {

// All outlive the service.
struct SearchServiceDeps {
  Store& store;
  WriteLane& lane;
  const base::Clock& clock;
  Authorization& authorization;
};

// Whose a search is says the name of the caller's token. Somebody else's private one is nowhere: kNotFound.
class SearchService final : public v1::SearchService::Service {
 public:
  static constexpr std::size_t kMostOfOne = 100;

  explicit SearchService(const SearchServiceDeps& deps) : deps_(deps) {}

  grpc::Status ListSearches(grpc::ServerContext* context, const v1::ListSearchesRequest* request,
                            v1::ListSearchesResponse* response) override;
  grpc::Status SaveSearch(grpc::ServerContext* context, const v1::SaveSearchRequest* request,
                          v1::SavedSearch* response) override;
  grpc::Status DeleteSearch(grpc::ServerContext* context, const v1::DeleteSearchRequest* request,
                            v1::DeleteSearchResponse* response) override;

 private:
  // The id for what the caller saves: the one he names, if it is his, or a new one, if he may have one more.
  base::Result<std::string> IdFor(const std::string& named, StoreTransaction& transaction);

  const SearchServiceDeps deps_;
};

}  // namespace vigie::server::api
