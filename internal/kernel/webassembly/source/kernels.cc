// Kernels in WebAssembly SIMD, in the memory of Go's module. The equations stand in the Go functions of the package kernel.
//
// Each multiplication and addition is rounded, and no instruction of "relaxed SIMD" is used, so that results have the same bits in
// every browser. Nothing outside of an argument is read or written.
#include <wasm_simd128.h>

#include "kernels.h"

#define KERNEL(result, name, parameters, arguments) extern "C" __attribute__((export_name(#name))) result name parameters;
KERNELS
#undef KERNEL

namespace {

#define INLINE __attribute__((always_inline)) inline

// vec is a register of 4 float32 numbers.
typedef float vec __attribute__((vector_size(16)));
typedef double vec2 __attribute__((vector_size(16)));
typedef int bits __attribute__((vector_size(16)));

const int lanes = 4;

INLINE vec all(float x) { return vec{x, x, x, x}; }

// smaller is b where b < a, otherwise a: a NaN in a stays, one in b does not count. larger likewise.
INLINE vec smaller(vec a, vec b) { return (vec)wasm_f32x4_pmin((v128_t)a, (v128_t)b); }
INLINE vec larger(vec a, vec b) { return (vec)wasm_f32x4_pmax((v128_t)a, (v128_t)b); }
INLINE vec root(vec x) { return (vec)wasm_f32x4_sqrt((v128_t)x); }
INLINE vec choose(bits mask, vec yes, vec no) { return (vec)((mask & (bits)yes) | (~mask & (bits)no)); }
INLINE float total(vec x) { return (x[0] + x[2]) + (x[1] + x[3]); }

// Whole reads and writes registers of 4 numbers, Part the first n of a register, 1 to 3, at the end of a row; the other lanes
// are 0.
struct Whole {
  INLINE vec load(const float *x) const { return (vec)wasm_v128_load(x); }
  INLINE vec loadOr(const float *x, vec) const { return load(x); }
  INLINE void store(float *y, vec x) const { wasm_v128_store(y, (v128_t)x); }
  INLINE vec masked(vec x) const { return x; }
};

struct Part {
  int n;
  INLINE vec load(const float *x) const {
    if (n == 1) return (vec)wasm_v128_load32_zero(x);
    v128_t two = wasm_v128_load64_zero(x);
    return (vec)(n == 2 ? two : wasm_v128_load32_lane(x + 2, two, 2));
  }
  INLINE bits mask() const { return n > bits{0, 1, 2, 3}; }
  INLINE vec loadOr(const float *x, vec other) const { return choose(mask(), load(x), other); }
  INLINE void store(float *y, vec x) const {
    if (n == 1) return wasm_v128_store32_lane(y, (v128_t)x, 0);
    wasm_v128_store64_lane(y, (v128_t)x, 0);
    if (n == 3) wasm_v128_store32_lane(y + 2, (v128_t)x, 2);
    asm volatile(""); // keeps clang from making one store, of a lane that varies, of two: that needs a stack
  }
  INLINE vec masked(vec x) const { return choose(mask(), x, all(0)); }
};

// row calls body(i, part) for the numbers i to i+4 of n, and for the rest.
template <class Body>
INLINE void row(int n, Body body) {
  int i = 0;
  for (; i + lanes <= n; i += lanes) body(i, Whole{});
  if (i < n) body(i, Part{n - i});
}

// next returns the pointer that many bytes further.
template <class T>
INLINE T *next(T *x, int bytes) { return (T *)((unsigned long)x + bytes); }

// Tiles of a product, of 1 to 4 rows of a and one or two registers of columns of b, the last of which may be a part: 8 sums stay
// in registers, of which there are 16 on amd64. Each is over k in order: its bits do not depend on the size of the tile or its
// position.
template <int rows, int vectors, class Last>
__attribute__((noinline)) void tileOf(int count, int k, const float *a, int aRow, int aStep, int aTile, const float *b, int bStep,
                                      float *c, int cRow, const float *addend, int addendRow, float alpha, Last last) {
  for (; count > 0; count--, a = next(a, aTile)) {
    vec sums[rows][vectors] = {};
    const float *ai = a, *bi = b;
    for (int left = k; left > 0; left--) {
      vec columns[vectors];
      if (vectors == 2) columns[0] = Whole{}.load(bi);
      columns[vectors - 1] = last.load(bi + lanes * (vectors - 1));
      const float *element = ai;
#pragma unroll
      for (int i = 0; i < rows; i++) {
        vec x = (vec)wasm_v128_load32_splat(element);
        for (int v = 0; v < vectors; v++) sums[i][v] += x * columns[v];
        element = next(element, aRow);
      }
      ai = next(ai, aStep), bi = next(bi, bStep);
    }
#pragma unroll
    for (int i = 0; i < rows; i++) {
      for (int v = 0; v < vectors; v++) {
        sums[i][v] *= alpha;
        if (v < vectors - 1) {
          if (addend) sums[i][v] += Whole{}.load(addend);
          Whole{}.store(c, sums[i][v]);
        } else {
          if (addend) sums[i][v] += last.load(addend + lanes * v);
          last.store(c + lanes * v, sums[i][v]);
        }
      }
      if (addend) addend = next(addend, addendRow);
      c = next(c, cRow);
    }
  }
}

// e^x by the polynomial of the portable Exp, for x between its limits; NaN stays NaN.
INLINE vec expWithin(vec x) {
  vec shifted = x * 1.44269504088896341f + 12582912.0f; // x = n ln 2 + r; n is in the low bits
  vec n = shifted - 12582912.0f;
  vec r = x - n * 0.693359375f;
  r -= n * -2.12194440e-4f;
  vec p = r * 1.9875691500e-4f + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  p = p * (r * r) + r + 1;
  p = (vec)((bits)p + ((bits)shifted << 23)); // times 2^n
  return choose(x == x, p, x);
}

INLINE vec expOf(vec x) {
  vec p = choose(x < -87.3365f, all(0), expWithin(x));
  return choose(x > 88.72283f, all(__builtin_inff()), p);
}

} // namespace

