#pragma once

#include <memory>
#include <vector>

#include "core/inspection/inspector_pool.h"
#include "platform/base/guarded.h"
#include "server/attribution.h"
#include "server/long_reads.h"

namespace vigie::server::attribute {

inline constexpr std::uint64_t kMostUploadBytes = std::uint64_t{256} << 20;

// With a vigie-inspector of its own for each file: it knows the indexes as they are now, and nothing of another file.
class InspectedUpload final : public UploadAttribution {
 public:
  // All but the options outlive it. Without a launcher no file is taken.
  InspectedUpload(inspection::InspectorPoolOptions options, Attribution& attribution,
                  platform::WorkerLauncher* launcher, platform::FileSystem& files);

  v1::DescribeUploadResponse Describe() override;
  base::Result<v1::AttributeUploadResponse> Attribute(const base::FileDescriptor& file,
                                                      const v1::AttributeUploadRequest& request) override;
  // Ends the inspections that are under way, and begins none any more: kUnavailable. Thread-safe.
  void Stop();

 private:
  struct Working {
    std::vector<std::weak_ptr<inspection::InspectorPool>> pools;
    bool stopped = false;
  };

  bool ready() const { return launcher_ != nullptr && !options_.indexes.empty(); }
  base::Result<v1::Inspection> Inspect(const base::FileDescriptor& file);
  // Stop finds it. False once stopped.
  bool Begin(const std::shared_ptr<inspection::InspectorPool>& pool);

  const inspection::InspectorPoolOptions options_;
  Attribution& attribution_;
  platform::WorkerLauncher* const launcher_;
  platform::FileSystem& files_;
  LongReads places_{2};
  base::Guarded<Working> working_;
};

}  // namespace vigie::server::attribute
