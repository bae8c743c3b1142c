#pragma once

#include <string>
#include <string_view>

#include "platform/base/clock.h"
#include "platform/base/result.h"

namespace vigie::agent::uplink {

// How it stands with the collector, as far as one can see from here.
enum class LinkState {
  kConnecting,  // not tried yet
  kConnected,
  kUnreachable,  // nobody there, or the connection broke
  kNoAnswer,     // a connection, and silence: a dead network, or a collector that hangs
  kCertificate,  // the collector has another authority, or our certificate has expired
  kNotAdmitted,  // the collector knows us not, or no more
  kBusy,         // it has no room for us now
  kRefused,      // it does not like what we say (the clock, the protocol)
  kReplaced,     // another connection of this agent has taken its place
  kCannotStore,  // it is there, and its store fails or is full
  kSpool,        // nothing is wrong with the collector: our own spool cannot be read
};

std::string_view NameOf(LinkState state);

// What the end of a session says. Not for errors of our own spool: their codes mean something else.
LinkState LinkStateOf(const base::Error& error);

}  // namespace vigie::agent::uplink
