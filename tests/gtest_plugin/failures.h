// Reads the report that GoogleTest wrote about a run.
#ifndef TASKLEAK_TESTS_GTEST_PLUGIN_FAILURES_H_
#define TASKLEAK_TESTS_GTEST_PLUGIN_FAILURES_H_

#include <map>
#include <string>
#include <vector>

namespace taskleak {

/// The messages of the failures of each test that ran, by full name, as GoogleTest wrote them with
/// --gtest_output=xml or json. Throws std::runtime_error if the file is not well-formed.
using Failures = std::map<std::string, std::vector<std::string>>;
[[nodiscard]] Failures FailuresInXml(const std::string& path);
[[nodiscard]] Failures FailuresInJson(const std::string& path);

}  // namespace taskleak

#endif  // TASKLEAK_TESTS_GTEST_PLUGIN_FAILURES_H_
