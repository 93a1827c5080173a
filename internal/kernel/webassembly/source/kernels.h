// The kernels that this module exports and Go imports: KERNEL(result, name, (parameters), (arguments)). Sizes and strides are
// those of the Go type `instructions`. They are stated in one table since kernels.cc and links.c must agree on them.
#define KERNELS \
  KERNEL(void, tile, (int rows, int vectors, int count, int k, const float *a, int aRow, int aStep, int aTile, const float *b, \
                      int bStep, float *c, int cRow, const float *addend, int addendRow, float alpha, int columns), \
         (rows, vectors, count, k, a, aRow, aStep, aTile, b, bStep, c, cRow, addend, addendRow, alpha, columns)) \
  KERNEL(void, transpose8, (float *y, int yRow, const float *x, int xRow), (y, yRow, x, xRow)) \
  KERNEL(void, copyColumns, (float *y, int yRow, const float *x, int xRow, int rows, int columns), \
         (y, yRow, x, xRow, rows, columns)) \
  KERNEL(void, copyRows, (float *y, const float *x, int xRow, int rows), (y, x, xRow, rows)) \
  KERNEL(float, limit, (int rounds, float x, float y), (rounds, x, y)) \
  KERNEL(void, exp, (float *y, const float *x, int n), (y, x, n)) \
  KERNEL(void, add, (float *y, const float *a, const float *b, int n), (y, a, b, n)) \
  KERNEL(void, mul, (float *y, const float *a, const float *b, int n), (y, a, b, n)) \
  KERNEL(void, scale, (float *y, const float *x, int n, float factor), (y, x, n, factor)) \
  KERNEL(void, sumRows, (float *sum, const float *x, int rows, int n), (sum, x, rows, n)) \
  KERNEL(void, softmax, (float *x, int rows, int width, int stride, int first, int more, float *tops, float *sums), \
         (x, rows, width, stride, first, more, tops, sums)) \
  KERNEL(void, softmaxGrad, (float *d, const float *w, int rows, int width, int dStride, int wStride, int first, int more), \
         (d, w, rows, width, dStride, wStride, first, more)) \
  KERNEL(void, layerNorm, (float *y, float *mean, float *rstd, const float *x, const float *gain, const float *bias, int rows, \
                           int dim, float epsilon), \
         (y, mean, rstd, x, gain, bias, rows, dim, epsilon)) \
  KERNEL(void, layerNormGrad, (float *dx, float *dGain, float *dBias, const float *dy, const float *x, const float *gain, \
                               const float *mean, const float *rstd, const float *addend, int rows, int dim), \
         (dx, dGain, dBias, dy, x, gain, mean, rstd, addend, rows, dim)) \
  KERNEL(void, gelu, (float *y, float *slope, const float *x, int n), (y, slope, x, n)) \
  KERNEL(void, relu, (float *y, float *slope, const float *x, int n), (y, slope, x, n)) \
  KERNEL(void, adamW, (float *weights, float *first, float *second, const float *gradient, int n, float scale, float beta1, \
                       float beta2, float rate, float root, float epsilon, float keep), \
         (weights, first, second, gradient, n, scale, beta1, beta2, rate, root, epsilon, keep)) \
  KERNEL(double, sumSquares, (const float *x, int n), (x, n))