void tile(int rows, int vectors, int count, int k, const float *a, int aRow, int aStep, int aTile, const float *b, int bStep,
          float *c, int cRow, const float *addend, int addendRow, float alpha, int columns) {
#define ARGUMENTS count, k, a, aRow, aStep, aTile, b, bStep, c, cRow, addend, addendRow, alpha
#define SIZE(r, v) \
  case 2 * r + v: \
    if (columns == lanes) \
      tileOf<r, v>(ARGUMENTS, Whole{}); \
    else \
      tileOf<r, v>(ARGUMENTS, Part{columns}); \
    break;
  switch (2 * rows + vectors) {
    SIZE(1, 1) SIZE(1, 2) SIZE(2, 1) SIZE(2, 2) SIZE(3, 1) SIZE(3, 2) SIZE(4, 1) SIZE(4, 2)
  }
}

// The square is four squares of 4 x 4.
void transpose8(float *y, int yRow, const float *x, int xRow) {
  for (int i = 0; i < 8; i += 4) {
    for (int j = 0; j < 8; j += 4) {
      const float *from = next(x + j, i * xRow);
      float *to = next(y + i, j * yRow);
      vec a = Whole{}.load(from), b = Whole{}.load(next(from, xRow));
      vec c = Whole{}.load(next(from, 2 * xRow)), d = Whole{}.load(next(from, 3 * xRow));
      vec ab = __builtin_shufflevector(a, b, 0, 4, 1, 5), ab2 = __builtin_shufflevector(a, b, 2, 6, 3, 7);
      vec cd = __builtin_shufflevector(c, d, 0, 4, 1, 5), cd2 = __builtin_shufflevector(c, d, 2, 6, 3, 7);
      Whole{}.store(to, __builtin_shufflevector(ab, cd, 0, 1, 4, 5));
      Whole{}.store(next(to, yRow), __builtin_shufflevector(ab, cd, 2, 3, 6, 7));
      Whole{}.store(next(to, 2 * yRow), __builtin_shufflevector(ab2, cd2, 0, 1, 4, 5));
      Whole{}.store(next(to, 3 * yRow), __builtin_shufflevector(ab2, cd2, 2, 3, 6, 7));
    }
  }
}

