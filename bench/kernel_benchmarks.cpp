// SPDX-License-Identifier: Apache-2.0
#include "bench/kernel_benchmarks.h"

#include <cstring>
#include <map>
#include <memory>
#include <string>
#include <tuple>

#include "bench/experiment.h"
#include "bench/kernel_operands.h"

namespace blindfit::bench {
namespace {

using kernels::KernelTable;
using kernels::ModulusConstants;
using Word = std::uint64_t;

constexpr unsigned kPrimeBits = 50;
constexpr unsigned kSmallPrimeBits = 47;

/// What runs share and nobody writes: made when first asked for, by one thread at a time.
class SharedOperands {
 public:
  std::shared_ptr<const KernelInputs> inputs(unsigned log_n) {
    std::shared_ptr<const KernelInputs>& found = inputs_[log_n];
    if (found == nullptr) {
      found = std::make_shared<const KernelInputs>(log_n);
    }
    return found;
  }
  std::shared_ptr<const TransformTables> tables(const KernelTable& kernels, unsigned log_n,
                                                unsigned bits) {
    std::shared_ptr<const TransformTables>& found = tables_[{&kernels, log_n, bits}];
    if (found == nullptr) {
      found = std::make_shared<const TransformTables>(kernels, log_n, bits);
    }
    return found;
  }

