#include "merger.h"

#include <algorithm>
#include <map>
#include <utility>

#include "test_entry.h"

namespace taskleak::cli {
namespace {

// Returns how bad the verdict is. A run that could not look proves nothing, whatever the others
// found.
int Badness(const Json& head) {
  const std::string verdict = TextAt(head, "verdict");
  return verdict == "hang" ? 3 : verdict == "could_not_look" ? 2 : verdict == "leak" ? 1 : 0;
}

// Returns whether there is no such text or list, or an empty one.
bool IsEmptyAt(const Json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end() || found->empty()) return true;
  return found->is_string() && found->get_ref<const std::string&>().empty();
}

}  // namespace

void Merger::OnTest(Json test) {
  Json groups = std::move(test["groups"]);
  test.erase("groups");
  Test& known = tests_[TextAt(test, "test")];
  AddGroups(std::move(groups), &known);
  if (known.head.is_null()) {
    known.head = std::move(test);
    return;
  }
  if (Badness(test) > Badness(known.head)) std::swap(test, known.head);
  for (const char* const key : {"could_not_look", "deadlocks"}) {
    if (IsEmptyAt(known.head, key) && !IsEmptyAt(test, key)) known.head[key] = std::move(test[key]);
  }
}

void Merger::AddGroups(Json groups, Test* test) {
  std::map<std::string, Leak> found;
  for (Json& group : groups) {
    Leak& leak = found[TextAt(group, "signature")];
    leak.units += NumberAt(group, "count");
    leak.seen = std::max(leak.seen, NumberAt(group, "seen", 1));
    group.erase("seen");
    leak.groups.push_back(Compact(group));
  }
  for (auto& [signature, leak] : found) {
    const auto [at, is_new] = test->by_signature.try_emplace(signature, test->leaks.size());
    if (is_new) {
      test->leaks.push_back(std::move(leak));
      continue;
    }
    Leak& known = test->leaks[at->second];
    known.seen += leak.seen;
    if (leak.units > known.units) {
      known.units = leak.units;
      known.groups = std::move(leak.groups);
    }
  }
}

// Returns the test's element: its other values, and then its groups.
std::string Merger::ToText(const Test& test) {
  std::string text = Compact(test.head);
  text.pop_back();
  text += text.size() > 1 ? ",\"groups\":[" : "\"groups\":[";
  std::size_t groups = 0;
  for (const Leak& leak : test.leaks) {
    for (const std::string& group : leak.groups) {
      text += groups++ == 0 ? "" : ",";
      text.append(group, 0, group.size() - 1);  // before its last brace
      text += (group.size() > 2 ? ",\"seen\":" : "\"seen\":") + std::to_string(leak.seen) + '}';
    }
  }
  return text + "]}";
}

void Merger::OnChecked(report::CheckedScope scope) {
  const std::size_t known = checked_index_.FindOrAdd(
      scope.name, checked_.size(), [this](std::size_t at) { return checked_[at].name; });
  if (known < checked_.size()) {
    checked_[known].times += scope.times;
    return;
  }
  char* const copy = static_cast<char*>(memory_.allocate(scope.name.size() + 1, 1));
  std::ranges::copy(scope.name, copy);
  checked_.push_back({{copy, scope.name.size()}, scope.ended, scope.times});
}

void Merger::OnNote(std::string note) {
  if (std::find(notes_.begin(), notes_.end(), note) == notes_.end())
    notes_.push_back(std::move(note));
}

ReportSummary Merger::Summary() const {
  ReportSummary summary;
  for (const Checked& scope : checked_) summary.looks += scope.times;
  for (const auto& [name, test] : tests_) {
    if (IsLook(test.head)) continue;
    ++summary.leaking_tests;
    for (const Leak& leak : test.leaks) {
      summary.groups += leak.groups.size();
      summary.units += leak.units;
    }
  }
  return summary;
}

void Merger::Finish(const TextSink& out) && {
  ReportWriter writer(out, Summary());
  std::vector<std::string> names;
  for (const auto& [name, test] : tests_) names.push_back(name);
  std::sort(names.begin(), names.end());
  for (const std::string& name : names) writer.AddTest(ToText(tests_[name]));
  for (const Checked& scope : checked_) writer.AddChecked(scope.name, scope.ended, scope.times);
  for (const rules::SuppressionCount& use : suppressions_) writer.AddSuppression(use);
  for (const std::string& note : notes_) writer.AddNote(note);
  writer.Finish();
}

}  // namespace taskleak::cli
