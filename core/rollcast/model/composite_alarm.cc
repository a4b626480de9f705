#include "rollcast/model/composite_alarm.h"

#include <algorithm>
#include <cctype>
#include <charconv>

#include "rollcast/base/check.h"

namespace rollcast {
namespace {

constexpr std::size_t kLongestRule = 10240;  // characters; bounds the recursion below

/// Recursive descent: or := and {OR and}; and := not {AND not}; not := NOT not | leaf.
class Parser {
   public:
    explicit Parser(std::string_view text) : text_(text) {
        require(text.size() <= kLongestRule,
                "a rule must not have more than " + std::to_string(kLongestRule) + " characters");
    }

    AlarmRule parse() {
        any_of();
        skip_space();
        if (at_ < text_.size()) fail("AND, OR or the end");
        require(rule_.alarms.size() <= kMostChildAlarms,
                "a rule must not watch more than " + std::to_string(kMostChildAlarms) + " alarms");
        require(elements_ <= kMostRuleElements,
                "a rule must not have more than " + std::to_string(kMostRuleElements) + " elements");
        return std::move(rule_);
    }

   private:
    using Op = AlarmRuleStep::Op;

    void any_of() {
        all_of();
        while (took_word("OR")) {
            all_of();
            rule_.steps.push_back({.op = Op::kOr});
        }
    }

    void all_of() {
        negation();
        while (took_word("AND")) {
            negation();
            rule_.steps.push_back({.op = Op::kAnd});
        }
    }

    void negation() {
        if (!took_word("NOT")) return leaf();
        negation();
        rule_.steps.push_back({.op = Op::kNot});
    }

    void leaf() {
        if (took('(')) {
            ++elements_;
            any_of();
            return expect(')', "a closing parenthesis");
        }
        for (const bool truth : {false, true}) {
            if (!took_word(truth ? "TRUE" : "FALSE")) continue;
            ++elements_;
            rule_.steps.push_back({.op = Op::kTruth, .least = truth});
            return;
        }
        AlarmRuleStep step{.op = Op::kAtLeast, .least = 1};
        if (took_word("AT_LEAST")) {
            at_least(step);
        } else if (const auto state = took_state()) {
            step.state = *state;
            expect('(', "a name in parentheses");
            alarm(step);
            expect(')', "a closing parenthesis");
        } else {
            fail("ALARM(...), OK(...), INSUFFICIENT_DATA(...), AT_LEAST(...), TRUE, FALSE, NOT or a parenthesis");
        }
        rule_.steps.push_back(std::move(step));
    }

    /// (2, ALARM, (x, y, z)) or (50%, NOT OK, (x, y)).
    void at_least(AlarmRuleStep& step) {
        expect('(', "a number, a state and alarms in parentheses");
        skip_space();
        int number = 0;
        const auto [end, error] = std::from_chars(text_.data() + at_, text_.data() + text_.size(), number);
        if (error != std::errc() || number < 1 || number > 1000) fail("a number above 0 of alarms or percent of them");
        at_ = static_cast<std::size_t>(end - text_.data());
        const bool percent = took('%');
        expect(',', "a comma");
        step.negated = took_word("NOT");
        const auto state = took_state();
        if (!state) fail("ALARM, OK or INSUFFICIENT_DATA");
        step.state = *state;
        expect(',', "a comma");
        expect('(', "names in parentheses");
        do {
            alarm(step);
        } while (took(','));
        expect(')', "a comma or a closing parenthesis");
        expect(')', "a closing parenthesis");
        const auto count = static_cast<int>(step.alarms.size());
        step.least = percent ? (number * count + 99) / 100 : number;
        require(step.least <= count, "a rule asks for at least " + std::to_string(number) + (percent ? "%" : "") +
                                         " of " + std::to_string(count) + " alarms");
    }