// Copies 1 to 4 columns; it writes whole registers, so that it overwrites numbers after each row of y.
void copyColumns(float *y, int yRow, const float *x, int xRow, int rows, int columns) {
  for (; rows > 0; rows--, x = next(x, xRow), y = next(y, yRow)) {
    Whole{}.store(y, columns == lanes ? Whole{}.load(x) : Part{columns}.load(x));
  }
}

// Copies two registers of every row to consecutive memory.
void copyRows(float *y, const float *x, int xRow, int rows) {
  for (; rows > 0; rows--, x = next(x, xRow), y += 2 * lanes) {
    vec low = Whole{}.load(x), high = Whole{}.load(x + lanes);
    Whole{}.store(y, low), Whole{}.store(y + lanes, high);
  }
}

// 12 independent chains of a multiplication and an addition: the peak of the processor for products.
float limit(int rounds, float x, float y) {
  vec chains[12] = {}, factor = all(x), term = all(y);
  for (; rounds > 0; rounds--) {
    for (vec &chain : chains) chain = chain * factor + term;
  }
  vec sum = {};
  for (vec chain : chains) sum += chain;
  return total(sum);
}

void exp(float *y, const float *x, int n) {
  row(n, [=](int i, auto part) { part.store(y + i, expOf(part.load(x + i))); });
}

void add(float *y, const float *a, const float *b, int n) {
  row(n, [=](int i, auto part) { part.store(y + i, part.load(a + i) + part.load(b + i)); });
}

void mul(float *y, const float *a, const float *b, int n) {
  row(n, [=](int i, auto part) { part.store(y + i, part.load(a + i) * part.load(b + i)); });
}

void scale(float *y, const float *x, int n, float factor) {
  row(n, [=](int i, auto part) { part.store(y + i, part.load(x + i) * factor); });
}

// Each sum is in the order of the rows.
void sumRows(float *sum, const float *x, int rows, int n) {
  row(n, [=](int i, auto part) {
    vec column = {};
    const float *from = x + i;
    for (int r = 0; r < rows; r++, from += n) column += part.load(from);
    part.store(sum + i, column);
  });
}

void softmax(float *x, int rows, int width, int stride, int first, int more, float *tops, float *sums) {
  for (int r = 0, n = first; r < rows; r++, n += more, x += stride) {
    vec highest = all(-__builtin_inff());
    // A NaN does not count here, but remains in exp below.
    row(n, [&](int i, auto part) { highest = larger(highest, part.loadOr(x + i, highest)); });
    float top = highest[0];
    for (int i = 1; i < lanes; i++) top = top < highest[i] ? highest[i] : top;
    vec sum = {};
    row(n, [&](int i, auto part) {
      vec y = expOf(part.load(x + i) - top);
      part.store(x + i, y);
      sum += part.masked(y);
    });
    float all = total(sum);
    if (sums) tops[r] = top, sums[r] = all;
    scale(x, x, n, 1 / all);
    row(width - n, [&](int i, auto part) { part.store(x + n + i, vec{}); });
  }
}

void softmaxGrad(float *d, const float *w, int rows, int width, int dStride, int wStride, int first, int more) {
  for (int r = 0, n = first; r < rows; r++, n += more, d += dStride, w += wStride) {
    vec sum = {};
    row(n, [&](int i, auto part) { sum += part.load(d + i) * part.load(w + i); });
    float dot = total(sum);
    row(n, [&](int i, auto part) { part.store(d + i, (part.load(d + i) - dot) * part.load(w + i)); });
    row(width - n, [&](int i, auto part) { part.store(d + n + i, vec{}); });
  }
}

