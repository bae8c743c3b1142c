// The fake against the contract; tests/root/platform holds the Linux body against it.
#include "platform/fake/fake_removable_media.h"
#include "tests/contract/platform/removable_media_contract.h"

namespace vigie::platform {
namespace {

class Played {
 public:
  RemovableMedia& media() { return media_; }
  void Plug() { media_.Attach({mount_point(), device(), "vfat", "SanDisk Cruzer 4C53"}); }
  void Unplug() { media_.Detach(mount_point()); }
  std::string mount_point() const { return "/media/stick"; }
  std::string device() const { return "/dev/sdb1"; }
  std::string unavailable() const { return ""; }

 private:
  FakeRemovableMedia media_;
};

INSTANTIATE_TYPED_TEST_SUITE_P(Fake, RemovableMediaContract, Played);

}  // namespace
}  // namespace vigie::platform
