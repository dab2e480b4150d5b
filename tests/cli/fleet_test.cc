// taskleak fleet, with the dumps of processes that ran.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "support/run_program.h"
#ifdef FLEET_TEST_HAS_SERVER
#include "taskleak/live/server.h"
#include "taskleak/task.h"
#endif

namespace taskleak::cli {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

Outcome Fleet(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "fleet");
  return RunProgram(TASKLEAK_PROGRAM, arguments);
}

json FleetJson(std::vector<std::string> arguments) {
  arguments.emplace_back("--format=json");
  const Outcome outcome = Fleet(arguments);
  EXPECT_THAT(outcome.err, IsEmpty());
  EXPECT_EQ(outcome.exit_code, 0);
  return json::parse(outcome.out);
}

class FleetTest : public testing::Test {
 protected:
  /// Runs a process that dumps itself. Returns the path of its files without a suffix.
  std::string Member(const std::string& name, int workers, int jobs) {
    const Outcome outcome = RunProgram(
        FLEET_MEMBER, {folder_.File(""), name, std::to_string(workers), std::to_string(jobs)});
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
    return folder_.File(name);
  }
  /// Returns the recording that the member also wrote.
  [[nodiscard]] std::string RecordingOf(const std::string& name) const {
    for (const auto& entry : std::filesystem::directory_iterator(folder_.File(""))) {
      const std::string file = entry.path().filename().string();
      if (file.starts_with(name + "-tasks-") && file.ends_with(".json")) return entry.path();
    }
    return {};
  }
  std::string Write(const std::string& name, const std::string& text) {
    std::ofstream(folder_.File(name)) << text;
    return folder_.File(name);
  }
  [[nodiscard]] std::string MakeFolder(const std::string& name) const {
    std::filesystem::create_directories(folder_.File(name));
    return folder_.File(name);
  }

 private:
  TemporaryDirectory folder_;
};

TEST_F(FleetTest, RanksCreatorsByHowManyOfTheirUnitsAreBlocked) {
  const std::string b = Member("b", 2, 40) + ".json";
  const json fleet = FleetJson({Member("a", 8, 0) + ".json", b, Member("c", 2, 0) + ".json"});
  EXPECT_EQ(fleet["processes"], 3);
  ASSERT_GE(fleet["sites"].size(), 2U);
  const json& first = fleet["sites"][0];
  EXPECT_THAT(first["function"].get<std::string>(), HasSubstr("Subscribe"));
  EXPECT_EQ(first["kind"], "task");
  EXPECT_EQ(first["known_by"], "creator");
  EXPECT_THAT(first["file"].get<std::string>(), HasSubstr("fleet_member.cc"));
  EXPECT_EQ(first["blocked"], 40);
  EXPECT_EQ(first["processes"], 1);
  EXPECT_EQ(first["most"], 40);
  EXPECT_EQ(first["most_in"], b);
  EXPECT_EQ(first["names"], json::array({"subscription"}));
}

TEST_F(FleetTest, RanksThemByHowManyProcessesHaveSome) {
  const json fleet = FleetJson(
      {"--by=processes", "--top=1", Member("a", 8, 0) + ".json", Member("b", 2, 40) + ".json"});
  ASSERT_THAT(fleet["sites"], SizeIs(1));
  EXPECT_EQ(fleet["all_sites"], 2);
  const json& first = fleet["sites"][0];
  EXPECT_THAT(first["function"].get<std::string>(), HasSubstr("StartPool"));
  EXPECT_EQ(first["processes"], 2);
  EXPECT_EQ(first["blocked"], 10);
  EXPECT_EQ(first["states"], json({{"condvar", 10}}));
}

TEST_F(FleetTest, ProfilesAndRecordingsTellWhatTheJsonTells) {
  const std::string a = Member("a", 3, 5);
  const auto essence = [](const std::string& file) {
    json sites = json::array();
    const json fleet = FleetJson({file});
    for (const json& site : fleet["sites"])
      sites.push_back({site["kind"], site["function"], site["blocked"], site["states"],
                       site["names"], site["known_by"]});
    return sites;
  };
  const json expected = essence(a + ".json");
  EXPECT_THAT(expected, SizeIs(2));
  EXPECT_EQ(essence(a + ".pb.gz"), expected);
  EXPECT_EQ(essence(RecordingOf("a")), expected);
}

TEST_F(FleetTest, AFolderIsAllDumpsInItAndBelowAndAProfileBesideItsJsonIsNotCountedTwice) {
  const std::string folder = MakeFolder("dumps/host");
  const std::string a = Member("a", 1, 0);
  std::filesystem::copy(a + ".json", folder + "/a.json");
  std::filesystem::copy(a + ".pb.gz", folder + "/a.pb.gz");
  std::filesystem::copy(a + ".pb.gz", folder + "/b.pb.gz");
  EXPECT_EQ(FleetJson({MakeFolder("dumps")})["processes"], 2);
}

TEST_F(FleetTest, TextAndHtmlSayWhereAndHowMany) {
  const std::string a = Member("a", 0, 7) + ".json";
  const Outcome text = Fleet({a});
  EXPECT_EQ(text.exit_code, 0);
  EXPECT_THAT(text.out, AllOf(HasSubstr("1 process: 7 units, 7 of them blocked, at 1 site"),
                              HasSubstr("[1] 7 blocked tasks in 1 of 1 process, created by"),
                              HasSubstr("Subscribe"), HasSubstr("fleet_member.cc:")));
  const Outcome html = Fleet({"--format=html", a});
  EXPECT_THAT(html.out, AllOf(HasSubstr("\"blocked\":7,\"processes\":1"),
                              HasSubstr("(anonymous namespace)::Subscribe")));
}

