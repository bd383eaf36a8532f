// What the Swift compiler expects of a platform and wasi-libc does not have: the stack protector's two symbols.

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
