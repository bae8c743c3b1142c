#pragma once

#include <string>

#include "platform/file_system.h"

namespace vigie::server {

struct InitializeOptions {
  std::string state;       // absolute
  std::string name;        // how agents and analysts call this host
  std::string admin = {};  // the first user, if one is wanted
};

// Makes a site's credentials in the state directory: ca.key, ca.crt, server.key, server.crt (for the name, localhost,
// 127.0.0.1 and ::1), admin.token (an API token; the store keeps its hash), and a collector.yaml that uses them if
// there is none. Keys and token have mode 0600. An authority that exists is never overwritten (kAlreadyExists); ca.key
// is written last, so an attempt that was cut short can be repeated.
// Gives the one-time password of the user `admin`, who has the role admin; empty without one.
base::Result<std::string> Initialize(const InitializeOptions& options, platform::FileSystem& files);

}  // namespace vigie::server
