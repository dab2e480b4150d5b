#include "gtest_plugin/failures.h"

#include <tinyxml2.h>

#include <nlohmann/json.hpp>
#include <stdexcept>

#include "support/run_program.h"

namespace taskleak {

Failures FailuresInXml(const std::string& path) {
  tinyxml2::XMLDocument document;
  if (document.LoadFile(path.c_str()) != tinyxml2::XML_SUCCESS) {
    throw std::runtime_error(document.ErrorStr());
  }
  Failures failures;
  const auto* const suites = document.FirstChildElement("testsuites");
  if (suites == nullptr) throw std::runtime_error("no testsuites in " + path);
  for (auto* suite = suites->FirstChildElement("testsuite"); suite != nullptr;
       suite = suite->NextSiblingElement("testsuite")) {
    for (auto* test = suite->FirstChildElement("testcase"); test != nullptr;
         test = test->NextSiblingElement("testcase")) {
      auto& messages =
          failures[std::string(suite->Attribute("name")) + "." + test->Attribute("name")];
      for (auto* failure = test->FirstChildElement("failure"); failure != nullptr;
           failure = failure->NextSiblingElement("failure")) {
        messages.emplace_back(failure->GetText());
      }
    }
  }
  return failures;
}

Failures FailuresInJson(const std::string& path) {
  Failures failures;
  const nlohmann::json document = nlohmann::json::parse(ReadFile(path));
  for (const auto& suite : document.at("testsuites")) {
    for (const auto& test : suite.at("testsuite")) {
      auto& messages =
          failures[suite.at("name").get<std::string>() + "." + test.at("name").get<std::string>()];
      for (const auto& failure : test.value("failures", nlohmann::json::array())) {
        messages.push_back(failure.at("failure").get<std::string>());
      }
    }
  }
  return failures;
}

}  // namespace taskleak