 private:
  std::map<unsigned, std::shared_ptr<const KernelInputs>> inputs_;
  std::map<std::tuple<const KernelTable*, unsigned, unsigned>,
           std::shared_ptr<const TransformTables>>
      tables_;
};

/// Where and on what a kernel is timed.
struct Setting {
  const KernelTable* kernels;
  unsigned log_n;
  unsigned bits = kPrimeBits;
  std::size_t limbs = kLimbs;  ///< that take turns
};

/// What one call of a kernel sees.
struct LimbOperands {
  const KernelInputs& in;
  const TransformTables& tables;
  std::size_t limb;
  Word* out0;
  Word* out1;
};

using KernelCall = void (*)(const KernelTable&, unsigned log_n, const LimbOperands&);

/// A kernel by name; `arrays` are the limbs that it reads and writes at least.
struct Kernel {
  const char* name;
  KernelCall call;
  double arrays;
  bool transform = false;
};

void call_forward_ntt(const KernelTable& k, unsigned log_n, const LimbOperands& o) {
  k.forward_ntt(o.out0, o.tables.twiddles(o.limb), o.tables.q(o.limb), log_n);
}
void call_inverse_ntt(const KernelTable& k, unsigned log_n, const LimbOperands& o) {
  k.inverse_ntt(o.out0, o.tables.twiddles(o.limb), o.tables.q(o.limb), log_n);
}
void call_add(const KernelTable& k, unsigned, const LimbOperands& o) {
  k.add(o.out0, o.in.array(o.limb, 0), o.in.array(o.limb, 1), o.in.n(), o.tables.q(o.limb));
}
void call_multiply(const KernelTable& k, unsigned, const LimbOperands& o) {
  k.multiply(o.out0, o.in.array(o.limb, 0), o.in.array(o.limb, 1), o.in.n(), o.tables.q(o.limb));
}
void call_multiply_add(const KernelTable& k, unsigned, const LimbOperands& o) {
  k.multiply_add(o.out0, o.in.array(o.limb, 0), o.in.array(o.limb, 1), o.in.n(),
                 o.tables.q(o.limb));
}
void call_subtract_multiply_scalar(const KernelTable& k, unsigned, const LimbOperands& o) {
  k.subtract_multiply_scalar(o.out0, o.in.array(o.limb, 0), o.in.array(o.limb, 1), 12345, o.in.n(),
                             o.tables.q(o.limb));
}
void call_reduce(const KernelTable& k, unsigned, const LimbOperands& o) {
  k.reduce(o.out0, o.in.array(o.limb, 0), o.in.n(), o.tables.q(o.limb));
}
void call_reduce_centred(const KernelTable& k, unsigned, const LimbOperands& o) {
  k.reduce_centred(o.out0, o.in.array(o.limb, 0), o.in.n(), o.tables.q(0).value,
                   o.tables.q(o.limb));
}
void call_permute(const KernelTable& k, unsigned, const LimbOperands& o) {
  k.permute(o.out0, o.in.array(o.limb, 0), o.in.index(), o.in.n());
}
void call_permute_add(const KernelTable& k, unsigned, const LimbOperands& o) {
  k.permute_add(o.out0, o.in.array(o.limb, 0), o.in.index(), o.in.n(), o.tables.q(o.limb));
}
void call_dot_pair(const KernelTable& k, unsigned, const LimbOperands& o) {
  const Word* arrays[KernelInputs::kArrays];
  for (std::size_t i = 0; i < KernelInputs::kArrays; ++i) {
    arrays[i] = o.in.array(o.limb, i);
  }
  k.dot_pair(o.out0, o.out1, arrays, arrays + kDigits, arrays + 2 * kDigits, kDigits, o.in.n(),
             o.tables.q(o.limb));
}
// The sources of an extension are the same for all its targets.
void call_extend_limb(const KernelTable& k, unsigned, const LimbOperands& o) {
  const Word* sources[kDigitLimbs];
  Word factors[kDigitLimbs];
  for (std::size_t i = 0; i < kDigitLimbs; ++i) {
    sources[i] = o.in.array(0, i);
    factors[i] = 1234567 + i;
  }
  const kernels::ExtensionTarget target{o.out0, factors, 7654321, &o.tables.q(o.limb)};
  k.extend(&target, 1, sources, kDigitLimbs, o.in.small(), o.in.n());
}
void call_overflow_count(const KernelTable& k, unsigned, const LimbOperands& o) {
  const Word* sources[kDigitLimbs];
  double inverses[kDigitLimbs];
  for (std::size_t i = 0; i < kDigitLimbs; ++i) {
    sources[i] = o.in.array(o.limb, i);
    inverses[i] = o.tables.q(i).inverse;
  }
  k.overflow_count(o.out0, sources, inverses, kDigitLimbs, o.in.n());
}

constexpr bool kTransform = true;
constexpr Kernel kForwardNtt{"ForwardNtt", &call_forward_ntt, 2, kTransform};
constexpr Kernel kInverseNtt{"InverseNtt", &call_inverse_ntt, 2, kTransform};
constexpr Kernel kMultiplyAdd{"MultiplyAdd", &call_multiply_add, 4};
constexpr Kernel kDotPair{"DotPair", &call_dot_pair, 3 * kDigits + 2};
constexpr Kernel kExtendLimb{"ExtendLimb", &call_extend_limb, kDigitLimbs + 2};
constexpr Kernel kOthers[] = {
    {"MultiplyLimb", &call_multiply, 3},
    kMultiplyAdd,
    kDotPair,
    kExtendLimb,
    {"OverflowCount", &call_overflow_count, kDigitLimbs + 1},
    {"Permute", &call_permute, 2.5},
    {"PermuteAdd", &call_permute_add, 3.5},
    {"Reduce", &call_reduce, 2},
    {"ReduceCentred", &call_reduce_centred, 2},
    {"SubtractMultiplyScalar", &call_subtract_multiply_scalar, 3},
    {"AddLimb", &call_add, 3},
};

Run prepare(SharedOperands& shared, const Setting& setting, const Kernel& kernel) {
  const auto in = shared.inputs(setting.log_n);
  const auto tables = shared.tables(*setting.kernels, setting.log_n, setting.bits);
  const std::size_t n = in->n();
  // Outputs start as residues, because a transform and a sum read them. Shared, because a
  // std::function may be copied.
  auto out = std::make_shared<base::AlignedBuffer>(2 * n * setting.limbs);
  for (std::size_t i = 0; i < 2 * setting.limbs; ++i) {
    std::memcpy(out->data() + i * n, in->array(i / 2, i % 2), n * sizeof(Word));
  }
  return [setting, call = kernel.call, in, tables, out, n, limb = std::size_t{0}]() mutable {
    Word* const limbs = out->data() + 2 * limb * n;
    call(*setting.kernels, setting.log_n, {*in, *tables, limb, limbs, limbs + n});
    limb = limb + 1 == setting.limbs ? 0 : limb + 1;
  };
}

Experiment experiment(const std::shared_ptr<SharedOperands>& shared, const Setting& setting,
                      const Kernel& kernel, const std::string& variant = "") {
  const double n = static_cast<double>(std::size_t{1} << setting.log_n);
  Experiment e;
  e.operation = std::string("BM_") + kernel.name + variant;
  e.conditions =
      "/isa:" + std::string(setting.kernels->name) + "/log_n:" + std::to_string(setting.log_n);
  e.prepare = [shared, setting, kernel] { return prepare(*shared, setting, kernel); };
  e.limbs = 1;
  e.bytes = kernel.arrays * n * sizeof(Word);
  if (kernel.transform) {
    e.operations = n / 2 * setting.log_n;
  }
  return e;
}

void register_transforms(const std::shared_ptr<SharedOperands>& shared, Scope scope,
                         const KernelTable& kernels) {
  const bool best = &kernels == kernels::supported_kernels().front();
  for (const Kernel& kernel : {kForwardNtt, kInverseNtt}) {
    for (const unsigned log_n : {16U, 15U, 14U, 13U}) {
      Setting setting{&kernels, log_n};
      const Experiment rotating = experiment(shared, setting, kernel);
      register_single(rotating);
      if (best && log_n >= 15) {
        register_pooled(rotating, 4, kLimbs);
        register_side_by_side(rotating);
      }
      if (best || scope == Scope::kLong) {
        setting.bits = kSmallPrimeBits;
        register_single(experiment(shared, setting, kernel, "SmallPrimes"));
        setting.limbs = 1;
        register_single(experiment(shared, setting, kernel, "SmallPrimesHot"));
        setting.bits = kPrimeBits;
        register_single(experiment(shared, setting, kernel, "Hot"));
      }
    }
  }
}

void register_others(const std::shared_ptr<SharedOperands>& shared, Scope scope,
                     const KernelTable& kernels) {
  const bool best = &kernels == kernels::supported_kernels().front();
  for (const Kernel& kernel : kOthers) {
    for (const unsigned log_n : {16U, 15U, 14U, 13U}) {
      if (scope == Scope::kShort && log_n != 16 && !(best && log_n == 14)) {
        continue;
      }
      Setting setting{&kernels, log_n};
      register_single(experiment(shared, setting, kernel));
      if (scope == Scope::kLong) {
        setting.limbs = 1;
        register_single(experiment(shared, setting, kernel, "Hot"));
      }
    }
  }
  if (best) {
    for (const Kernel& kernel : {kMultiplyAdd, kDotPair, kExtendLimb}) {
      const Experiment rotating = experiment(shared, Setting{&kernels, 16}, kernel);
      register_pooled(rotating, 4, kLimbs);
      register_side_by_side(rotating);
    }
  }
}

}  // namespace

void register_kernel_benchmarks(Scope scope) {
  const auto shared = std::make_shared<SharedOperands>();
  for (const KernelTable* kernels : kernels::supported_kernels()) {
    register_transforms(shared, scope, *kernels);
  }
  for (const KernelTable* kernels : kernels::supported_kernels()) {
    register_others(shared, scope, *kernels);
  }
}

}  // namespace blindfit::bench
