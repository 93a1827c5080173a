// The module whose functions Go imports. Go's module imports the kernels and the kernels import the memory of Go's module, so
// that neither can be instantiated first. These functions can: each calls the kernel of the same name through a table, which
// kernels.js fills afterwards. A small Add from Go took 31 ns so, and 36 to 52 ns through a function in JavaScript.
#include "kernels.h"

enum { noKernel, // an index of 0 is a null pointer
#define KERNEL(result, name, parameters, arguments) name##Index,
KERNELS
#undef KERNEL
};

#define KERNEL(result, name, parameters, arguments) \
  __attribute__((export_name(#name))) result name parameters { return ((result(*) parameters)name##Index)arguments; }
KERNELS
