#pragma once

#include <memory>
#include <string>

#include "platform/converter.h"
#include "platform/linux/worker_socket.h"

namespace vigie::platform {

// The inspector's end of a converter. Works inside the sandbox: it sends, receives, polls and reads. The process at the
// other end ends with the socket, and with it any tool at work.
class LinuxConverter final : public Converter {
 public:
  LinuxConverter(base::FileDescriptor socket, std::string installed);

  bool Offers(ConverterTool tool) const override;
  base::Result<void> UseFile(const base::FileDescriptor& file) override;
  base::Result<void> StartDocument() override;
  base::Result<void> Append(std::string_view bytes) override;
  base::Result<std::unique_ptr<Conversion>> Convert(const ConversionOrder& order) override;

 private:
  StreamWorkerSocket socket_;
  std::string installed_;
};

}  // namespace vigie::platform
