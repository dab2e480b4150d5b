// Names that macros of test frameworks make up.
#ifndef TASKLEAK_SRC_SYMBOLIZE_GENERATED_NAME_H_
#define TASKLEAK_SRC_SYMBOLIZE_GENERATED_NAME_H_

#include <string>
#include <string_view>

namespace taskleak::symbolize {

/// What stands for the generated name of a test case's function or class.
inline constexpr std::string_view kGeneratedTest = "{test}";

/// Returns whether somewhere in `name`, plain or not, there may be a generated name. Cheap.
bool MayBeGenerated(std::string_view name);

/// Returns `plain_name` with kGeneratedTest, or "{suite}", in place of each name that a test
/// framework's macro made up and numbered, and without the function after which a compiler names a
/// file's static initialization. Both change when something else in the file does.
///
/// Example: "CATCH2_INTERNAL_TEST_7::{lambda}::operator()" becomes "{test}::{lambda}::operator()".
std::string WithoutGeneratedNames(std::string plain_name);

/// Returns what follows the test case in a plain name that is the test case's function or within
/// it: "::{lambda}" of "{test}::{lambda}". Null data if it is neither.
std::string_view WithinGeneratedTest(std::string_view plain_name);

}  // namespace taskleak::symbolize

#endif  // TASKLEAK_SRC_SYMBOLIZE_GENERATED_NAME_H_
