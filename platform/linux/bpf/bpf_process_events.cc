#include "platform/linux/bpf/bpf_process_events.h"

namespace vigie::platform {

std::optional<base::Error> BpfProcessEvents::WhyNot(const KernelPrograms& programs) {
  return programs.WhyNot({"on_fork", "on_exec", "on_exit"});
}

}  // namespace vigie::platform
