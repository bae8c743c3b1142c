#pragma once

#include <cstdint>

// How likely it is that a ranking is chance. Pure. Logarithms to base 10, for the numbers are often too small for a
// double.
namespace vigie::server::attribute {

struct Overlap {
  std::uint64_t population = 0;  // customers there are
  std::uint64_t touched = 0;     // that somebody has held
  std::uint64_t leaked = 0;
  std::uint64_t common = 0;  // leaked ones among those that he has held
};

// log10 P(X ≥ common) when `leaked` customers are drawn blindly from the population, of whom `touched` are his: the
// upper tail of the hypergeometric distribution, which is Fisher's exact test of a 2 × 2 table (R. A. Fisher, "The
// logic of inductive inference", Journal of the Royal Statistical Society 98 (1935) 39–82). 0 where `common` is no more
// than is to be expected. A population too small to hold both sets counts as just large enough. It supposes that
// customers are alike; who share a region or a portfolio are not, so it tells a blind draw from none, not one colleague
// from another: that is Log10SignTest.
double Log10Overlap(const Overlap& overlap);

// log10 of the exact two-sided sign test: `only_one` customers were held by the first of two only, `only_other` by the
// second only, each as likely as the other if nothing tells the two apart (Q. McNemar, "Note on the sampling error of
// the difference between correlated proportions or percentages", Psychometrika 12 (1947) 153–157; the exact form is the
// binomial one). 0 if they do not differ.
double Log10SignTest(std::uint64_t only_one, std::uint64_t only_other);

// For the smallest of `tests` probabilities: times their number, at most 1 (O. J. Dunn, "Multiple comparisons among
// means", Journal of the American Statistical Association 56 (1961) 52–64, after C. E. Bonferroni).
double Log10OfMany(double log10_smallest, std::uint64_t tests);

}  // namespace vigie::server::attribute
