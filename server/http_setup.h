#pragma once

#include "server/http/http_server.h"
#include "server/listen_address.h"
#include "vigie/v1/collector_config.pb.h"

namespace vigie::server {

// What the HTTP side needs of a checked configuration. A console that the configuration names must be there; one that
// is only looked for at its usual place, beside this program, may be missing.
base::Result<http::HttpSetup> MakeHttpSetup(const v1::CollectorConfig& config, const ListenAddress& address,
                                            platform::FileSystem& files);

}  // namespace vigie::server
