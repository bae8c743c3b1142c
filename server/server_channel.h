#pragma once

#include <grpcpp/server_builder.h>

#include "server/api/refused_peers.h"

namespace vigie::server {

// Limits and time-outs of the port for agents and analysts.
void TuneServer(grpc::ServerBuilder& builder);

// gRPC's log goes where ours goes. There is one in a process.
void TakeGrpcLog();
// Who is told of failed handshakes, until he leaves.
void HearHandshakes(api::RefusedPeers* peers);
void LeaveHandshakes(const api::RefusedPeers* peers);

}  // namespace vigie::server