    /// A name, quoted or up to the next comma or closing parenthesis.
    void alarm(AlarmRuleStep& step) {
        ++elements_;
        skip_space();
        std::string_view name;
        if (took('"')) {
            const std::size_t end = text_.find('"', at_);
            if (end == text_.npos) fail("a closing quote");
            name = text_.substr(at_, end - at_);
            at_ = end + 1;
        } else {
            const std::size_t end = std::min(text_.find_first_of(",()", at_), text_.size());
            name = text_.substr(at_, end - at_);
            while (!name.empty() && is_space(name.back())) name.remove_suffix(1);
            at_ = end;
        }
        if (name.empty()) fail("the name of an alarm");
        auto known = std::find(rule_.alarms.begin(), rule_.alarms.end(), name);
        if (known == rule_.alarms.end()) known = rule_.alarms.insert(known, std::string(name));
        step.alarms.push_back(static_cast<std::uint16_t>(known - rule_.alarms.begin()));
    }

    std::optional<AlarmState> took_state() {
        if (took_word("ALARM")) return AlarmState::kAlarm;
        if (took_word("OK")) return AlarmState::kOk;
        if (took_word("INSUFFICIENT_DATA")) return AlarmState::kInsufficientData;
        return std::nullopt;
    }

    static bool is_space(char c) { return std::isspace(static_cast<unsigned char>(c)) != 0; }
    static bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

    void skip_space() {
        while (at_ < text_.size() && is_space(text_[at_])) ++at_;
    }

    bool took(char wanted) {
        skip_space();
        if (at_ == text_.size() || text_[at_] != wanted) return false;
        ++at_;
        return true;
    }

    bool took_word(std::string_view wanted) {
        skip_space();
        const std::size_t end = at_ + wanted.size();
        if (text_.substr(at_, wanted.size()) != wanted || (end < text_.size() && is_word(text_[end]))) return false;
        at_ = end;
        return true;
    }

    void expect(char wanted, const char* name) {
        if (!took(wanted)) fail(name);
    }

    [[noreturn]] void fail(const std::string& expected) {
        skip_space();
        const std::string found = at_ < text_.size() ? "\"" + std::string(text_.substr(at_, 20)) + "\"" : "the end";
        throw std::invalid_argument("a rule: expected " + expected + ", got " + found);
    }

    std::string_view text_;
    std::size_t at_ = 0;
    std::size_t elements_ = 0;
    AlarmRule rule_;
};

std::optional<std::string> complaint(const AlarmRule& rule) {
    std::size_t depth = 0;
    for (const AlarmRuleStep& step : rule.steps) {
        using Op = AlarmRuleStep::Op;
        const std::size_t needed = step.op == Op::kAnd || step.op == Op::kOr ? 2 : step.op == Op::kNot ? 1 : 0;
        if (depth < needed) return "has a rule whose operators lack operands";
        depth = depth - needed + 1;
        for (const std::uint16_t alarm : step.alarms) {
            if (alarm >= rule.alarms.size()) return "has a rule that counts an alarm without a name";
        }
    }
    if (depth != 1) return "has a rule that does not come to one answer";
    return std::nullopt;
}

}  // namespace

AlarmRule parse_alarm_rule(std::string_view text) { return Parser(text).parse(); }

std::optional<std::string> complaint(const CompositeAlarm& composite) {
    if (const auto wrong = complaint(composite.rule)) return wrong;
    if (composite.alarms.empty()) return "must have at least one alarm";
    const auto known = [&](const std::string& name) {
        return std::any_of(composite.alarms.begin(), composite.alarms.end(),
                           [&](const NamedAlarm& alarm) { return alarm.name == name; });
    };
    for (const std::string& name : composite.rule.alarms) {
        if (!known(name)) return "asks for the alarm \"" + name + "\", which is not among its alarms";
    }
    if (const auto& suppressor = composite.suppressor) {
        if (!known(suppressor->alarm)) {
            return "is suppressed by the alarm \"" + suppressor->alarm + "\", which is not among its alarms";
        }
        if (suppressor->wait < Duration::zero() || suppressor->extension < Duration::zero()) {
            return "must not wait for a negative time";
        }
    }
    for (const NamedAlarm& each : composite.alarms) {
        if (const auto wrong = complaint(each.alarm)) return "has the alarm \"" + each.name + "\", which " + *wrong;
    }
    return std::nullopt;
}

Duration evaluation_every(const CompositeAlarm& composite) {
    Duration quickest = Duration::max();
    for (const NamedAlarm& each : composite.alarms) quickest = std::min(quickest, evaluation_every(each.alarm.period));
    return quickest;
}

}  // namespace rollcast