TEST_F(FleetTest, BadFilesAreNamedAndTheOthersCount) {
  const std::string good = Member("good", 0, 6);
  const std::string profile = ReadFile(good + ".pb.gz");
  const std::vector<std::string> bad = {
      Write("empty.json", ""),
      Write("other.json", "{\"a\": 1}"),
      Write("no.json", "no JSON"),
      Write("cut.pb.gz", profile.substr(0, profile.size() / 2)),
      Write("noise.pb.gz", "\x1f\x8b\x08 and then nothing that zlib knows"),
      "/nonexistent/dump.json",
      "https://127.0.0.1/debug/tasks/",
  };
  std::vector<std::string> all = bad;
  all.insert(all.begin() + 2, good + ".json");
  const Outcome outcome = Fleet(all);
  EXPECT_EQ(outcome.exit_code, 3);
  for (const std::string& file : bad) EXPECT_THAT(outcome.err, HasSubstr(file + ": "));
  EXPECT_THAT(outcome.err, Not(HasSubstr("good.json")));
  EXPECT_THAT(outcome.out, HasSubstr("1 process: 6 units"));
}

TEST_F(FleetTest, OfADumpThatBreaksOffTheWholeGroupsCount) {
  const std::string text = ReadFile(Member("a", 4, 6) + ".json");
  const std::string cut = Write("cut.json", text.substr(0, text.rfind("\"created_by\"")));
  const Outcome outcome = Fleet({cut});
  EXPECT_EQ(outcome.exit_code, 3);
  EXPECT_THAT(outcome.err, HasSubstr(cut + ": "));
  EXPECT_THAT(outcome.out, HasSubstr("[1] 6 blocked tasks in 1 of 1 process"));
}

TEST_F(FleetTest, ReportKnowsALookAtEverything) {
  const std::string a = Member("a", 2, 3) + ".json";
  const Outcome text = RunProgram(TASKLEAK_PROGRAM, {"report", a});
  EXPECT_EQ(text.exit_code, 0) << text.err;
  EXPECT_THAT(text.out, AllOf(HasSubstr("alive: "), HasSubstr("3 tasks"), Not(HasSubstr("leak"))));
  EXPECT_THAT(RunProgram(TASKLEAK_PROGRAM, {"report", "--format=github", a}).out, IsEmpty());
  EXPECT_THAT(RunProgram(TASKLEAK_PROGRAM, {"report", "--format=junit", a}).out,
              AllOf(HasSubstr("failures=\"0\""), HasSubstr("<system-out>alive: ")));
}

// Returns the most memory that a child of this process has used, in KiB.
long PeakOfChildren() {
  rusage usage{};
  getrusage(RUSAGE_CHILDREN, &usage);
  return usage.ru_maxrss;
}

TEST_F(FleetTest, AThousandDumpsTakeNoMoreMemoryThanTen) {
  const std::string a = Member("a", 4, 20) + ".json";
  const auto fleet_of = [&](const std::string& name, int count) {
    const std::string folder = MakeFolder(name);
    for (int i = 0; i < count; ++i)
      std::filesystem::create_hard_link(a, folder + "/" + std::to_string(i) + ".json");
    return FleetJson({folder});
  };
  EXPECT_EQ(fleet_of("ten", 10)["processes"], 10);
  const long peak = PeakOfChildren();
  const json fleet = fleet_of("thousand", 1000);
  EXPECT_EQ(fleet["processes"], 1000);
  EXPECT_EQ(fleet["units"], 24'000);
  EXPECT_EQ(fleet["sites"][0]["blocked"], 20'000);
  ASSERT_GT(std::filesystem::file_size(a) * 1000,
            8U << 20U);  // otherwise the test would prove nothing
  EXPECT_LT(PeakOfChildren(), peak + 4L * 1024);
}

#ifdef FLEET_TEST_HAS_SERVER
TEST_F(FleetTest, AsksEndpointsWithTheirToken) {
  live::ServerOptions options;
  options.endpoint.token = "open-sesame";
  const live::Server server(options);
  const Task task("answering");
  const std::string url = "http://127.0.0.1:" + std::to_string(server.port());
  const std::string token = "--token-file=" + Write("token", "open-sesame\n");
  const json fleet = FleetJson({token, url});
  EXPECT_EQ(fleet["processes"], 1);
  EXPECT_GE(fleet["units"], 1);
  EXPECT_EQ(FleetJson({token, url + "/debug/tasks/?format=pprof"})["units"], fleet["units"]);
  const Outcome refused = Fleet({url});
  EXPECT_EQ(refused.exit_code, 3);
  EXPECT_THAT(refused.err, HasSubstr(url + ": the answer is status 401"));
}

TEST_F(FleetTest, WhereNobodyListensIsSaid) {
  int port = 0;
  {
    const live::Server server;
    port = server.port();
  }
  const std::string url = "http://127.0.0.1:" + std::to_string(port);
  const Outcome outcome = Fleet({url});
  EXPECT_EQ(outcome.exit_code, 3);
  EXPECT_THAT(outcome.err, HasSubstr(url + ": no answer: "));
}
#endif

}  // namespace
}  // namespace taskleak::cli
