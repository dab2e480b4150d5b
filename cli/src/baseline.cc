#include "baseline.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <stdexcept>
#include <system_error>
#include <tuple>
#include <utility>

#include "rules/ignore_rule.h"
#include "rules/suppression_file.h"
#include "shell_command.h"
#include "whole_file.h"

namespace taskleak::cli {
namespace {

using rules::Suppression;

constexpr std::string_view kHead =
    "# Known leaks, kept by `taskleak baseline`. New leaks fail the gate; `prune` removes leaks "
    "that are gone.\n"
    "# Each line is one leak of one test. The order does not matter, so merging is safe.\n";

const std::string& SignatureOf(const Suppression& entry) {
  return entry.rule.data().pattern->text();
}

std::string TestOf(const Suppression& entry) {
  return entry.test ? entry.test->text() : std::string();
}

bool InOrder(const Suppression& a, const Suppression& b) {
  const std::string a_test = TestOf(a);
  const std::string b_test = TestOf(b);
  return std::tie(a_test, SignatureOf(a)) < std::tie(b_test, SignatureOf(b));
}

// Returns a glob that matches the test's name. Characters that a line cannot hold, or that a glob
// cannot begin with, become "?".
std::optional<rules::Pattern> TestPattern(std::string name) {
  if (name.empty()) return std::nullopt;
  std::replace(name.begin(), name.end(), '\n', '?');
  if (name.starts_with("re:")) name.front() = '?';
  return rules::Pattern(name);
}

bool IsOfTest(const Suppression& entry, const std::string& test) {
  return !entry.test || entry.test->text() == test || entry.test->Matches(test);
}

std::size_t Allowed(const Suppression& entry) { return entry.max.value_or(CoverEntry::kAnyNumber); }

// Drops duplicate lines for one leak of one test with the same expiry date, and keeps the one that
// allows most: two branches may each have added the leak. The entries are in order.
void DropDoubles(std::vector<Suppression>& entries) {
  std::vector<Suppression> kept;
  for (Suppression& entry : entries) {
    const bool again =
        !kept.empty() && !InOrder(kept.back(), entry) && kept.back().expires == entry.expires;
    if (!again)
      kept.push_back(std::move(entry));
    else if (Allowed(kept.back()) < Allowed(entry))
      kept.back() = std::move(entry);
  }
  entries = std::move(kept);
}

}  // namespace

Baseline Baseline::FromFile(const std::string& path, const std::vector<std::string>& reports) {
  std::error_code error;
  if (std::filesystem::is_directory(path, error))
    throw std::invalid_argument(path +
                                ": a folder, and not a baseline; in taskleak baseline, the "
                                "baseline comes first, and then the reports");
  if (!std::filesystem::exists(path, error) && !error) {
    throw std::invalid_argument(
        fmt::format("{}: {}; to make it of the leaks of these reports:\n{}", path,
                    std::make_error_code(std::errc::no_such_file_or_directory).message(),
                    Command("write", path, reports)));
  }
  std::string text;
  if (const std::string why = ReadWhole(path, &text); !why.empty())
    throw std::invalid_argument(fmt::format("{}: {}", path, why));
  return {text, path};
}

std::string Baseline::Command(const char* verb, const std::string& path,
                              const std::vector<std::string>& reports) {
  std::vector<std::string> words = {path};
  words.insert(words.end(), reports.begin(), reports.end());
  return ShellCommand(fmt::format("taskleak baseline {}", verb), words);
}

Baseline::Baseline(std::string_view text, const std::string& path) {
  for (rules::SuppressionLine& line : rules::ParseSuppressions(text, path)) {
    if (line.suppression.rule.kind() != IgnoreRule::Kind::kSignature) {
      throw std::invalid_argument(fmt::format(
          "{}:{}: a baseline holds only lines that begin with signature:", path, line.line));
    }
    entries_.push_back(std::move(line.suppression));
  }
  Index();
}

void Baseline::Index() {
  std::stable_sort(entries_.begin(), entries_.end(), InOrder);
  DropDoubles(entries_);
  by_signature_.clear();
  for (std::size_t i = 0; i < entries_.size(); ++i)
    by_signature_.emplace(SignatureOf(entries_[i]), i);
}

std::vector<std::size_t> Baseline::Find(const LeakKey& key, const LeakEntry& leak) const {
  const std::vector<std::size_t> found = FindSigned(key.signature, key.test);
  return !found.empty() || leak.former_signature.empty()
             ? found
             : FindSigned(leak.former_signature, key.test);
}

std::vector<std::size_t> Baseline::FindSigned(const std::string& signature,
                                              const std::string& test) const {
  const auto [begin, end] = by_signature_.equal_range(signature);
  std::vector<std::size_t> found;
  for (auto at = begin; at != end; ++at) {
    if (IsOfTest(entries_[at->second], test)) found.push_back(at->second);
  }
  return found;
}

// Covers leaks by entries. Without a date, no entry has expired.
Cover Baseline::CoverOf(const LeakTable& leaks, const std::optional<rules::Date>& today) const {
  std::vector<CoverEntry> entries;
  for (const Suppression& entry : entries_) {
    const bool allows = !today || !rules::HasExpired(entry, *today);
    entries.push_back({allows ? Allowed(entry) : 0, SignatureOf(entry)});
  }
  return CoverLeaks(leaks, entries, [this, &leaks](const LeakKey& key) {
    return Find(key, leaks.leaks().at(key));
  });
}

Baseline::Comparison Baseline::Compare(const LeakTable& leaks, const rules::Date& today) const {
  Comparison comparison;
  const Cover cover = CoverOf(leaks, today);
  std::vector<bool> used(entries_.size());
  for (const auto& [key, cover_of_it] : cover.leaks) {
    const LeakEntry& leak = leaks.leaks().at(key);
    for (const std::size_t entry : Find(key, leak)) used[entry] = true;
    for (const std::size_t entry : cover_of_it.from) used[entry] = true;
    if (cover_of_it.rest > 0)
      comparison.worse.push_back({key, leak, cover_of_it.own + cover_of_it.moved});
    else if (cover_of_it.moved > 0)
      comparison.moved.push_back({key, leak, TestOf(entries_[*cover_of_it.from.begin()])});
    else
      ++comparison.known;
  }
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    const Suppression& entry = entries_[i];
    if (used[i]) continue;
    if (leaks.TimesChecked(TestOf(entry)) == 0)
      ++comparison.not_looked_at;
    else
      (entry.flaky ? comparison.flaky_absent : comparison.gone).push_back(&entry);
  }
  return comparison;
}

