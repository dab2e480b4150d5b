// Recognizes names that macros of test frameworks generate.
#ifndef TASKLEAK_SRC_SYMBOLIZE_GENERATED_NAME_H_
#define TASKLEAK_SRC_SYMBOLIZE_GENERATED_NAME_H_

#include <string>
#include <string_view>

namespace taskleak::symbolize {

/// Replaces the generated name of a test case's function or class.
inline constexpr std::string_view kGeneratedTest = "{test}";

/// Returns whether `name`, plain or not, may contain a generated name. Cheap.
bool MayBeGenerated(std::string_view name);

/// Returns `plain_name` with kGeneratedTest, or "{suite}", in place of each name that a test
/// framework's macro generated and numbered. Also leaves out the function after which a compiler
/// names a file's static initialization. Both change if anything else in the file does.
///
/// Example: "CATCH2_INTERNAL_TEST_7::{lambda}::operator()" becomes "{test}::{lambda}::operator()".
std::string WithoutGeneratedNames(std::string plain_name);

/// Returns what follows the test case in the plain name of a test case's function, or of a function
/// within it: "::{lambda}" for "{test}::{lambda}". For other names, the data of the result is null.
std::string_view WithinGeneratedTest(std::string_view plain_name);

}  // namespace taskleak::symbolize

#endif  // TASKLEAK_SRC_SYMBOLIZE_GENERATED_NAME_H_