void layerNorm(float *y, float *mean, float *rstd, const float *x, const float *gain, const float *bias, int rows, int dim,
               float epsilon) {
  for (int r = 0; r < rows; r++, x += dim, y += dim) {
    vec sum = {}, squares = {};
    row(dim, [&](int i, auto part) { sum += part.load(x + i); });
    float m = total(sum) / dim;
    row(dim, [&](int i, auto part) {
      vec v = part.masked(part.load(x + i) - m);
      squares += v * v;
    });
    float s = 1 / __builtin_sqrtf(total(squares) / dim + epsilon);
    row(dim, [&](int i, auto part) {
      part.store(y + i, part.load(gain + i) * ((part.load(x + i) - m) * s) + part.load(bias + i));
    });
    mean[r] = m, rstd[r] = s;
  }
}

// Adds to dGain and dBias, which the caller has set to 0.
void layerNormGrad(float *dx, float *dGain, float *dBias, const float *dy, const float *x, const float *gain, const float *mean,
                   const float *rstd, const float *addend, int rows, int dim) {
  for (int r = 0; r < rows; r++, x += dim, dy += dim, dx += dim) {
    float m = mean[r], s = rstd[r];
    vec sumG = {}, sumGN = {};
    row(dim, [&](int i, auto part) {
      vec n = (part.load(x + i) - m) * s, d = part.load(dy + i), g = d * part.load(gain + i);
      sumG += g, sumGN += part.masked(g * n);
      part.store(dGain + i, part.load(dGain + i) + d * n);
      part.store(dBias + i, part.load(dBias + i) + d);
    });
    float meanG = total(sumG) / dim, meanGN = total(sumGN) / dim;
    row(dim, [&](int i, auto part) {
      vec n = (part.load(x + i) - m) * s, g = part.load(dy + i) * part.load(gain + i);
      vec out = s * (g - meanG - n * meanGN);
      part.store(dx + i, addend ? out + part.load(addend + i) : out);
    });
    if (addend) addend += dim;
  }
}

void gelu(float *y, float *slope, const float *x, int n) {
  const float scale = 0.7978845608028654f, cubic = 0.044715f, farthest = 80, wide = 100;
  row(n, [=](int i, auto part) {
    vec low = larger(part.load(x + i), all(-wide)), w = smaller(low, all(wide)), square = w * w;
    vec inner = w * (-2 * scale - 2 * scale * cubic * square);
    vec z = expWithin(larger(smaller(inner, all(farthest)), all(-farthest)));
    vec gate = 1 / (1 + z);
    part.store(y + i, low * gate);
    part.store(slope + i, gate * (1 + w * gate * z * (2 * scale + 2 * 3 * scale * cubic * square)));
  });
}

void relu(float *y, float *slope, const float *x, int n) {
  row(n, [=](int i, auto part) {
    vec v = part.load(x + i);
    part.store(slope + i, choose(v > 0, all(1), all(0)));
    part.store(y + i, choose(v < 0, all(0), v));
  });
}

void adamW(float *weights, float *first, float *second, const float *gradient, int n, float scale, float beta1, float beta2,
           float rate, float root, float epsilon, float keep) {
  row(n, [=](int i, auto part) {
    vec g = part.load(gradient + i) * scale;
    vec m = beta1 * part.load(first + i) + (1 - beta1) * g;
    vec v = beta2 * part.load(second + i) + (1 - beta2) * g * g;
    part.store(first + i, m), part.store(second + i, v);
    part.store(weights + i, part.load(weights + i) * keep - rate * m / (::root(v) / root + epsilon));
  });
}

double sumSquares(const float *x, int n) {
  vec2 low = {}, high = {};
  row(n, [&](int i, auto part) {
    vec v = part.load(x + i);
    vec2 a = {v[0], v[1]}, b = {v[2], v[3]};
    low += a * a, high += b * b;
  });
  low += high;
  return low[0] + low[1];
}
