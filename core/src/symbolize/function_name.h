// Demangling, and the plain form of a function's name that rules and signatures use.
#ifndef TASKLEAK_SRC_SYMBOLIZE_FUNCTION_NAME_H_
#define TASKLEAK_SRC_SYMBOLIZE_FUNCTION_NAME_H_

#include <string>
#include <string_view>

namespace taskleak::symbolize {

/// Returns the readable name of a linker symbol, or the symbol itself if it is not mangled or
/// cannot be read. Leaves out the version that full symbol tables append ("read@@GLIBC_2.2.5").
std::string Demangle(const char* symbol);

/// Returns a demangled name without return type, parameters, qualifiers, template arguments, ABI
/// tags, lambda numbers and clone suffixes, the same for GCC and Clang: "pool::WorkerPool::Run",
/// "Serve::{lambda}::operator()", "(anonymous namespace)::Helper". Replaces names that macros
/// generated (symbolize/generated_name.h): "{test}::{lambda}::operator()".
std::string PlainName(std::string_view demangled);

/// Returns the same, but keeps the names that macros generated:
/// "CATCH2_INTERNAL_TEST_7::{lambda}::operator()".
std::string SpelledName(std::string_view demangled);

}  // namespace taskleak::symbolize

#endif  // TASKLEAK_SRC_SYMBOLIZE_FUNCTION_NAME_H_
