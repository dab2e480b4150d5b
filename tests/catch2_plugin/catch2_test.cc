#include "catch2_plugin/catch2_test.h"

#include <tinyxml2.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace taskleak {
namespace {

void CollectFailures(const tinyxml2::XMLElement& in, std::vector<std::string>& messages) {
  for (auto* child = in.FirstChildElement(); child != nullptr;
       child = child->NextSiblingElement()) {
    const std::string name = child->Name();
    const char* const text = child->GetText();
    if (name == "Failure" || name == "Exception")
      messages.emplace_back(text == nullptr ? "" : text);
    CollectFailures(*child, messages);
  }
}

void CollectTests(const tinyxml2::XMLElement& in, Catch2Failures& failures) {
  for (auto* child = in.FirstChildElement(); child != nullptr;
       child = child->NextSiblingElement()) {
    if (std::string(child->Name()) == "TestCase") {
      CollectFailures(*child, failures[child->Attribute("name")]);
    } else {
      CollectTests(*child, failures);
    }
  }
}

}  // namespace

std::vector<Catch2Version> Catch2Versions() {
  return {
#ifdef CATCH2_V3_PROGRAMS
      {"v3", CATCH2_V3_PROGRAMS},
#endif
#ifdef CATCH2_V2_PROGRAMS
      {"v2", CATCH2_V2_PROGRAMS},
#endif
  };
}

Outcome Catch2Test::Run(const std::string& program, std::vector<std::string> arguments,
                        const std::string& options,
                        std::map<std::string, std::string> environment) {
  // From 3.9 on, Catch2 shuffles the test cases unless it is given an order.
  if (std::find(arguments.begin(), arguments.end(), "--order") == arguments.end())
    arguments.insert(arguments.end(), {"--order", "decl"});
  environment["TASKLEAK_OPTIONS"] = options.empty() ? "drain=20ms" : options + ",drain=20ms";
  return RunProgram(GetParam().programs + program, arguments, environment);
}

Catch2Failures Catch2Test::FailuresOf(std::vector<std::string> arguments,
                                      const std::string& options) {
  const std::string file = directory_.File("result.xml");
  arguments.insert(arguments.end(), {"--reporter", "xml", "--out", file});
  static_cast<void>(Run("leaky_tests", arguments, options));
  return FailuresInCatch2Xml(file);
}

Catch2Failures FailuresInCatch2Xml(const std::string& path) {
  tinyxml2::XMLDocument document;
  if (document.LoadFile(path.c_str()) != tinyxml2::XML_SUCCESS) {
    throw std::runtime_error(document.ErrorStr());
  }
  Catch2Failures failures;
  CollectTests(*document.RootElement(), failures);
  return failures;
}

}  // namespace taskleak
