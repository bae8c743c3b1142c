# vigie_library(NAME SOURCES … [PUBLIC targets…] [PRIVATE targets…])
#   A static library for one folder. Its links are the folder's allowed includes.
# vigie_executable(NAME SOURCES … [LINKS targets…])
# vigie_test(NAME SOURCES … [LINKS targets…] [LABELS labels…] [TIMEOUT seconds])
#   One GoogleTest executable, registered as ONE ctest of the same name: a process start per test case would cost
#   more than most cases do. A test that must be root carries the label "root" and skips itself with its reason; one over
#   gRPC carries the label "grpc".
# vigie_cannot_run(LABELS labels… RESULT variable)
#   The reason why tests with these labels tell nothing in this build; empty if they do.
# vigie_skip(NAME REASON labels…)
#   A test that says that it is skipped, in GoogleTest's form.
# vigie_fuzzer(NAME SOURCES file.cc CORPUS dir [LINKS targets…])
#   file.cc defines `void FuzzX(std::span<const std::byte>)` through VIGIE_FUZZ (tests/fuzz/fuzz_target.h). The corpus is
#   replayed as an ordinary ctest; with VIGIE_BUILD_FUZZERS a libFuzzer binary is built as well.
# vigie_bench(NAME SOURCES … [LINKS targets…])
#   An executable NAME_bench that `make bench` builds and runs; it prints rows (tests/bench/bench_row.h).
# vigie_uses_regex(files…)
#   Under its sanitizers GCC 12 takes the inside of std::regex for uninitialised (https://gcc.gnu.org/PR105562).

function(vigie_uses_regex)
  if(VIGIE_SANITIZE AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    set_source_files_properties(${ARGN} PROPERTIES COMPILE_OPTIONS -Wno-maybe-uninitialized)
  endif()
endfunction()

# Remembers who links whom for tests/architecture, which holds the includes against it.
function(vigie_record_links name)
  file(RELATIVE_PATH folder ${PROJECT_SOURCE_DIR} ${CMAKE_CURRENT_SOURCE_DIR})
  list(JOIN ARGN " " links)
  set_property(GLOBAL APPEND_STRING PROPERTY VIGIE_LINKS "${name} ${folder} ${links}\n")
endfunction()

function(vigie_write_links)
  get_property(links GLOBAL PROPERTY VIGIE_LINKS)
  file(WRITE ${PROJECT_BINARY_DIR}/links.txt "${links}")
endfunction()

function(vigie_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;PUBLIC;PRIVATE" ${ARGN})
  vigie_record_links(${name} ${ARG_PUBLIC} ${ARG_PRIVATE})
  add_library(${name} STATIC ${ARG_SOURCES})
  target_include_directories(${name} PUBLIC ${PROJECT_SOURCE_DIR})
  target_link_libraries(${name} PUBLIC ${ARG_PUBLIC} PRIVATE ${ARG_PRIVATE} vigie_settings)
endfunction()

function(vigie_executable name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINKS" ${ARGN})
  vigie_record_links(${name} ${ARG_LINKS})
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE ${ARG_LINKS} vigie_settings)
endfunction()

function(vigie_cannot_run)
  cmake_parse_arguments(ARG "" "RESULT" "LABELS" ${ARGN})
  set(${ARG_RESULT} "" PARENT_SCOPE)
  if(VIGIE_SANITIZE STREQUAL "thread" AND ("grpc" IN_LIST ARG_LABELS OR "e2e" IN_LIST ARG_LABELS))
    set(${ARG_RESULT} "Debian's gRPC is not instrumented: the thread sanitizer sees races in all that passes through it"
        PARENT_SCOPE)
  endif()
endfunction()

function(vigie_skip name reason)
  add_test(NAME ${name} COMMAND sh -c "printf '%s: Skipped\\n%s\\n[  SKIPPED ] %s (0 ms)\\n' \"$1\" \"$2\" \"$1\"; exit 77"
                                skip ${name} ${reason})
  set_tests_properties(${name} PROPERTIES SKIP_RETURN_CODE 77 LABELS "${ARGN}")
endfunction()

function(vigie_test name)
  cmake_parse_arguments(ARG "" "TIMEOUT" "SOURCES;LINKS;LABELS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR})
  target_link_libraries(${name} PRIVATE ${ARG_LINKS} GTest::gmock_main GTest::gtest vigie_settings)
  target_precompile_headers(${name} PRIVATE <gmock/gmock.h> <gtest/gtest.h>)
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 120)
  endif()
  vigie_cannot_run(LABELS ${ARG_LABELS} RESULT reason)
  if(reason)
    vigie_skip(${name} ${reason} ${ARG_LABELS})
    return()
  endif()
  add_test(NAME ${name} COMMAND ${name})
  set_tests_properties(${name} PROPERTIES LABELS "${ARG_LABELS}" TIMEOUT ${ARG_TIMEOUT}
    ENVIRONMENT "VIGIE_BIN_DIR=${CMAKE_BINARY_DIR}/bin;VIGIE_SOURCE_DIR=${PROJECT_SOURCE_DIR}")
endfunction()

function(vigie_fuzzer name)
  cmake_parse_arguments(ARG "" "CORPUS" "SOURCES;LINKS" ${ARGN})
  add_executable(${name}_replay ${ARG_SOURCES} ${PROJECT_SOURCE_DIR}/tests/fuzz/corpus_replay.cc)
  target_include_directories(${name}_replay PRIVATE ${PROJECT_SOURCE_DIR})
  target_link_libraries(${name}_replay PRIVATE ${ARG_LINKS} vigie_settings)
  set_target_properties(${name}_replay PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
  add_test(NAME ${name}_replay COMMAND ${name}_replay ${CMAKE_CURRENT_SOURCE_DIR}/${ARG_CORPUS})
  set_tests_properties(${name}_replay PROPERTIES LABELS fuzz TIMEOUT 60)
  if(VIGIE_BUILD_FUZZERS)
    add_executable(${name} ${ARG_SOURCES})
    target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR})
    target_link_libraries(${name} PRIVATE ${ARG_LINKS} vigie_settings)
    target_link_options(${name} PRIVATE -fsanitize=fuzzer)
    set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/fuzzers)
    if(NOT TARGET vigie_fuzzers)
      add_custom_target(vigie_fuzzers)
    endif()
    add_dependencies(vigie_fuzzers ${name})
    set_property(GLOBAL APPEND_STRING PROPERTY VIGIE_FUZZERS "${name} ${CMAKE_CURRENT_SOURCE_DIR}/${ARG_CORPUS}\n")
  endif()
endfunction()

function(vigie_bench name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINKS" ${ARGN})
  add_executable(${name}_bench ${ARG_SOURCES})
  target_include_directories(${name}_bench PRIVATE ${PROJECT_SOURCE_DIR})
  target_link_libraries(${name}_bench PRIVATE ${ARG_LINKS} vigie_settings)
  set_target_properties(${name}_bench PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/benches)
  add_dependencies(vigie_benches ${name}_bench)
endfunction()
