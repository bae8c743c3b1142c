#pragma once

#include <string>
#include <utility>

namespace vigie::server {

// What stands where in the state directory.
class StateFiles {
 public:
  explicit StateFiles(std::string directory) : directory_(std::move(directory)) {}

  const std::string& directory() const { return directory_; }
  std::string store() const { return directory_ + "/collector.db"; }
  std::string journal() const { return directory_ + "/ingest.journal"; }  // acknowledged, and not in the store yet
  std::string authority_key() const { return directory_ + "/ca.key"; }  // signs agents; without it none can be enrolled
  std::string authority_certificate() const { return directory_ + "/ca.crt"; }
  std::string server_key() const { return directory_ + "/server.key"; }
  std::string server_certificate() const { return directory_ + "/server.crt"; }
  std::string admin_token() const { return directory_ + "/admin.token"; }
  std::string config() const { return directory_ + "/collector.yaml"; }
  std::string grpc_address() const { return directory_ + "/grpc.address"; }        // where we listen, for scripts
  std::string pseudonym_key() const { return directory_ + "/pseudonym.key"; }      // of what integrations are told
  std::string attribution_key() const { return directory_ + "/attribution.key"; }  // of ids that approvals name
  std::string evidence_key() const { return directory_ + "/evidence.key"; }        // signs the chain of events
  std::string evidence_certificate() const { return directory_ + "/evidence.crt"; }
  std::string http_address() const { return directory_ + "/http.address"; }

 private:
  std::string directory_;
};

}  // namespace vigie::server
