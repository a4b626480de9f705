#include "rollcast/observe/condition.h"

#include <cmath>
#include <vector>

#include "rollcast/base/check.h"

namespace rollcast {
namespace {

using Op = ConditionStep::Op;

enum class Type : std::uint8_t { kInteger, kFloat, kTruth, kList, kNil };

struct Value {
    Type type = Type::kNil;
    double number = 0;    // also of a truth; a list is always the result
    bool failed = false;  // evaluating it was an error, which counts unless a short-circuit passes it over
    bool open = false;    // Expr learns its type only while evaluating, so a wrong one is a failure like any other
};

bool is_number(const Value& value) { return value.type == Type::kInteger || value.type == Type::kFloat; }
bool is_integer(const Value& value) { return value.type == Type::kInteger; }
bool is_truth(const Value& value) { return value.type == Type::kTruth; }
bool is_list(const Value& value) { return value.type == Type::kList; }
bool is_list_or_number(const Value& value) { return is_list(value) || is_number(value); }

/// Go's conversion of a float to an integer, as x86-64 does it where Go leaves it open.
double to_integer(double value) {
    constexpr double kLimit = 9223372036854775808.0;
    return value > -kLimit && value < kLimit ? std::trunc(value) : -kLimit;
}

class Evaluation {
   public:
    explicit Evaluation(std::span<const double> result) : result_(result) {}

    std::optional<bool> operator()(std::span<const ConditionStep> steps) {
        const Value value = run(steps);
        if (ill_typed_ || value.failed || !is_truth(value)) return std::nullopt;
        return value.number != 0;
    }

   private:
    Value run(std::span<const ConditionStep> steps) {
        const std::size_t bottom = stack_.size();
        for (std::size_t i = 0; i < steps.size(); ++i) {
            const ConditionStep& step = steps[i];
            if (step.op == Op::kAnd || step.op == Op::kOr) {
                const Value left = pop();
                stack_.push_back(decide(step.op, left, run(steps.subspan(i + 1, step.skip))));
                i += step.skip;
            } else {
                stack_.push_back(apply(step));
            }
        }
        ensure(stack_.size() == bottom + 1, "a condition does not leave one value");
        return pop();
    }

    Value pop() {
        const Value top = stack_.back();
        stack_.pop_back();
        return top;
    }

    Value apply(const ConditionStep& step) {
        switch (step.op) {
            case Op::kNumber:
                return {std::trunc(step.number) == step.number ? Type::kInteger : Type::kFloat, step.number};
            case Op::kTruth:
                return truth(step.number != 0);
            case Op::kResult:
                return {Type::kList};
            case Op::kNil:
                return {Type::kNil};
            default:
                break;
        }
        const Value last = pop();
        return operands(step.op) == 1 ? unary(step.op, last) : binary(step.op, pop(), last);
    }

    Value unary(Op op, const Value& a) {
        const double x = a.number;
        switch (op) {
            case Op::kNot:
                return checked(is_truth, truth(x == 0), a);
            case Op::kLength:
                return checked(is_list, {Type::kInteger, static_cast<double>(result_.size())}, a);
            case Op::kIsNaN:
                return checked(is_number, truth(std::isnan(x)), a);
            case Op::kIsInf:
                return checked(is_number, truth(std::isinf(x)), a);
            case Op::kIsNil:
                return derived(truth(false), a);
            case Op::kNegate:
                return checked(is_number, {a.type, -x}, a);
            case Op::kToInt:
                return converted({Type::kInteger, to_integer(x)}, a);
            case Op::kToFloat:
                return converted({Type::kFloat, x}, a);
            case Op::kAbs:
                return checked(is_number, {a.type, std::fabs(x)}, a);
            case Op::kFloor:
                return checked(is_number, {Type::kFloat, std::floor(x)}, a);
            case Op::kCeil:
                return checked(is_number, {Type::kFloat, std::ceil(x)}, a);
            default:
                return checked(is_number, {Type::kFloat, std::round(x)}, a);
        }
    }

