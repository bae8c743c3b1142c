# The commands `vigie index`, `vigie scan` and `vigie attribute`; included by the folder's CMakeLists.txt.
set(INDEX_SCAN_SOURCES
  attribute_command.cc
  attribute_report.cc
  build_progress.cc
  index_build.cc
  index_build_report.cc
  index_command.cc
  index_lookup.cc
  inspector_options.cc
  item_scanner.cc
  output_paths.cc
  scan_command.cc
  scan_pipeline.cc
  scan_report.cc
  scan_walk.cc)
set(INDEX_SCAN_LINKS vigie_customers vigie_inspection vigie_policy vigie_contract vigie_linux)
