#pragma once

#include <memory>
#include <string>

#include "platform/base/result.h"
#include "server/cli/collector_address.h"
#include "server/cli/command.h"

namespace grpc {
class ChannelCredentials;
}

namespace vigie::cli {

// The API token in the file; "" without a file: the collector then says what it allows.
base::Result<std::string> ReadToken(const std::string& path);

// With which the collector at `address` is believed to be the one that the context means. An error says what to give.
base::Result<std::shared_ptr<grpc::ChannelCredentials>> MakeCredentials(const Context& context,
                                                                        const CollectorAddress& address);

}  // namespace vigie::cli
