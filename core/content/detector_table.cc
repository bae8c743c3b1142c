#include "core/content/detector_table.h"

#include <array>

namespace vigie::content {

std::span<const std::unique_ptr<const Detector>> DetectorTable() {
  static const std::array<std::unique_ptr<const Detector>, 4> kTable = {
      MakeEmailAddressDetector(),
      MakeIbanDetector(),
      MakePaymentCardDetector(),
      MakePhoneNumberDetector(),
  };
  return kTable;
}

}  // namespace vigie::content
