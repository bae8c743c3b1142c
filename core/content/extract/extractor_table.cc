#include "core/content/extract/extractor_table.h"

#include <algorithm>
#include <array>

namespace vigie::content {

std::span<const std::unique_ptr<const Extractor>> ExtractorTable() {
  static const std::array<std::unique_ptr<const Extractor>, 10> kTable = {
      MakeGzipExtractor(),         MakeContainerExtractor(), MakeRpmExtractor(),  MakePdfExtractor(),
      MakeLegacyOfficeExtractor(), MakeSqliteExtractor(),    MakeMailExtractor(), MakeTextExtractor(),
      MakePictureExtractor(),      MakeBytesExtractor(),
  };
  return kTable;
}

const Extractor& FindExtractor(const ContentType& type, std::string_view head) {
  const auto table = ExtractorTable();
  const auto found = std::ranges::find_if(table, [&](const auto& extractor) { return extractor->Accepts(type, head); });
  return **found;  // the last one accepts everything
}

}  // namespace vigie::content
