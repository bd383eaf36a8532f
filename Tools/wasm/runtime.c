// What the Swift compiler expects of a platform and wasi-libc does not have.

#include <stdint.h>
#include <unistd.h>

uintptr_t __stack_chk_guard = 0x5bd1e995;

// Before any protected function runs, so that no frame sees the value change.
__attribute__((constructor)) static void choose_guard(void) {
    (void)getentropy(&__stack_chk_guard, sizeof __stack_chk_guard);
}

// Called when a function finds its stack frame overwritten.
_Noreturn void __stack_chk_fail(void);
_Noreturn void __stack_chk_fail(void) { __builtin_trap(); }

// libsodium's assertions: wasi-libc's own version prints, and would bring stdio into the module.
_Noreturn void __assert_fail(const char *, const char *, int, const char *);
_Noreturn void __assert_fail(const char *expression, const char *file, int line, const char *function) {
    (void)expression, (void)file, (void)line, (void)function;
    __builtin_trap();
}

// The product of two 128-bit numbers, which checked multiplication of 64-bit numbers is compiled to. Schoolbook on
// halves of 64 bits: the processor multiplies no wider, and the operator itself would end up here again.
__int128 __multi3(__int128 left, __int128 right);
__int128 __multi3(__int128 left, __int128 right) {
    const uint64_t a = (uint64_t)left, b = (uint64_t)right, mask = 0xffffffff;
    const uint64_t low = (a & mask) * (b & mask), first = (a >> 32) * (b & mask), second = (a & mask) * (b >> 32);
    const uint64_t middle = (low >> 32) + (first & mask) + (second & mask);
    uint64_t high = (a >> 32) * (b >> 32) + (first >> 32) + (second >> 32) + (middle >> 32);
    high += a * (uint64_t)(right >> 64) + b * (uint64_t)(left >> 64);
    return (__int128)((unsigned __int128)high << 64 | middle << 32 | (low & mask));
}
