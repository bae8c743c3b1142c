#include "platform/base/file_descriptor.h"

#include <fcntl.h>
#include <gtest/gtest.h>

namespace vigie::base {
namespace {

bool IsOpen(int number) {
  return ::fcntl(number, F_GETFD) >= 0;
}

FileDescriptor OpenNull() {
  return FileDescriptor(::open("/dev/null", O_RDONLY | O_CLOEXEC));
}

TEST(FileDescriptor, ClosesWhatItOwns) {
  int number = -1;
  {
    const FileDescriptor file = OpenNull();
    number = file.get();
    EXPECT_TRUE(IsOpen(number));
  }
  EXPECT_FALSE(IsOpen(number));
}

TEST(FileDescriptor, PassesItsHandleOnWhenMoved) {
  FileDescriptor first = OpenNull();
  const int number = first.get();
  const FileDescriptor second = std::move(first);
  EXPECT_FALSE(first);  // NOLINT(bugprone-use-after-move): what a moved-from one is, is the question
  EXPECT_EQ(second.get(), number);
  EXPECT_TRUE(IsOpen(number));
}

TEST(FileDescriptor, ClosesItsOldHandleWhenAssigned) {
  FileDescriptor target = OpenNull();
  const int old_number = target.get();
  FileDescriptor source = OpenNull();
  const int new_number = source.get();
  target = std::move(source);
  EXPECT_FALSE(IsOpen(old_number));
  EXPECT_EQ(target.get(), new_number);
}

TEST(FileDescriptor, DoesNotCloseAReleasedHandle) {
  int number = -1;
  {
    FileDescriptor file = OpenNull();
    number = file.Release();
  }
  EXPECT_TRUE(IsOpen(number));
  FileDescriptor(number).Close();
  EXPECT_FALSE(IsOpen(number));
}

}  // namespace
}  // namespace vigie::base
