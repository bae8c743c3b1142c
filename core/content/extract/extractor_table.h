#pragma once

#include <memory>
#include <span>

#include "core/content/extract/extractor.h"

namespace vigie::content {

// All extractors, in the order in which they are asked; the last one accepts everything.
std::span<const std::unique_ptr<const Extractor>> ExtractorTable();

const Extractor& FindExtractor(const ContentType& type, std::string_view head);

// One line for each file beside this one.
std::unique_ptr<const Extractor> MakeContainerExtractor();
std::unique_ptr<const Extractor> MakeGzipExtractor();
std::unique_ptr<const Extractor> MakeRpmExtractor();
std::unique_ptr<const Extractor> MakePdfExtractor();
std::unique_ptr<const Extractor> MakeLegacyOfficeExtractor();
std::unique_ptr<const Extractor> MakeSqliteExtractor();
std::unique_ptr<const Extractor> MakeMailExtractor();
std::unique_ptr<const Extractor> MakeTextExtractor();
std::unique_ptr<const Extractor> MakePictureExtractor();
std::unique_ptr<const Extractor> MakeBytesExtractor();

}  // namespace vigie::content