    Value binary(Op op, const Value& a, const Value& b) {
        const double x = a.number, y = b.number;
        const Type wider = is_integer(a) && is_integer(b) ? Type::kInteger : Type::kFloat;
        switch (op) {
            case Op::kIndex:
                return element(a, b);
            case Op::kDefault:
                return fallback(a, b);
            case Op::kEqual:
                return equal(a, b, true);
            case Op::kNotEqual:
                return equal(a, b, false);
            case Op::kAdd:
                return checked(is_number, {wider, x + y}, a, b);
            case Op::kSubtract:
                return checked(is_number, {wider, x - y}, a, b);
            case Op::kMultiply:
                return checked(is_number, {wider, x * y}, a, b);
            case Op::kDivide:
                return checked(is_number, {Type::kFloat, x / y}, a, b);
            case Op::kPower:
                return checked(is_number, {Type::kFloat, std::pow(x, y)}, a, b);
            case Op::kModulo:
                return checked(is_integer, {Type::kInteger, std::fmod(x, y), y == 0}, a, b);
            case Op::kLess:
                return checked(is_number, truth(x < y), a, b);
            case Op::kLessEqual:
                return checked(is_number, truth(x <= y), a, b);
            case Op::kGreater:
                return checked(is_number, truth(x > y), a, b);
            case Op::kGreaterEqual:
                return checked(is_number, truth(x >= y), a, b);
            case Op::kMin:
                return extreme(a, b, [](double kept, double next) { return next < kept; });
            default:
                return extreme(a, b, [](double kept, double next) { return next > kept; });
        }
    }

    /// The right side is evaluated even when the left one decides, for its types alone.
    Value decide(Op op, const Value& left, const Value& right) {
        const Value either = checked(is_truth, truth(right.number != 0), left, right);
        if (ill_typed_ || left.failed || !is_truth(left)) return failure(either);
        const bool decisive = op == Op::kOr;
        return (left.number != 0) == decisive ? truth(decisive) : either;
    }

    Value element(const Value& list, const Value& index) {
        Value value = checked(is_integer, checked(is_list, {Type::kFloat}, list), index);
        const auto size = static_cast<double>(result_.size());
        const double at = index.number < 0 ? size + index.number : index.number;
        if (value.failed || at < 0 || at >= size) return failure(value);
        value.number = result_[static_cast<std::size_t>(at)];
        return value;
    }

    /// Argo's default(): asks whether the result is nil and returns the result, never its own argument.
    Value fallback(const Value& asked, const Value& other) {
        Value value = derived(derived({Type::kList}, asked), other);
        value.open = true;
        return value;
    }

    Value equal(const Value& a, const Value& b, bool wanted) {
        bool same = a.type == b.type || (is_number(a) && is_number(b));
        if (!same && !a.open && !b.open && a.type != Type::kNil && b.type != Type::kNil) ill_typed_ = true;
        if (is_number(a) || is_truth(a)) same = same && a.number == b.number;
        return derived(derived(truth(same == wanted), a), b);
    }

    /// min() and max() take lists, too; an empty one does not count.
    template <typename Better>
    Value extreme(const Value& a, const Value& b, Better better) {
        Value best = checked(is_list_or_number, {Type::kNil}, a, b);
        const auto offer = [&](double number, Type type) {
            if (best.type != Type::kNil && !better(best.number, number)) return;
            best.type = type;
            best.number = number;
        };
        for (const Value* value : {&a, &b}) {
            if (!is_list(*value)) {
                offer(value->number, value->type);
                continue;
            }
            best.open = true;
            for (const double number : result_) offer(number, Type::kFloat);
        }
        return best;
    }

    /// `value`, made from `operand`.
    static Value derived(Value value, const Value& operand) {
        value.failed |= operand.failed;
        value.open |= operand.open;
        return value;
    }

    /// `value`, made from operands that must all be what `wanted` says.
    template <typename... Operands>
    Value checked(bool (*wanted)(const Value&), Value value, const Operands&... operands) {
        const auto check = [&](const Value& operand) {
            value = derived(value, operand);
            if (wanted(operand)) return;
            value.failed = true;
            if (!operand.open) ill_typed_ = true;
        };
        (check(operands), ...);
        return value;
    }

    /// asInt() and asFloat() look at their argument's type only while evaluating.
    static Value converted(Value value, const Value& operand) {
        value.failed = operand.failed || !is_number(operand);
        return value;
    }

    static Value truth(bool value) { return {Type::kTruth, value ? 1.0 : 0.0}; }
    static Value failure(Value value) {
        value.failed = true;
        return value;
    }

    std::span<const double> result_;
    std::vector<Value> stack_;
    bool ill_typed_ = false;
};

}  // namespace

std::optional<bool> evaluate(const Condition& condition, std::span<const double> result) {
    require(!condition.empty(), "an empty condition has no value");
    if (const auto fault = complaint(condition)) require(false, "a condition " + *fault);
    return Evaluation(result)(condition);
}

}  // namespace rollcast
