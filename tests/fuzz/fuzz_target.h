#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

// A fuzz target is one function over bytes:
//   VIGIE_FUZZ(std::span<const std::byte> input) { … }
// Linked with libFuzzer it is fuzzed (preset fuzz); linked with corpus_replay.cc it replays its corpus as a ctest.
#define VIGIE_FUZZ                                                                    \
  static void FuzzOne(std::span<const std::byte>);                                    \
  extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) { \
    FuzzOne(std::as_bytes(std::span(data, size)));                                    \
    return 0;                                                                         \
  }                                                                                   \
  static void FuzzOne