void Baseline::Accept(const LeakTable& leaks, const rules::Date& today, const std::string& owner) {
  std::vector<Suppression> added;
  for (const auto& [key, cover] : CoverOf(leaks, std::nullopt).leaks) {
    const LeakEntry& leak = leaks.leaks().at(key);
    const std::vector<std::size_t> known = Find(key, leak);
    if (!known.empty()) {
      Suppression& entry = entries_[*std::ranges::max_element(
          known, {}, [this](std::size_t i) { return Allowed(entries_[i]); })];
      if (SignatureOf(entry) == leak.former_signature) entry.rule = IgnoreSignature(key.signature);
      if (entry.max) *entry.max += cover.rest;
      entry.flaky = entry.flaky || leaks.IsFlaky(key, leak);
    } else if (cover.rest > 0) {
      added.push_back({.rule = IgnoreSignature(key.signature),
                       .max = cover.rest,
                       .test = TestPattern(key.test),
                       .expires = {},
                       .owner = owner,
                       .reason = {},
                       .since = today,
                       .at = leak.function,
                       .flaky = leaks.IsFlaky(key, leak)});
    }
  }
  std::move(added.begin(), added.end(), std::back_inserter(entries_));
  Index();
}

Baseline::Pruned Baseline::Prune(const LeakTable& leaks, bool flaky_too) {
  Pruned pruned;
  const std::vector<std::size_t> seen = CoverOf(leaks, std::nullopt).used;
  std::vector<Suppression> kept;
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    Suppression& entry = entries_[i];
    const bool may_change = leaks.TimesChecked(TestOf(entry)) > 0 && (flaky_too || !entry.flaky);
    if (may_change && seen[i] == 0) {
      ++pruned.removed;
      continue;
    }
    if (may_change && entry.max && seen[i] < *entry.max) {
      entry.max = seen[i];
      ++pruned.lowered;
    }
    kept.push_back(std::move(entry));
  }
  entries_ = std::move(kept);
  Index();
  return pruned;
}

std::string Baseline::ToText() const {
  std::string text(kHead);
  for (const Suppression& entry : entries_) text += rules::ToLine(entry) + '\n';
  return text;
}

}  // namespace taskleak::cli
