#pragma once

#include <memory>
#include <span>

#include "core/content/detector.h"

namespace vigie::content {

// All detectors. Of two that claim the same text equally well the earlier one has it: the stricter the proof, the
// earlier the place.
std::span<const Detector* const> DetectorTable();

// One line for each file in detectors/.
std::unique_ptr<const Detector> MakeEmailAddressDetector();
std::unique_ptr<const Detector> MakeSecretKeyDetector();
std::unique_ptr<const Detector> MakeIbanDetector();
std::unique_ptr<const Detector> MakeFrNirDetector();
std::unique_ptr<const Detector> MakeFrVatDetector();
std::unique_ptr<const Detector> MakeItFiscalCodeDetector();
std::unique_ptr<const Detector> MakeBeVatDetector();
std::unique_ptr<const Detector> MakeAtVatDetector();
std::unique_ptr<const Detector> MakeLeiDetector();
std::unique_ptr<const Detector> MakePaymentCardDetector();
std::unique_ptr<const Detector> MakeSwiftBicDetector();
std::unique_ptr<const Detector> MakeFrSirenDetector();
std::unique_ptr<const Detector> MakeFrSiretDetector();
std::unique_ptr<const Detector> MakeFrPassportDetector();
std::unique_ptr<const Detector> MakeUkNhsDetector();
std::unique_ptr<const Detector> MakeUkNinoDetector();
std::unique_ptr<const Detector> MakeUsSsnDetector();
std::unique_ptr<const Detector> MakeUsItinDetector();
std::unique_ptr<const Detector> MakeDeTaxIdDetector();
std::unique_ptr<const Detector> MakeDeIdCardDetector();
std::unique_ptr<const Detector> MakeEsNifDetector();
std::unique_ptr<const Detector> MakeEsNieDetector();
std::unique_ptr<const Detector> MakeItVatDetector();
std::unique_ptr<const Detector> MakeBeNationalDetector();
std::unique_ptr<const Detector> MakeNlBsnDetector();
std::unique_ptr<const Detector> MakePtNifDetector();
std::unique_ptr<const Detector> MakePlPeselDetector();
std::unique_ptr<const Detector> MakeSePersonnummerDetector();
std::unique_ptr<const Detector> MakeFiHetuDetector();
std::unique_ptr<const Detector> MakeDkCprDetector();
std::unique_ptr<const Detector> MakeNoFodselsnummerDetector();
std::unique_ptr<const Detector> MakeChAvsDetector();
std::unique_ptr<const Detector> MakeIePpsDetector();
std::unique_ptr<const Detector> MakeCzRodneCisloDetector();
std::unique_ptr<const Detector> MakeRoCnpDetector();
std::unique_ptr<const Detector> MakeBgEgnDetector();
std::unique_ptr<const Detector> MakeHrOibDetector();
std::unique_ptr<const Detector> MakeGrAmkaDetector();
std::unique_ptr<const Detector> MakeTrIdentityDetector();
std::unique_ptr<const Detector> MakeAuTfnDetector();
std::unique_ptr<const Detector> MakeAuMedicareDetector();
std::unique_ptr<const Detector> MakeAuAbnDetector();
std::unique_ptr<const Detector> MakeInAadhaarDetector();
std::unique_ptr<const Detector> MakeInPanDetector();
std::unique_ptr<const Detector> MakeSgNricDetector();
std::unique_ptr<const Detector> MakeBrCpfDetector();
std::unique_ptr<const Detector> MakeBrCnpjDetector();
std::unique_ptr<const Detector> MakeCaSinDetector();
std::unique_ptr<const Detector> MakeZaIdDetector();
std::unique_ptr<const Detector> MakeKrRrnDetector();
std::unique_ptr<const Detector> MakeImeiDetector();
std::unique_ptr<const Detector> MakeIpAddressDetector();
std::unique_ptr<const Detector> MakeDateOfBirthDetector();
std::unique_ptr<const Detector> MakePhoneNumberDetector();

}  // namespace vigie::content
