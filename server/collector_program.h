#pragma once

#include <iosfwd>
#include <string>
#include <vector>

#include "platform/base/clock.h"
#include "platform/file_system.h"
#include "platform/service_host.h"
#include "platform/worker_process.h"

namespace vigie::server {

struct ProgramContext {
  platform::FileSystem& files;
  platform::ServiceHost& service;
  platform::WorkerLauncher& launcher;
  const base::Clock& clock;
  std::ostream& out;
  std::ostream& err;
};

// The program vigie-collector. 0 fine, 1 it cannot run, 2 usage or configuration; with one sentence on `err`.
int RunCollectorProgram(const std::vector<std::string>& arguments, const ProgramContext& context);

}  // namespace vigie::server
