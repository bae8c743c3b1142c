#include "platform/base/file_descriptor.h"

#include <unistd.h>

namespace vigie::base {

void FileDescriptor::Close() {
  if (number_ >= 0) ::close(std::exchange(number_, -1));
}

}  // namespace vigie::base
