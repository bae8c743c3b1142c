# The commands `vigie index` and `vigie scan`; included by the folder's CMakeLists.txt.
set(INDEX_SCAN_SOURCES
  build_progress.cc
  index_build.cc
  index_build_report.cc
  index_command.cc
  index_lookup.cc
  output_paths.cc
  scan_command.cc
  scan_pipeline.cc
  scan_report.cc
  scan_walk.cc)
set(INDEX_SCAN_LINKS vigie_customers vigie_inspection vigie_policy vigie_contract vigie_linux)
