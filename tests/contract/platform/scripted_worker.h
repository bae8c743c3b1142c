#pragma once

#include <stop_token>

#include "platform/worker_process.h"

namespace vigie::platform {

// Does what each message says:
//   "echo TEXT"  answers TEXT, with the descriptors that came
//   "read"       answers the content of the first descriptor
//   "silent"     answers nothing
//   "die"        returns
//   "hang"       does nothing until `killed`
void RunScriptedWorker(WorkerSocket& socket, const std::stop_token& killed);

}  // namespace vigie::platform
