// Runs test programs that use Catch2, each with version 3 and with version 2.
#ifndef TASKLEAK_TESTS_CATCH2_PLUGIN_CATCH2_TEST_H_
#define TASKLEAK_TESTS_CATCH2_PLUGIN_CATCH2_TEST_H_

#include <gtest/gtest.h>

#include <map>
#include <ostream>
#include <string>
#include <vector>

#include "support/run_program.h"

namespace taskleak {

/// One version of Catch2 that this machine has.
struct Catch2Version {
  std::string name;      ///< "v3" or "v2"
  std::string programs;  ///< the paths of its test programs begin with this
};
inline void PrintTo(const Catch2Version& version, std::ostream* out) { *out << version.name; }

/// The versions that this machine has; never empty.
[[nodiscard]] std::vector<Catch2Version> Catch2Versions();

/// The messages of the failed assertions of each test case that ran, by name.
using Catch2Failures = std::map<std::string, std::vector<std::string>>;

/// A test of the plugin with each version.
class Catch2Test : public testing::TestWithParam<Catch2Version> {
 protected:
  [[nodiscard]] static bool IsV2() { return GetParam().name == "v2"; }

  /// Runs a program with a short drain, since its leaks stay for ever. `options` come before that.
  /// Its test cases run in the order of their declaration unless `arguments` give another.
  static Outcome Run(const std::string& program, std::vector<std::string> arguments,
                     const std::string& options = "",
                     std::map<std::string, std::string> environment = {});

  /// Returns the failures of a run with `arguments`, as Catch2's own XML reports them.
  Catch2Failures FailuresOf(std::vector<std::string> arguments, const std::string& options = "");

  TemporaryDirectory directory_;
};

/// Reads the output of the reporter `xml`. Throws std::runtime_error if it is not well-formed.
[[nodiscard]] Catch2Failures FailuresInCatch2Xml(const std::string& path);

/// Instantiates the tests of `suite` for each version.
#define TASKLEAK_CATCH2_VERSIONS(suite)                                  \
  INSTANTIATE_TEST_SUITE_P(, suite, testing::ValuesIn(Catch2Versions()), \
                           [](const auto& version) { return version.param.name; })

}  // namespace taskleak

#endif  // TASKLEAK_TESTS_CATCH2_PLUGIN_CATCH2_TEST_H_
