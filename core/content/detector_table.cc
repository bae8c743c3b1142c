#include "core/content/detector_table.h"

#include <array>
#include <vector>

namespace vigie::content {
namespace {

constexpr std::array kMakers = std::to_array<std::unique_ptr<const Detector> (*)()>({
    MakeEmailAddressDetector,
    MakeSecretKeyDetector,
    MakeIbanDetector,
    MakeFrNirDetector,
    MakeFrVatDetector,
    MakeItFiscalCodeDetector,
    MakeBeVatDetector,
    MakeAtVatDetector,
    MakeLeiDetector,
    MakePaymentCardDetector,
    MakeSwiftBicDetector,
    MakeFrSirenDetector,
    MakeFrSiretDetector,
    MakeFrPassportDetector,
    MakeUkNhsDetector,
    MakeUkNinoDetector,
    MakeUsSsnDetector,
    MakeUsItinDetector,
    MakeDeTaxIdDetector,
    MakeDeIdCardDetector,
    MakeEsNifDetector,
    MakeEsNieDetector,
    MakeItVatDetector,
    MakeBeNationalDetector,
    MakeNlBsnDetector,
    MakePtNifDetector,
    MakePlPeselDetector,
    MakeSePersonnummerDetector,
    MakeFiHetuDetector,
    MakeDkCprDetector,
    MakeNoFodselsnummerDetector,
    MakeChAvsDetector,
    MakeIePpsDetector,
    MakeCzRodneCisloDetector,
    MakeRoCnpDetector,
    MakeBgEgnDetector,
    MakeHrOibDetector,
    MakeGrAmkaDetector,
    MakeTrIdentityDetector,
    MakeAuTfnDetector,
    MakeAuMedicareDetector,
    MakeAuAbnDetector,
    MakeInAadhaarDetector,
    MakeInPanDetector,
    MakeSgNricDetector,
    MakeBrCpfDetector,
    MakeBrCnpjDetector,
    MakeCaSinDetector,
    MakeZaIdDetector,
    MakeKrRrnDetector,
    MakeImeiDetector,
    MakeIpAddressDetector,
    MakeDateOfBirthDetector,
    MakePhoneNumberDetector,
});

struct Table {
  std::array<std::unique_ptr<const Detector>, kMakers.size()> owned;
  std::array<const Detector*, kMakers.size()> detectors{};

  Table() {
    for (std::size_t i = 0; i < kMakers.size(); ++i) {
      owned[i] = kMakers[i]();
      detectors[i] = owned[i].get();
    }
  }
};

}  // namespace

std::span<const Detector* const> DetectorTable() {
  static const Table kTable;
  return kTable.detectors;
}

}  // namespace vigie::content
