#include "rollcast/world/answering.h"

#include <cmath>

#include <gtest/gtest.h>

namespace rollcast {
namespace {

constexpr std::uint32_t kLast = ~std::uint32_t{0};

/// The word at that place in [0, 1).
std::uint32_t word_at(double place) { return static_cast<std::uint32_t>(place * 4294967296.0); }

Scenario plain() {
    Scenario scenario;
    scenario.service = {.slots = 10, .timeout = 1s};
    return scenario;
}

/// Version 0 is good, version 1 has the defect.
Answering with(const Defect& defect, const Scenario& scenario = plain()) {
    return Answering(scenario, std::array<Defect, 2>{Defect{}, defect});
}

/// 100 ms of work.
Attempt attempt(double service, double error, std::uint16_t request_class = 0) {
    return {
        .work = 1e8, .service_word = word_at(service), .error_word = word_at(error), .request_class = request_class};
}

TEST(WordsBelow, CutAShareOfAllWords) {
    EXPECT_EQ(words_below(0), 0u);
    EXPECT_EQ(words_below(.5), std::uint64_t{1} << 31);
    EXPECT_EQ(words_below(1), std::uint64_t{1} << 32);
    EXPECT_EQ(words_below(-1), 0u);
    EXPECT_EQ(words_below(2), std::uint64_t{1} << 32);
}

TEST(Decay, IsAnExponentialWithinItsError) {
    for (double x = 0; x < 40; x += .0137) EXPECT_NEAR(decay(x), std::exp(-x), 4e-5) << x;
    EXPECT_EQ(decay(0), 1);
    EXPECT_EQ(decay(kDecayed), 0);
}

TEST(Answering, AGoodVersionAnswersAndTakesTheWork) {
    const Answering answering = with({});
    const Fate fate = answering.fate(attempt(.5, 0), 0, answering.fresh(0, 0));
    EXPECT_EQ(fate.service, 100'000'000);
    EXPECT_EQ(fate.told, Code::k200);
    EXPECT_EQ(fate.late, Cause::kCapacity);
    EXPECT_FALSE(fate.crashes);
    EXPECT_EQ(answering.blame(0), Cause::kCapacity);
    EXPECT_EQ(answering.slots(0), 10u);
}

TEST(Answering, ErrorsOfTheBackgroundAndOfTheDefectAreToldApart) {
    Scenario scenario = plain();
    scenario.service.error_rate = .01;
    const Answering answering = with({.kind = DefectKind::kErrorRate, .severity = .05}, scenario);
    const auto fate = [&](double error, std::size_t version) {
        return answering.fate(attempt(.5, error), version, Trouble{});
    };
    for (const std::size_t version : {0u, 1u}) {
        EXPECT_EQ(fate(.0099, version).told, Code::k500);
        EXPECT_EQ(fate(.0099, version).cause, Cause::kBackground);
        EXPECT_EQ(fate(.0601, version).told, Code::k200);
    }
    EXPECT_EQ(fate(.0101, 0).told, Code::k200);
    EXPECT_EQ(fate(.0101, 1).told, Code::k500);
    EXPECT_EQ(fate(.0599, 1).cause, Cause::kDefect);
}

TEST(Answering, LatencySlowsTheSlowestShareAndIsToBlameForWhatIsLateOfIt) {
    const Answering answering = with({.kind = DefectKind::kLatency, .severity = 3, .share = .25});
    EXPECT_EQ(answering.fate(attempt(.7499, .5), 1, {}).service, 100'000'000);
    EXPECT_EQ(answering.fate(attempt(.7501, .5), 1, {}).service, 300'000'000);
    EXPECT_EQ(answering.fate(attempt(.7501, .5), 0, {}).service, 100'000'000);
    EXPECT_EQ(answering.fate(attempt(.7501, .5), 1, {}).late, Cause::kDefect);
    Attempt hopeless = attempt(.9, .5);
    hopeless.work = 1.1e9;
    EXPECT_EQ(answering.fate(hopeless, 1, {}).late, Cause::kBackground) << "late on a good version, too";
}

TEST(Answering, ACrashOnRequestIsDrawnByTheErrorWord) {
    const Answering answering = with({.kind = DefectKind::kCrashOnRequest, .severity = .1});
    EXPECT_FALSE(answering.fate(attempt(.5, .8999), 1, {}).crashes);
    EXPECT_TRUE(answering.fate(attempt(.5, .9001), 1, {}).crashes);
    EXPECT_FALSE(answering.fate(attempt(.5, .9001), 0, {}).crashes);
}

TEST(Answering, ACapacityDefectTakesSlotsAndTheBlameButLeavesOneSlot) {
    EXPECT_EQ(with({.kind = DefectKind::kCapacity, .severity = .34}).slots(1), 7u);
    EXPECT_EQ(with({.kind = DefectKind::kCapacity, .severity = .999}).slots(1), 1u);
    const Answering answering = with({.kind = DefectKind::kCapacity, .severity = .5});
    EXPECT_EQ(answering.blame(1), Cause::kDefect);
    EXPECT_EQ(answering.fate(attempt(.5, .5), 1, {}).late, Cause::kDefect);
    EXPECT_EQ(answering.blame(0), Cause::kCapacity);
}

TEST(Answering, AMemoryLeakKillsTheProcessWithItsLastRequest) {
    const Answering answering = with({.kind = DefectKind::kMemoryLeak, .severity = 3});
    Trouble trouble = answering.fresh(1, 0);
    for (const bool crashes : {false, false, true}) {
        Fate fate = answering.fate(attempt(.5, .5), 1, trouble);
        answering.leak(1, trouble, fate);
        EXPECT_EQ(fate.crashes, crashes);
        EXPECT_EQ(fate.told, Code::k200);
    }
    Trouble good = answering.fresh(0, 0);
    for (int i = 0; i < 100; ++i) {
        Fate fate = answering.fate(attempt(.5, .5), 0, good);
        answering.leak(0, good, fate);
        EXPECT_FALSE(fate.crashes);
    }
}

TEST(Answering, ADescriptorLeakFailsAllAfterItsLastRequestButKillsNothing) {
    Scenario scenario = plain();
    scenario.service.error_rate = .01;
    const Answering answering = with({.kind = DefectKind::kDescriptorLeak, .severity = 2}, scenario);
    Trouble trouble = answering.fresh(1, 0);
    const auto next = [&](double error) {
        Fate fate = answering.fate(attempt(.5, error), 1, trouble);
        answering.leak(1, trouble, fate);
        EXPECT_FALSE(fate.crashes);
        return fate;
    };
    EXPECT_EQ(next(.5).told, Code::k200);
    EXPECT_EQ(next(.5).told, Code::k200);
    for (int i = 0; i < 3; ++i) {
        const Fate fate = next(.5);
        EXPECT_EQ(fate.told, Code::k500);
        EXPECT_EQ(fate.cause, Cause::kDefect);
    }
    EXPECT_EQ(next(.005).cause, Cause::kBackground) << "would have failed anyway";
}

TEST(Answering, ClassesHaveSharesTimesAndErrorsOfTheirOwn) {
    Scenario scenario = plain();
    scenario.service.error_rate = .2;
    scenario.service.service_time = Constant{.02};
    scenario.traffic.classes = {{.name = "a", .share = .5},
                                {.name = "b", .share = .3, .service_time = Constant{3}},
                                {.name = "c", .share = .2, .error_rate = 0.}};
    const Answering answering = with({}, scenario);
    EXPECT_EQ(answering.classes(), 3u);
    EXPECT_EQ(answering.class_of(0), 0);
    EXPECT_EQ(answering.class_of(word_at(.4999)), 0);
    EXPECT_EQ(answering.class_of(word_at(.5001)), 1);
    EXPECT_EQ(answering.class_of(word_at(.8001)), 2);
    EXPECT_EQ(answering.class_of(kLast), 2);
    EXPECT_NEAR(answering.service_time(0)(7), .02, 1e-8);
    EXPECT_NEAR(answering.service_time(1)(7), 3, 1e-6);
    EXPECT_NEAR(answering.service_time(2)(7), .02, 1e-8);
    EXPECT_EQ(answering.fate(attempt(.5, .1, 0), 0, {}).told, Code::k500);
    EXPECT_EQ(answering.fate(attempt(.5, .1, 1), 0, {}).told, Code::k500);
    EXPECT_EQ(answering.fate(attempt(.5, .1, 2), 0, {}).told, Code::k200);
}

TEST(Answering, ADefectMayHitOneClassOnly) {
    Scenario scenario = plain();
    scenario.traffic.classes = {{.name = "a", .share = .5}, {.name = "b", .share = .5}};
    for (const DefectKind kind : {DefectKind::kErrorRate, DefectKind::kLatency, DefectKind::kCrashOnRequest}) {
        const double severity = kind == DefectKind::kLatency ? 5 : 1;
        const Answering answering = with({.kind = kind, .severity = severity, .request_class = 1}, scenario);
        const Fate spared = answering.fate(attempt(.5, .5, 0), 1, {});
        EXPECT_EQ(spared.told, Code::k200);
        EXPECT_EQ(spared.service, 100'000'000);
        EXPECT_EQ(spared.late, Cause::kCapacity);
        EXPECT_FALSE(spared.crashes);
        const Fate hit = answering.fate(attempt(.5, .5, 1), 1, {});
        EXPECT_EQ(hit.told == Code::k500, kind == DefectKind::kErrorRate);
        EXPECT_EQ(hit.service == 500'000'000, kind == DefectKind::kLatency);
        EXPECT_EQ(hit.crashes, kind == DefectKind::kCrashOnRequest);
    }
}

TEST(Answering, ImpairmentsOfOneAndOfAllMultiplyTimesAndAddErrors) {
    Answering answering = with({});
    Trouble trouble = answering.fresh(0, 0);
    Answering::impair(trouble, {.slowness = 2, .error_rate = .1});
    answering.impair_all({.slowness = 1.5, .error_rate = .2});
    const auto fate = [&](double error, const Trouble& at) { return answering.fate(attempt(.5, error), 0, at); };
    EXPECT_EQ(fate(.5, trouble).service, 300'000'000);
    EXPECT_EQ(fate(.5, Trouble{}).service, 150'000'000);
    EXPECT_EQ(fate(.2999, trouble).told, Code::k500);
    EXPECT_EQ(fate(.2999, trouble).cause, Cause::kBackground) << "not the release's doing";
    EXPECT_EQ(fate(.3001, trouble).told, Code::k200);
    EXPECT_EQ(fate(.2001, Trouble{}).told, Code::k200);
    answering.impair_all({});
    Answering::impair(trouble, {});
    EXPECT_EQ(fate(0, trouble).told, Code::k200);
    EXPECT_EQ(fate(0, trouble).service, 100'000'000);
    Answering::impair(trouble, {.error_rate = 1});
    EXPECT_EQ(fate(.9999999, trouble).told, Code::k500);
}

TEST(Answering, AColdProcessIsSlowAtFirst) {
    Scenario scenario = plain();
    scenario.service.cold_slowness = 2;
    scenario.service.cold_decay = 10s;
    const Answering answering = with({}, scenario);
    const Instant begin = -100'000'000'000;
    const Trouble trouble = answering.fresh(0, begin);
    for (const double age : {0., 1., 10., 25., 159., 161., 1000.}) {
        Attempt late = attempt(.5, .5);
        late.arrived = begin + static_cast<Instant>(age * 1e9);
        // The table's error of 4e-5, times the slowness.
        EXPECT_NEAR(static_cast<double>(answering.fate(late, 0, trouble).service) / 1e8, 1 + 2 * std::exp(-age / 10),
                    1e-4)
            << age;
    }
}

// ---- the lane: what is known of the usual request ----

bool is_usual(const Answering::Lane& lane, const Attempt& attempt) {
    return attempt.arrived >= lane.opens && attempt.error_word - lane.fine_from <= lane.fine_span &&
           attempt.service_word <= lane.most_plain;
}

TEST(Lane, TakesExactlyThoseThatAreAnsweredWellWithoutAnySpecialCase) {
    Scenario scenario = plain();
    scenario.service.error_rate = .25;
    const std::vector<Defect> defects{{},
                                      {.kind = DefectKind::kErrorRate, .severity = .25},
                                      {.kind = DefectKind::kErrorRate, .severity = 1},
                                      {.kind = DefectKind::kCrashOnRequest, .severity = .5},
                                      {.kind = DefectKind::kCrashOnRequest, .severity = 1},
                                      {.kind = DefectKind::kLatency, .severity = 2, .share = .5},
                                      {.kind = DefectKind::kLatency, .severity = 2, .share = 1}};
    for (const Defect& defect : defects) {
        for (const double impaired : {0., .25, 1.}) {
            const Answering answering = with(defect, scenario);
            Trouble trouble = answering.fresh(1, 0);
            Answering::impair(trouble, {.slowness = 3, .error_rate = impaired});
            const Answering::Lane lane = answering.lane(1, 0, trouble);
            EXPECT_EQ(lane.slowness, 3);
            for (const double cut : {0., .25, .5, .75, 1.}) {  // words around each limit that there may be
                for (const std::int64_t beside : {-1, 0}) {
                    const auto word =
                        static_cast<std::uint32_t>(static_cast<std::int64_t>(cut * 4294967296.0) + beside);
                    for (const bool of_error : {true, false}) {
                        Attempt tried = attempt(.1, .6);
                        if (defect.kind == DefectKind::kCrashOnRequest) tried.error_word = word_at(.4);
                        (of_error ? tried.error_word : tried.service_word) = word;
                        const Fate fate = answering.fate(tried, 1, trouble);
                        const bool well = fate.told == Code::k200 && !fate.crashes && fate.service == 300'000'000;
                        EXPECT_EQ(is_usual(lane, tried), well)
                            << "defect " << int(defect.kind) << ", impaired " << impaired << ", word " << word;
                    }
                }
            }
        }
    }
}

TEST(BrownOuts, AddUpWhileTheyAreUnderWay) {
    const std::vector<BrownOut> two{{.at = 1s, .lasts = 2s, .slowness = 2, .error_rate = .5},
                                    {.at = 2s, .lasts = 2s, .slowness = 3, .error_rate = .2}};
    EXPECT_EQ(impairment_of(two, Time{}), Impairment{});
    EXPECT_EQ(impairment_of(two, Time(1s)), (Impairment{2, .5}));
    EXPECT_EQ(impairment_of(two, Time(2s)).slowness, 6);
    EXPECT_DOUBLE_EQ(impairment_of(two, Time(2s)).error_rate, .6);
    EXPECT_EQ(impairment_of(two, Time(4s)), Impairment{});
}

TEST(Lane, IsClosedToColdProcessesAndToThoseThatLeak) {
    Scenario scenario = plain();
    scenario.service.cold_slowness = 1;
    scenario.service.cold_decay = 1s;
    const Answering cold = with({}, scenario);
    EXPECT_EQ(cold.lane(0, 0, cold.fresh(0, -5)).opens, 16'000'000'000 - 5);
    const Answering leaks = with({.kind = DefectKind::kDescriptorLeak, .severity = 1e6});
    EXPECT_EQ(leaks.lane(1, 0, leaks.fresh(1, 0)).opens, kNoInstant);
    EXPECT_LT(leaks.lane(0, 0, leaks.fresh(0, 0)).opens, 0);
}

}  // namespace
}  // namespace rollcast
