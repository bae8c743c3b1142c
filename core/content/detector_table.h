#pragma once

#include <memory>
#include <span>

#include "core/content/detector.h"

namespace vigie::content {

// All detectors. Where two claim the same text, the earlier one has it: the stricter the proof, the earlier the place.
std::span<const std::unique_ptr<const Detector>> DetectorTable();

// One line for each file in detectors/.
std::unique_ptr<const Detector> MakeEmailAddressDetector();
std::unique_ptr<const Detector> MakeIbanDetector();
std::unique_ptr<const Detector> MakePaymentCardDetector();
std::unique_ptr<const Detector> MakePhoneNumberDetector();

}  // namespace vigie::content
